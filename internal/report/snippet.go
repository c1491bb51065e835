package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fatih/color"
	"github.com/rivo/uniseg"

	"github.com/originkey/originkey/internal/source"
)

// A mark underlines a place in a snippet.
type mark struct {
	at    source.Location
	label string
	// sign is repeated under the place.
	sign  string
	color *color.Color
}

// snippet shows the source of marks, those of one file together. The first mark is
// what it is all about.
func (p *painter) snippet(files map[string]*source.File, marks []mark) {
	p.gutter = 1
	for _, m := range marks {
		p.gutter = max(p.gutter, len(fmt.Sprint(m.at.Line)))
	}
	var order []string
	byFile := map[string][]mark{}
	for _, m := range marks {
		if byFile[m.at.File] == nil {
			order = append(order, m.at.File)
		}
		byFile[m.at.File] = append(byFile[m.at.File], m)
	}
	for i, name := range order {
		arrow := "-->"
		if i > 0 {
			arrow = ":::"
		}
		p.printf("%s%s %s\n", strings.Repeat(" ", p.gutter), p.paint(blue, arrow), shownPlace(byFile[name][0].at))
		p.fileSnippet(files[name], byFile[name])
	}
}

func (p *painter) fileSnippet(file *source.File, marks []mark) {
	if file == nil || marks[0].at.Line == 0 {
		for _, m := range marks {
			if m.label != "" {
				p.remark(nil, "", m.label)
			}
		}
		return
	}
	slices.SortStableFunc(marks, func(x, y mark) int { return x.at.Compare(y.at) })
	p.printf("%s\n", p.margin())
	for i := 0; i < len(marks); {
		line := marks[i].at.Line
		if i > 0 && line > marks[i-1].at.Line+1 {
			p.printf("%s\n", p.paint(blue, "..."))
		}
		count := 1
		for i+count < len(marks) && marks[i+count].at.Line == line {
			count++
		}
		p.sourceLine(file, marks[i:i+count])
		i += count
	}
}

func (p *painter) margin() string { return strings.Repeat(" ", p.gutter) + " " + p.paint(blue, "|") }

// sourceLine shows one line and what is marked in it.
func (p *painter) sourceLine(file *source.File, marks []mark) {
	left := p.gutter + len(" | ")
	focus := marks[0].at
	for _, m := range marks {
		if m.label == "" {
			focus = m.at
		}
	}
	shown := excerptOf(file, focus, p.sourceWidth-left)
	p.printf("%s %s\n", p.paint(blue, fmt.Sprintf("%*d |", p.gutter, focus.Line)), shown.text())
	for _, m := range marks {
		before, under := shown.cells(m.at)
		p.printf("%s %s%s", p.margin(), strings.Repeat(" ", before), p.paint(m.color, strings.Repeat(m.sign, under)))
		if m.label == "" {
			p.printf("\n")
			continue
		}
		used := left + before + under + 1
		if width := textWidth(oneLine(m.label)); used+width > p.width {
			// The label stands under the place, as far to the right as it fits.
			used = left + max(0, min(before, p.width-left-width))
			p.printf("\n%s%s", p.margin(), strings.Repeat(" ", used-left+1))
			p.labelLines(m, used)
			continue
		}
		p.printf(" ")
		p.labelLines(m, used)
	}
}

// labelLines writes a label that may be longer than what is left of its line.
func (p *painter) labelLines(m mark, used int) {
	text := &painter{color: p.color, width: p.width}
	text.wrap(used, used, span{color: m.color, text: m.label})
	for i, line := range strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n") {
		if i > 0 {
			line = p.margin() + strings.TrimPrefix(line, strings.Repeat(" ", p.gutter+len(" |")))
		}
		p.printf("%s\n", line)
	}
}

// A cell is what is seen as one character: one or more code points.
type cell struct {
	text  string
	width int
	// offset is where it begins in the file, in bytes.
	offset int
}

// An excerpt is the part of a line that is shown.
type excerpt struct {
	file              *source.File
	shown             []cell
	cutLeft, cutRight bool
}

const ellipsis = "…"

// excerptOf takes the part of a line around a place that fits into a width. Only
// what is near the place is looked at: minified files have lines of megabytes.
func excerptOf(file *source.File, at source.Location, width int) excerpt {
	start, end := file.Span(int(at.Line))
	from := file.Offset(int(at.Line), int(at.Column))
	to := max(markEnd(file, at), from)
	// A character that takes a cell has a few bytes, and what has many is cut.
	reach := 8 * width
	near, far := max(start, from-reach), min(end, from+reach)
	for near > start && !utf8.RuneStart(file.Bytes[near]) {
		near--
	}
	for far < end && !utf8.RuneStart(file.Bytes[far]) {
		far++
	}
	e := excerpt{file: file, cutLeft: near > start, cutRight: far < end}
	e.shown = cellsOf(string(file.Bytes[near:far]), near)
	e.cut(from, to, width)
	return e
}

