package cloudformation

import (
	"strings"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// substitute evaluates Fn::Sub, with or without a map of its own variables.
func (t *template) substitute(argument *source.Node, at source.Location) value.Value {
	text := argument
	var own map[string]*source.Node
	if argument.Kind == source.SequenceNode {
		if len(argument.Items) == 0 {
			return unknownText("Fn::Sub needs a text", at)
		}
		text = argument.Items[0]
		if len(argument.Items) > 1 {
			own = map[string]*source.Node{}
			for _, member := range argument.Items[1].Members {
				own[member.Key.Text] = member.Value
			}
		}
	}
	if text.Kind == source.MappingNode || text.Kind == source.SequenceNode || text.Tag != "" {
		return unknownText("Fn::Sub needs a text", at)
	}
	s := &substitution{template: t, text: text, own: own, evaluated: map[string]value.Value{}}
	return s.evaluate(at)
}

// maxPieces bounds how many pieces a text may have, since variables that are
// texts with variables double it at every step.
const maxPieces = 10_000

// A substitution is one Fn::Sub while it is evaluated.
type substitution struct {
	*template
	text *source.Node
	// own holds the variables of its map, evaluated those already asked for.
	own       map[string]*source.Node
	evaluated map[string]value.Value
	pieces    []value.Value
	parts     int
}

// evaluate goes through the text. What is inside a dynamic reference is resolved
// at deployment together with it.
func (s *substitution) evaluate(at source.Location) value.Value {
	found := variables(s.text.Text)
	s.pieces = make([]value.Value, 0, 2*len(found)+1)
	text := masked(s.text.Text, found)
	for offset := 0; offset < len(text); {
		start, end := dynamicReference(text, offset)
		found = s.plain(found, offset, start)
		if start < end {
			s.add(value.StringOf([]value.Part{dynamicPart(s.text, start, end)}, at))
		}
		offset = end
	}
	if s.parts > maxPieces {
		return unknownText("the text of Fn::Sub is too long", at)
	}
	return value.Concat(at, s.pieces...)
}

// masked returns a text without its variables: the brace of one does not close a
// dynamic reference.
func masked(text string, found []variable) string {
	if !strings.Contains(text, dynamicStart) {
		return text
	}
	masked := []byte(text)
	for _, v := range found {
		copy(masked[v.start:v.end], strings.Repeat("x", v.end-v.start))
	}
	return string(masked)
}

// plain adds a range of the text and returns the variables that follow it.
func (s *substitution) plain(found []variable, start, end int) []variable {
	for len(found) > 0 && found[0].start < end {
		if next := found[0]; next.start >= start && s.parts <= maxPieces {
			s.literal(start, next.start)
			s.add(s.resolve(next))
			start = next.end
		}
		found = found[1:]
	}
	s.literal(start, end)
	return found
}

func (s *substitution) add(v value.Value) {
	s.pieces = append(s.pieces, v)
	v.Walk(func(inner value.Value) { s.parts += 1 + len(inner.Parts()) })
}

func (s *substitution) literal(start, end int) {
	if start < end {
		s.add(value.StringOf(literals(s.text, start, end), s.text.Location))
	}
}

// resolve returns the value of a variable.
func (s *substitution) resolve(v variable) value.Value {
	at := s.text.Place(v.start, v.end)
	if literal, ok := strings.CutPrefix(v.name, "!"); ok {
		// ${!Literal} is written as ${Literal}.
		return value.Text("${"+literal+"}", at)
	}
	if node, ok := s.own[v.name]; ok {
		known, ok := s.evaluated[v.name]
		if !ok {
			known = s.template.evaluate(node)
			s.evaluated[v.name] = known
		}
		return known
	}
	if logical, attribute, ok := strings.Cut(v.name, "."); ok {
		return s.attribute(logical, attribute, v.name, at)
	}
	return s.refer(v.name, at)
}

// A variable is one ${name} of a text.
type variable struct {
	start, end int
	name       string
}

// variables finds the variables of a Fn::Sub text. A dollar sign without a
// closed brace is literal text.
func variables(text string) []variable {
	found := make([]variable, 0, strings.Count(text, "${"))
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
