package engine

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
)

// A Rule is what the METADATA of a rule says.
type Rule struct {
	Name string
	// Custom is true for a rule of a user, and Location is where it is described.
	Custom      bool
	Location    source.Location
	Title       string
	Description string
	References  []Reference

	Level finding.Level
	// Subject is what the rule judges one at a time: one of Subjects.
	Subject string
	// Reports lists the reason codes that the rule reports. Those of path
	// facts block a path.
	Reports []string
	// Needs are facts of the subject with verdicts, "allows_decrypt=yes": where one
	// of them has another verdict, the rule reports nothing, so that it is not asked.
	// "names_oai=yes or inverted=yes" is one of which either will do. "verdict" is the
	// verdict of a path.
	Needs     []string
	Since     string
	Tags      []string
	Precision string
	CWE       []string
	// OnlyWith is the option that a user has to give to see what the rule
	// reports ("show-undecided"), or "".
	OnlyWith string
	// SecuritySeverity is a decimal number as text, or "" where the rule is
	// not about security.
	SecuritySeverity string
	SecurityHub      []string
	AccessAnalyzer   []string
}

// A Reference is a page about what a rule flags.
type Reference struct {
	URL         string
	Description string
}

// Options lists the options that a rule may wait for (custom.only_with).
var Options = []string{"show-undecided"}

// Subjects lists what a rule may judge (custom.subject), with the kind that its
// input then has.
var Subjects = []struct{ Name, Kind string }{
	{"path", string(facts.PathSubject)},
	{"grant", string(facts.StatementSubject)},
	{"document", string(facts.DocumentSubject)},
	resource(graph.Distribution), resource(graph.Origin), resource(graph.OAC), resource(graph.OAI),
	resource(graph.Bucket), resource(graph.Encryption), resource(graph.AccessPoint), resource(graph.Object),
	resource(graph.Key), resource(graph.Alias),
}

func resource(kind graph.Kind) struct{ Name, Kind string } {
	return struct{ Name, Kind string }{string(kind), string(kind)}
}

// kind is the kind of the rule's subject.
func (r Rule) kind() string {
	for _, subject := range Subjects {
		if subject.Name == r.Subject {
			return subject.Kind
		}
	}
	return ""
}

// A need is one of Rule.Needs: the facts with their verdicts of which any will do.
type need []struct{ fact, verdict string }

// needs reads Needs.
func (r Rule) needs() []need {
	needs := make([]need, len(r.Needs))
	for i, written := range r.Needs {
		for alternative := range strings.SplitSeq(written, " or ") {
			fact, verdict, _ := strings.Cut(alternative, "=")
			needs[i] = append(needs[i], struct{ fact, verdict string }{fact, verdict})
		}
	}
	return needs
}

// isMet reports whether a need is met by the facts of a subject. path is nil where the
// subject is none.
func (n need) isMet(known facts.Facts, path *facts.Path) bool {
	for _, alternative := range n {
		verdict := ""
		if fact, ok := known.Find(alternative.fact); ok {
			verdict = fact.Verdict.String()
		} else if alternative.fact == "verdict" && path != nil {
			verdict = string(path.Verdict)
		}
		if verdict == alternative.verdict {
			return true
		}
	}
	return false
}

// isResource reports whether a kind is one of nodes, which are subjects only where
// a rule asks for them.
func isResource(kind string) bool {
	return !slices.Contains([]string{string(facts.PathSubject), string(facts.StatementSubject), string(facts.DocumentSubject)}, kind)
}

// headings are the sections that the description of every rule of the program has,
// in this order.
var headings = []string{"## What it does", "## Why is this bad?", "## Example", "## Use instead"}

// required are the fields of custom. A rule of a user needs those of requiredOfCustom
// only: nobody else relies on its documentation.
var (
	required         = []string{"level", "subject", "reports", "since", "tags", "precision"}
	requiredOfCustom = []string{"level", "subject"}
)

// precisions are those that GitHub code scanning knows.
var precisions = []string{"very-high", "high", "medium", "low"}

