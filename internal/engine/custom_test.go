package engine

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
)

const customHeader = `# METADATA
# title: A title
# description: A description
# custom:
#   level: warning
#   subject: document
package custom["r"]
`

func oneRule(body string) fs.FS { return fstest.MapFS{"r.rego": {Data: []byte(customHeader + body)}} }

const reporting = `report contains {"message": "found", "node": input.id}`

func TestCustomRulesReportBesideOthers(t *testing.T) {
	e, err := New(testRules(map[string]string{"one": header + `package rules["one"]
report contains {"message": "x", "node": input.id, "path": "", "related": []}`}), Folder{Name: "mine", Files: oneRule(reporting)})
	if err != nil {
		t.Fatal(err)
	}
	reports, diagnostics := e.Reports(context.Background(), twoPolicies(t))
	if len(reports) != 4 || len(diagnostics) != 0 || reports[2] != (Report{Rule: "r", Node: "u#a", Message: "found"}) {
		t.Errorf("reports = %+v, diagnostics = %+v", reports, diagnostics)
	}
}

func TestCustomRuleThatFailsIsNamedAndOthersReport(t *testing.T) {
	files := fstest.MapFS{
		"good.rego": {Data: []byte(customHeader + reporting)},
		"bad.rego":  {Data: []byte(strings.Replace(customHeader, `"r"`, `"bad"`, 1) + `report contains {"message": "x", "node": input.id} if to_number("x") == 1`)},
	}
	e, err := New(testRules(nil), Folder{Name: "mine", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	findings, diagnostics := e.Run(context.Background(), twoPolicies(t), nil)
	if len(findings) != 2 || findings[0].Rule != "r" {
		t.Errorf("findings = %+v", findings)
	}
	if len(diagnostics) != 1 || !strings.Contains(diagnostics[0].Message, "the rule bad failed") || diagnostics[0].Severity != source.Error {
		t.Errorf("diagnostics = %+v", diagnostics)
	}
}

func TestCustomRulesAreReadStrictly(t *testing.T) {
	replaced := func(old, new string) fs.FS {
		text := strings.Replace(customHeader+reporting, old, new, 1)
		if text == customHeader+reporting {
			t.Fatalf("there is no %q", old)
		}
		return fstest.MapFS{"r.rego": {Data: []byte(text)}}
	}
	tests := map[string]struct {
		files fs.FS
		want  string
	}{
		"no title":           {replaced("# title: A title\n", ""), "mine/r.rego:1:1: METADATA has no title"},
		"no description":     {replaced("# description: A description\n", ""), "mine/r.rego:1:1: METADATA has no description"},
		"no level":           {replaced("#   level: warning\n", ""), "mine/r.rego:1:1: custom.level is missing"},
		"no subject":         {replaced("#   subject: document\n", ""), "mine/r.rego:1:1: custom.subject is missing"},
		"unknown level":      {replaced("warning", "fatal"), `mine/r.rego:5:1: custom.level "fatal" is not note, warning or error`},
		"unknown subject":    {replaced("document", "policy"), `mine/r.rego:6:1: custom.subject "policy" is none of path, grant, document, `},
		"unknown field":      {replaced("level", "severity"), "mine/r.rego:5:1: custom.severity is not known"},
		"reports":            {replaced("document", "document\n#   reports: [no-identity]"), "mine/r.rego:7:1: custom.reports is for the rules of the program"},
		"needs":              {replaced("document", "document\n#   needs: [problems=yes]"), "mine/r.rego:7:1: custom.needs is for the rules of the program"},
		"weakness":           {replaced("document", "document\n#   cwe: [\"732\"]"), `mine/r.rego:7:1: custom.cwe holds "732", which is no number of a weakness`},
		"severity":           {replaced("document", "document\n#   tags: [security]\n#   security_severity: \"11\""), `mine/r.rego:8:1: custom.security_severity "11" is not a number`},
		"precision":          {replaced("document", "document\n#   precision: exact"), `mine/r.rego:7:1: custom.precision "exact" is not very-high, `},
		"broken METADATA":    {replaced("level: warning", "level: [warning"), "mine/r.rego:"},
		"no METADATA":        {fstest.MapFS{"r.rego": {Data: []byte("package custom[\"r\"]\n" + reporting)}}, "mine/r.rego:1:1: the package has no METADATA"},
		"METADATA twice":     {fstest.MapFS{"a.rego": {Data: []byte(customHeader + reporting)}, "b.rego": {Data: []byte(customHeader + reporting)}}, "mine/b.rego:1:1: the rule r has METADATA already, at mine/a.rego:1:1"},
		"another package":    {replaced(`custom["r"]`, `rules["r"]`), "the package rules.r is not below custom"},
		"package custom":     {replaced(`custom["r"]`, `custom`), "the package custom is not below custom"},
		"deep package":       {replaced(`custom["r"]`, `custom.team.r`), "the package custom.team.r is too deep"},
		"name in snake case": {replaced(`custom["r"]`, `custom.bucket_name`), `write lower case words with hyphens, for example package custom["bucket-name"]`},
		"name of another":    {replaced(`custom["r"]`, `custom["one"]`), "mine/r.rego:7:1: a rule of originkey has the name one already"},
		"no report":          {replaced("report contains", "deny contains"), "mine/r.rego:7:1: the rule r reports nothing"},
		"report is no set":   {replaced("report contains", "report :="), "mine/r.rego:8:1: report has to be a set of results"},
		"syntax":             {replaced("report contains", "report kontains"), "mine/r.rego:8:"},
		"unused import":      {replaced(reporting, "import data.lib.path\n"+reporting), "mine/r.rego:8:1: import data.lib.path unused"},
		"unknown function":   {replaced(reporting, reporting+" if nothing(1)"), "mine/r.rego:8:"},
		"no such library":    {replaced(reporting, "import data.lib.path\n"+reporting+" if path.nothing"), "mine/r.rego:9:59: there is no data.lib.path.nothing"},
		"no such package":    {replaced(reporting, reporting+" if data.custom.nothing.x"), "mine/r.rego:8:59: there is no data.custom.nothing"},
		"no such data":       {replaced(reporting, reporting+" if data.nodes[input.id]"), "mine/r.rego:8:59: there is no data.nodes"},
		"no such member":     {replaced(reporting, reporting+" if data.graph.fact[input.id]"), "mine/r.rego:8:59: there is no data.graph.fact; graph has nodes, out, in, facts"},
		"no such input":      {replaced(reporting, reporting+` if input.kid == "document"`), "mine/r.rego:8:59: there is no input.kid; input has id, kind"},
		"override":           {fstest.MapFS{"r.rego": {Data: []byte("package originkey\n\nresults[name] contains 1 if name := \"x\"")}}, "the package originkey is not below custom"},
		"no rules":           {fstest.MapFS{"README.md": {Data: []byte("#")}}, "mine: there are no rules in this folder"},
		"only tests":         {fstest.MapFS{"r_test.rego": {Data: []byte("package custom[\"r_test\"]\n")}}, "mine: there are no rules in this folder"},
	}
	one := testRules(map[string]string{"one": header + `package rules["one"]
report contains {"message": "x", "node": input.id, "path": "", "related": []}`})
	one["lib/path.rego"] = &fstest.MapFile{Data: []byte("package lib.path\n\nsubject := data.graph.nodes[input.id]\n")}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := New(one, Folder{Name: "mine", Files: test.files})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
}

func TestRulesOfTwoFoldersHaveDifferentNames(t *testing.T) {
	_, err := New(testRules(nil), Folder{Name: "mine", Files: oneRule(reporting)}, Folder{Name: "yours", Files: oneRule(reporting)})
	if err == nil || !strings.Contains(err.Error(), "yours/r.rego:7:1: a rule of another folder has the name r already") {
		t.Errorf("error is %v", err)
	}
}

func TestCustomRulesShareALibraryAndFiles(t *testing.T) {
	files := fstest.MapFS{
		"r.rego":        {Data: []byte(customHeader + "import data.custom.lib.words\n\n" + `report contains {"message": words.found, "node": node}`)},
		"part.rego":     {Data: []byte("package custom[\"r\"]\n\nnode := input.id\n")},
		"lib/word.rego": {Data: []byte("package custom.lib.words\n\nfound := \"shared\"\n")},
		"r_test.rego":   {Data: []byte("this is not even Rego")},
	}
	e, err := New(testRules(nil), Folder{Name: "mine", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	if reports, _ := e.Reports(context.Background(), twoPolicies(t)); len(reports) != 2 || reports[0].Message != "shared" {
		t.Errorf("reports = %+v", reports)
	}
}

func TestResultsOfCustomRulesAreChecked(t *testing.T) {
	for result, want := range map[string]string{
		`"text"`:             "is not an object",
		`{"node": input.id}`: "has no message",
		`{"message": "x"}`:   "does not exist",
		`{"message": "x", "node": input.id, "file": "main.tf"}`:                `has the member "file"`,
		`{"message": 1, "node": input.id}`:                                     `"message" of a result is of the wrong type`,
		`{"message": "x", "node": input.id, "suggestion": {"statements": []}}`: "a suggestion is not an object with the text advice alone",
		`{"message": "x", "node": input.id, "suggestion": {"advice": 1}}`:      "a suggestion is not an object with the text advice alone",
		`{"message": "x", "node": input.id, "suggestion": "do"}`:               `"suggestion" of a result is of the wrong type`,

		`{"message": "x", "node": input.id, "related": ["f.tf"]}`:                                 "an element of related is not an object with node",
		`{"message": "x", "node": input.id, "related": [{"message": "x"}]}`:                       `an element of related names the node "", which does not exist`,
		`{"message": "x", "node": input.id, "related": [{"node": "nowhere"}]}`:                    `an element of related names the node "nowhere", which does not exist`,
		`{"message": "x", "node": input.id, "related": [{"node": input.id, "line": 1}]}`:          `an element of related has the member "line"`,
		`{"message": "x", "node": input.id, "related": [{"node": input.id, "path": 1}]}`:          `the member "path" of an element of related is of the wrong type`,
		`{"message": sprintf("x %d", [i]), "node": input.id} if some i in numbers.range(1, 1001)`: "has 1001 results for one document; more than 1000 are refused",
	} {
		e, err := New(testRules(nil), Folder{Name: "mine", Files: oneRule("report contains " + result)})
		if err != nil {
			t.Fatal(err)
		}
		_, diagnostics := e.Run(context.Background(), twoPolicies(t), nil)
		if len(diagnostics) == 0 || !strings.HasPrefix(diagnostics[0].Message, "the rule r ") || !strings.Contains(diagnostics[0].Message, want) || diagnostics[0].Location.String() != "mine/r.rego:7:1" {
			t.Errorf("%s: diagnostics are %+v, want %q", result, diagnostics, want)
		}
	}
}

// TestResourcesAreSubjectsWhereARuleAsks asserts that only what the input defines is
// judged, and that nobody pays for it who does not ask.
func TestResourcesAreSubjectsWhereARuleAsks(t *testing.T) {
	b := graph.NewBuilder()
	b.AddUnit(graph.Unit{ID: "u", Path: ".", Language: graph.Terraform})
	for _, node := range []*graph.Node{
		{ID: "u#written", Kind: graph.Bucket, Unit: "u", Address: "written", Location: source.Location{File: "f.tf", Line: 1, Column: 1}},
		{ID: "u#elsewhere", Kind: graph.Bucket, Unit: "u", Address: "elsewhere", External: "it is a data source"},
		{ID: "u#assumed", Kind: graph.Bucket, Unit: "u", Address: "assumed", Assumed: "it is taken to be there"},
		{ID: "u#key", Kind: graph.Key, Unit: "u", Address: "key"},
	} {
		if err := b.AddNode(node); err != nil {
			t.Fatal(err)
		}
	}
	r := &facts.Result{Graph: b.Freeze()}

	without, err := New(testRules(nil))
	if err != nil {
		t.Fatal(err)
	}
	if subjects := without.subjects(r); len(subjects) != 0 {
		t.Errorf("without a rule that asks, subjects are %v", subjects)
	}
	files := fstest.MapFS{"r.rego": {Data: []byte(strings.Replace(customHeader, "document", "bucket", 1) + reporting)}}
	with, err := New(testRules(nil), Folder{Name: "mine", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	reports, diagnostics := with.Reports(context.Background(), r)
	if len(reports) != 1 || reports[0].Node != "u#written" || len(diagnostics) != 0 {
		t.Errorf("reports = %+v, diagnostics = %+v", reports, diagnostics)
	}
}

// FuzzCustomRule reads what a user may write into a folder of rules. What compiles is
// not run here: it may be meant to take long.
func FuzzCustomRule(f *testing.F) {
	f.Add(customHeader + reporting)
	f.Add(strings.Replace(customHeader, "document", "path", 1) + "import data.lib.paths\n\n" + reporting)
	f.Add("package custom.lib.words\n\nfound := \"x\"\n")
	f.Add("# METADATA\n# scope: package\n# title: [1]\n# custom: {level: 1}\npackage custom[\"r\"]\n")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := New(testRules(nil), Folder{Name: "mine", Files: fstest.MapFS{"r.rego": {Data: []byte(text)}}})
		var wrong *RuleError
		if err != nil && !errors.As(err, &wrong) {
			t.Errorf("the error is of the type %T: %v", err, err)
		}
		if err == nil && len(e.Rules()) > 1 {
			t.Errorf("one file is %d rules", len(e.Rules()))
		}
	})
}
