package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fatih/color"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// Text writes findings for people, as compilers do: grouped by file, with the
// source of all places that are involved, or one line a finding.
func Text(w io.Writer, r *Report, style Style) error {
	p := newPainter(style)
	if style.Compact {
		for _, f := range r.Findings {
			p.compact(f.Location, string(f.Level), levelColor(f.Level), f.Message, f.Rule)
		}
	} else {
		p.byFile(r)
	}
	if r.ShowSuppressed {
		p.suppressed(r, style)
	}
	if !style.Quiet || len(r.Findings) > 0 {
		p.summary(r, style)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// Diagnostics writes what could not be read in the style of Text.
func Diagnostics(w io.Writer, diagnostics []source.Diagnostic, files map[string]*source.File, style Style) error {
	p := newPainter(style)
	for _, d := range diagnostics {
		c := levelColor(finding.Level(d.Severity))
		if style.Compact || d.File == "" {
			p.compact(d.Location, string(d.Severity), c, d.Message, "")
			continue
		}
		p.title(string(d.Severity)+":", c, d.Message)
		p.snippet(files, []mark{{at: d.Location, sign: "^", color: c}})
		p.printf("\n")
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// compact writes "path:line:column: level: message [rule]".
func (p *painter) compact(at source.Location, level string, c *color.Color, message, rule string) {
	if at.File != "" {
		p.printf("%s: ", p.paint(bold, shownPlace(at)))
	}
	p.printf("%s %s", p.paint(c, level+":"), oneLine(message))
	if rule != "" {
		p.printf(" %s", p.paint(faint, "["+rule+"]"))
	}
	p.printf("\n")
}

// byFile writes the findings of each file under its name. They are sorted by file.
func (p *painter) byFile(r *Report) {
	merged := instances(r.Findings)
	written := map[cure]string{}
	for len(merged) > 0 {
		file := merged[0].Location.File
		count := 1
		for count < len(merged) && merged[count].Location.File == file {
			count++
		}
		var all []finding.Finding
		for _, f := range merged[:count] {
			all = append(all, f.all...)
		}
		p.printf("%s: %s\n\n", p.paint(heading, oneLine(file)), p.counts(all))
		for _, f := range merged[:count] {
			p.finding(r, f, written)
		}
		merged = merged[count:]
	}
}

// suppressed lists what someone accepted, and why.
func (p *painter) suppressed(r *Report, style Style) {
	for _, f := range r.Suppressed {
		reason := f.Suppression.Justification
		if f.Suppression.Until != "" {
			reason = "until " + f.Suppression.Until + ": " + reason
		}
		if style.Compact {
			p.compact(f.Location, "suppressed", faint, f.Message+"; "+reason, f.Rule)
			continue
		}
		p.title("suppressed["+f.Rule+"]:", faint, f.Message)
		p.snippet(r.Files, []mark{{at: f.Location, sign: "^", color: faint}})
		p.remark(cyan, "note:", fmt.Sprintf("%s (%s)", reason, shownPlace(f.Suppression.Location)))
		p.printf("\n")
	}
}

// title writes what is wrong. What does not fit into the line goes on under it.
func (p *painter) title(name string, c *color.Color, message string) {
	p.printf("%s", p.paint(c, name))
	used := len(name)
	p.printf(" ")
	p.wrap(used+1, len("  --> "), span{color: bold, text: message})
}

// maxPlaces is how many places a finding shows beside its own.
const maxPlaces = 12

// finding writes one finding. written says which finding a text to be written stands
// under already: several rules often have one cure.
func (p *painter) finding(r *Report, f instance, written map[cure]string) {
	c := levelColor(f.Level)
	p.title(fmt.Sprintf("%s[%s]:", f.Level, f.Rule), c, f.Message)
	marks := []mark{{at: f.Location, sign: "^", color: c}}
	for _, related := range f.Related[:min(len(f.Related), maxPlaces)] {
		marks = append(marks, mark{at: related.Location, label: related.Message, sign: "-", color: blue})
	}
	p.snippet(r.Files, marks)
	p.printf("%s\n", p.margin())
	if more := len(f.Related) - maxPlaces; more > 0 {
		p.remark(nil, "", fmt.Sprintf("and %s; --format json lists them", plural(more, "more place")))
	}
	if others := f.others(); others != "" {
		p.remark(cyan, "note:", others)
	}
	if f.Suggestion != nil {
		this := cureOf(f.Finding)
		p.suggestion(f.Suggestion, written[this])
		if written[this] == "" {
			written[this] = fmt.Sprintf("%s at %s", f.Rule, f.Location)
		}
	}
	p.remark(faint, "more:", r.commandOf(f.Rule))
	p.printf("\n")
}

// A cure is a text to be written in one stack. Stacks that are copies of each other
// need the same text, each in its own files.
type cure struct{ stack, text string }

// cureOf tells stacks apart by the file of the path's distribution, with which a
// flow begins, else by the finding's own.
func cureOf(f finding.Finding) cure {
	stack := f.Location.File
	if len(f.Flow) > 0 {
		stack = f.Flow[0].Location.File
	}
	return cure{stack: stack, text: f.Suggestion.Text}
}

// remark writes a line under a snippet.
func (p *painter) remark(c *color.Color, name, text string) {
	p.printf("%s %s ", strings.Repeat(" ", p.gutter), p.paint(blue, "="))
	used := p.gutter + len(" = ")
	spans := []span{{text: text}}
	indent := used
	if name != "" {
		spans = slices.Insert(spans, 0, span{color: c, text: name})
		indent += len(name) + 1
	}
	p.wrap(used, indent, spans...)
}

// suggestion writes what to do and what to write, unless that stands elsewhere. The
// text is to be copied: it is neither wrapped nor cut.
func (p *painter) suggestion(s *finding.Suggestion, elsewhere string) {
	if s.Text != "" && elsewhere != "" {
		advice, _, _ := strings.Cut(s.Advice, "\n")
		if advice != "" {
			p.remark(green, "help:", advice)
		}
		p.remark(cyan, "note:", "what to write stands under "+elsewhere)
		return
	}
	for i, remark := range strings.Split(s.Advice, "\n") {
		switch {
		case remark == "":
		case i == 0:
			p.remark(green, "help:", remark)
		default:
			p.remark(cyan, "note:", remark)
		}
	}
	if s.Text == "" {
		return
	}
	p.printf("\n")
	for _, text := range strings.Split(s.Text, "\n") {
		p.printf("%s\n", strings.TrimRight(strings.Repeat(" ", p.gutter+len(" = "))+visibleLine(text), " "))
	}
	p.printf("\n")
}

// counts counts findings by level: "2 errors, 1 note".
func (p *painter) counts(findings []finding.Finding) string {
	counts := map[finding.Level]int{}
	for _, f := range findings {
		counts[f.Level]++
	}
	var parts []string
	for _, level := range levels {
		if counts[level] > 0 {
			parts = append(parts, p.paint(levelColor(level), plural(counts[level], string(level))))
		}
	}
	return strings.Join(parts, ", ")
}

// summary counts findings and paths: "4 paths: 2 readable, 1 unreadable".
func (p *painter) summary(r *Report, style Style) {
	counts := p.counts(r.Findings)
	if aside := r.countAside(); aside != "" {
		counts = strings.TrimPrefix(counts+", "+p.paint(faint, aside), ", ")
	}
	if counts != "" {
		p.printf("%s\n", counts)
	}
	p.printf("%s", plural(len(r.Paths), "path"))
	var verdicts []string
	for _, each := range verdictTexts {
		if n := r.count(each.verdict); n > 0 {
			verdicts = append(verdicts, p.paint(verdictColors[each.verdict], fmt.Sprintf("%d %s", n, each.text)))
		}
	}
	if len(verdicts) > 0 {
		p.printf(": %s", strings.Join(verdicts, ", "))
	}
	p.printf("\n")
	if style.Compact || style.Quiet {
		return
	}
	if r.count(facts.Undecided) > 0 && !style.Undecided {
		p.printf("%s what is missing to decide: originkey explain\n", p.paint(faint, "more:"))
	}
}

var verdictColors = map[facts.Verdict]*color.Color{
	facts.Readable: green, facts.Unreadable: red, facts.Undecided: yellow, facts.NotKMS: faint,
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
