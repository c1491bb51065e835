// Package report writes what was found, for people and for machines. Nothing
// here judges: a Report is complete before it is written.
package report

import (
	"fmt"
	"io"
	"maps"
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
	// Command prints the page of the rule.
	Command   string
	Level     finding.Level
	Tags      []string
	Precision string
	CWE       []string
	// SecuritySeverity is a decimal number as text, "" for rules that are not
	// about security.
	SecuritySeverity string
	// Reports are the codes of the reasons that the rule reports.
	Reports    []string
	References []Reference
}

// A Reference is a page about what a rule flags.
type Reference struct{ URL, Description string }

// A Report is everything that a run has to say.
type Report struct {
	Version  string
	Rules    []Rule
	Findings []finding.Finding
	// Known are the findings of the baseline, and Suppressed those that someone
	// accepted. Neither makes the program fail.
	Known      []finding.Finding
	Suppressed []finding.Finding
	// Baseline says that there is a baseline.
	Baseline bool
	// ShowSuppressed says that text and JSON list what is suppressed.
	ShowSuppressed bool
	Paths          []*facts.Path
	// Uploads are the paths of origins that are there for uploads alone.
	Uploads     []*facts.Path
	Diagnostics []source.Diagnostic
	// Files are the files that were read, by path, for excerpts and hashes.
	Files map[string]*source.File
	// Links holds the files that were read through symbolic links, by the path
	// that they were read by.
	Links map[string]string
	// SourceURL is where the files of the repository are shown, with a slash at
	// its end, or "" where that is not known.
	SourceURL string
	// Focused is the address that Focus was called with, or "".
	Focused string
	// Category is the SARIF category, or "".
	Category string
	// SARIFSuppressed says that SARIF shows suppressed findings as such, which
	// code scanning does not understand.
	SARIFSuppressed bool
	// FailOn is the lowest level that makes the program fail, or "" where none
	// does.
	FailOn finding.Level
	// Blockers returns the rules that say why a path is unreadable.
	Blockers func(*facts.Path) []string

	// ofPaths is what findingsOf returns by the id of a path. It is made when
	// the first writer asks; what is reported does not change after that.
	ofPaths map[string][]finding.Finding
}

// Style says how text is written for people.
type Style struct {
	Color bool
	// Width is that of the terminal in cells, 0 where there is none. Text is
	// wrapped and source is cut to it.
	Width int
	// Compact is one line a finding.
	Compact bool
	// Quiet leaves out the summary where nothing was found.
	Quiet bool
	// Undecided says that the findings list the paths that are not decided.
	Undecided bool
}

// A writer writes a report in one format.
type writer func(io.Writer, *Report, Style) error

// formats write what was found, and explanations the paths, by the name of the
// format.
var (
	formats = map[string]writer{
		"text": Text, "json": JSON, "sarif": SARIF, "github": GitHub, "junit": JUnit, "markdown": Markdown,
	}
	explanations = map[string]writer{"text": ExplainText, "json": ExplainJSON, "markdown": ExplainMarkdown}
)

// Formats returns the names of the formats of Write, sorted.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// ExplainFormats returns the names of the formats of Explain, sorted.
func ExplainFormats() []string { return slices.Sorted(maps.Keys(explanations)) }

// Write writes what was found in a format.
func Write(w io.Writer, format string, r *Report, style Style) error {
	return formatted(w, formats, format, r, style)
}

// Explain writes each path in a format.
func Explain(w io.Writer, format string, r *Report, style Style) error {
	return formatted(w, explanations, format, r, style)
}

func formatted(w io.Writer, writers map[string]writer, format string, r *Report, style Style) error {
	write, ok := writers[format]
	if !ok {
		return fmt.Errorf("the format %q is not known", format)
	}
	if err := recovering(write)(w, r, style); err != nil {
		return fmt.Errorf("write the report as %s: %w", format, err)
	}
	return nil
}

// recovering is a writer with its panics as errors, so that another format is still
// written.
func recovering(write writer) writer {
	return func(w io.Writer, r *Report, style Style) (err error) {
		defer source.RecoverError(&err)
		return write(w, r, style)
	}
}

// commandOf is the command that prints the page of a rule.
func (r *Report) commandOf(name string) string {
	for _, rule := range r.Rules {
		if rule.Name == name && rule.Command != "" {
			return rule.Command
		}
	}
	return "originkey rules " + name
}

// ruleOf names the rule that reports a code, or "".
func (r *Report) ruleOf(code string) string {
	for _, rule := range r.Rules {
		if slices.Contains(rule.Reports, code) {
			return rule.Name
		}
	}
	return ""
}

// Fails reports whether a finding makes the program fail.
func (r *Report) Fails(f finding.Finding) bool {
	return r.FailOn != "" && f.Level.Rank() >= r.FailOn.Rank()
}

// findingsOf lists the findings that are about a path.
func (r *Report) findingsOf(path *facts.Path) []finding.Finding {
	if r.ofPaths == nil {
		r.ofPaths = map[string][]finding.Finding{}
		for _, f := range r.Findings {
			for _, id := range f.Paths {
				r.ofPaths[id] = append(r.ofPaths[id], f)
			}
		}
	}
	return r.ofPaths[path.ID]
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
