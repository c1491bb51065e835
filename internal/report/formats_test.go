package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
)

// hostile means something to every format.
const hostile = "a%b\r\n::error::c,d:e|f`g`<script>&\"'@user #1 https://example.com [h](i)\x1b[31m\u202e]]>"

func hostileReport() *Report {
	r := example()
	at := source.Location{File: hostile, Line: 2, Column: 3, EndLine: 2, EndColumn: 9}
	r.Findings = append(r.Findings, finding.Finding{
		Rule: "any", Level: finding.Warning, Message: hostile, Location: at, Address: hostile, Fingerprint: "f",
		Related:    []finding.Related{{Location: at, Message: hostile}},
		Suggestion: &finding.Suggestion{Text: "```\n" + hostile, Advice: hostile},
	})
	r.Diagnostics = append(r.Diagnostics, source.Diagnostic{Location: at, Severity: source.Error, Message: hostile})
	path := examplePath("a", facts.Unreadable, facts.Fact{Verdict: iam.No, Reasons: []facts.Reason{{Code: hostile, Text: hostile}}})
	path.Distribution.Address, path.Distribution.Location, path.BucketName, path.OriginID = hostile, at, hostile, hostile
	r.Paths = append(r.Paths, path)
	return r
}

func TestGitHubEscapes(t *testing.T) {
	lines := strings.SplitAfter(write(t, "github", hostileReport(), Style{}), "\n")
	want := "::warning file=a%25b%0D%0A%3A%3Aerror%3A%3Ac%2Cd%3Ae|f`g`<script>&\"'@user #1 https%3A//example.com [h](i)\x1b[31m\u202e]]>,line=2,endLine=2,col=3,endColumn=9,title=originkey%3A any::a%25b  ::error::c,d:e|f`g`<script>&\"'@user #1 https://example.com [h](i) [31m]]>%0A%0A"
	if !strings.HasPrefix(lines[4], want) {
		t.Errorf("the command is\n%s\nwant\n%s", lines[4], want)
	}
	for _, line := range lines {
		if line != "" && !strings.HasPrefix(line, "::") && line != "1 error, 1 warning; 1 path: 1 unreadable\n" {
			t.Errorf("a line is %q", line)
		}
	}
}

func TestGitHubSaysWhatItDoesNotShow(t *testing.T) {
	text := write(t, "github", many(11), Style{})
	if !strings.HasSuffix(text, "\nGitHub shows 10 of 11 errors as annotations of a step; all are in this log\n") {
		t.Errorf("the end is %q", text[len(text)-100:])
	}
}

func TestJUnitFailsAsTheProgramDoes(t *testing.T) {
	r := example()
	r.Findings[0].Paths = []string{"a"}
	r.Paths = []*facts.Path{
		examplePath("a", facts.Unreadable, facts.Fact{Verdict: iam.No}), examplePath("b", facts.Readable, facts.Fact{}),
		examplePath("c", facts.Undecided, facts.Fact{}), examplePath("d", facts.NotKMS, facts.Fact{}),
	}
	r.Paths[2].Unknowns = []string{"var.x has no value"}
	for level, want := range map[finding.Level]string{
		finding.Error: `<testsuites name="originkey" tests="7" failures="2" errors="1">`,
		"":            `<testsuites name="originkey" tests="7" failures="0" errors="1">`,
	} {
		r.FailOn = level
		text := write(t, "junit", r, Style{})
		if !strings.Contains(text, want) || !strings.Contains(text, "<skipped>undecided: var.x has no value</skipped>") || strings.Count(text, "<skipped>") != 3 {
			t.Errorf("failing on %q, want %s in\n%s", level, want, text)
		}
	}
}

