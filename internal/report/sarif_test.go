package report

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// A sarifOutput is what these tests look at of a report.
type sarifOutput struct {
	Runs []struct {
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct {
				Level     string
				Message   struct{ Text string }
				Locations []any
			}
		}
		Results []struct {
			RuleID       string
			Level        string
			Message      struct{ Text string }
			Suppressions *[]struct{ Kind, Justification string }
			Locations    []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           struct{ StartLine int }
				}
			}
			RelatedLocations []any
			CodeFlows        []struct {
				ThreadFlows []struct{ Locations []any }
			}
		}
	}
}

func writeLimited(t *testing.T, r *Report, limits sarifLimits) (sarifOutput, []byte) {
	t.Helper()
	var out bytes.Buffer
	if err := writeSARIF(&out, r, limits); err != nil {
		t.Fatal(err)
	}
	validate(t, out.String())
	var log sarifOutput
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	return log, out.Bytes()
}

func (o sarifOutput) notices() string {
	var all []string
	for _, notification := range o.Runs[0].Invocations[0].ToolExecutionNotifications {
		all = append(all, notification.Level+": "+notification.Message.Text)
	}
	return strings.Join(all, "\n")
}

// mixedLevels returns a report with one error among many warnings and notes.
func mixedLevels(n int) *Report {
	r := example()
	r.Diagnostics = nil
	first := r.Findings[0]
	first.Suggestion, first.Flow, first.Related = nil, nil, nil
	r.Findings = nil
	for i := range n {
		f := first
		f.Rule, f.Level = "any", finding.Warning
		if i%2 == 0 {
			f.Level = finding.Note
		}
		if i == n-1 {
			f.Rule, f.Level = "missing", finding.Error
		}
		f.Message = fmt.Sprintf("finding %d of %x", i, i*i*7919)
		f.Location.Line = int32(i%3 + 1)
		r.Findings = append(r.Findings, f)
	}
	return r
}

func TestSARIFKeepsTheMostSevereResults(t *testing.T) {
	limits := codeScanning
	limits.results = 4
	log, _ := writeLimited(t, mixedLevels(10), limits)
	var levels []string
	for _, result := range log.Runs[0].Results {
		levels = append(levels, result.Level)
	}
	slices.Sort(levels)
	if got := strings.Join(levels, " "); got != "error warning warning warning" {
		t.Errorf("the results are %s", got)
	}
	if want := "warning: the report shows 4 of 10 findings, the most severe ones: code scanning accepts no more."; log.notices() != want {
		t.Errorf("the notices are %q, want %q", log.notices(), want)
	}
	if !log.Runs[0].Invocations[0].ExecutionSuccessful {
		t.Error("nothing failed")
	}
}

func TestSARIFStaysBelowItsSize(t *testing.T) {
	limits := codeScanning
	limits.bytes = 8_000
	log, text := writeLimited(t, mixedLevels(2_000), limits)
	var compressed bytes.Buffer
	writer := gzip.NewWriter(&compressed)
	if _, err := writer.Write(text); err != nil || writer.Close() != nil {
		t.Fatal(err)
	}
	results := log.Runs[0].Results
	if compressed.Len() > limits.bytes || len(results) < 50 || len(results) == 2_000 {
		t.Errorf("%d results take %d bytes", len(results), compressed.Len())
	}
	if want := fmt.Sprintf("the report shows %d of 2000 findings", len(results)); !strings.Contains(log.notices(), want) {
		t.Errorf("the notices are %q", log.notices())
	}
}

func TestSARIFKeepsTheLimitsOfAResult(t *testing.T) {
	r := example()
	r.Diagnostics = nil
	for i := range 8 {
		at := r.Findings[0].Location
		at.Column = int32(i + 1)
		r.Findings[0].Related = append(r.Findings[0].Related, finding.Related{Location: at, Message: fmt.Sprintf("place %d", i)})
		r.Findings[0].Flow = append(r.Findings[0].Flow, finding.Related{Location: at, Message: fmt.Sprintf("step %d", i)})
	}
	limits := codeScanning
	limits.locations, limits.steps = 5, 3
	log, _ := writeLimited(t, r, limits)
	result := log.Runs[0].Results[0]
	if len(result.RelatedLocations) != 4 || len(result.CodeFlows[0].ThreadFlows[0].Locations) != 3 {
		t.Errorf("%d related locations, %d steps", len(result.RelatedLocations), len(result.CodeFlows[0].ThreadFlows[0].Locations))
	}
	if !strings.Contains(result.Message.Text, "There are 5 more.") {
		t.Errorf("the message is %s", result.Message.Text)
	}
	for _, want := range []string{"has 5 more related places than code scanning accepts", "has more steps than code scanning accepts"} {
		if !strings.Contains(log.notices(), want) {
			t.Errorf("the notices are %q, want one that %s", log.notices(), want)
		}
	}
}