// rule reads the package-scope METADATA of a rule strictly into the rule: what is
// unknown or missing is an error.
func (r *reader) rule(rule Rule, m *module, annotations *ast.Annotations) Rule {
	rule.Title, rule.Description = annotations.Title, annotations.Description
	fail := func(format string, arguments ...any) { r.fail(annotations.Location, format, arguments...) }
	if rule.Title == "" {
		fail("METADATA has no title")
	}
	if rule.Custom && strings.TrimSpace(rule.Description) == "" {
		fail("METADATA has no description")
	}
	for _, related := range annotations.RelatedResources {
		url := related.Ref.String()
		rule.References = append(rule.References, Reference{URL: url, Description: cmp.Or(related.Description, url)})
	}
	needed := requiredOfCustom
	if !rule.Custom {
		needed = required
		r.documentation(rule, annotations)
	}
	fields := map[string]any{
		"level": &rule.Level, "subject": &rule.Subject, "reports": &rule.Reports, "needs": &rule.Needs, "since": &rule.Since, "tags": &rule.Tags,
		"precision": &rule.Precision, "only_with": &rule.OnlyWith, "cwe": &rule.CWE, "security_severity": &rule.SecuritySeverity,
		"security_hub": &rule.SecurityHub, "access_analyzer": &rule.AccessAnalyzer,
	}
	names := make([]string, 0, len(annotations.Custom))
	for field := range annotations.Custom {
		names = append(names, field)
	}
	slices.Sort(names)
	failField := func(field, format string, arguments ...any) {
		r.fail(lineOf(m, annotations, field), format, arguments...)
	}
	for _, field := range names {
		target, known := fields[field]
		if !known {
			failField(field, "custom.%s is not known; METADATA of a rule may have: %s", field, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
			continue
		}
		if err := assign(target, annotations.Custom[field]); err != nil {
			failField(field, "custom.%s %v", field, err)
		}
	}
	for _, field := range needed {
		if _, written := annotations.Custom[field]; !written {
			fail("custom.%s is missing", field)
		}
	}
	if rule.Level != "" && rule.Level.Rank() < 1 {
		failField("level", "custom.level %q is not note, warning or error", rule.Level)
	}
	if rule.Subject != "" && rule.kind() == "" {
		subjects := make([]string, len(Subjects))
		for i, subject := range Subjects {
			subjects[i] = subject.Name
		}
		failField("subject", "custom.subject %q is none of %s", rule.Subject, strings.Join(subjects, ", "))
	}
	if rule.OnlyWith != "" && !slices.Contains(Options, rule.OnlyWith) {
		failField("only_with", "custom.only_with %q is not %s", rule.OnlyWith, strings.Join(Options, " or "))
	}
	rule.checkSecurity(failField)
	if rule.Precision != "" && !slices.Contains(precisions, rule.Precision) {
		failField("precision", "custom.precision %q is not %s", rule.Precision, strings.Join(precisions, ", "))
	}
	if rule.Custom && len(rule.Reports) > 0 {
		failField("reports", "custom.reports is for the rules of the program, each of which explains a verdict; leave it out")
	}
	if rule.Custom && len(rule.Needs) > 0 {
		failField("needs", "custom.needs is for the rules of the program; leave it out")
	}
	return rule
}

// documentation checks what the description of a rule of the program has to have.
func (r *reader) documentation(rule Rule, annotations *ast.Annotations) {
	position := 0
	for _, heading := range headings {
		at := strings.Index(rule.Description[position:], heading)
		if at < 0 {
			r.fail(annotations.Location, "its description has no section %q at its place", heading)
			break
		}
		position += at
	}
	if len(rule.References) == 0 {
		r.fail(annotations.Location, "METADATA has no related_resources")
	}
}

// lineOf is where a field of METADATA is written, or the METADATA as a whole.
func lineOf(m *module, annotations *ast.Annotations, field string) *ast.Location {
	at := *annotations.Location
	written := regexp.MustCompile(`^#\s+` + regexp.QuoteMeta(field) + `\s*:`)
	for i, line := range bytes.Split(m.text, []byte("\n")) {
		if row := i + 1; row > at.Row && row < m.parsed.Package.Location.Row && written.Match(line) {
			at.Row = row
			break
		}
	}
	return &at
}

// maxTags is how many tags of a rule code scanning keeps. Each weakness is one, too.
const maxTags = 10

var weakness = regexp.MustCompile(`^CWE-[1-9][0-9]*$`)

// checkSecurity checks what code scanning makes of a rule: only beside the tag
// "security" do a severity and weaknesses count.
func (r Rule) checkSecurity(fail func(field, format string, arguments ...any)) {
	for _, tag := range r.Tags {
		if tag == "" || tag != strings.ToLower(tag) {
			fail("tags", "custom.tags holds %q, which is not in lower case", tag)
		}
	}
	if len(r.Tags)+len(r.CWE) > maxTags {
		fail("tags", "custom.tags and custom.cwe have %d entries together, more than %d", len(r.Tags)+len(r.CWE), maxTags)
	}
	for _, each := range r.CWE {
		if !weakness.MatchString(each) {
			fail("cwe", "custom.cwe holds %q, which is no number of a weakness, such as CWE-732", each)
		}
	}
	if !slices.Contains(r.Tags, "security") {
		if len(r.CWE) > 0 || r.SecuritySeverity != "" {
			fail("cwe", "custom.cwe and custom.security_severity are for rules with the tag security")
		}
		return
	}
	if severity, err := strconv.ParseFloat(r.SecuritySeverity, 64); r.SecuritySeverity != "" && (err != nil || severity <= 0 || severity > 10) {
		fail("security_severity", "custom.security_severity %q is not a number above 0 and up to 10", r.SecuritySeverity)
	}
}

// assign sets a string or a list of strings from decoded YAML.
func assign(target, from any) error {
	switch target := target.(type) {
	case *[]string:
		list, ok := from.([]any)
		if !ok {
			return errors.New("is not a list of texts")
		}
		for _, item := range list {
			text, ok := item.(string)
			if !ok {
				return errors.New("is not a list of texts")
			}
			*target = append(*target, text)
		}
		return nil
	default:
		text, ok := from.(string)
		if !ok {
			return errors.New("is not a text")
		}
		reflect.ValueOf(target).Elem().SetString(text)
		return nil
	}
}

// Markdown returns the documentation page of a rule.
func (r Rule) Markdown() string {
	var page strings.Builder
	fmt.Fprintf(&page, "# %s\n\n%s.\n\nLevel: %s. Subject: %s.", r.Name, r.Title, r.Level, r.Subject)
	if r.Since != "" {
		fmt.Fprintf(&page, " Since: %s.", r.Since)
	}
	if r.OnlyWith != "" {
		fmt.Fprintf(&page, " Only with `--%s`.", r.OnlyWith)
	}
	if r.SecuritySeverity != "" {
		fmt.Fprintf(&page, " Security severity: %s", r.SecuritySeverity)
		if len(r.CWE) > 0 {
			fmt.Fprintf(&page, " (%s)", strings.Join(r.CWE, ", "))
		}
		page.WriteString(".")
	}
	if len(r.SecurityHub) > 0 {
		fmt.Fprintf(&page, " AWS Security Hub: %s.", strings.Join(r.SecurityHub, ", "))
	}
	if len(r.AccessAnalyzer) > 0 {
		fmt.Fprintf(&page, " IAM Access Analyzer: %s.", strings.Join(r.AccessAnalyzer, ", "))
	}
	fmt.Fprintf(&page, "\n\n%s\n", strings.TrimSpace(r.Description))
	if len(r.References) > 0 {
		page.WriteString("\n## References\n")
	}
	for _, reference := range r.References {
		fmt.Fprintf(&page, "- [%s](%s)\n", reference.Description, reference.URL)
	}
	return page.String()
}
