package source

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds how deeply documents may nest. AWS policies and templates
// need about a dozen levels.
const maxDepth = 500

// ParseJSONFile reads a whole file as one JSON document.
func ParseJSONFile(f *File) (*Node, error) { return ParseJSON(f.Bytes, f.Location) }

// ParseJSON reads one JSON document (RFC 8259) and accepts what encoding/json
// accepts, after an optional byte order mark. locate converts a range of byte
// offsets of text to where it is written. Errors are *SyntaxError.
func ParseJSON(text []byte, locate func(start, end int) Location) (*Node, error) {
	p := &jsonParser{text: text, locate: locate, plain: &writing{locate: locate}}
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		p.offset = len(byteOrderMark)
	}
	if marks(text) > maxMarks {
		return nil, p.fail("%s", tooLarge)
	}
	node, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.offset < len(text) {
		return nil, p.fail("unexpected %s after the end of the document", p.found())
	}
	return node, nil
}

type jsonParser struct {
	text   []byte
	offset int
	locate func(start, end int) Location
	// plain is how most strings are written.
	plain *writing
}

func (p *jsonParser) fail(format string, arguments ...any) error {
	return &SyntaxError{
		Location: p.locate(p.offset, min(p.offset+1, len(p.text))),
		Message:  "not valid JSON: " + fmt.Sprintf(format, arguments...),
	}
}

// found names what stands at the offset, for messages.
func (p *jsonParser) found() string {
	if p.offset >= len(p.text) {
		return "end of file"
	}
	r, _ := utf8.DecodeRune(p.text[p.offset:])
	return strconv.QuoteRune(r)
}

func (p *jsonParser) space() {
	for p.offset < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.offset]) >= 0 {
		p.offset++
	}
}

// peek returns the next byte, or 0 at the end. A NUL byte is never valid.
func (p *jsonParser) peek() byte {
	if p.offset < len(p.text) {
		return p.text[p.offset]
	}
	return 0
}

func (p *jsonParser) value(depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, p.fail("it nests more than %d levels deep", maxDepth)
	}
	p.space()
	start := p.offset
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.string()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	for _, word := range []string{"null", "true", "false"} {
		if bytes.HasPrefix(p.text[start:], []byte(word)) {
			p.offset += len(word)
			kind := BoolNode
			if word == "null" {
				kind = NullNode
			}
			return p.node(kind, word, start), nil
		}
	}
	return nil, p.fail("unexpected %s where a value is expected", p.found())
}

// node makes a scalar that begins at start and ends here.
func (p *jsonParser) node(kind NodeKind, text string, start int) *Node {
	return &Node{Kind: kind, Text: text, Location: p.locate(start, p.offset), Start: start, End: p.offset}
}

func (p *jsonParser) object(depth int) (*Node, error) {
	start := p.offset
	node := &Node{Kind: MappingNode}
	p.offset++
	for first := true; ; first = false {
		p.space()
		if p.peek() == '}' && first {
			break
		}
		if p.peek() != '"' {
			return nil, p.fail("unexpected %s where a key in quotes is expected", p.found())
		}
		key, err := p.string()
		if err != nil {
			return nil, err
		}
		p.space()
		if p.peek() != ':' {
			return nil, p.fail("unexpected %s where a colon is expected after the key %q", p.found(), key.Text)
		}
		p.offset++
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		node.Members = append(node.Members, Member{Key: key, Value: value})
		p.space()
		if p.peek() != ',' {
			break
		}
		p.offset++
	}
	if p.peek() != '}' {
		return nil, p.fail("unexpected %s where a comma or the end of the object is expected", p.found())
	}
	p.offset++
	node.Location, node.Start, node.End = p.locate(start, p.offset), start, p.offset
	return node, nil
}

