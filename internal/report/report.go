// Package report writes what was found, for people and for machines. Nothing
// here judges: a Report is complete before it is written.
package report

import (
	"fmt"
	"io"
	"slices"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// A Rule describes a rule to a reader of the report.
type Rule struct {
	Name        string
	Title       string
	Description string
	HelpURL     string
	Level       finding.Level
	Tags        []string
	Precision   string
	CWE         []string
	// SecuritySeverity is a decimal number as text, "" for rules that are not
	// about security.
	SecuritySeverity string
	// Reports are the codes of the reasons that the rule reports.
	Reports []string
}

// A Report is everything that a run has to say.
type Report struct {
	Version  string
	Rules    []Rule
	Findings []finding.Finding
	Paths    []*facts.Path
	// Uploads are the paths of origins that are there for uploads alone.
	Uploads     []*facts.Path
	Diagnostics []source.Diagnostic
	// Files are the files that were read, by path, for excerpts and hashes.
	Files map[string]*source.File
	// Category is the SARIF category, or "".
	Category string
	// Blockers returns the rules that say why a path is unreadable.
	Blockers func(*facts.Path) []string
}

// Style says how text is written for people.
type Style struct {
	Color   bool
	Compact bool
	// Quiet leaves out the summary where nothing was found.
	Quiet bool
	// Undecided says that the findings list the paths that are not decided.
	Undecided bool
}

// formats are the writers by the name of their format.
var formats = map[string]func(io.Writer, *Report, Style) error{
	"text":  Text,
	"json":  JSON,
	"sarif": SARIF,
}

// Formats returns the names of the formats, sorted.
func Formats() []string {
	names := make([]string, 0, len(formats))
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Write writes a report in a format.
func Write(w io.Writer, format string, r *Report, style Style) error {
	write, ok := formats[format]
	if !ok {
		return fmt.Errorf("the format %q is not known", format)
	}
	if err := write(w, r, style); err != nil {
		return fmt.Errorf("write the report as %s: %w", format, err)
	}
	return nil
}

// verdicts are in the order in which people want to read of them.
var verdicts = []facts.Verdict{facts.Readable, facts.Unreadable, facts.Undecided, facts.NotKMS}

// ruleOf names the rule that reports a code, or "".
func (r *Report) ruleOf(code string) string {
	for _, rule := range r.Rules {
		if slices.Contains(rule.Reports, code) {
			return rule.Name
		}
	}
	return ""
}

// count counts paths by verdict.
func (r *Report) count(verdict facts.Verdict) int {
	n := 0
	for _, path := range r.Paths {
		if path.Verdict == verdict {
			n++
		}
	}
	return n
}
