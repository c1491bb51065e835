package finding

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/originkey/originkey/internal/source"
)

// A Baseline holds the findings that are known. It names no lines, so that what
// moves within a file stays known.
type Baseline struct {
	// File is what it was read from, "" where it is new.
	File    string
	Entries []Entry
}

// An Entry is a known finding.
type Entry struct {
	Rule        string `json:"rule"`
	File        string `json:"file"`
	Unit        string `json:"unit"`
	Address     string `json:"address"`
	Message     string `json:"message"`
	Fingerprint string `json:"fingerprint"`
	// Count is how many findings are alike.
	Count int `json:"count"`

	// location is where the entry is written.
	location source.Location
}

func (e Entry) compare(other Entry) int {
	return cmp.Or(
		cmp.Compare(e.File, other.File), cmp.Compare(e.Unit, other.Unit), cmp.Compare(e.Address, other.Address),
		cmp.Compare(e.Rule, other.Rule), cmp.Compare(e.Message, other.Message), cmp.Compare(e.Fingerprint, other.Fingerprint),
	)
}

// NewBaseline returns the baseline under which all of the findings are known.
func NewBaseline(findings []Finding) *Baseline {
	b := &Baseline{}
	byFingerprint := map[string]int{}
	for _, f := range findings {
		for _, member := range f.distinct() {
			i, known := byFingerprint[member.Fingerprint]
			if !known {
				i = len(b.Entries)
				byFingerprint[member.Fingerprint] = i
				b.Entries = append(b.Entries, Entry{
					Rule: member.Rule, File: member.Location.File, Unit: member.Unit, Address: member.Address,
					Message: member.Message, Fingerprint: member.Fingerprint,
				})
			}
			b.Entries[i].Count++
		}
	}
	slices.SortFunc(b.Entries, Entry.compare)
	return b
}

// distinct returns the members of a finding, one for each fingerprint.
func (f Finding) distinct() []Finding {
	if len(f.Members) == 0 {
		return []Finding{f}
	}
	var all []Finding
	seen := map[string]bool{}
	for _, member := range f.Members {
		if !seen[member.Fingerprint] {
			seen[member.Fingerprint] = true
			all = append(all, member)
		}
	}
	return all
}

const baselineVersion = 1

type baselineFile struct {
	SchemaVersion int     `json:"schemaVersion"`
	Findings      []Entry `json:"findings"`
}

// JSON returns the text of the baseline. Its bytes follow from the findings alone,
// and each entry has lines of its own.
func (b *Baseline) JSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	file := baselineFile{SchemaVersion: baselineVersion, Findings: b.Entries}
	if file.Findings == nil {
		file.Findings = []Entry{}
	}
	if err := encoder.Encode(file); err != nil {
		return nil, fmt.Errorf("encode the baseline: %w", err)
	}
	return text.Bytes(), nil
}

// ReadBaseline reads what JSON wrote, strictly. Errors hold their place.
func ReadBaseline(file *source.File) (*Baseline, error) {
	root, err := source.ParseJSONFile(file)
	if err != nil {
		var syntax *source.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("%s: %w", syntax.Location, err)
		}
		return nil, err
	}
	wrong := func(node *source.Node, format string, arguments ...any) error {
		return fmt.Errorf("%s: not a baseline: %s", node.Location, fmt.Sprintf(format, arguments...))
	}
	version, findings := root.Get("schemaVersion"), root.Get("findings")
	switch {
	case version == nil || findings == nil || findings.Kind != source.SequenceNode:
		return nil, wrong(root, `expected {"schemaVersion": 1, "findings": [...]}`)
	case version.Kind != source.NumberNode:
		return nil, wrong(version, "schemaVersion is no number")
	case version.Text != strconv.Itoa(baselineVersion):
		return nil, wrong(version, "schemaVersion is %s; this program knows %d", version.Text, baselineVersion)
	}
	if err := onlyMembers(root, "schemaVersion", "findings"); err != nil {
		return nil, err
	}
	b := &Baseline{File: file.Path}
	written := map[string]source.Location{}
	for _, item := range findings.Items {
		if err := onlyMembers(item, "rule", "file", "unit", "address", "message", "fingerprint", "count"); err != nil {
			return nil, err
		}
		entry := Entry{location: file.FirstLine(item.Location)}
		texts := map[string]*string{
			"rule": &entry.Rule, "file": &entry.File, "unit": &entry.Unit, "address": &entry.Address,
			"message": &entry.Message, "fingerprint": &entry.Fingerprint,
		}
		for _, member := range item.Members {
			text, known := texts[member.Key.Text]
			if known && member.Value.Kind != source.StringNode {
				return nil, wrong(member.Value, "%s is no text", member.Key.Text)
			}
			if known {
				*text = member.Value.Text
			}
		}
		count := item.Get("count")
		if entry.Rule == "" || entry.File == "" || entry.Unit == "" || entry.Fingerprint == "" || count == nil {
			return nil, wrong(item, "an entry needs a rule, a file, a unit, a fingerprint and a count")
		}
		if entry.Count, err = strconv.Atoi(count.Text); err != nil || count.Kind != source.NumberNode || entry.Count < 1 {
			return nil, wrong(count, "count is no number above 0")
		}
		if first, twice := written[entry.Fingerprint]; twice {
			return nil, wrong(item, "the entry is written in line %d already", first.Line)
		}
		written[entry.Fingerprint] = item.Location
		b.Entries = append(b.Entries, entry)
	}
	return b, nil
}