func (p *jsonParser) array(depth int) (*Node, error) {
	start := p.offset
	node := &Node{Kind: SequenceNode}
	p.offset++
	for first := true; ; first = false {
		p.space()
		if p.peek() == ']' && first {
			break
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		node.Items = append(node.Items, item)
		p.space()
		if p.peek() != ',' {
			break
		}
		p.offset++
	}
	if p.peek() != ']' {
		return nil, p.fail("unexpected %s where a comma or the end of the list is expected", p.found())
	}
	p.offset++
	node.Location, node.Start, node.End = p.locate(start, p.offset), start, p.offset
	return node, nil
}

func (p *jsonParser) number() (*Node, error) {
	start := p.offset
	digits := func() bool {
		from := p.offset
		for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
			p.offset++
		}
		return p.offset > from
	}
	if p.peek() == '-' {
		p.offset++
	}
	if p.peek() == '0' {
		p.offset++
	} else if !digits() {
		return nil, p.fail("unexpected %s where a digit is expected", p.found())
	}
	if p.peek() == '.' {
		p.offset++
		if !digits() {
			return nil, p.fail("unexpected %s where a digit is expected", p.found())
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.offset++
		if c := p.peek(); c == '+' || c == '-' {
			p.offset++
		}
		if !digits() {
			return nil, p.fail("unexpected %s where a digit is expected", p.found())
		}
	}
	return p.node(NumberNode, string(p.text[start:p.offset]), start), nil
}

// string reads a string and remembers where each byte of its decoded text is
// written, as runs that begin where the distance between the two changes.
func (p *jsonParser) string() (*Node, error) {
	start := p.offset
	p.offset++
	if end := p.plainEnd(); end > p.offset {
		text := string(p.text[p.offset:end])
		p.offset = end + 1
		node := p.node(StringNode, text, start)
		node.write(p.plain, start+1, nil)
		return node, nil
	}
	var text strings.Builder
	var runs offsetRuns
	for {
		if p.offset >= len(p.text) {
			return nil, p.fail("the string that begins here is not closed")
		}
		c := p.text[p.offset]
		switch {
		case c == '"':
			p.offset++
			node := p.node(StringNode, text.String(), start)
			node.write(p.plain, 0, runs)
			return node, nil
		case c < 0x20:
			return nil, p.fail("a control character in a string has to be escaped")
		case c == '\\':
			runs.add(text.Len(), p.offset)
			r, err := p.escape()
			if err != nil {
				return nil, err
			}
			text.WriteRune(r)
			runs.add(text.Len(), p.offset)
		default:
			runs.add(text.Len(), p.offset)
			// Bytes that are not UTF-8 become U+FFFD, as in encoding/json.
			r, size := utf8.DecodeRune(p.text[p.offset:])
			p.offset += size
			text.WriteRune(r)
			runs.add(text.Len(), p.offset)
		}
	}
}

// plainEnd returns the end of a string that is written as it is, or -1.
func (p *jsonParser) plainEnd() int {
	for i := p.offset; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '"':
			return i
		case c == '\\' || c < 0x20 || c >= utf8.RuneSelf:
			return -1
		}
	}
	return -1
}

func (p *jsonParser) escape() (rune, error) {
	p.offset++
	if p.offset >= len(p.text) {
		return 0, p.fail("the escape at the end of the file is not complete")
	}
	c := p.text[p.offset]
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		p.offset++
		return rune("\"\\/\b\f\n\r\t"[i]), nil
	}
	if c != 'u' {
		return 0, p.fail("%s is no escape", p.found())
	}
	high, err := p.hexadecimal()
	if err != nil || !utf16.IsSurrogate(high) {
		return high, err
	}
	if bytes.HasPrefix(p.text[p.offset:], []byte(`\u`)) {
		before := p.offset
		p.offset++
		low, err := p.hexadecimal()
		if err != nil {
			return 0, err
		}
		if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
			return r, nil
		}
		p.offset = before
	}
	return utf8.RuneError, nil
}

// hexadecimal reads the u and the four digits of an escape.
func (p *jsonParser) hexadecimal() (rune, error) {
	p.offset++
	if p.offset+4 > len(p.text) {
		return 0, p.fail("\\u needs four hexadecimal digits")
	}
	code, err := strconv.ParseUint(string(p.text[p.offset:p.offset+4]), 16, 16)
	if err != nil {
		return 0, p.fail("\\u needs four hexadecimal digits")
	}
	p.offset += 4
	return rune(code), nil
}

// offsetRuns maps offsets of decoded text to offsets of what is written.
type offsetRuns []struct{ decoded, written int }

func (runs *offsetRuns) add(decoded, written int) {
	if last := len(*runs) - 1; last >= 0 && written-decoded == (*runs)[last].written-(*runs)[last].decoded {
		return
	}
	*runs = append(*runs, struct{ decoded, written int }{decoded, written})
}

func (runs offsetRuns) written(decoded int) int {
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i].decoded <= decoded {
			return runs[i].written + decoded - runs[i].decoded
		}
	}
	return 0
}
