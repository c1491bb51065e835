package source

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const byteOrderMark = "\xef\xbb\xbf"

// skipSpace skips white space, line ends and comments.
func skipSpace(text []byte, offset int) int {
	for offset < len(text) {
		switch text[offset] {
		case ' ', '\t', '\r', '\n':
			offset++
		case '#':
			line := bytes.IndexByte(text[offset:], '\n')
			if line < 0 {
				return len(text)
			}
			offset += line + 1
		default:
			return offset
		}
	}
	return offset
}

// skipProperties skips the tag and the anchor before a YAML scalar. No plain
// scalar begins as they do.
func skipProperties(text []byte, offset int) int {
	for offset < len(text) && (text[offset] == '!' || text[offset] == '&') {
		end := bytes.IndexAny(text[offset:], " \t\r\n")
		if end < 0 {
			return len(text)
		}
		offset = skipSpace(text, offset+end)
	}
	return offset
}

// alignScalar finds where each byte of a YAML scalar's value is written, from
// where the scalar itself begins, and where it ends: in runs, or without a break, from
// an offset. ok is false where the value does not follow from what is written there.
func alignScalar(text []byte, start int, n *yaml.Node) (from int, runs offsetRuns, end int, ok bool) {
	a := &aligner{text: text, offset: start, value: n.Value, quote: quoteOf(n)}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		a.block = true
		line := bytes.IndexByte(text[start:], '\n')
		if line < 0 {
			return 0, nil, len(text), n.Value == ""
		}
		a.offset += line + 1
		a.indent()
	}
	if a.quote != 0 {
		if start >= len(text) || text[start] != a.quote {
			return 0, nil, lineEnd(text, start), false
		}
		a.offset++
	}
	if a.isPlain() {
		return a.offset, nil, a.end(a.offset + len(a.value)), true
	}
	for a.position < len(a.value) {
		if !a.step() {
			return 0, nil, lineEnd(text, start), false
		}
	}
	a.runs.add(a.position, a.offset)
	return 0, a.runs, a.end(a.offset), true
}

func quoteOf(n *yaml.Node) byte {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return '"'
	case n.Style&yaml.SingleQuotedStyle != 0:
		return '\''
	default:
		return 0
	}
}

func lineEnd(text []byte, offset int) int {
	rest, _, _ := bytes.Cut(text[offset:], []byte("\n"))
	return offset + len(bytes.TrimRight(rest, " \t\r"))
}

// An aligner walks through what is written and through the value that it stands
// for, side by side.
type aligner struct {
	text     []byte
	offset   int
	value    string
	position int
	quote    byte
	block    bool
	runs     offsetRuns
}

// isPlain reports whether the whole value is written as it is.
func (a *aligner) isPlain() bool {
	special := byte('\n')
	switch a.quote {
	case '"':
		special = '\\'
	case '\'':
		special = '\''
	}
	return len(a.text)-a.offset >= len(a.value) && string(a.text[a.offset:a.offset+len(a.value)]) == a.value &&
		strings.IndexByte(a.value, '\n') < 0 && strings.IndexByte(a.value, special) < 0
}

// end returns where a scalar ends whose text ends at an offset.
func (a *aligner) end(offset int) int {
	if a.quote != 0 {
		if closed := skipSpace(a.text, offset); closed < len(a.text) && a.text[closed] == a.quote {
			return closed + 1
		}
	}
	return offset
}

// step goes on to the next byte of one or both. It returns false where they do
// not agree.
func (a *aligner) step() bool {
	wanted := a.value[a.position]
	if a.offset >= len(a.text) {
		return false
	}
	switch written := a.text[a.offset]; {
	case written == '\\' && a.quote == '"':
		return a.escape()
	case written == '\'' && a.quote == '\'':
		return wanted == '\'' && a.take(2, 1)
	case wanted == '\n' && a.atLineEnd():
		a.take(bytes.IndexByte(a.text[a.offset:], '\n')+1, 1)
		if a.block {
			a.indent()
		}
		return true
	case written == wanted:
		return a.take(1, 1)
	case wanted == ' ' && a.atLineEnd():
		// A line end is folded.
		return a.take(1, 1)
	case written == ' ' || written == '\t' || written == '\r' || written == '\n':
		a.offset++
		return true
	default:
		return false
	}
}

// atLineEnd reports whether a line end is written here, of either kind.
func (a *aligner) atLineEnd() bool {
	return bytes.HasPrefix(a.text[a.offset:], []byte("\n")) || bytes.HasPrefix(a.text[a.offset:], []byte("\r\n"))
}

// take says that so many bytes of text stand for so many of the value.
func (a *aligner) take(written, decoded int) bool {
	a.runs.add(a.position, a.offset)
	a.offset += written
	a.position += decoded
	return true
}

// indent skips the indentation of a block scalar's line, as far as it is not
// part of the value.
func (a *aligner) indent() {
	written, kept := 0, 0
	for a.offset+written < len(a.text) && a.text[a.offset+written] == ' ' {
		written++
	}
	for a.position+kept < len(a.value) && a.value[a.position+kept] == ' ' {
		kept++
	}
	a.offset += max(written-kept, 0)
}

// escape takes an escape sequence of a double-quoted scalar: the YAML
// specification, section 5.7.
func (a *aligner) escape() bool {
	if a.offset+1 >= len(a.text) {
		return false
	}
	length := 2
	switch a.text[a.offset+1] {
	case '\r', '\n':
		a.offset = skipBlank(a.text, a.offset+1)
		return true
	case 'x':
		length = 4
	case 'u':
		length = 6
	case 'U':
		length = 10
	}
	_, size := utf8.DecodeRuneInString(a.value[a.position:])
	return a.offset+length <= len(a.text) && a.take(length, size)
}

// skipBlank skips white space and line ends.
func skipBlank(text []byte, offset int) int {
	for offset < len(text) && bytes.IndexByte([]byte(" \t\r\n"), text[offset]) >= 0 {
		offset++
	}
	return offset
}
