package value

import (
	"strings"
	"unicode/utf8"

	"github.com/originkey/originkey/internal/source"
)

// A placeholder stands for a part that is not literal while the text around it
// is parsed. It is a rune of a private use area.
const placeholder = 0xF0000

// FromNode returns the value of a JSON or YAML document without intrinsics.
func FromNode(node *source.Node) Value {
	switch node.Kind {
	case source.NullNode:
		return Nothing(node.Location)
	case source.BoolNode:
		return Boolean(strings.EqualFold(node.Text, "true"), node.Location)
	case source.NumberNode:
		return NumberOf(node.Text, node.Location)
	case source.SequenceNode:
		items := make([]Value, len(node.Items))
		for i, item := range node.Items {
			items[i] = FromNode(item)
		}
		return ListOf(items, node.Location)
	case source.MappingNode:
		members := make([]Member, len(node.Members))
		for i, member := range node.Members {
			members[i] = Member{Key: member.Key.Text, KeyLocation: member.Key.Location, Value: FromNode(member.Value)}
		}
		return MapOf(members, node.Location)
	default:
		return Text(node.Text, node.Location)
	}
}

// DecodeJSON reads a String that holds JSON text. References and unknown parts
// keep their place in the result: inside a string they become parts of it, and
// where a whole value is expected they become that value. Unknown stays Unknown
// and a Choice is decoded on both sides. The error is a *source.SyntaxError.
//
// Places are exact where each literal part stands in its file as it is, without
// escapes; loaders give each line of a heredoc a part of its own.
func DecodeJSON(v Value) (Value, error) {
	switch v.Kind {
	case Choice:
		then, err := DecodeJSON(*v.Then())
		if err != nil {
			return v, err
		}
		otherwise, err := DecodeJSON(*v.Else())
		if err != nil {
			return v, err
		}
		return If(v.Condition(), then, otherwise, v.Location), nil
	case String:
	default:
		return v, nil
	}
	if inner, ok := soleJSON(v); ok {
		return inner, nil
	}
	if parts := v.Parts(); len(parts) == 1 {
		switch part := parts[0]; part.Kind {
		case UnknownText:
			return NotKnown(part.Text, part.Location), nil
		case ReferenceTo:
			return NotKnown("the text of "+part.Text+" is not known before it is deployed", part.Location), nil
		case Literal, JSONOf:
		}
	}
	text, pieces := encodeParts(v)
	node, err := source.ParseJSON([]byte(text), pieces.locate)
	if err != nil {
		return v, err
	}
	return pieces.decode(node), nil
}

// soleJSON returns the value of a text that is nothing but its JSON.
func soleJSON(v Value) (Value, bool) {
	var found *Value
	for _, part := range v.Parts() {
		switch {
		case part.Kind == JSONOf && found == nil:
			found = part.JSON
		case part.Kind == Literal && strings.TrimSpace(part.Text) == "":
		default:
			return Value{}, false
		}
	}
	if found == nil {
		return Value{}, false
	}
	return *found, true
}

// pieces maps a text with placeholders back to the parts that it is made of.
type pieces struct {
	parts  []Part
	starts []int
	whole  source.Location
	// bare tells of each part whether it stands outside quotes.
	bare []bool
}

// encodeParts writes the parts as one text. A part that stands outside quotes is
// quoted, so that the text stays JSON.
func encodeParts(v Value) (string, *pieces) {
	p := &pieces{whole: v.Location}
	var text strings.Builder
	inString, escaped := false, false
	for i, part := range v.Parts() {
		p.parts = append(p.parts, part)
		p.starts = append(p.starts, text.Len())
		p.bare = append(p.bare, !inString)
		if part.Kind != Literal {
			symbol := string(rune(placeholder + i))
			if !inString {
				symbol = `"` + symbol + `"`
			}
			text.WriteString(symbol)
			continue
		}
		for j := range len(part.Text) {
			switch c := part.Text[j]; {
			case escaped:
				escaped = false
			case c == '\\' && inString:
				escaped = true
			case c == '"':
				inString = !inString
			}
		}
		text.WriteString(part.Text)
	}
	return text.String(), p
}

// locate finds where a range of the text is written.
func (p *pieces) locate(start, end int) source.Location {
	from, to := p.at(start), p.at(max(start, end))
	if from.IsZero() {
		return p.whole
	}
	from.EndLine, from.EndColumn = to.Line, to.Column
	if to.IsZero() || to.File != from.File || to.Line < from.Line {
		from.EndLine, from.EndColumn = from.Line, from.Column+1
	}
	return from
}

func (p *pieces) at(offset int) source.Location {
	for i := len(p.starts) - 1; i >= 0; i-- {
		if p.starts[i] > offset || p.starts[i] == offset && i > 0 && p.parts[i].Kind != Literal {
			continue
		}
		part := p.parts[i]
		if part.Kind != Literal || part.Location.IsZero() {
			return part.Location
		}
		return advance(part.Location, part.Text[:min(offset-p.starts[i], len(part.Text))])
	}
	return p.whole
}

// advance moves the start of a location over text.
func advance(at source.Location, text string) source.Location {
	if lines := strings.Count(text, "\n"); lines > 0 {
		at.Line += int32(lines)
		at.Column = 1
		text = text[strings.LastIndexByte(text, '\n')+1:]
	}
	for _, r := range text {
		at.Column++
		if r > 0xFFFF {
			at.Column++
		}
	}
	return at
}

// decode turns placeholders back into parts.
func (p *pieces) decode(node *source.Node) Value {
	switch node.Kind {
	case source.StringNode:
		return p.decodeString(node)
	case source.SequenceNode:
		items := make([]Value, len(node.Items))
		for i, item := range node.Items {
			items[i] = p.decode(item)
		}
		return ListOf(items, node.Location)
	case source.MappingNode:
		members := make([]Member, len(node.Members))
		for i, member := range node.Members {
			key := p.decodeString(member.Key)
			name, literal := key.Literal()
			if !literal {
				name = key.String()
			}
			members[i] = Member{Key: name, KeyLocation: member.Key.Location, Value: p.decode(member.Value)}
		}
		return MapOf(members, node.Location)
	default:
		return FromNode(node)
	}
}

func (p *pieces) decodeString(node *source.Node) Value {
	var parts []Part
	text := node.Text
	for text != "" {
		i := strings.IndexFunc(text, p.isPlaceholder)
		if i < 0 {
			i = len(text)
		}
		if i > 0 {
			parts = append(parts, Part{Kind: Literal, Text: text[:i], Location: node.Location})
		}
		text = text[i:]
		if text == "" {
			break
		}
		symbol, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		index := symbol - placeholder
		part := p.parts[index]
		if p.bare[index] {
			// The part is the whole value.
			switch part.Kind {
			case JSONOf:
				return *part.JSON
			case UnknownText:
				return NotKnown(part.Text, part.Location)
			case Literal, ReferenceTo:
			}
		}
		parts = append(parts, part)
	}
	return StringOf(parts, node.Location)
}

func (p *pieces) isPlaceholder(r rune) bool {
	return r >= placeholder && r < placeholder+rune(len(p.parts))
}
