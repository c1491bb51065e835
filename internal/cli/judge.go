package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/originkey/originkey/internal/engine"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/suppression"
	"github.com/originkey/originkey/loader"
)

// A judge tells findings that count from those that are accepted or known.
type judge struct {
	coverage *loader.Coverage
	files    map[string]*source.File
	rules    []engine.Rule
	// show holds the options to show that were given.
	show []string
	// whole says that nothing kept the input from being read whole.
	whole bool
}

// suppress applies what the configuration and the files accept.
func (j judge) suppress(findings []finding.Finding, configured []finding.Ignore, today string) finding.Judgement {
	var files []*source.File
	for _, name := range j.coverage.Files() {
		if file := j.files[name]; file != nil && !source.IsInstalled(name) {
			files = append(files, file)
		}
	}
	written, wrong := suppression.Read(files, ruleNames(j.rules))
	j.whole = j.whole && len(wrong) == 0
	judgement := finding.Suppress(findings, slices.Concat(configured, written), today, j.covers)
	judgement.Diagnostics = append(wrong, judgement.Diagnostics...)
	return judgement
}

// covers reports whether all that an ignore of a rule could cover was looked for.
func (j judge) covers(ignore finding.Ignore, rule string) bool {
	if !j.sought(rule) {
		return false
	}
	if ignore.Within.IsZero() {
		return j.coverage.Whole()
	}
	return j.coverage.OfFile(ignore.Within.File)
}

// sought reports whether the findings of a rule were looked for.
func (j judge) sought(name string) bool {
	return j.whole && slices.ContainsFunc(j.rules, func(rule engine.Rule) bool {
		return rule.Name == name && (rule.OnlyWith == "" || slices.Contains(j.show, rule.OnlyWith))
	})
}

func ruleNames(rules []engine.Rule) []string {
	names := make([]string, len(rules))
	for i, rule := range rules {
		names[i] = rule.Name
	}
	return names
}

// readBaseline reads the file that --baseline names.
func (c Command) readBaseline(root, name string) (*finding.Baseline, error) {
	absolute := name
	if !filepath.IsAbs(absolute) {
		absolute = filepath.Join(c.Directory, name)
	}
	content, err := os.ReadFile(absolute)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, withoutPath(err))
	}
	baseline, err := finding.ReadBaseline(source.NewFile(loader.Shown(root, c.Directory, name), content))
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	return baseline, nil
}
