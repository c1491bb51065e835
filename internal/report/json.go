package report

import (
	"encoding/json"
	"io"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
)

// schemaVersion is that of all JSON that the program writes.
const schemaVersion = 1

type jsonReport struct {
	SchemaVersion int              `json:"schemaVersion"`
	Tool          jsonTool         `json:"tool"`
	Findings      []jsonFinding    `json:"findings"`
	Paths         jsonCounts       `json:"paths"`
	Diagnostics   []jsonDiagnostic `json:"diagnostics"`
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
	Address     string          `json:"address"`
	Fingerprint string          `json:"fingerprint"`
	Related     []jsonRelated   `json:"related"`
	Suggestion  *jsonSuggestion `json:"suggestion,omitempty"`
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
		Findings:      []jsonFinding{},
		Paths: jsonCounts{
			Readable: r.count(facts.Readable), Unreadable: r.count(facts.Unreadable),
			Undecided: r.count(facts.Undecided), NotKMS: r.count(facts.NotKMS),
		},
		Diagnostics: []jsonDiagnostic{},
	}
	for _, f := range r.Findings {
		written := jsonFinding{
			Rule: f.Rule, Level: f.Level, Message: f.Message, Location: f.Location, Address: f.Address,
			Fingerprint: f.Fingerprint, Related: []jsonRelated{},
		}
		for _, related := range f.Related {
			written.Related = append(written.Related, jsonRelated{File: related.Location.File, Line: related.Location.Line, Message: related.Message})
		}
		if f.Suggestion != nil {
			written.Suggestion = &jsonSuggestion{Statement: f.Suggestion.Statement, Text: suggestionText(f.Suggestion)}
		}
		out.Findings = append(out.Findings, written)
	}
	for _, d := range r.Diagnostics {
		out.Diagnostics = append(out.Diagnostics, jsonDiagnostic{File: d.File, Line: d.Line, Severity: d.Severity, Message: d.Message})
	}
	return encode(w, out)
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
}

type jsonNode struct {
	Address *string `json:"address"`
	File    *string `json:"file"`
	Line    *int    `json:"line"`
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
func ExplainJSON(w io.Writer, r *Report) error {
	out := jsonPaths{SchemaVersion: schemaVersion, Paths: []jsonPath{}}
	for _, path := range r.Paths {
		written := jsonPath{
			Origin:   path.OriginID,
			Identity: jsonIdentity{Kind: path.IdentityKind},
			Verdict:  path.Verdict, Blockers: r.Blockers(path),
			Unknowns: orEmpty(path.Unknowns), Assumed: orEmpty(path.Assumed),
		}
		if !path.Distribution.Anonymous() {
			distribution := nodeOf(path.Distribution)
			written.Distribution = &distribution
		}
		if path.Identity != nil && !path.Identity.Anonymous() {
			written.Identity.Address = &path.Identity.Address
		}
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

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
