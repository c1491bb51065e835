package finding

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/source"
)

func of(rule, unit, address string, line int) Finding {
	return Finding{
		Rule: rule, Unit: unit, Address: address, Location: at(unit+"/main.tf", line), Message: "broken",
		Fingerprint: strings.Join([]string{rule, unit, address}, "|"),
	}
}

// reread writes a baseline and reads it.
func reread(t *testing.T, b *Baseline) *Baseline {
	t.Helper()
	text, err := b.JSON()
	if err != nil {
		t.Fatal(err)
	}
	read, err := ReadBaseline(source.NewFile("baseline.json", text))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func everywhere(units ...string) func(string) (bool, bool) {
	return func(unit string) (bool, bool) { return slices.Contains(units, unit), slices.Contains(units, unit) }
}

func every(string) bool { return true }

func TestBaseline(t *testing.T) {
	known := []Finding{of("a", "prod", "k", 1), of("a", "prod", "k", 5), of("b", "dev", "<k>", 1), of("a", "dev", "k", 9)}
	b := reread(t, NewBaseline(known))
	comparison := b.Compare(known, everywhere("dev", "prod"), every)
	if len(comparison.New) > 0 || len(comparison.Known) != 4 || len(comparison.Gone) > 0 || !comparison.Known[0].Known {
		t.Errorf("comparison is %+v", comparison)
	}

	// Lines do not count; the number does.
	now := []Finding{of("a", "prod", "k", 71), of("a", "prod", "k", 75), of("a", "prod", "k", 79), of("c", "dev", "k", 1)}
	comparison = b.Compare(now, everywhere("dev", "prod"), every)
	if got := titles(comparison.New); got != "c k@1; a k@79" {
		t.Errorf("new are %s", got)
	}
	if got := titles(comparison.Known); got != "a k@71; a k@75" {
		t.Errorf("known are %s", got)
	}
	if got, want := messages(comparison.Gone), "baseline.json:4:5: b of <k> in dev/main.tf no longer occurs\nbaseline.json:13:5: a of k in dev/main.tf no longer occurs"; got != want {
		t.Errorf("gone are\n%s\nwant\n%s", got, want)
	}
	comparison = b.Compare(now[:1], everywhere("prod", "dev"), func(rule string) bool { return rule == "a" })
	if got := messages(comparison.Gone); !strings.Contains(got, "a of k in prod/main.tf occurs 1 times, not 2") || strings.Contains(got, "b of") {
		t.Errorf("gone are\n%s", got)
	}
	// Nothing is said of units whose findings are not all reported.
	comparison = b.Compare(nil, func(unit string) (bool, bool) { return unit == "dev", true }, every)
	if got := messages(comparison.Gone); strings.Contains(got, "prod") || !strings.Contains(got, "dev") {
		t.Errorf("gone are\n%s", got)
	}
}

// TestBaselineOfMovedUnits compares after a folder has another name.
func TestBaselineOfMovedUnits(t *testing.T) {
	b := reread(t, NewBaseline([]Finding{of("a", "old", "k", 1), of("b", "old", "k", 1)}))
	moved := []Finding{of("a", "new", "k", 3), of("a", "other", "k", 3)}
	comparison := b.Compare(moved, everywhere("new", "other"), every)
	if titles(comparison.Known) != "a k@3" || len(comparison.New) != 1 || messages(comparison.Gone) != "baseline.json:13:5: b of k in old/main.tf no longer occurs" {
		t.Errorf("comparison is %+v", comparison)
	}
	// Where the old one is still there, the new one has defects of its own.
	comparison = b.Compare(moved, everywhere("new", "other", "old"), every)
	if len(comparison.Known) > 0 || len(comparison.New) != 2 {
		t.Errorf("comparison is %+v", comparison)
	}
}

// TestBaselineOfCauses compares findings that stand for several places.
func TestBaselineOfCauses(t *testing.T) {
	x, y, z := of("a", "prod", "x", 1), of("a", "prod", "y", 2), of("a", "prod", "z", 3)
	b := reread(t, NewBaseline([]Finding{Merge([]Finding{x, y})}))
	if len(b.Entries) != 2 {
		t.Errorf("entries are %+v", b.Entries)
	}
	comparison := b.Compare([]Finding{Merge([]Finding{z, y})}, everywhere("prod"), every)
	if titles(comparison.New) != "a z@3" || titles(comparison.Known) != "a y@2" || len(comparison.Gone) != 1 {
		t.Errorf("comparison is %+v", comparison)
	}
	// Several paths to one place are one finding, however many there are.
	again := y
	again.Paths, again.Location = []string{"p"}, at("prod/main.tf", 9)
	comparison = b.Compare([]Finding{Merge([]Finding{x, y, again})}, everywhere("prod"), every)
	if len(comparison.New) > 0 || len(comparison.Known) != 1 {
		t.Errorf("comparison is %+v", comparison)
	}
}

// TestBaselineBytes asserts that neither the order of findings nor their lines
// change a baseline.
func TestBaselineBytes(t *testing.T) {
	findings := []Finding{of("a", "prod", "k", 1), of("b", "dev", "k", 1), of("a", "dev", "k", 9)}
	first, err := NewBaseline(findings).JSON()
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(findings)
	for i := range findings {
		findings[i].Location.Line += 10
	}
	second, err := NewBaseline(findings).JSON()
	if err != nil || string(first) != string(second) {
		t.Errorf("the baselines are\n%s\n%s\n%v", first, second, err)
	}
	if empty, err := NewBaseline(nil).JSON(); err != nil || string(empty) != "{\n  \"schemaVersion\": 1,\n  \"findings\": []\n}\n" {
		t.Errorf("the empty baseline is %s: %v", empty, err)
	}
}

func TestWrongBaselines(t *testing.T) {
	entry := `{"rule": "a", "file": "p", "unit": "u", "fingerprint": "f", "count": 1}`
	for text, want := range map[string]string{
		"":                                      "b.json:1:1: not valid JSON: unexpected end of file where a value is expected",
		"<<<<<<< HEAD":                          "b.json:1:1: not valid JSON: unexpected '<' where a value is expected",
		"[]":                                    `b.json:1:1: not a baseline: expected {"schemaVersion": 1, "findings": [...]}`,
		`{"schemaVersion": 1}`:                  `b.json:1:1: not a baseline: expected {"schemaVersion": 1, "findings": [...]}`,
		`{"schemaVersion": 2, "findings": []}`:  "b.json:1:19: not a baseline: schemaVersion is 2; this program knows 1",
		`{"schemaVersion": 1, "findings": {}}`:  `b.json:1:1: not a baseline: expected {"schemaVersion": 1, "findings": [...]}`,
		`{"schemaVersion": 1, "findings": [1]}`: "b.json:1:35: not a baseline: an entry needs a rule, a file, a unit, a fingerprint and a count",
		`{"schemaVersion": 1, "findings": [` + entry + `, {"rule": "a", "fingerprint": "f", "count": 1}]}`: "b.json:1:108: not a baseline: an entry needs a rule, a file, a unit, a fingerprint and a count",
		`{"schemaVersion": 1, "findings": [` + strings.Replace(entry, "1", "0", 1) + `]}`:                  "b.json:1:104: not a baseline: count is no number above 0",
		`{"schemaVersion": 1, "findings": [` + strings.Replace(entry, "1", `"x"`, 1) + `]}`:                "b.json:1:104: not a baseline: count is no number above 0",
		`{"schemaVersion": 1, "findings": [` + entry + `, ` + entry + `]}`:                                 "b.json:1:108: not a baseline: the entry is written in line 1 already",
		`{"schemaVersion": 1, "findings": [` + strings.Replace(entry, "1", `"1"`, 1) + `]}`:                "b.json:1:104: not a baseline: count is no number above 0",
		`{"schemaVersion": 1, "findings": [` + strings.Replace(entry, `"u"`, `7`, 1) + `]}`:                "b.json:1:70: not a baseline: unit is no text",
		`{"schemaVersion": 1, "findings": [` + strings.Replace(entry, `"unit"`, `"unite"`, 1) + `]}`:       "b.json:1:62: not a baseline: there is no member unite",
		`{"schemaVersion": 1, "findings": [], "findings": []}`:                                             "b.json:1:38: not a baseline: findings is written twice",
		`{"schemaVersion": "1", "findings": []}`:                                                           "b.json:1:19: not a baseline: schemaVersion is no number",
	} {
		_, err := ReadBaseline(source.NewFile("b.json", []byte(text)))
		if got := fmt.Sprint(err); got != want {
			t.Errorf("%s: the error is\n%s\nwant\n%s", text, got, want)
		}
	}
}

func FuzzReadBaseline(f *testing.F) {
	f.Add([]byte(`{"schemaVersion": 1, "findings": [{"rule": "a", "file": "p", "unit": "u", "fingerprint": "f", "count": 1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := ReadBaseline(source.NewFile("b.json", text))
		if (b == nil) != (err != nil) {
			t.Errorf("%q gives %v and %v", text, b, err)
		}
		if b != nil {
			b.Compare([]Finding{of("a", "u", "k", 1)}, everywhere(), every)
		}
	})
}
