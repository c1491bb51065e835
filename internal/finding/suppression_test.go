package finding

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/source"
)

func at(file string, line int) source.Location {
	return source.Location{File: file, Line: int32(line), Column: 3, EndLine: int32(line), EndColumn: 9}
}

func lineOf(file string, line int) source.Location {
	return source.Location{File: file, Line: int32(line), Column: 1, EndLine: int32(line + 1), EndColumn: 1}
}

func rules(names ...string) []source.Text {
	var all []source.Text
	for i, name := range names {
		all = append(all, source.Text{Text: name, Location: at("ignore", i+1)})
	}
	return all
}

func always(Ignore, string) bool { return true }

// titles names findings: "rule address@line".
func titles(findings []Finding) string {
	var all []string
	for _, f := range findings {
		all = append(all, fmt.Sprintf("%s %s@%d", f.Rule, f.Address, f.Location.Line))
	}
	return strings.Join(all, "; ")
}

func messages(diagnostics []source.Diagnostic) string {
	var all []string
	for _, d := range diagnostics {
		all = append(all, fmt.Sprintf("%s: %s", d.Location, d.Message))
	}
	return strings.Join(all, "\n")
}

func TestIgnoresCover(t *testing.T) {
	f := Finding{
		Rule: "a", Location: at("infra/kms/main.tf", 7), Address: `module.site["x.y"].module.kms[0].aws_kms_key.k`,
		Unit: "infra/prod", Sid: "AllowAll", Anchor: at("infra/kms/main.tf", 4),
	}
	for name, test := range map[string]struct {
		ignore Ignore
		want   bool
	}{
		"rule alone":                   {Ignore{}, true},
		"its line":                     {Ignore{Within: lineOf(f.Location.File, 7)}, true},
		"the line above":               {Ignore{Within: lineOf(f.Location.File, 6)}, false},
		"the line below":               {Ignore{Within: lineOf(f.Location.File, 8)}, false},
		"the line of what it is about": {Ignore{Within: lineOf(f.Location.File, 4)}, true},
		"the line between":             {Ignore{Within: lineOf(f.Location.File, 5)}, false},
		"another file":                 {Ignore{Within: lineOf("main.tf", 7)}, false},
		"columns of one line":          {Ignore{Within: source.Location{File: f.Location.File, Line: 7, Column: 3, EndLine: 7, EndColumn: 4}}, true},
		"columns before":               {Ignore{Within: source.Location{File: f.Location.File, Line: 7, Column: 1, EndLine: 7, EndColumn: 3}}, false},
		"glob":                         {Ignore{File: "infra/**/*.tf"}, true},
		"other glob":                   {Ignore{File: "*.tf"}, false},
		"Sid":                          {Ignore{Sid: "AllowAll"}, true},
		"other Sid":                    {Ignore{Sid: "allowall"}, false},
		"address":                      {Ignore{Address: f.Address}, true},
		"every instance":               {Ignore{Address: "module.site.module.kms.aws_kms_key.k"}, true},
		"some instances":               {Ignore{Address: `module.site["x.y"].module.kms.aws_kms_key.k`}, true},
		"other instance":               {Ignore{Address: `module.site["x"].module.kms.aws_kms_key.k`}, false},
		"other index":                  {Ignore{Address: "module.site.module.kms[1].aws_kms_key.k"}, false},
		"part of the address":          {Ignore{Address: "module.site"}, false},
		"its unit":                     {Ignore{Address: "infra/prod#module.site.module.kms.aws_kms_key.k"}, true},
		"other unit":                   {Ignore{Address: "infra/dev#module.site.module.kms.aws_kms_key.k"}, false},
		"both":                         {Ignore{File: "infra/**", Sid: "other"}, false},
	} {
		test.ignore.Rules = rules("a")
		judgement := Suppress([]Finding{f}, []Ignore{test.ignore}, "2026-01-01", always)
		if got := len(judgement.Suppressed) == 1; got != test.want || len(judgement.Open) == len(judgement.Suppressed) {
			t.Errorf("%s: suppressed is %v", name, got)
		}
		if unused := len(judgement.Diagnostics) == 1; unused == test.want {
			t.Errorf("%s: it says %v", name, judgement.Diagnostics)
		}
	}
}

