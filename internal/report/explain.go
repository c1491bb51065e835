package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fatih/color"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
)

// ExplainText writes each path hop by hop, as a person would check it.
func ExplainText(w io.Writer, r *Report, style Style) error {
	p := newPainter(style)
	if len(r.Paths)+len(r.Uploads) == 0 {
		p.printf("no distribution with an S3 origin was found\n")
	}
	for i, path := range r.Paths {
		if i > 0 {
			p.printf("\n")
		}
		p.explanation(explain(r, path))
	}
	for i, path := range r.Uploads {
		if i+len(r.Paths) > 0 {
			p.printf("\n")
		}
		p.explanation(explainUpload(path))
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// An explanation is what there is to say of a path, in the order in which a person
// would check it. Each format writes the same one.
type explanation struct {
	distribution, bucket string
	// verdict is that of the path, or what else stands in its place.
	verdict string
	rows    []row
}

// A row is one step of an explanation.
type row struct {
	name string
	text string
	at   source.Location
	// answers are the statements of a policy.
	answers []answered
	// snippet is text to be written somewhere.
	snippet string
}

// An answered statement says whether it speaks of the request, and why.
type answered struct {
	name    string
	at      source.Location
	verdict iam.Truth
	text    string
}

func explain(r *Report, path *facts.Path) explanation {
	e := explanation{distribution: path.Distribution.Label(), bucket: path.BucketName, verdict: string(path.Verdict)}
	e.add(row{name: "distribution", text: path.Distribution.Label(), at: path.Distribution.Place("")})
	e.add(row{name: "origin", text: path.OriginID, at: path.Origin.Place("domain_name")})
	e.add(identity(path))
	e.bucketRows(path)
	if path.Verdict != facts.NotKMS {
		e.keyRows(path)
	}
	for _, remark := range path.Remarks {
		e.add(row{name: "remark", text: remark})
	}
	for _, assumed := range path.Assumed {
		e.add(row{name: "assumed", text: assumed})
	}
	for _, unknown := range path.Unknowns {
		e.add(row{name: "not known", text: unknown})
	}
	blockers := r.Blockers(path)
	verdict := string(path.Verdict)
	if len(blockers) > 0 {
		verdict += ": " + strings.Join(blockers, ", ")
	}
	e.add(row{name: "verdict", text: verdict})
	for _, action := range toDo(r, path) {
		e.add(row{name: "what to do", text: action.text(), snippet: action.Snippet})
	}
	return e
}

func (e *explanation) add(r row) { e.rows = append(e.rows, r) }

func identity(path *facts.Path) row {
	r := row{name: "identity"}
	switch {
	case path.IdentityKind == facts.NoIdentity:
		r.text = "none: " + holds(path.Facts.Get(facts.Signed), "how requests are signed depends on conditions")
	case path.Identity == nil || path.Identity.Anonymous():
		r.text = fmt.Sprintf("%s, as %s", path.IdentityKind, path.Principal)
	default:
		r.text = fmt.Sprintf("%s %s: %s", path.IdentityKind, path.Identity.Label(), holds(path.Facts.Get(facts.Signed), "it signs requests"))
		r.at = path.Identity.Place("")
	}
	if path.IdentityKind != facts.NoIdentity && path.Facts.Get(facts.IdentitySupportsKMS).Verdict == iam.No && path.Verdict != facts.NotKMS {
		r.text += "; " + holds(path.Facts.Get(facts.IdentitySupportsKMS), "")
	}
	return r
}

func (e *explanation) bucketRows(path *facts.Path) {
	if path.Bucket == nil {
		e.add(row{name: "bucket", text: path.BucketName + ", which bucket that is is not known"})
		return
	}
	e.add(row{name: "bucket", text: path.Bucket.Label(), at: path.Bucket.Place("")})
	encryption := row{name: "encryption", text: path.Algorithm}
	switch path.Algorithm {
	case "default":
		encryption.text = "none is configured, which is SSE-S3"
	case "unknown":
		encryption.text = "not known"
	}
	if path.Encryption != nil {
		encryption.at = path.Encryption.Place("algorithm")
	}
	if strings.HasPrefix(path.Algorithm, "aws:kms") {
		encryption.text += ", bucket keys " + map[string]string{"on": "on", "off": "off"}[path.BucketKey]
		if path.BucketKey == "unknown" {
			encryption.text += "on or off, which is not known"
		}
	}
	e.add(encryption)
	if path.Verdict == facts.NotKMS {
		return
	}
	read := row{name: "bucket policy", text: holds(path.Facts.Get(facts.Read), "it allows s3:GetObject")}
	if path.BucketPolicy != nil {
		read.text = path.BucketPolicy.Label() + ": " + read.text
		read.at = path.BucketPolicy.Place("document")
	}
	for _, statement := range path.ReadStatements {
		// Where reading works, the statement that lets it says so.
		if path.Facts.Get(facts.Read).Verdict != iam.Yes || statement.Verdict == iam.Yes {
			read.answers = append(read.answers, answerOf(statement))
		}
	}
	e.add(read)
}

func (e *explanation) keyRows(path *facts.Path) {
	switch {
	case path.ManagedBy == "aws":
		e.add(row{name: "key", text: "the AWS managed key aws/s3: " + holds(path.Facts.Get(facts.KeyManageable), "")})
		return
	case path.Key == nil:
		if path.Bucket != nil {
			e.add(row{name: "key", text: holds(path.Facts.Get(facts.KeyManageable), "it depends on conditions")})
		}
		return
	}
	e.add(row{name: "key", text: path.Key.Label() + ": " + holds(path.Facts.Get(facts.KeyUsable), "S3 can use it"), at: path.Key.Place("")})
	policy := row{name: "key policy", text: holds(path.Facts.Get(facts.Decrypt), "it allows kms:Decrypt")}
	if problems := path.Facts.Get(facts.PolicyValid); problems.Verdict == iam.No {
		policy.text = "AWS rejects it: " + holds(problems, "")
	}
	if path.KeyPolicy != nil {
		policy.text = path.KeyPolicy.Label() + ": " + policy.text
		policy.at = path.KeyPolicy.Place("document")
	}
	for _, statement := range path.Statements {
		policy.answers = append(policy.answers, answerOf(statement))
	}
	e.add(policy)
}

func answerOf(statement facts.StatementAnswer) answered {
	s := statement.Node.Statement
	name := fmt.Sprintf("statement %d", s.Index+1)
	if s.Sid != "" {
		name = fmt.Sprintf("%q", s.Sid)
	}
	if s.Allow == iam.No {
		name = "Deny " + name
	}
	return answered{name: name, at: statement.Node.Place(""), verdict: statement.Verdict, text: statement.Text}
}

// holds writes a fact: what holds, or why it does not or is not known.
func holds(fact facts.Fact, text string) string {
	if fact.Verdict == iam.Yes {
		return text
	}
	texts := make([]string, 0, len(fact.Reasons))
	for _, reason := range fact.Reasons {
		texts = append(texts, reason.Text)
	}
	switch {
	case len(texts) == 0:
		return "not checked"
	case fact.Varies:
		return "it depends on conditions: " + strings.Join(texts, "; ")
	case fact.Verdict == iam.Unknown:
		return "not known: " + strings.Join(texts, "; ")
	default:
		return strings.Join(texts, "; ")
	}
}

// An action is something to do about a path.
type action struct {
	// Rule is the rule that reports a blocker, "" where something is to be
	// given that is not known.
	Rule    string
	Text    string
	Snippet string
}

// text is the action for a person.
func (a action) text() string {
	if a.Rule == "" {
		if a.Snippet != "" {
			return a.Text + ", in .originkey.yaml:"
		}
		return a.Text
	}
	return fmt.Sprintf("%s (originkey rules %s)", a.Text, a.Rule)
}

// toDo lists the suggestion of each blocker of a path, in short, and what decides
// an undecided path.
func toDo(r *Report, path *facts.Path) []action {
	var actions []action
	for _, blocker := range r.Blockers(path) {
		found := false
		for _, f := range r.findingsOf(path) {
			if f.Rule != blocker {
				continue
			}
			found = true
			text := f.Message
			if f.Suggestion != nil && f.Suggestion.Advice != "" {
				text, _, _ = strings.Cut(f.Suggestion.Advice, "\n")
				if f.Suggestion.Text != "" {
					text += "; originkey lint prints what to write"
				}
			}
			if a := (action{Rule: blocker, Text: text}); !slices.Contains(actions, a) {
				actions = append(actions, a)
			}
		}
		if !found {
			actions = append(actions, action{Rule: blocker, Text: "see the rule"})
		}
	}
	for _, remedy := range path.Remedies {
		actions = append(actions, action{Text: remedy.Text, Snippet: remedy.Snippet})
	}
	return actions
}

// explanation writes one path as text.
func (p *painter) explanation(e explanation) {
	p.wrap(0, 2, span{color: bold, text: e.distribution}, span{color: blue, text: "->"}, span{color: bold, text: e.bucket}, span{color: verdictColors[facts.Verdict(e.verdict)], text: e.verdict})
	for _, r := range e.rows {
		p.row(r)
		for _, statement := range r.answers {
			p.printf("%s", strings.Repeat(" ", rowIndent))
			p.wrap(rowIndent, rowIndent+2, span{text: statement.name}, span{color: faint, text: "(" + shownPlace(statement.at) + "):", whole: true},
				span{color: answerColors[statement.verdict], text: statement.verdict.String() + ","}, span{text: statement.text})
		}
		if r.snippet != "" {
			for _, text := range strings.Split(r.snippet, "\n") {
				p.printf("%s%s\n", strings.Repeat(" ", rowIndent+2), visibleLine(text))
			}
		}
	}
}

// rowIndent is where the text of rows begins.
const rowIndent = 16

// row writes a step; its place stands behind it in a form that terminals and
// editors make a link of.
func (p *painter) row(r row) {
	p.printf("  %s ", p.paint(faint, fmt.Sprintf("%-*s", rowIndent-3, r.name)))
	text := span{text: r.text}
	if r.name == "verdict" {
		verdict, _, _ := strings.Cut(r.text, ":")
		text.color = verdictColors[facts.Verdict(verdict)]
	}
	spans := []span{text}
	if !r.at.IsZero() {
		spans = append(spans, span{color: faint, text: "(" + shownPlace(r.at) + ")", whole: true})
	}
	p.wrap(rowIndent, rowIndent, spans...)
}

var answerColors = map[iam.Truth]*color.Color{iam.Yes: green, iam.No: faint, iam.Unknown: yellow}

func nameOrNil(node *graph.Node) *string {
	if node == nil || node.Anonymous() {
		return nil
	}
	return &node.Address
}
