package engine

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/originkey/originkey/internal/finding"
)

// A Rule is what the METADATA of a rule says.
type Rule struct {
	Name        string
	Title       string
	Description string
	References  []Reference

	Level finding.Level
	// Subject is "path", "grant" or "document".
	Subject string
	// Reports lists the reason codes that the rule reports. Those of path
	// facts block a path.
	Reports   []string
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

// headings are the sections that every description has, in this order.
var headings = []string{"## What it does", "## Why is this bad?", "## Example", "## Use instead"}

// readRule reads the package-scope METADATA of a rule's module strictly: what is
// unknown or missing is an error.
func readRule(name string, annotations *ast.Annotations) (Rule, error) {
	rule := Rule{Name: name, Title: annotations.Title, Description: annotations.Description}
	var problems []error
	fail := func(format string, arguments ...any) { problems = append(problems, fmt.Errorf(format, arguments...)) }

	if rule.Title == "" {
		fail("it has no title")
	}
	position := 0
	for _, heading := range headings {
		at := strings.Index(rule.Description[position:], heading)
		if at < 0 {
			fail("its description has no section %q at its place", heading)
			break
		}
		position += at
	}
	for _, related := range annotations.RelatedResources {
		rule.References = append(rule.References, Reference{URL: related.Ref.String(), Description: related.Description})
	}
	if len(rule.References) == 0 {
		fail("it has no related_resources")
	}
	fields := map[string]any{
		"level": &rule.Level, "subject": &rule.Subject, "reports": &rule.Reports, "since": &rule.Since, "tags": &rule.Tags,
		"precision": &rule.Precision, "only_with": &rule.OnlyWith, "cwe": &rule.CWE, "security_severity": &rule.SecuritySeverity,
		"security_hub": &rule.SecurityHub, "access_analyzer": &rule.AccessAnalyzer,
	}
	names := make([]string, 0, len(annotations.Custom))
	for field := range annotations.Custom {
		names = append(names, field)
	}
	slices.Sort(names)
	for _, field := range names {
		target, known := fields[field]
		if !known {
			fail("custom.%s is not known", field)
			continue
		}
		if err := assign(target, annotations.Custom[field]); err != nil {
			fail("custom.%s %w", field, err)
		}
	}
	for _, required := range []string{"level", "subject", "reports", "since", "tags", "precision"} {
		if _, written := annotations.Custom[required]; !written {
			fail("custom.%s is missing", required)
		}
	}
	if rule.Level != "" && rule.Level.Rank() < 1 {
		fail("custom.level %q is not note, warning or error", rule.Level)
	}
	if rule.Subject != "" && !slices.Contains([]string{"path", "grant", "document"}, rule.Subject) {
		fail("custom.subject %q is not path, grant or document", rule.Subject)
	}
	if rule.OnlyWith != "" && !slices.Contains(Options, rule.OnlyWith) {
		fail("custom.only_with %q is not %s", rule.OnlyWith, strings.Join(Options, " or "))
	}
	if precisions := []string{"very-high", "high", "medium", "low"}; rule.Precision != "" && !slices.Contains(precisions, rule.Precision) {
		fail("custom.precision %q is not %s", rule.Precision, strings.Join(precisions, ", "))
	}
	rule.checkSecurity(fail)
	return rule, errors.Join(problems...)
}

// maxTags is how many tags of a rule code scanning keeps. Each weakness is one, too.
const maxTags = 10

var weakness = regexp.MustCompile(`^CWE-[1-9][0-9]*$`)

// checkSecurity checks what code scanning makes of a rule: only beside the tag
// "security" do a severity and weaknesses count.
func (r Rule) checkSecurity(fail func(format string, arguments ...any)) {
	for _, tag := range r.Tags {
		if tag == "" || tag != strings.ToLower(tag) {
			fail("custom.tags holds %q, which is not in lower case", tag)
		}
	}
	if len(r.Tags)+len(r.CWE) > maxTags {
		fail("custom.tags and custom.cwe have %d entries together, more than %d", len(r.Tags)+len(r.CWE), maxTags)
	}
	for _, each := range r.CWE {
		if !weakness.MatchString(each) {
			fail("custom.cwe holds %q, which is no number of a weakness, such as CWE-732", each)
		}
	}
	if !slices.Contains(r.Tags, "security") {
		if len(r.CWE) > 0 || r.SecuritySeverity != "" {
			fail("custom.cwe and custom.security_severity are for rules with the tag security")
		}
		return
	}
	if severity, err := strconv.ParseFloat(r.SecuritySeverity, 64); r.SecuritySeverity != "" && (err != nil || severity <= 0 || severity > 10) {
		fail("custom.security_severity %q is not a number above 0 and up to 10", r.SecuritySeverity)
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
	fmt.Fprintf(&page, "# %s\n\n%s.\n\nLevel: %s. Subject: %s. Since: %s.", r.Name, r.Title, r.Level, r.Subject, r.Since)
	if r.OnlyWith != "" {
		fmt.Fprintf(&page, " Only with `--%s`.", r.OnlyWith)
	}
	if r.SecuritySeverity != "" {
		fmt.Fprintf(&page, " Security severity: %s (%s).", r.SecuritySeverity, strings.Join(r.CWE, ", "))
	}
	if len(r.SecurityHub) > 0 {
		fmt.Fprintf(&page, " AWS Security Hub: %s.", strings.Join(r.SecurityHub, ", "))
	}
	if len(r.AccessAnalyzer) > 0 {
		fmt.Fprintf(&page, " IAM Access Analyzer: %s.", strings.Join(r.AccessAnalyzer, ", "))
	}
	fmt.Fprintf(&page, "\n\n%s\n\n## References\n", strings.TrimSpace(r.Description))
	for _, reference := range r.References {
		fmt.Fprintf(&page, "- [%s](%s)\n", reference.Description, reference.URL)
	}
	return page.String()
}
