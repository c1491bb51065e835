package cloudformation

import (
	"strings"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// substitute evaluates Fn::Sub, with or without a map of its own variables.
func (t *template) substitute(argument *source.Node, at source.Location) value.Value {
	text, own := argument, map[string]*source.Node{}
	if argument.Kind == source.SequenceNode {
		if len(argument.Items) == 0 {
			return unknownText("Fn::Sub needs a text", at)
		}
		text = argument.Items[0]
		if len(argument.Items) > 1 {
			for _, member := range argument.Items[1].Members {
				own[member.Key.Text] = member.Value
			}
		}
	}
	place := func(start, end int) source.Location {
		if text.Place == nil {
			return text.Location
		}
		return text.Place(start, end)
	}
	var pieces []value.Value
	literal := func(start, end int) {
		for offset := start; offset < end; {
			line, _, _ := strings.Cut(text.Text[offset:end], "\n")
			next := min(offset+len(line)+1, end)
			pieces = append(pieces, value.Text(text.Text[offset:next], place(offset, next)))
			offset = next
		}
	}
	offset := 0
	for _, found := range variables(text.Text) {
		literal(offset, found.start)
		offset = found.end
		inside := place(found.start, found.end)
		switch {
		case strings.HasPrefix(found.name, "!"):
			// ${!Literal} is written as ${Literal}.
			pieces = append(pieces, value.Text("${"+found.name[1:]+"}", inside))
		case own[found.name] != nil:
			pieces = append(pieces, t.evaluate(own[found.name]))
		case strings.Contains(found.name, "."):
			logical, attribute, _ := strings.Cut(found.name, ".")
			pieces = append(pieces, t.attribute(logical, attribute, inside))
		default:
			pieces = append(pieces, t.refer(found.name, inside))
		}
	}
	literal(offset, len(text.Text))
	return value.Concat(at, pieces...)
}

// A variable is one ${name} of a text.
type variable struct {
	start, end int
	name       string
}

// variables finds the variables of a Fn::Sub text. A dollar sign without a
// closed brace is literal text.
func variables(text string) []variable {
	var found []variable
	for offset := 0; ; {
		start := strings.Index(text[offset:], "${")
		if start < 0 {
			return found
		}
		start += offset
		length := strings.IndexByte(text[start:], '}')
		if length < 0 {
			return found
		}
		end := start + length + 1
		found = append(found, variable{start: start, end: end, name: strings.TrimSpace(text[start+2 : end-1])})
		offset = end
	}
}