// cut keeps the cells around a range that fit into a width.
func (e *excerpt) cut(from, to, width int) {
	total, before, under := 0, 0, 0
	for _, c := range e.shown {
		total += c.width
		if c.offset < from {
			before += c.width
		} else if c.offset < to {
			under += c.width
		}
	}
	if !e.cutLeft && !e.cutRight && total <= width {
		return
	}
	// The range stands in the middle, unless that would leave room at an end.
	skip := before - max(0, width-under)/2
	if !e.cutRight {
		skip = min(skip, total-width)
	}
	if !e.cutLeft && before+min(under, width/2) < width {
		skip = 0
	}
	skip = max(skip, 0)
	e.cutLeft = e.cutLeft || skip > 0
	if e.cutLeft {
		skip++
	}
	first := 0
	for ; first < len(e.shown) && skip > 0; first++ {
		skip -= e.shown[first].width
	}
	room := width
	if e.cutLeft {
		room--
	}
	last, used := first, 0
	for ; last < len(e.shown); last++ {
		rest := 0
		if last < len(e.shown)-1 || e.cutRight {
			rest = 1
		}
		if used+e.shown[last].width+rest > room {
			e.cutRight = true
			break
		}
		used += e.shown[last].width
	}
	e.shown = e.shown[first:last]
}

// text is what is shown of the line.
func (e *excerpt) text() string {
	var text strings.Builder
	if e.cutLeft {
		text.WriteString(ellipsis)
	}
	for _, c := range e.shown {
		text.WriteString(c.text)
	}
	if e.cutRight {
		text.WriteString(ellipsis)
		return text.String()
	}
	return strings.TrimRight(text.String(), " ")
}

// excerptText is the part of a line around a place that fits into a width.
func excerptText(file *source.File, at source.Location, width int) string {
	shown := excerptOf(file, at, width)
	return shown.text()
}

// cells returns how many cells stand before a place and how many it takes, at
// least one.
func (e *excerpt) cells(at source.Location) (before, under int) {
	from := e.file.Offset(int(at.Line), int(at.Column))
	to := markEnd(e.file, at)
	if e.cutLeft {
		before = 1
	}
	for i, c := range e.shown {
		end := to
		if i+1 < len(e.shown) {
			end = e.shown[i+1].offset
		}
		switch {
		case end <= from:
			before += c.width
		case c.offset < to:
			under += c.width
		}
	}
	return before, max(under, 1)
}

// markEnd is where a place ends, in its first line.
func markEnd(file *source.File, at source.Location) int {
	if at.EndLine > at.Line {
		_, end := file.Span(int(at.Line))
		return end
	}
	return file.Offset(int(at.Line), int(at.EndColumn))
}

// cellsOf splits text of a file that begins at an offset into what is seen as
// characters.
func cellsOf(text string, offset int) []cell {
	cells := make([]cell, 0, len(text))
	for state := -1; text != ""; {
		if isPrintable(text[0]) && (len(text) == 1 || text[1] < utf8.RuneSelf) {
			// What follows is no accent.
			cells = append(cells, cell{text: text[:1], width: 1, offset: offset})
			offset++
			text, state = text[1:], -1
			continue
		}
		cluster, rest, width, next := uniseg.FirstGraphemeClusterInString(text, state)
		shown := visible(cluster)
		if offset == 0 && cluster == "\ufeff" {
			// A byte order mark is no part of the text.
			shown = ""
		}
		if shown != cluster {
			width = textWidth(shown)
		}
		cells = append(cells, cell{text: shown, width: width, offset: offset})
		offset += len(cluster)
		text, state = rest, next
	}
	return cells
}

const tab = "    "

// visible writes what would steer the terminal, or change how other characters are
// read, as what can be seen: source that looks harmless and is not is known as
// Trojan Source, https://trojansource.codes.
func visible(cluster string) string {
	if cluster == "\t" {
		return tab
	}
	if len(cluster) == 1 && cluster >= " " && cluster <= "~" {
		return cluster
	}
	var text strings.Builder
	for _, r := range cluster {
		switch {
		case r < ' ':
			// The control pictures of Unicode are in the order of what they stand for.
			text.WriteRune('\u2400' + r)
		case r == 0x7f:
			text.WriteRune('\u2421')
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', isHidden(r):
			fmt.Fprintf(&text, "<U+%04X>", r)
		default:
			text.WriteRune(r)
		}
	}
	return text.String()
}

// visibleLine is visible for a whole line.
func visibleLine(text string) string {
	var line strings.Builder
	for _, c := range cellsOf(text, 0) {
		line.WriteString(c.text)
	}
	return line.String()
}
