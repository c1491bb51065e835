package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// A painter writes text with or without colour.
type painter struct {
	strings.Builder
	color bool
}

const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "1;36"
	blue   = "1;34"
	green  = "1;32"
	faint  = "2"
)

func (p *painter) paint(style, text string) string {
	if !p.color {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (p *painter) printf(format string, arguments ...any) { fmt.Fprintf(p, format, arguments...) }

func levelStyle(level finding.Level) string {
	switch level {
	case finding.Error:
		return red
	case finding.Warning:
		return yellow
	default:
		return cyan
	}
}

// Text writes findings for people, as compilers do.
func Text(w io.Writer, r *Report, style Style) error {
	p := &painter{color: style.Color}
	for _, f := range r.Findings {
		if style.Compact {
			p.printf("%s: %s: %s [%s]\n", f.Location, f.Level, f.Message, f.Rule)
			continue
		}
		p.finding(r, f)
	}
	if !style.Quiet || len(r.Findings) > 0 {
		p.summary(r, style)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func (p *painter) finding(r *Report, f finding.Finding) {
	p.printf("%s%s\n", p.paint(levelStyle(f.Level), fmt.Sprintf("%s[%s]", f.Level, f.Rule)), p.paint(bold, ": "+f.Message))
	p.printf("  %s %s\n", p.paint(blue, "-->"), f.Location)
	p.excerpt(r, f.Location, levelStyle(f.Level))
	for _, related := range f.Related {
		p.printf("  %s %s: %s\n", p.paint(blue, ":::"), related.Location, related.Message)
		p.line(r, related.Location)
	}
	if f.Suggestion != nil {
		p.suggestion(f.Suggestion)
	}
	p.printf("  %s originkey rules %s\n\n", p.paint(faint, "more:"), f.Rule)
}

// excerpt shows the line of a location with carets under it.
func (p *painter) excerpt(r *Report, at source.Location, style string) {
	text, ok := line(r, at)
	if !ok {
		return
	}
	margin := strings.Repeat(" ", len(fmt.Sprint(at.Line)))
	p.printf(" %s %s\n", margin, p.paint(blue, "|"))
	p.printf(" %s %s\n", p.paint(blue, fmt.Sprintf("%d |", at.Line)), expandTabs(text))
	before, under := columns(text, at)
	p.printf(" %s %s %s%s\n", margin, p.paint(blue, "|"), strings.Repeat(" ", before), p.paint(style, strings.Repeat("^", max(under, 1))))
}

// line shows a line without carets.
func (p *painter) line(r *Report, at source.Location) {
	if text, ok := line(r, at); ok {
		p.printf(" %s %s\n", p.paint(blue, fmt.Sprintf("%d |", at.Line)), expandTabs(text))
	}
}

func line(r *Report, at source.Location) (string, bool) {
	file, ok := r.Files[at.File]
	if !ok || at.Line == 0 {
		return "", false
	}
	return printable(file.Line(at.Line)), true
}

// printable drops control characters: an excerpt must not steer the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

const tab = "    "

func expandTabs(text string) string { return strings.ReplaceAll(text, "\t", tab) }

// columns converts the UTF-16 columns of a location to cells of a terminal.
func columns(text string, at source.Location) (before, under int) {
	units := 1
	end := at.EndColumn
	if at.EndLine > at.Line {
		end = len(utf16.Encode([]rune(text))) + 1
	}
	for _, r := range text {
		width := 1
		switch {
		case r == '\t':
			width = len(tab)
		case isWide(r):
			width = 2
		}
		switch {
		case units < at.Column:
			before += width
		case units < end:
			under += width
		}
		units += len(utf16.Encode([]rune{r}))
	}
	return before, under
}

// isWide reports whether terminals give a rune two cells.
func isWide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115F || r >= 0x2E80 && r <= 0xA4CF || r >= 0xAC00 && r <= 0xD7A3 ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0xFE30 && r <= 0xFE6F || r >= 0xFF00 && r <= 0xFF60 || r >= 0x1F300 && r <= 0x1FAFF)
}

func (p *painter) suggestion(s *finding.Suggestion) {
	for i, remark := range strings.Split(s.Advice, "\n") {
		name := "help:"
		if i > 0 {
			name = "note:"
		}
		if remark != "" {
			p.printf("  %s %s\n", p.paint(green, name), remark)
		}
	}
	if s.Text == "" {
		return
	}
	p.printf("\n")
	for _, text := range strings.Split(s.Text, "\n") {
		p.printf("%s\n", strings.TrimRight("      "+text, " "))
	}
	p.printf("\n")
}

// summary counts findings and paths: "4 paths: 2 readable, 1 unreadable".
func (p *painter) summary(r *Report, style Style) {
	counts := map[finding.Level]int{}
	for _, f := range r.Findings {
		counts[f.Level]++
	}
	var parts []string
	for _, level := range []finding.Level{finding.Error, finding.Warning, finding.Note} {
		if counts[level] > 0 {
			parts = append(parts, p.paint(levelStyle(level), plural(counts[level], string(level))))
		}
	}
	if len(parts) > 0 {
		p.printf("%s\n", strings.Join(parts, ", "))
	}
	p.printf("%s", plural(len(r.Paths), "path"))
	var verdicts []string
	for _, each := range []struct {
		verdict facts.Verdict
		style   string
		text    string
	}{
		{facts.Readable, green, "readable"}, {facts.Unreadable, red, "unreadable"},
		{facts.Undecided, yellow, "undecided"}, {facts.NotKMS, faint, "not encrypted with a KMS key"},
	} {
		if n := r.count(each.verdict); n > 0 {
			verdicts = append(verdicts, p.paint(each.style, fmt.Sprintf("%d %s", n, each.text)))
		}
	}
	if len(verdicts) > 0 {
		p.printf(": %s", strings.Join(verdicts, ", "))
	}
	p.printf("\n")
	if r.count(facts.Undecided) > 0 && !style.Undecided && !style.Compact {
		p.printf("%s what is missing to decide: originkey explain\n", p.paint(faint, "more:"))
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
