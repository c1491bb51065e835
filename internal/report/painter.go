package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/fatih/color"

	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

const (
	// minimalWidth keeps text readable in terminals that are hardly there.
	minimalWidth = 40
	// sourceWidth is how much of a line of source is shown where there is no
	// terminal.
	sourceWidth = 160
)

// A painter writes text for a terminal.
type painter struct {
	strings.Builder
	color bool
	// width is in cells. Prose is wrapped to it, source is cut to sourceWidth.
	width, sourceWidth int
	// gutter is how many cells the line numbers of a snippet take.
	gutter int
}

func newPainter(style Style) *painter {
	if style.Width == 0 {
		return &painter{color: style.Color, width: math.MaxInt32, sourceWidth: sourceWidth}
	}
	width := max(style.Width, minimalWidth)
	return &painter{color: style.Color, width: width, sourceWidth: width}
}

var (
	bold   = paint(color.Bold)
	red    = paint(color.Bold, color.FgRed)
	yellow = paint(color.Bold, color.FgYellow)
	cyan   = paint(color.Bold, color.FgCyan)
	blue   = paint(color.Bold, color.FgBlue)
	green  = paint(color.Bold, color.FgGreen)
	faint  = paint(color.Faint)
	// heading stands over what belongs to a file.
	heading = paint(color.Bold, color.Underline)
)

// paint makes a colour that is always written: whether there is any colour is
// decided once, by the caller, and not by the library.
func paint(attributes ...color.Attribute) *color.Color {
	c := color.New(attributes...)
	c.EnableColor()
	return c
}

func (p *painter) paint(c *color.Color, text string) string {
	if !p.color || c == nil || text == "" {
		return text
	}
	return c.Sprint(text)
}

func (p *painter) printf(format string, arguments ...any) { fmt.Fprintf(p, format, arguments...) }

// A span is text in one colour.
type span struct {
	color *color.Color
	text  string
	// whole is not broken at its spaces.
	whole bool
}

// wrap writes spans after what is on the line already, used cells of it, and goes
// on in new lines with an indent where a word does not fit. Words are not broken:
// an ARN or an address has to be copied as a whole.
func (p *painter) wrap(used, indent int, spans ...span) {
	column, space := used, false
	for _, s := range spans {
		text := oneLine(s.text)
		words := []string{text}
		if !s.whole {
			words = strings.Split(text, " ")
		}
		var run []string
		flush := func() {
			p.WriteString(p.paint(s.color, strings.Join(run, " ")))
			run = nil
		}
		for _, word := range words {
			if word == "" {
				continue
			}
			width := textWidth(word)
			switch {
			case space && column+1+width > p.width:
				flush()
				// What is too long for the indent stands as far to the right as it fits.
				column = max(min(indent, p.width-width), 0)
				p.printf("\n%s", strings.Repeat(" ", column))
			case space:
				if len(run) == 0 {
					p.WriteString(" ")
				}
				column++
			}
			run = append(run, word)
			column += width
			space = true
		}
		flush()
	}
	p.WriteString("\n")
}

func levelColor(level finding.Level) *color.Color {
	switch level {
	case finding.Error:
		return red
	case finding.Warning:
		return yellow
	default:
		return cyan
	}
}

// shownPlace writes a location in the form that terminals and editors make a link of.
// The name of a file can hold anything.
func shownPlace(at source.Location) string { return oneLine(at.String()) }
