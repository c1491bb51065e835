package report

import (
	"encoding/json"
	"io"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
)

// schemaVersion is that of all JSON that the program writes.
const schemaVersion = 1

type jsonReport struct {
	SchemaVersion int           `json:"schemaVersion"`
	Tool          jsonTool      `json:"tool"`
	Findings      []jsonFinding `json:"findings"`
	// Known is written where there is a baseline, Suppressed where that was
	// asked for.
	Known       *[]jsonFinding   `json:"known,omitempty"`
	Suppressed  *[]jsonFinding   `json:"suppressed,omitempty"`
	Paths       jsonCounts       `json:"paths"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type jsonFinding struct {
	Rule    string        `json:"rule"`
	Level   finding.Level `json:"level"`
	Message string        `json:"message"`
	source.Location
	Address     string           `json:"address"`
	Fingerprint string           `json:"fingerprint"`
	Related     []jsonRelated    `json:"related"`
	Suggestion  *jsonSuggestion  `json:"suggestion,omitempty"`
	Suppression *jsonSuppression `json:"suppression,omitempty"`
}

type jsonSuppression struct {
	Kind   finding.SuppressionKind `json:"kind"`
	Reason string                  `json:"reason"`
	Until  string                  `json:"until,omitempty"`
	File   string                  `json:"file"`
	Line   int                     `json:"line"`
}

type jsonRelated struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Message string `json:"message"`
}

type jsonSuggestion struct {
	Statement map[string]any `json:"statement,omitempty"`
	Text      string         `json:"text"`
}

type jsonCounts struct {
	Readable   int `json:"readable"`
	Unreadable int `json:"unreadable"`
	Undecided  int `json:"undecided"`
	NotKMS     int `json:"notKms"`
}

type jsonDiagnostic struct {
	File     string          `json:"file"`
	Line     int             `json:"line"`
	Severity source.Severity `json:"severity"`
	Message  string          `json:"message"`
}

// JSON writes the findings, the numbers of paths and the diagnostics.
func JSON(w io.Writer, r *Report, _ Style) error {
	out := jsonReport{
		SchemaVersion: schemaVersion,
		Tool:          jsonTool{Name: "originkey", Version: r.Version},
		Findings:      jsonFindings(r.Findings),
		Paths: jsonCounts{
			Readable: r.count(facts.Readable), Unreadable: r.count(facts.Unreadable),
			Undecided: r.count(facts.Undecided), NotKMS: r.count(facts.NotKMS),
		},
		Diagnostics: []jsonDiagnostic{},
	}
	if r.Baseline {
		known := jsonFindings(r.Known)
		out.Known = &known
	}
	if r.ShowSuppressed {
		suppressed := jsonFindings(r.Suppressed)
		out.Suppressed = &suppressed
	}
	for _, d := range r.Diagnostics {
		out.Diagnostics = append(out.Diagnostics, jsonDiagnostic{File: d.File, Line: int(d.Line), Severity: d.Severity, Message: d.Message})
	}
	return encode(w, out)
}

func jsonFindings(findings []finding.Finding) []jsonFinding {
	all := make([]jsonFinding, 0, len(findings))
	for _, f := range findings {
		written := jsonFinding{
			Rule: f.Rule, Level: f.Level, Message: f.Message, Location: f.Location, Address: f.Address,
			Fingerprint: f.Fingerprint, Related: []jsonRelated{},
		}
		for _, related := range f.Related {
			written.Related = append(written.Related, jsonRelated{File: related.Location.File, Line: int(related.Location.Line), Message: related.Message})
		}
		if f.Suggestion != nil {
			written.Suggestion = &jsonSuggestion{Statement: f.Suggestion.Statement, Text: suggestionText(f.Suggestion)}
		}
		if s := f.Suppression; s != nil {
			written.Suppression = &jsonSuppression{Kind: s.Kind, Reason: s.Justification, Until: s.Until, File: s.Location.File, Line: int(s.Location.Line)}
		}
		all = append(all, written)
	}
	return all
}

// suggestionText is the advice and what to write.
func suggestionText(s *finding.Suggestion) string {
	switch {
	case s.Text == "":
		return s.Advice
	case s.Advice == "":
		return s.Text
	default:
		return s.Advice + ":\n\n" + s.Text
	}
}

func encode(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

type jsonPaths struct {
	SchemaVersion int        `json:"schemaVersion"`
	Paths         []jsonPath `json:"paths"`
	// Uploads are the origins that are there for uploads alone.
	Uploads []jsonUpload `json:"uploads,omitempty"`
}

type jsonPath struct {
	Distribution *jsonNode     `json:"distribution"`
	Origin       string        `json:"origin"`
	Identity     jsonIdentity  `json:"identity"`
	Bucket       *jsonBucket   `json:"bucket"`
	Key          *jsonKey      `json:"key"`
	Verdict      facts.Verdict `json:"verdict"`
	Blockers     []string      `json:"blockers"`
	Unknowns     []string      `json:"unknowns"`
	Assumed      []string      `json:"assumed"`
	// What follows is for people who look closer; see docs/explain.md.
	Hops       []jsonHop       `json:"hops"`
	Statements []jsonStatement `json:"statements"`
	Remarks    []string        `json:"remarks"`
	Actions    []jsonAction    `json:"actions"`
}

type jsonHop struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Text    string `json:"text"`
}

type jsonStatement struct {
	Policy  string `json:"policy"`
	Sid     string `json:"sid"`
	Index   int    `json:"index"`
	Effect  string `json:"effect"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Applies string `json:"applies"`
	Text    string `json:"text"`
}