func TestSARIFLeavesOutWhatIsSuppressed(t *testing.T) {
	r := example()
	accepted := r.Findings[0]
	accepted.Suppression = &finding.Suppression{Kind: finding.InSource, Justification: "until the migration"}
	r.Suppressed = append(r.Suppressed, accepted)
	log, text := writeLimited(t, r, codeScanning)
	if len(log.Runs[0].Results) != 1 || bytes.Contains(text, []byte("suppressions")) {
		t.Errorf("results = %+v", log.Runs[0].Results)
	}
	r.SARIFSuppressed = true
	log, _ = writeLimited(t, r, codeScanning)
	var suppressed []string
	for _, result := range log.Runs[0].Results {
		if result.Suppressions == nil {
			t.Fatal("a result says nothing about suppressions, although others do")
		}
		suppressed = append(suppressed, fmt.Sprint(*result.Suppressions))
	}
	slices.Sort(suppressed)
	if got := strings.Join(suppressed, " "); got != "[] [{inSource until the migration}]" {
		t.Errorf("suppressions are %s", got)
	}
}

// TestSARIFNamesNothingOutside asserts that no place outside of the repository
// becomes a location: an upload with one would be refused, or would show what only
// one machine has.
func TestSARIFNamesNothingOutside(t *testing.T) {
	r := example()
	f := &r.Findings[0]
	inside := f.Location
	outside := func(file string) source.Location {
		return source.Location{File: file, Line: 7, Column: 1, EndLine: 7, EndColumn: 2}
	}
	f.Location = outside("/home/someone/prod.tfvars")
	f.Related = []finding.Related{
		{Location: outside("../shared/prod.tfvars"), Message: "its value"},
		{Location: outside(".terraform/modules/site/main.tf"), Message: "in the module"},
		{Location: inside, Message: "the key"},
	}
	f.Flow = []finding.Related{{Location: outside("/etc/x.tf"), Message: "step one"}, {Location: inside, Message: "step two"}}
	r.Diagnostics = []source.Diagnostic{{Location: outside("/home/someone/prod.tfvars"), Severity: source.Warning, Message: "odd"}, {Location: source.Location{File: inside.File}, Severity: source.Error, Message: "cannot be read"}}
	// A finding that has no place in the repository at all.
	r.Findings = append(r.Findings, finding.Finding{Rule: "any", Level: finding.Warning, Message: "lost", Location: outside("/tmp/x.json")})
	log, text := writeLimited(t, r, codeScanning)
	results := log.Runs[0].Results
	if len(results) != 1 || results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI != uriOf(inside.File) || len(results[0].RelatedLocations) != 1 {
		t.Fatalf("results = %+v", results)
	}
	if want := "its value (prod.tfvars:7). in the module (.terraform/modules/site/main.tf:7). [the key](1)."; !strings.Contains(results[0].Message.Text, want) {
		t.Errorf("the message is %s", results[0].Message.Text)
	}
	if len(results[0].CodeFlows[0].ThreadFlows[0].Locations) != 1 {
		t.Error("a step is outside")
	}
	for _, secret := range []string{"/home", "/etc", "/tmp", ".."} {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("the report holds %s", secret)
		}
	}
	if !strings.Contains(log.notices(), "a finding of any has no place in the repository: lost") {
		t.Errorf("the notices are %s", log.notices())
	}
}

func TestURIs(t *testing.T) {
	tests := map[string]string{
		"main.tf":        "main.tf",
		"./a//b.tf":      "a/b.tf",
		"a b/#1?.tf":     "a%20b/%231%3F.tf",
		"100%/a%20b.tf":  "100%25/a%2520b.tf",
		"a:b.tf":         "a%3Ab.tf",
		"é/😀.tf":         "%C3%A9/%F0%9F%98%80.tf",
		`[x]{y}^|"<>\.t`: "%5Bx%5D%7By%7D%5E%7C%22%3C%3E%5C.t",
		"a@1_~-+=,.tf":   "a@1_~-+=,.tf",
		"\xff.tf":        "%FF.tf",
	}
	for name, want := range tests {
		if got := uriOf(name); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
}

func TestHelpIsPlainText(t *testing.T) {
	markdown := "## What it does\nIt flags `kms:*`, see [the page](https://example.com/a).\n\n## Example\n```hcl\n# a comment\n\nx = \"`y`\"\n```\n"
	want := "What it does\nIt flags kms:*, see the page (https://example.com/a).\n\nExample\n    # a comment\n\n    x = \"`y`\""
	if got := plain(markdown); got != want {
		t.Errorf("the text is\n%s\nwant\n%s", got, want)
	}
	if got := firstParagraph(markdown); got != "It flags kms:*, see the page (https://example.com/a)." {
		t.Errorf("the first paragraph is %q", got)
	}
	if got := shorten("é😀😀x", 5); got != "é😀…" {
		t.Errorf("shortened to %q", got)
	}
	if got := shorten("é😀x", 4); got != "é😀x" {
		t.Errorf("shortened to %q", got)
	}
}
