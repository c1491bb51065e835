package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/originkey/originkey/internal/finding"
)

// An instance is a finding together with those that say the same of other
// instances of its module or resource: one change to the source mends all of them.
type instance struct {
	finding.Finding
	// all are the findings, the first of them the one that is shown.
	all []finding.Finding
}

// moduleInstances and indexes are the parts of addresses that differ between
// instances of one block.
var (
	moduleInstances = regexp.MustCompile(`(\bmodule\.[\w-]+(\[("([^"\\]|\\.)*"|\d+)\])?\.)+`)
	indexes         = regexp.MustCompile(`([\w-])\[("([^"\\]|\\.)*"|\d+)\]`)
)

// ofAnyInstance is text with what tells instances apart left out.
func ofAnyInstance(text string) string {
	// Most texts have neither, and expressions take long to say so.
	if strings.Contains(text, "module.") {
		text = moduleInstances.ReplaceAllString(text, "")
	}
	if strings.Contains(text, "[") {
		text = indexes.ReplaceAllString(text, "$1")
	}
	return text
}

// instances merges findings at one place that differ by their instance alone. Their
// order stays.
func instances(findings []finding.Finding) []instance {
	type key struct {
		rule, at, message, suggestion string
		// number keeps findings of the same instance apart.
		number int
	}
	type relatedKey struct{ at, message string }
	type addressed struct {
		key     key
		address string
	}
	known := map[key]int{}
	numbers := map[addressed]int{}
	related := map[int]map[relatedKey]bool{}
	merged := make([]instance, 0, len(findings))
	for _, f := range findings {
		k := key{rule: f.Rule, at: f.Location.String(), message: ofAnyInstance(f.Message)}
		if f.Suggestion != nil {
			k.suggestion = f.Suggestion.Text + "\x00" + ofAnyInstance(f.Suggestion.Advice)
		}
		same := addressed{k, f.Address}
		numbers[same]++
		k.number = numbers[same]
		i, ok := known[k]
		if !ok {
			i = len(merged)
			known[k] = i
			related[i] = map[relatedKey]bool{}
			first := f
			first.Related = nil
			merged = append(merged, instance{Finding: first})
		}
		merged[i].all = append(merged[i].all, f)
		for _, each := range f.Related {
			if r := (relatedKey{each.Location.String(), ofAnyInstance(each.Message)}); !related[i][r] {
				related[i][r] = true
				merged[i].Related = append(merged[i].Related, each)
			}
		}
	}
	return merged
}

// maxInstances is how many other instances are named.
const maxInstances = 4

// others names the other instances, or returns "".
func (i *instance) others() string {
	var names []string
	for _, f := range i.all[1:] {
		names = append(names, f.Address)
	}
	more := len(names) - maxInstances
	switch {
	case len(names) == 0:
		return ""
	case more > 1:
		names = append(names[:maxInstances], fmt.Sprintf("%d more", more))
	}
	last := names[len(names)-1]
	if len(names) == 1 {
		return "the same for " + last
	}
	return "the same for " + strings.Join(names[:len(names)-1], ", ") + " and " + last
}
