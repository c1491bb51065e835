package report

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// marked is a finding at what stands between 【 and 】 in the text of a file.
func marked(text string) (*source.File, finding.Finding) {
	before, rest, _ := strings.Cut(text, "【")
	under, after, _ := strings.Cut(rest, "】")
	file := source.NewFile("main.tf", []byte(before+under+after))
	return file, finding.Finding{Rule: "missing", Level: finding.Error, Message: "it is missing", Location: file.Location(len(before), len(before+under))}
}

// excerptLines are the lines of source and of carets in a report.
func excerptLines(t *testing.T, text string, width int) (line, carets string) {
	t.Helper()
	file, f := marked(text)
	r := &Report{Findings: []finding.Finding{f}, Files: map[string]*source.File{file.Path: file}}
	lines := strings.Split(write(t, "text", r, Style{Width: width}), "\n")
	for i, each := range lines {
		if i > 0 && strings.HasPrefix(each, "  | ") && strings.Contains(each, "^") {
			return strings.TrimPrefix(lines[i-1], "1 | "), strings.TrimPrefix(each, "  | ")
		}
	}
	t.Fatalf("there is no excerpt in\n%s", strings.Join(lines, "\n"))
	return "", ""
}

func TestCaretsStandUnderWhatIsMeant(t *testing.T) {
	long := strings.Repeat("abcdefghi ", 40)
	tests := map[string]struct{ text, line, carets string }{
		"plain":              {`policy = 【local.p】 # x`, `policy = local.p # x`, `         ^^^^^^^`},
		"tabs":               {"\t【policy\t= 1】", `    policy    = 1`, `    ^^^^^^^^^^^^^`},
		"wide characters":    {`"日本" = 【"語"】`, `"日本" = "語"`, `         ^^^^`},
		"emoji":              {`é😀【p】`, `é😀p`, `   ^`},
		"joined emoji":       {`"👩‍👩‍👧" 【x】`, `"👩‍👩‍👧" x`, `     ^`},
		"combining marks":    {"e\u0301e\u0301 【x】", "e\u0301e\u0301 x", `   ^`},
		"end of line":        {"【a】\r\nb", `a`, `^`},
		"nothing":            {`a【】`, `a`, ` ^`},
		"byte order mark":    {"\ufeff【a】", `a`, `^`},
		"control characters": {"a\x1b[31m\x00 【x】", `a␛[31m␀ x`, `        ^`},
		"other controls":     {"\u0085 【x】", `<U+0085> x`, `         ^`},
		"trojan source":      {"/*\u202e } \u2066if 【x】", `/*<U+202E> } <U+2066>if x`, `                        ^`},
		"no UTF-8":           {"\xff\xfe 【x】", "\ufffd\ufffd x", `   ^`},
		"a long end":         {`【a】 ` + long, `a abcdefghi abcdefghi abcdefghi abc…`, `^`},
		"a long start":       {long + `【a】`, `…ghi abcdefghi abcdefghi abcdefghi a`, `                                   ^`},
		"both":               {long + `【x】 ` + long, `…efghi abcdefghi x abcdefghi abcdef…`, `                 ^`},
		"longer than all":    {`  【` + long + `】`, `  abcdefghi abcdefghi abcdefghi abc…`, `  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^`},
		"wide and cut":       {strings.Repeat("語", 30) + `【x】` + strings.Repeat("語", 30), `…語語語語語語語語x語語語語語語語語…`, `                 ^`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			line, carets := excerptLines(t, test.text, 40)
			if line != test.line || carets != test.carets {
				t.Errorf("got\n%s\n%s\nwant\n%s\n%s", line, carets, test.line, test.carets)
			}
		})
	}
}

