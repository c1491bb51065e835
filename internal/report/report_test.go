package report

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// The vectors are those of GitHub's algorithm as described in codeql-action's
// fingerprints.ts; tabs, spaces and CRLF do not count.
func TestLineHashes(t *testing.T) {
	tests := map[string]string{
		"":          "c129715d7a2bc9a3:1",
		"key = 1\n": "e830550ae8b9bf8:1 c129715d7a2bc9a3:1",
		"resource \"aws_kms_key\" \"k\" {\n  policy = local.p\n}\n":       "25a9e83b1880313:1 dfca113dd21cacfe:1 32dce9ccfdbc9d3e:1 c129715d7a2bc9a3:1",
		"resource \"aws_kms_key\" \"k\" {\r\n\tpolicy = local.p\r\n}\r\n": "25a9e83b1880313:1 dfca113dd21cacfe:1 32dce9ccfdbc9d3e:1 c129715d7a2bc9a3:1",
		"a\na\na\n":           "e5109e06824fe778:1 ee4468fa4a9bc719:1 243cbaa4685aab12:1 c129715d7a2bc9a3:1",
		"\u00e9\U0001f600\nz": "d9c35f1d05dce06d:1 76dcabf80cb35c79:1",
	}
	for text, want := range tests {
		if got := strings.Join(lineHashes([]byte(text)), " "); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

func example() *Report {
	file := source.NewFile("infra/kms key.tf", []byte("resource \"aws_kms_key\" \"k\" {\n\tpolicy = local.é😀p # [x]\n}\n"))
	at := func(line, column, endColumn int) source.Location {
		return source.Location{File: file.Path, Line: int32(line), Column: int32(column), EndLine: int32(line), EndColumn: int32(endColumn)}
	}
	return &Report{
		Version: "1.2.3",
		Rules: []Rule{
			{Name: "any", Title: "Any", Description: "## What it does\nIt flags any.\n\n## Why is this bad?\nBecause.", HelpURL: "https://example.com/any", Level: finding.Warning, Tags: []string{"security"}, Precision: "high", CWE: []string{"CWE-441"}, SecuritySeverity: "5.5"},
			{Name: "missing", Title: "Missing", Description: "## What it does\nIt flags.\n\nMore.", HelpURL: "https://example.com/missing", Level: finding.Error, Tags: []string{"availability"}, Precision: "very-high"},
		},
		Findings: []finding.Finding{{
			Rule: "missing", Level: finding.Error, Message: "module.x[0].aws_kms_key.k does not allow it", Location: at(2, 2, 20), Address: "module.x[0].aws_kms_key.k", Fingerprint: "f00d",
			Related:    []finding.Related{{Location: at(1, 1, 10), Message: "the key module.x[0].aws_kms_key.k"}},
			Flow:       []finding.Related{{Location: at(1, 1, 10), Message: "step one"}, {Location: at(2, 2, 20), Message: "step two"}},
			Suggestion: &finding.Suggestion{Statement: map[string]any{"Effect": "Allow"}, Text: "statement {\n}", Advice: "add this"},
		}},
		Diagnostics: []source.Diagnostic{{Location: at(3, 1, 2), Severity: source.Error, Message: "broken"}, {Severity: source.Warning, Message: "no place"}},
		Files:       map[string]*source.File{file.Path: file},
		Blockers:    func(*facts.Path) []string { return []string{} },
	}
}

func write(t *testing.T, format string, r *Report, style Style) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, format, r, style); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func validate(t *testing.T, text string) {
	t.Helper()
	content, err := os.ReadFile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("sarif.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	log, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(log); err != nil {
		t.Errorf("the SARIF is not valid: %v", err)
	}
}

func TestSARIFIsValid(t *testing.T) {
	validate(t, write(t, "sarif", example(), Style{}))
	empty := example()
	empty.Findings, empty.Diagnostics = nil, nil
	empty.Category = "site"
	text := write(t, "sarif", empty, Style{})
	validate(t, text)
	if !strings.Contains(text, `"results": []`) {
		t.Error("a clean run has no empty list of results, which closes alerts")
	}
}

func TestSARIFKeepsTheRulesOfCodeScanning(t *testing.T) {
	var log struct {
		Runs []struct {
			ColumnKind string
			Tool       struct {
				Driver struct {
					SemanticVersion string
					Rules           []struct {
						ID, Name   string
						Help       struct{ Text, Markdown string }
						Properties map[string]any
					}
				}
			}
			Invocations []struct {
				ExecutionSuccessful        bool
				ToolExecutionNotifications []struct{ Message struct{ Text string } }
			}
			Results []struct {
				RuleID              string
				RuleIndex           int
				Message             struct{ Text string }
				PartialFingerprints map[string]string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
					}
				}
				RelatedLocations []struct {
					ID      int
					Message struct{ Text string }
				}
				CodeFlows []struct {
					ThreadFlows []struct{ Locations []any }
				}
			}
		}
	}
	text := write(t, "sarif", example(), Style{})
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if len(log.Runs) != 1 || run.ColumnKind != "utf16CodeUnits" || run.Tool.Driver.SemanticVersion != "1.2.3" {
		t.Errorf("run = %+v", run)
	}
	if len(run.Tool.Driver.Rules) != 2 || run.Tool.Driver.Rules[0].Properties["security-severity"] != "5.5" || run.Tool.Driver.Rules[0].Help.Text == "" {
		t.Errorf("rules = %+v", run.Tool.Driver.Rules)
	}
	tags, _ := run.Tool.Driver.Rules[0].Properties["tags"].([]any)
	if !slices.Contains(tags, any("external/cwe/cwe-441")) {
		t.Errorf("tags = %v", tags)
	}
	result := run.Results[0]
	if result.RuleID != run.Tool.Driver.Rules[result.RuleIndex].ID {
		t.Errorf("rule %s has index %d", result.RuleID, result.RuleIndex)
	}
	place := result.Locations[0].PhysicalLocation
	if place.ArtifactLocation.URI != "infra/kms%20key.tf" || place.Region.StartLine != 2 || place.Region.EndLine != 2 || place.Region.StartColumn != 2 || place.Region.EndColumn != 20 {
		t.Errorf("location = %+v", place)
	}
	if !strings.Contains(result.Message.Text, `[the key module.x\[0\].aws_kms_key.k](1)`) || result.RelatedLocations[0].ID != 1 {
		t.Errorf("message = %s", result.Message.Text)
	}
	if len(result.CodeFlows[0].ThreadFlows[0].Locations) != 2 {
		t.Error("the code flow does not walk the path")
	}
	if result.PartialFingerprints["primaryLocationLineHash"] != lineHashes(example().Files["infra/kms key.tf"].Bytes)[1] {
		t.Errorf("fingerprints = %v", result.PartialFingerprints)
	}
	if run.Invocations[0].ExecutionSuccessful || len(run.Invocations[0].ToolExecutionNotifications) != 2 {
		t.Errorf("invocations = %+v", run.Invocations)
	}
}

