package cli

import (
	"fmt"

	"github.com/originkey/originkey/internal/report"
)

// textOptions are what the user and the terminal say about text.
type textOptions struct {
	// color is whether there is colour, on a terminal and elsewhere.
	onTerminal, elsewhere bool
	width                 int
	// compact is nil where the user says nothing.
	compact *bool
}

// defaultWidth is that of a terminal that does not say how wide it is.
const defaultWidth = 80

// text decides about colour: see no-color.org.
func (c Command) text(input inputFlags) (textOptions, error) {
	options := textOptions{width: c.Width, compact: input.compact}
	if options.width <= 0 {
		options.width = defaultWidth
	}
	switch input.color {
	case "always":
		options.onTerminal, options.elsewhere = true, true
	case "never":
	case "auto":
		noColor, _ := c.LookupEnv("NO_COLOR")
		options.onTerminal = noColor == "" && !c.isDumb()
	default:
		return options, fmt.Errorf("--color %s: expected auto, always or never", input.color)
	}
	return options, nil
}

// isDumb reports whether the terminal understands no control sequences.
func (c Command) isDumb() bool {
	kind, _ := c.LookupEnv("TERM")
	return kind == "dumb"
}

// style is that of text for a terminal, or for a file or a pipe. There each finding
// is one line: it is read by tools, or stands between the output of others.
func (o textOptions) style(terminal bool) report.Style {
	style := report.Style{Color: o.elsewhere, Compact: !terminal}
	if terminal {
		style.Color, style.Width = o.onTerminal, o.width
	}
	if o.compact != nil {
		style.Compact = *o.compact
	}
	return style
}