func TestALineOfMegabytesIsCut(t *testing.T) {
	line, carets := excerptLines(t, strings.Repeat(`{"é":"😀"},`, 1<<18)+`【"Key"】`+strings.Repeat(`,{"é":"😀"}`, 1<<18), 0)
	if got := uniseg.StringWidth(line); got > sourceWidth || got < sourceWidth-10 {
		t.Errorf("the line has %d cells: %s", got, line)
	}
	before, _, found := strings.Cut(line, `"Key"`)
	if !found || uniseg.StringWidth(before) != strings.Index(carets, "^^^^^") {
		t.Errorf("the carets are not under the key:\n%s\n%s", line, carets)
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("policy = local.p", 3, 5, 40)
	f.Add("\t日本\x00\u202e", 0, 200, 80)
	f.Add("\xff👩‍👩‍👧\r\n", 2, 1, 0)
	f.Fuzz(func(t *testing.T, text string, from, length, width int) {
		file := source.NewFile("f", []byte(text))
		p := newPainter(Style{Width: max(width%200, 0)})
		at := file.FirstLine(file.Location(from, from+max(length%1000, 0)))
		p.snippet(map[string]*source.File{"f": file}, []mark{{at: at, sign: "^"}, {at: at, sign: "-", label: "label " + text}})
		for _, line := range strings.Split(strings.TrimSuffix(p.String(), "\n"), "\n") {
			for _, r := range line {
				if r < ' ' || r == 0x7f || isHidden(r) {
					t.Fatalf("%q holds %U", line, r)
				}
			}
		}
	})
}

var example2 = `resource "aws_kms_key" "k" {
  policy = local.p
}
`

func TestAFindingShowsAllPlaces(t *testing.T) {
	key := source.NewFile("kms.tf", []byte(example2))
	cdn := source.NewFile("cdn.tf", []byte(strings.Repeat("\n", 99)+"resource \"aws_cloudfront_distribution\" \"with_a_long_name\" {\n}\n"))
	r := &Report{
		Files: map[string]*source.File{key.Path: key, cdn.Path: cdn},
		Paths: []*facts.Path{{Verdict: facts.Readable}, {Verdict: facts.Readable}, {Verdict: facts.Unreadable}, {Verdict: facts.Undecided}},
		Findings: []finding.Finding{{
			Rule: "missing", Level: finding.Error, Location: source.Location{File: "kms.tf", Line: 2, Column: 3, EndLine: 2, EndColumn: 9},
			Message: "the key policy of aws_kms_key.k does not allow kms:Decrypt to cloudfront.amazonaws.com for aws_cloudfront_distribution.with_a_long_name",
			Related: []finding.Related{
				{Location: source.Location{File: "cdn.tf", Line: 100, Column: 1, EndLine: 100, EndColumn: 60}, Message: "the distribution aws_cloudfront_distribution.with_a_long_name"},
				{Location: source.Location{File: "kms.tf", Line: 1, Column: 1, EndLine: 1, EndColumn: 29}, Message: "the key aws_kms_key.k"},
				{Location: source.Location{File: "elsewhere.tf", Line: 7, Column: 1}, Message: "a file that is not at hand"},
			},
			Suggestion: &finding.Suggestion{Advice: "add this statement to the key policy of aws_kms_key.k, which has none for it\nkeep the others", Text: "{\n  Sid = \"AllowCloudFrontDecryptOfAllThatIsBehindThisDistributionAndNoOtherOne\"\n}"},
		}},
	}
	want := `kms.tf: 1 error

error[missing]: the key policy of aws_kms_key.k does not
      allow kms:Decrypt to cloudfront.amazonaws.com for
      aws_cloudfront_distribution.with_a_long_name
   --> kms.tf:2:3
    |
  1 | resource "aws_kms_key" "k" {
    | ---------------------------- the key aws_kms_key.k
  2 |   policy = local.p
    |   ^^^^^^
   ::: cdn.tf:100:1
    |
100 | resource "aws_cloudfront_distribution" "with_a_long_n…
    | -----------------------------------------------------
    | the distribution
    | aws_cloudfront_distribution.with_a_long_name
   ::: elsewhere.tf:7:1
    = a file that is not at hand
    |
    = help: add this statement to the key policy of
            aws_kms_key.k, which has none for it
    = note: keep the others

      {
        Sid = "AllowCloudFrontDecryptOfAllThatIsBehindThisDistributionAndNoOtherOne"
      }

    = more: originkey rules missing

1 error
4 paths: 2 readable, 1 unreadable, 1 undecided
more: what is missing to decide: originkey explain
`
	if got := write(t, "text", r, Style{Width: 60}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	piped := write(t, "text", r, Style{})
	if !strings.Contains(piped, "error[missing]: "+r.Findings[0].Message+"\n") {
		t.Errorf("text that goes to no terminal is wrapped:\n%s", piped)
	}
	sequences := regexp.MustCompile("\x1b\\[[0-9;]*m")
	colored := write(t, "text", r, Style{Width: 60, Color: true})
	if got := sequences.ReplaceAllString(colored, ""); got != want {
		t.Errorf("with colour the text is another one:\n%s", got)
	}
	for _, line := range strings.Split(colored, "\n") {
		if open, closed := strings.Count(line, "\x1b[1")+strings.Count(line, "\x1b[2m"), strings.Count(line, "\x1b[22"); open != closed {
			t.Errorf("a colour goes on behind the line %q", line)
		}
	}
}

func TestInstancesAreMerged(t *testing.T) {
	at := source.Location{File: "site/main.tf", Line: 2, Column: 3, EndLine: 2, EndColumn: 9}
	of := func(instance, policy string) finding.Finding {
		return finding.Finding{
			Rule: "missing", Level: finding.Error, Location: at, Address: instance + "aws_kms_key.k", Message: policy + " of " + instance + "aws_kms_key.k does not allow it to " + instance + "aws_cloudfront_distribution.d",
			Related: []finding.Related{
				{Location: source.Location{File: "site/main.tf", Line: 9, Column: 1}, Message: "the distribution " + instance + "aws_cloudfront_distribution.d"},
				{Location: source.Location{File: "main.tf", Line: int32(len(instance)), Column: 1}, Message: "called from here"},
			},
		}
	}
	findings := []finding.Finding{of(`module.a["x.y]"].`, "the policy"), of("module.b.module.c[0].", "the policy"), of("", "another"), of("module.d.", "the policy")}
	r := &Report{Findings: findings}
	text := write(t, "text", r, Style{})
	if got := strings.Count(text, "error[missing]"); got != 2 {
		t.Errorf("%d findings are shown, want 2:\n%s", got, text)
	}
	if want := "note: the same for module.b.module.c[0].aws_kms_key.k and module.d.aws_kms_key.k\n"; !strings.Contains(text, want) {
		t.Errorf("%q is not in\n%s", want, text)
	}
	if got := strings.Count(text, "called from here"); got != 4 {
		t.Errorf("%d callers are shown, want 4:\n%s", got, text)
	}
	if !strings.Contains(text, "\n4 errors\n") {
		t.Errorf("merged findings are not counted:\n%s", text)
	}
	if got := strings.Count(write(t, "text", r, Style{Compact: true}), ": error: "); got != 4 {
		t.Errorf("%d lines, want one for each of 4 findings", got)
	}
}

func TestFindingsOfOneInstanceStayApart(t *testing.T) {
	f := finding.Finding{Rule: "missing", Address: "aws_kms_key.k", Message: "not for aws_cloudfront_distribution.d[0]"}
	g := f
	g.Message = "not for aws_cloudfront_distribution.d[1]"
	if got := instances([]finding.Finding{f, g}); len(got) != 2 {
		t.Errorf("%d findings, want 2", len(got))
	}
}

func TestManyInstancesAreCounted(t *testing.T) {
	var findings []finding.Finding
	for i := range 10 {
		findings = append(findings, finding.Finding{Rule: "missing", Address: fmt.Sprintf("k[%d]", i), Message: fmt.Sprintf("k[%d] is wrong", i)})
	}
	if got, want := instances(findings)[0].others(), "the same for k[1], k[2], k[3], k[4] and 5 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMessagesCannotSteerTheTerminal(t *testing.T) {
	r := &Report{Findings: []finding.Finding{{
		Rule: "missing", Level: finding.Error, Message: "a\x1b[2Jb\nc\u202ed", Location: source.Location{File: "a\x1b]0;x\a\n.tf", Line: 1, Column: 1},
		Related:    []finding.Related{{Location: source.Location{File: "b\r.tf", Line: 1}, Message: "c\x9bd"}},
		Suggestion: &finding.Suggestion{Advice: "e\x07f", Text: "g\x1b[2J\u2066"},
	}}}
	for _, style := range []Style{{}, {Compact: true}, {Width: 80}} {
		for _, r := range write(t, "text", r, style) {
			if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || isHidden(r)) {
				t.Errorf("%+v: the text holds %U", style, r)
			}
		}
	}
}

func TestWordsAreNotBroken(t *testing.T) {
	wrapped := func(spans ...span) string {
		p := newPainter(Style{Width: 40})
		p.wrap(0, 10, spans...)
		return p.String()
	}
	arn := "arn:aws:kms:eu-west-1:111122223333:ab"
	tests := map[string]struct {
		spans []span
		want  string
	}{
		"fits":             {[]span{{text: "one two"}, {text: "three"}}, "one two three\n"},
		"exactly":          {[]span{{text: strings.Repeat("x", 38)}, {text: "y"}}, strings.Repeat("x", 38) + " y\n"},
		"one too many":     {[]span{{text: strings.Repeat("x", 39)}, {text: "y"}}, strings.Repeat("x", 39) + "\n          y\n"},
		"too long":         {[]span{{text: "the key " + arn + " is"}}, "the key\n   " + arn + "\n          is\n"},
		"longer than all":  {[]span{{text: "the " + arn + arn + " is"}}, "the\n" + arn + arn + "\n          is\n"},
		"first":            {[]span{{text: arn + arn}}, arn + arn + "\n"},
		"whole":            {[]span{{text: "a sentence of words"}, {text: "(a file with spaces.tf:1:2)", whole: true}}, "a sentence of words\n          (a file with spaces.tf:1:2)\n"},
		"wide characters":  {[]span{{text: strings.Repeat("語", 19) + " 語"}}, strings.Repeat("語", 19) + "\n          語\n"},
		"spaces and lines": {[]span{{text: " a  b\nc "}, {}, {text: "d"}}, "a b c d\n"},
	}
	for name, test := range tests {
		if got := wrapped(test.spans...); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, test.want)
		}
	}
}