func TestCompactIsOneLineAFinding(t *testing.T) {
	text := write(t, "text", example(), Style{Compact: true})
	if want := "infra/kms key.tf:2:2: error: module.x[0].aws_kms_key.k does not allow it [missing]\n"; !strings.HasPrefix(text, want) {
		t.Errorf("text is\n%s", text)
	}
}

func TestColourOnlyWhereAsked(t *testing.T) {
	if strings.Contains(write(t, "text", example(), Style{}), "\x1b") {
		t.Error("colour without being asked")
	}
	if !strings.Contains(write(t, "text", example(), Style{Color: true}), "\x1b[1;31merror[missing]:") {
		t.Error("no colour")
	}
}

func TestJSONHasTheFieldsOfTheContract(t *testing.T) {
	var got map[string]any
	if err := json.Unmarshal([]byte(write(t, "json", example(), Style{})), &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"schemaVersion", "tool", "findings", "paths", "diagnostics"} {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
	first := got["findings"].([]any)[0].(map[string]any)
	for _, name := range []string{"rule", "level", "message", "file", "line", "column", "endLine", "endColumn", "address", "fingerprint", "related", "suggestion"} {
		if _, ok := first[name]; !ok {
			t.Errorf("findings[0].%s is missing", name)
		}
	}
}

func TestUnknownFormatIsAnError(t *testing.T) {
	if err := Write(&bytes.Buffer{}, "xml", example(), Style{}); err == nil {
		t.Error("no error")
	}
}

// A panic of one format is its error.
func TestPanicOfAFormat(t *testing.T) {
	broken := func(io.Writer, *Report, Style) error { panic("a mistake") }
	err := formatted(io.Discard, map[string]writer{"broken": broken}, "broken", &Report{}, Style{})
	if err == nil || !strings.HasPrefix(err.Error(), "write the report as broken: internal error, please report it: a mistake (internal/report.TestPanicOfAFormat") {
		t.Errorf("error is %v", err)
	}
}
