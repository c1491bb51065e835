package engine

import (
	"context"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
	"github.com/originkey/originkey/rules"
)

// TestRego runs the tests beside the rules.
func TestRego(t *testing.T) {
	modules := map[string]*ast.Module{}
	err := fs.WalkDir(os.DirFS("../../rules"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".rego" {
			return err
		}
		content, err := os.ReadFile("../../rules/" + name)
		if err != nil {
			return err
		}
		module, err := ast.ParseModule(name, string(content))
		modules[name] = module
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	results, err := tester.NewRunner().SetModules(modules).RunTests(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]bool{}
	for result := range results {
		tested[strings.TrimSuffix(strings.TrimPrefix(result.Package, `data.rules["`), `_test"]`)] = true
		if !result.Pass() {
			t.Errorf("%s: %s: %v", result.Location, result.Name, result.Error)
		}
	}
	for _, rule := range embedded(t).Rules() {
		if !tested[rule.Name] {
			t.Errorf("%s has no Rego test", rule.Name)
		}
	}
}

func embedded(t testing.TB) *Engine {
	t.Helper()
	e, err := New(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEveryCodeHasOneRule(t *testing.T) {
	codes := slices.Concat(facts.BlockingCodes, facts.UploadCodes)
	for _, code := range codes {
		var reporting []string
		for _, rule := range embedded(t).Rules() {
			if slices.Contains(rule.Reports, code) {
				reporting = append(reporting, rule.Name)
			}
		}
		if len(reporting) != 1 {
			t.Errorf("%s is reported by %v", code, reporting)
		}
	}
	for _, rule := range embedded(t).Rules() {
		for _, code := range rule.Reports {
			if !slices.Contains(codes, code) {
				t.Errorf("%s reports %s, which no fact has", rule.Name, code)
			}
		}
	}
}

func TestSecurityRulesAreGrantRules(t *testing.T) {
	for _, rule := range embedded(t).Rules() {
		security := rule.SecuritySeverity != ""
		if security != slices.Contains(rule.Tags, "security") || security != (len(rule.CWE) > 0) {
			t.Errorf("%s: tag security, severity and CWE go together", rule.Name)
		}
		if security && rule.Subject != "grant" {
			t.Errorf("%s: a missing grant is no security defect", rule.Name)
		}
	}
}

const header = `# METADATA
# title: A title
# description: |
#   ## What it does
#   ## Why is this bad?
#   ## Example
#   ## Use instead
# related_resources:
#   - ref: https://example.com/
# custom:
#   level: error
#   subject: document
#   reports: []
#   since: 0.1.0
#   tags: [test]
#   precision: high
`

func testRules(modules map[string]string) fstest.MapFS {
	files := fstest.MapFS{}
	for _, name := range []string{"main.rego", "conftest.rego"} {
		text, err := fs.ReadFile(rules.FS, name)
		if err != nil {
			panic(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	for name, text := range modules {
		files[name+"/rule.rego"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func TestMetadataIsReadStrictly(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"unknown field":     {strings.Replace(header, "level:", "lvl:", 1) + `package rules["r"]`, "custom.lvl is not known"},
		"missing field":     {strings.Replace(header, "#   level: error\n", "", 1) + `package rules["r"]`, "custom.level is missing"},
		"unknown level":     {strings.Replace(header, "level: error", "level: fatal", 1) + `package rules["r"]`, "is not note, warning or error"},
		"missing heading":   {strings.Replace(header, "## Example", "## Sample", 1) + `package rules["r"]`, "no section"},
		"wrong package":     {header + `package rules["q"]`, "its package is rules.q"},
		"no metadata":       {`package rules["r"]`, "has no METADATA"},
		"unknown option":    {strings.Replace(header, "precision: high", "precision: high\n#   only_with: show-all", 1) + `package rules["r"]`, "custom.only_with"},
		"unknown precision": {strings.Replace(header, "precision: high", "precision: highest", 1) + `package rules["r"]`, "custom.precision \"highest\" is not very-high, high, medium, low"},
		"capital tag":       {strings.Replace(header, "tags: [test]", "tags: [Test]", 1) + `package rules["r"]`, "is not in lower case"},
		"too many tags":     {strings.Replace(header, "tags: [test]", "tags: [a, b, c, d, e, f, g, h, i, j, k]", 1) + `package rules["r"]`, "have 11 entries together"},
		"weakness alone":    {strings.Replace(header, "precision: high", "precision: high\n#   cwe: [CWE-732]", 1) + `package rules["r"]`, "are for rules with the tag security"},
		"odd weakness":      {strings.Replace(header, "tags: [test]", "tags: [security]\n#   cwe: [cwe-732]\n#   security_severity: \"5.0\"", 1) + `package rules["r"]`, "is no number of a weakness"},
		"odd severity":      {strings.Replace(header, "tags: [test]", "tags: [security]\n#   cwe: [CWE-732]\n#   security_severity: \"11\"", 1) + `package rules["r"]`, "is not a number above 0"},
		"list of no texts":  {strings.Replace(header, "tags: [test]", "tags: [1]", 1) + `package rules["r"]`, "is not a list of texts"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := New(testRules(map[string]string{"r": test.text}))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
}

// twoPolicies is a graph of two policies that are subjects.
func twoPolicies(t testing.TB) *facts.Result {
	t.Helper()
	b := graph.NewBuilder()
	b.AddUnit(graph.Unit{ID: "u", Path: ".", Language: graph.Terraform})
	r := &facts.Result{Facts: map[string]facts.Facts{}, Keys: map[string]string{}}
	for i, name := range []string{"a", "b"} {
		node := &graph.Node{
			ID: "u#" + name, Kind: graph.Policy, Unit: "u", Address: name, Location: source.Location{File: "f.tf", Line: int32(i + 1), Column: 1, EndLine: int32(i + 1), EndColumn: 5},
			Attributes: graph.AttributesOf(map[string]value.Value{"role": value.Text(graph.KeyPolicy, source.Location{})}),
		}
		if err := b.AddPolicy(node); err != nil {
			t.Fatal(err)
		}
		r.Subjects = append(r.Subjects, facts.Subject{ID: node.ID, Kind: facts.DocumentSubject})
		r.Facts[node.ID] = facts.Facts{{Name: facts.Problems, Fact: facts.Fact{Verdict: iam.No}}}
	}
	r.Graph = b.Freeze()
	return r
}

func TestFailingRuleIsNamedAndOthersReport(t *testing.T) {
	e, err := New(testRules(map[string]string{
		"good": header + `package rules["good"]
report contains {"message": "found", "node": input.id, "path": "", "related": []}`,
		"bad": header + `package rules["bad"]
report contains {"message": "never", "node": input.id, "path": "", "related": []} if to_number("x") == 1`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	findings, diagnostics := e.Run(context.Background(), twoPolicies(t), nil)
	if len(findings) != 2 || findings[0].Rule != "good" || findings[0].Location.Line != 1 {
		t.Errorf("findings = %+v", findings)
	}
	if len(diagnostics) != 1 || !strings.Contains(diagnostics[0].Message, "the rule bad failed") {
		t.Errorf("diagnostics = %+v", diagnostics)
	}
}

func TestRuleWaitsForItsOption(t *testing.T) {
	waiting := strings.Replace(header, "precision: high", "precision: high\n#   only_with: show-undecided", 1)
	e, err := New(testRules(map[string]string{"one": waiting + `package rules["one"]
report contains {"message": "same", "node": input.id, "path": "", "related": []}`}))
	if err != nil {
		t.Fatal(err)
	}
	if findings, _ := e.Run(context.Background(), twoPolicies(t), nil); len(findings) != 0 {
		t.Errorf("without the option the findings are %+v", findings)
	}
	if findings, _ := e.Run(context.Background(), twoPolicies(t), nil, "show-undecided"); len(findings) != 2 {
		t.Errorf("with the option the findings are %+v", findings)
	}
}

func TestEqualReportsAreMerged(t *testing.T) {
	e, err := New(testRules(map[string]string{"one": header + `package rules["one"]
report contains {"message": "same", "node": "u#a", "path": "", "related": [{"node": input.id, "path": "", "message": "seen from"}]}`}))
	if err != nil {
		t.Fatal(err)
	}
	findings, _ := e.Run(context.Background(), twoPolicies(t), nil)
	if len(findings) != 1 || len(findings[0].Related) != 2 {
		t.Fatalf("findings = %+v", findings)
	}
	if got := findings[0].Related[1].Message; got != "seen from b" {
		t.Errorf("related = %q", got)
	}
	if findings[0].Level != finding.Error || findings[0].Fingerprint == "" {
		t.Errorf("finding = %+v", findings[0])
	}
}

func TestResultsThatBreakTheContractAreReported(t *testing.T) {
	e, err := New(testRules(map[string]string{"one": header + `package rules["one"]
report contains {"message": "x", "node": "nowhere", "path": "", "related": []}`}))
	if err != nil {
		t.Fatal(err)
	}
	_, diagnostics := e.Run(context.Background(), twoPolicies(t), nil)
	if len(diagnostics) != 1 || !strings.Contains(diagnostics[0].Message, "does not exist") {
		t.Errorf("diagnostics = %+v", diagnostics)
	}
}

// TestRulesAreAskedWhereTheyMayReport counts the subjects that rules are asked about. The
// account's root has every action on nearly every key, which is nobody's mistake.
func TestRulesAreAskedWhereTheyMayReport(t *testing.T) {
	asked := func(names string) (rules []string) {
		var known facts.Facts
		for _, name := range []string{
			facts.NamesCloudFront, facts.NamesOAI, facts.NamesEveryone, facts.RestrictsWho, facts.VoidConditions, facts.Inverted,
			facts.MalformedOAI, facts.EveryBucket, facts.OtherAccounts,
		} {
			known.Set(name, facts.Fact{Verdict: iam.No})
		}
		for _, name := range []string{facts.AllowsDecrypt, facts.ExcessActions, facts.AdmitsOtherDistributions, names} {
			known.Set(name, facts.Fact{Verdict: iam.Yes})
		}
		r := &facts.Result{
			Graph: graph.NewBuilder().Freeze(), Subjects: []facts.Subject{{ID: "s", Kind: facts.StatementSubject}},
			Facts: map[string]facts.Facts{"s": known},
		}
		pending, needed := newRun(embedded(t), r, nil).pending()
		for _, c := range pending {
			rules = append(rules, c.rules...)
		}
		if !slices.Equal(rules, needed) {
			t.Errorf("asked are %q, and needed %q", rules, needed)
		}
		return rules
	}
	if rules := asked(facts.AllowsDecrypt); len(rules) > 0 {
		t.Errorf("%q are asked about the account's root", rules)
	}
	for _, names := range []string{facts.NamesCloudFront, facts.NamesOAI} {
		rules := asked(names)
		if !slices.Contains(rules, "excess-key-actions") {
			t.Errorf("%s: only %q are asked", names, rules)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		embedded(b)
	}
}

func BenchmarkRun(b *testing.B) {
	e, r := embedded(b), twoPolicies(b)
	for b.Loop() {
		e.Run(context.Background(), r, nil)
	}
}