func TestWhatToWriteIsWrittenOnce(t *testing.T) {
	cure := &finding.Suggestion{Advice: "add this\nand mind that", Text: "{ Sid = \"Cure\" }"}
	at := func(line int) source.Location { return source.Location{File: "main.tf", Line: int32(line), Column: 1} }
	r := &Report{Findings: []finding.Finding{
		{Rule: "one", Location: at(1), Message: "a", Suggestion: cure},
		{Rule: "two", Location: at(2), Message: "b", Suggestion: cure},
		{Rule: "advice", Location: at(3), Message: "c", Suggestion: &finding.Suggestion{Advice: "think"}},
		{Rule: "advice", Location: at(4), Message: "d", Suggestion: &finding.Suggestion{Advice: "think"}},
	}}
	// The same path is read in another file of its stack; a copy of the stack is another one.
	flow := []finding.Related{{Location: at(1), Message: "the distribution"}}
	r.Findings = append(r.Findings,
		finding.Finding{Rule: "three", Location: source.Location{File: "other.tf", Line: 1, Column: 1}, Message: "e", Suggestion: cure, Flow: flow},
		finding.Finding{Rule: "four", Location: source.Location{File: "copy/main.tf", Line: 1, Column: 1}, Message: "f", Suggestion: cure})
	text := write(t, "text", r, Style{})
	for part, want := range map[string]int{"Cure": 2, "help: add this\n": 4, "note: and mind that": 2, "what to write stands under one at main.tf:1:1\n": 2, "what to write": 2, "help: think": 2} {
		if got := strings.Count(text, part); got != want {
			t.Errorf("%q is there %d times, want %d:\n%s", part, got, want, text)
		}
	}
}