// onlyMembers returns an error where an object of a baseline has a member that none
// has, or one twice.
func onlyMembers(node *source.Node, names ...string) error {
	seen := map[string]bool{}
	for _, member := range node.Members {
		switch name := member.Key.Text; {
		case !slices.Contains(names, name):
			return fmt.Errorf("%s: not a baseline: there is no member %s", member.Key.Location, name)
		case seen[name]:
			return fmt.Errorf("%s: not a baseline: %s is written twice", member.Key.Location, name)
		default:
			seen[name] = true
		}
	}
	return nil
}

// A Comparison separates findings by a baseline.
type Comparison struct {
	New, Known []Finding
	// Gone are the places and messages of the entries that no longer occur.
	Gone []source.Diagnostic
}

// Compare separates findings that are new from those that are known. A finding is
// known by its fingerprint, as many times as the baseline counts. An entry of a unit
// that exists no longer also stands for the same finding in another unit, since
// units are named by their folder or file, which may have been moved.
//
// reported says of a unit whether all of its findings are among these, and whether
// it exists. Of other units no entry is said to occur no longer. sought says the
// same of a rule.
func (b *Baseline) Compare(findings []Finding, reported func(unit string) (all, exists bool), sought func(rule string) bool) Comparison {
	left := map[string]int{}
	for _, entry := range b.Entries {
		left[entry.Fingerprint] += entry.Count
	}
	var comparison Comparison
	take := func(f *Finding) bool {
		if left[f.Fingerprint] < 1 {
			return false
		}
		left[f.Fingerprint]--
		return true
	}
	var open []Finding
	for _, f := range findings {
		fresh, known := f.splitAlike(take)
		open = append(open, fresh...)
		comparison.Known = append(comparison.Known, known...)
	}

	moved := map[moving][]string{}
	for _, entry := range b.Entries {
		if _, exists := reported(entry.Unit); !exists {
			its := moving{entry.Rule, entry.Address, Lasting(entry.Message)}
			moved[its] = append(moved[its], entry.Fingerprint)
		}
	}
	for _, f := range open {
		fresh, known := f.splitAlike(func(f *Finding) bool {
			for _, fingerprint := range moved[moving{f.Rule, f.Address, Lasting(f.Message)}] {
				if left[fingerprint] > 0 {
					left[fingerprint]--
					return true
				}
			}
			return false
		})
		comparison.New = append(comparison.New, fresh...)
		comparison.Known = append(comparison.Known, known...)
	}
	slices.SortStableFunc(comparison.New, Compare)
	slices.SortStableFunc(comparison.Known, Compare)
	for _, entry := range b.Entries {
		gone := min(left[entry.Fingerprint], entry.Count)
		left[entry.Fingerprint] -= gone
		if all, exists := reported(entry.Unit); gone == 0 || !sought(entry.Rule) || exists && !all {
			continue
		}
		message := fmt.Sprintf("%s of %s in %s no longer occurs", entry.Rule, entry.Address, entry.File)
		if gone < entry.Count {
			message = fmt.Sprintf("%s of %s in %s occurs %d times, not %d", entry.Rule, entry.Address, entry.File, entry.Count-gone, entry.Count)
		}
		comparison.Gone = append(comparison.Gone, source.Diagnostic{Location: entry.location, Severity: source.Warning, Message: message})
	}
	return comparison
}

// moving is what a finding keeps where its unit is moved.
type moving struct{ rule, address, message string }

// splitAlike is split, with one answer for all members with one fingerprint.
func (f Finding) splitAlike(accept func(*Finding) bool) (refused, accepted []Finding) {
	answers := map[string]bool{}
	return f.split(func(member *Finding) bool {
		answer, asked := answers[member.Fingerprint]
		if !asked {
			answer = accept(member)
			answers[member.Fingerprint] = answer
		}
		member.Known = answer
		return answer
	})
}
