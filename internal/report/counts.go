package report

import (
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
)

// levels are in the order in which people want to read of them.
var levels = []finding.Level{finding.Error, finding.Warning, finding.Note}

// verdictTexts say each verdict to a person, in the order in which people want to
// read of them.
var verdictTexts = []struct {
	verdict facts.Verdict
	text    string
}{
	{facts.Readable, "readable"}, {facts.Unreadable, "unreadable"},
	{facts.Undecided, "undecided"}, {facts.NotKMS, "not encrypted with a KMS key"},
}

// countFindings counts findings by level: "2 errors, 1 note", or "no findings", and
// in brackets those that do not count: "1 error (2 known, 1 suppressed)".
func (r *Report) countFindings() string {
	counts := map[finding.Level]int{}
	for _, f := range r.Findings {
		counts[f.Level]++
	}
	var parts []string
	for _, level := range levels {
		if counts[level] > 0 {
			parts = append(parts, plural(counts[level], string(level)))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no findings"}
	}
	text := strings.Join(parts, ", ")
	if aside := r.countAside(); aside != "" {
		text += " (" + aside + ")"
	}
	return text
}

// countPaths counts paths by verdict: "4 paths: 3 readable, 1 undecided".
func (r *Report) countPaths() string {
	var parts []string
	for _, each := range verdictTexts {
		if n := r.count(each.verdict); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, each.text))
		}
	}
	text := plural(len(r.Paths), "path")
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

// countAside counts the findings that do not count: "3 known, 1 suppressed", or "".
func (r *Report) countAside() string {
	var parts []string
	if len(r.Known) > 0 {
		parts = append(parts, fmt.Sprintf("%d known", len(r.Known)))
	}
	if len(r.Suppressed) > 0 {
		parts = append(parts, fmt.Sprintf("%d suppressed", len(r.Suppressed)))
	}
	return strings.Join(parts, ", ")
}