func TestDiagnosticsLookLikeFindings(t *testing.T) {
	r := example()
	var out bytes.Buffer
	if err := Diagnostics(&out, r.Diagnostics, r.Files, Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if want := "error: broken\n --> infra/kms key.tf:3:1\n  |\n3 | }\n  | ^\n\nwarning: no place\n"; out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	if err := Diagnostics(&out, r.Diagnostics, r.Files, Style{Compact: true}); err != nil {
		t.Fatal(err)
	}
	if want := "infra/kms key.tf:3:1: error: broken\nwarning: no place\n"; out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// TestCellsOfPlainText asserts that the short way through ASCII sees the characters that
// the whole way sees.
func TestCellsOfPlainText(t *testing.T) {
	for _, text := range []string{
		"", "a", "resource \"aws_kms_key\" \"k\" {", "e\u0301e", "ae\u0301", "a\u200db", "\u0600a1", "a\u0600b",
		"x\U0001F1E9\U0001F1EAy\U0001F1E9\U0001F1EA", "1\ufe0f\u20e3 2", "\ta\r\nb\x00c\x7f", "a\xffb", "\U0001F468\u200d\U0001F469a",
	} {
		var want []cell
		state, offset := -1, 0
		for rest := text; rest != ""; {
			var cluster string
			cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
			shown := visible(cluster)
			want = append(want, cell{text: shown, width: uniseg.StringWidth(shown), offset: offset})
			offset += len(cluster)
		}
		got := cellsOf(text, 0)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		for _, c := range got {
			if textWidth(c.text) != uniseg.StringWidth(c.text) {
				t.Errorf("%q is %d wide", c.text, textWidth(c.text))
			}
		}
	}
}