type jsonAction struct {
	Rule    *string `json:"rule"`
	Text    string  `json:"text"`
	Snippet string  `json:"snippet,omitempty"`
}

type jsonNode struct {
	Address *string `json:"address"`
	File    *string `json:"file"`
	Line    *int32  `json:"line"`
}

type jsonIdentity struct {
	Kind      facts.IdentityKind `json:"kind"`
	Address   *string            `json:"address"`
	Principal *string            `json:"principal"`
}

type jsonBucket struct {
	jsonNode
	Encryption string `json:"encryption"`
	BucketKey  string `json:"bucketKey"`
}

type jsonKey struct {
	jsonNode
	ManagedBy string `json:"managedBy"`
}

func nodeOf(node *graph.Node) jsonNode {
	if node == nil {
		return jsonNode{}
	}
	return jsonNode{Address: &node.Address, File: &node.Location.File, Line: &node.Location.Line}
}

// ExplainJSON writes each path with its verdict.
func ExplainJSON(w io.Writer, r *Report, _ Style) error {
	out := jsonPaths{SchemaVersion: schemaVersion, Paths: []jsonPath{}, Uploads: jsonUploads(r)}
	for _, path := range r.Paths {
		written := jsonPath{
			Origin:   path.OriginID,
			Identity: jsonIdentity{Kind: path.IdentityKind},
			Verdict:  path.Verdict, Blockers: r.Blockers(path),
			Unknowns: orEmpty(path.Unknowns), Assumed: orEmpty(path.Assumed),
			Hops: hopsOf(path), Statements: statementsOf(path), Remarks: orEmpty(path.Remarks), Actions: []jsonAction{},
		}
		for _, todo := range toDo(r, path) {
			one := jsonAction{Text: todo.Text, Snippet: todo.Snippet}
			if todo.Rule != "" {
				one.Rule = &todo.Rule
			}
			written.Actions = append(written.Actions, one)
		}
		if !path.Distribution.Anonymous() {
			distribution := nodeOf(path.Distribution)
			written.Distribution = &distribution
		}
		written.Identity.Address = nameOrNil(path.Identity)
		if path.Principal != "" {
			written.Identity.Principal = &path.Principal
		}
		if path.Bucket != nil {
			written.Bucket = &jsonBucket{jsonNode: nodeOf(path.Bucket), Encryption: path.Algorithm, BucketKey: path.BucketKey}
		}
		if path.Key != nil || path.ManagedBy == "aws" {
			written.Key = &jsonKey{jsonNode: nodeOf(path.Key), ManagedBy: path.ManagedBy}
		}
		out.Paths = append(out.Paths, written)
	}
	return encode(w, out)
}

func hopsOf(path *facts.Path) []jsonHop {
	hops := []jsonHop{}
	for _, hop := range path.Hops() {
		hops = append(hops, jsonHop{
			Name: hop.Name, Address: hop.Node.Address, Text: hop.Text,
			File: hop.Location.File, Line: int(hop.Location.Line), Column: int(hop.Location.Column),
		})
	}
	return hops
}

// statementsOf lists what the statements of both policies say of the path, those
// of the bucket policy first.
func statementsOf(path *facts.Path) []jsonStatement {
	statements := []jsonStatement{}
	add := func(policy string, answers []facts.StatementAnswer) {
		for _, answer := range answers {
			s, at := answer.Node.Statement, answer.Node.Place("")
			statements = append(statements, jsonStatement{
				Policy: policy, Sid: s.Sid, Index: s.Index, Applies: answer.Verdict.String(), Text: answer.Text,
				Effect: map[iam.Truth]string{iam.Yes: "Allow", iam.No: "Deny", iam.Unknown: "unknown"}[s.Allow],
				File:   at.File, Line: int(at.Line), Column: int(at.Column),
			})
		}
	}
	add(graph.BucketPolicy, path.ReadStatements)
	add(graph.KeyPolicy, path.Statements)
	return statements
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