func TestSuppress(t *testing.T) {
	findings := []Finding{
		{Rule: "a", Address: "k", Location: at("main.tf", 1)},
		{Rule: "b", Address: "k", Location: at("main.tf", 2)},
		{Rule: "b", Address: "l", Location: at("main.tf", 3)},
	}
	judgement := Suppress(findings, []Ignore{
		{Rules: rules("a", "c"), Reason: "why", Kind: InSource, Location: at("main.tf", 9), Within: lineOf("main.tf", 1)},
		{Rules: rules("b"), Reason: "until then", Until: "2026-03-01", Kind: External, Address: "k"},
		{Rules: rules("b"), Reason: "it was", Until: "2026-02-28", Address: "l"},
	}, "2026-03-01", always)
	if got := titles(judgement.Open); got != "b l@3" {
		t.Errorf("open are %s", got)
	}
	if got := titles(judgement.Suppressed); got != "a k@1; b k@2" {
		t.Errorf("suppressed are %s", got)
	}
	if got := *judgement.Suppressed[0].Suppression; got != (Suppression{Kind: InSource, Justification: "why", Location: at("main.tf", 9)}) {
		t.Errorf("the suppression is %+v", got)
	}
	if got, want := messages(judgement.Diagnostics), "ignore:2:3: the suppression of c covers no finding: remove it\n"+
		"ignore:1:3: the suppression of b ended on 2026-02-28: what it covers counts again"; got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
	for _, f := range findings {
		if f.Suppression != nil {
			t.Error("the findings that were handed in have changed")
		}
	}
	judgement = Suppress(findings, []Ignore{{Rules: rules("a", "c")}}, "2026-03-01", func(_ Ignore, rule string) bool { return rule == "a" })
	if len(judgement.Diagnostics) > 0 {
		t.Errorf("it says %v of a rule that was not sought", judgement.Diagnostics)
	}
}

// TestSuppressSplitsCauses suppresses one of the places that one finding stands
// for: the others are still reported.
func TestSuppressSplitsCauses(t *testing.T) {
	merged := Merge([]Finding{
		{Rule: "a", Address: "x", Label: "x", Location: at("main.tf", 1), Paths: []string{"1"}, Related: []Related{{at("main.tf", 8), "key"}}},
		{Rule: "a", Address: "y", Label: "y", Location: at("main.tf", 2), Paths: []string{"2"}, Related: []Related{{at("main.tf", 8), "key"}, {at("main.tf", 9), "bucket"}}},
		{Rule: "a", Address: "y", Label: "y", Location: at("main.tf", 2), Paths: []string{"3"}, Related: []Related{{at("main.tf", 7), "origin"}}},
		{Rule: "a", Address: "z", Label: "z", Location: at("main.tf", 3), Paths: []string{"4"}},
	})
	if got, want := fmt.Sprint(merged.Paths, len(merged.Members)), "[1 2 3 4] 3"; got != want {
		t.Errorf("merged has %s, want %s", got, want)
	}
	var related []string
	for _, each := range merged.Related {
		related = append(related, fmt.Sprintf("%d %s", each.Location.Line, each.Message))
	}
	if want := []string{"8 key", "2 the same in y", "9 bucket", "7 origin", "3 the same in z"}; !slices.Equal(related, want) {
		t.Errorf("related are %q, want %q", related, want)
	}
	judgement := Suppress([]Finding{merged}, []Ignore{{Rules: rules("a"), Within: lineOf("main.tf", 1)}}, "", always)
	if titles(judgement.Open) != "a y@2" || fmt.Sprint(judgement.Open[0].Paths) != "[2 3 4]" || titles(judgement.Suppressed) != "a x@1" {
		t.Errorf("open are %+v, suppressed %+v", judgement.Open, judgement.Suppressed)
	}
	judgement = Suppress([]Finding{merged}, []Ignore{{Rules: rules("a"), File: "*.tf"}}, "", always)
	if len(judgement.Open) > 0 || len(judgement.Suppressed) != 1 || len(judgement.Suppressed[0].Members) != 3 {
		t.Errorf("open are %+v, suppressed %+v", judgement.Open, judgement.Suppressed)
	}
}

func TestRelevel(t *testing.T) {
	got := Relevel([]Finding{{Rule: "a", Level: Error}, {Rule: "b", Level: Error}, {Rule: "c", Level: Note}}, map[string]Level{"a": Note, "b": ""})
	if len(got) != 2 || got[0].Level != Note || got[1].Rule != "c" || got[1].Level != Note {
		t.Errorf("findings are %+v", got)
	}
}