// TestJUnitIsValid validates with libxml2 where it is installed. That the order of
// elements and the attributes are right is asserted over all examples in package
// fixtures.
func TestJUnitIsValid(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed")
	}
	r := hostileReport()
	r.FailOn = finding.Note
	for name, r := range map[string]*Report{"hostile": r, "example": example(), "empty": {}} {
		file := filepath.Join(t.TempDir(), "junit.xml")
		if err := os.WriteFile(file, []byte(write(t, "junit", r, Style{})), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(xmllint, "--noout", "--schema", "testdata/jenkins-junit.xsd", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestMarkdownMeansNothingElse(t *testing.T) {
	tests := map[string]string{
		"the key aws_kms_key.k does not":   "the key `aws_kms_key.k` does not",
		"ask @user, see #1 (GH-2).":        "ask `@user`, see `#1` (`GH-2`).",
		"see https://example.com/?a=b&c=d": "see `https://example.com/?a=b&c=d`",
		"www.example.com is a bucket":      "`www.example.com` is a bucket",
		"a|b":                              "<code>a&#124;b</code>",
		"a`b":                              "<code>a&#96;b</code>",
		`a\|b`:                             "<code>a&#92;&#124;b</code>",
		"<img src=x>":                      "`<img` `src=x>`",
		"1. one":                           "`1`. one",
		"it takes 2 of them":               "it takes 2 of them",
		"- one":                            "`-` one",
		"*a* _b_ ~~c~~":                    "`*a*` `_b_` `~~c~~`",
		":key: and $x$":                    "`:key`: and `$x$`",
		"a\r\n\r\n# b":                     "a `#` b",
		`"Allow CloudFront"`:               `"Allow CloudFront"`,
		"":                                 "",
	}
	for text, want := range tests {
		if got := markdownProse(text); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
	if got := fence("hcl", "a ```` b\n"); got != "`````hcl\na ```` b\n`````\n" {
		t.Errorf("the fence is %q", got)
	}
}

func TestMarkdownLinksToTheFiles(t *testing.T) {
	r := example()
	r.SourceURL = "https://example.com/blob/c0ffee/"
	if text := write(t, "markdown", r, Style{}); !strings.Contains(text, "[`infra/kms key.tf:2`](<https://example.com/blob/c0ffee/infra/kms%20key.tf#L2>)") {
		t.Errorf("no link in\n%s", text)
	}
}

func TestMarkdownIsAsShortAsAComment(t *testing.T) {
	r := many(3000)
	for i := range 1000 {
		path := examplePath(fmt.Sprint(i), facts.Unreadable, facts.Fact{Verdict: iam.No})
		path.Distribution.Address = strings.Repeat("é", 500)
		r.Paths = append(r.Paths, path)
		r.Diagnostics = append(r.Diagnostics, source.Diagnostic{Severity: source.Warning, Message: strings.Repeat("long ", 100)})
	}
	text := write(t, "markdown", r, Style{})
	if len(text) > commentLimit || len(text) < commentLimit*3/4 {
		t.Errorf("the comment has %d bytes", len(text))
	}
	for _, part := range []string{"of 3000 findings are left out", "Details of ", "The diagram shows ", " of 1000 broken paths", " more\n"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not said", part)
		}
	}
}

func TestExplanationAsMarkdown(t *testing.T) {
	r := hostileReport()
	var out bytes.Buffer
	if err := Explain(&out, "markdown", r, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"## originkey\n\n1 path: 1 unreadable\n", "```mermaid\n", "| step | what | place |\n", "| key | `aws_kms_key.k`"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not in\n%s", part, out.String())
		}
	}
	for range 3000 {
		r.Paths = append(r.Paths, r.Paths[0])
	}
	out.Reset()
	if err := Explain(&out, "markdown", r, Style{}); err != nil || out.Len() > summaryLimit || !strings.Contains(out.String(), " of 3001 paths are left out") {
		t.Errorf("%v: %d bytes", err, out.Len())
	}
}

func TestHostileTextEndsNothing(t *testing.T) {
	r := hostileReport()
	for _, format := range Formats() {
		text := write(t, format, r, Style{})
		if format != "text" && strings.ContainsAny(text, "\x00\r") {
			t.Errorf("%s holds a control character", format)
		}
	}
	if !json.Valid([]byte(write(t, "json", r, Style{}))) {
		t.Error("the JSON is not valid")
	}
}

// many has n findings and as many paths, each about one another's file.
func many(n int) *Report {
	r := example()
	first := r.Findings[0]
	r.Findings, r.Diagnostics = nil, nil
	for i := range n {
		f := first
		file := source.NewFile(fmt.Sprintf("infra/%05d.tf", i), r.Files[first.Location.File].Bytes)
		r.Files[file.Path] = file
		f.Location.File = file.Path
		f.Fingerprint = fmt.Sprint(i)
		f.Paths = []string{fmt.Sprint(i)}
		r.Findings = append(r.Findings, f)
	}
	return r
}

// TestReportsGrowLinearly counts what is written and allocated for 1,000 and for
// 10,000 findings.
func TestReportsGrowLinearly(t *testing.T) {
	reports := map[int]*Report{1000: many(1000), 10_000: many(10_000)}
	for n, r := range reports {
		for i := range n {
			path := examplePath(fmt.Sprint(i), facts.Unreadable, facts.Fact{Verdict: iam.No})
			path.Distribution.Location.File = r.Findings[i].Location.File
			r.Paths = append(r.Paths, path)
		}
	}
	measure := func(write func(*bytes.Buffer) error) (written, allocated float64) {
		allocated = testing.AllocsPerRun(1, func() {
			var out bytes.Buffer
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			written = float64(out.Len())
		})
		return written, allocated
	}
	check := func(name string, write func(*bytes.Buffer, *Report) error) {
		written, allocated := measure(func(out *bytes.Buffer) error { return write(out, reports[1000]) })
		moreWritten, moreAllocated := measure(func(out *bytes.Buffer) error { return write(out, reports[10_000]) })
		if moreWritten > 11*written || moreAllocated > 11*allocated {
			t.Errorf("%s: ten times the findings take %.1f times the bytes and %.1f times the allocations", name, moreWritten/written, moreAllocated/allocated)
		}
	}
	for _, format := range Formats() {
		check(format, func(out *bytes.Buffer, r *Report) error { return Write(out, format, r, Style{}) })
	}
	for name, style := range map[string]Style{"compact text": {Compact: true}, "text on a terminal": {Width: 80, Color: true}} {
		check(name, func(out *bytes.Buffer, r *Report) error { return Text(out, r, style) })
	}
	for _, format := range ExplainFormats() {
		check("explain as "+format, func(out *bytes.Buffer, r *Report) error { return Explain(out, format, r, Style{}) })
	}
}
