package terraform

import (
	"bytes"
	"unicode/utf8"
)

// A section is the text of one block of the top level of a file.
type section struct {
	// kind is the block's type, start and end are its byte offsets.
	kind       string
	start, end int
}

// outline splits the native syntax into the blocks of its top level without
// parsing what is inside them. ok is false where that takes the parser: at
// anything that is rare in configuration, or that may be an error. Of a file
// that has no syntax errors it returns what the parser would.
func outline(text []byte) (sections []section, ok bool) {
	if !utf8.Valid(text) || bytes.HasPrefix(text, []byte(byteOrderMark)) || hasLoneReturn(text) {
		return nil, false
	}
	s := &skipper{text: text}
	for {
		s.space(true)
		if s.offset == len(text) {
			return sections, true
		}
		start := s.offset
		kind := s.identifier()
		if kind == "" || !s.labels() || !s.code(0) {
			return nil, false
		}
		sections = append(sections, section{kind: kind, start: start, end: s.offset})
		s.space(false)
		if s.offset < len(text) && s.peek() != '\n' && s.peek() != '\r' && s.peek() != '#' && !s.has("//") {
			return nil, false
		}
	}
}

const byteOrderMark = "\ufeff"

func hasLoneReturn(text []byte) bool {
	for {
		i := bytes.IndexByte(text, '\r')
		if i < 0 {
			return false
		}
		text = text[i+1:]
		if len(text) == 0 || text[0] != '\n' {
			return true
		}
	}
}

// maxSkipped bounds how deeply templates nest.
const maxSkipped = 50

// A skipper goes over text. Its methods return false where the parser has to
// tell what is written.
type skipper struct {
	text   []byte
	offset int
}

// peek returns the next byte, or 0 at the end.
func (s *skipper) peek() byte {
	if s.offset < len(s.text) {
		return s.text[s.offset]
	}
	return 0
}

func (s *skipper) has(prefix string) bool { return bytes.HasPrefix(s.text[s.offset:], []byte(prefix)) }

// to goes behind the next occurrence of a text.
func (s *skipper) to(end string) bool {
	i := bytes.Index(s.text[s.offset:], []byte(end))
	if i < 0 {
		s.offset = len(s.text)
		return false
	}
	s.offset += i + len(end)
	return true
}

// space skips blanks and comments, over the ends of lines only where lines is
// true.
func (s *skipper) space(lines bool) {
	for s.offset < len(s.text) {
		switch c := s.peek(); {
		case c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r'):
			s.offset++
		case s.has("/*"):
			before := s.offset
			s.offset += len("/*")
			if !s.to("*/") {
				s.offset = before
				return
			}
		case lines && (c == '#' || s.has("//")):
			s.to("\n")
		default:
			return
		}
	}
}

func (s *skipper) identifier() string {
	start := s.offset
	for isLetter(s.peek()) || s.offset > start && (s.peek() >= '0' && s.peek() <= '9' || s.peek() == '-') {
		s.offset++
	}
	return string(s.text[start:s.offset])
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// labels skips the labels of a block and the brace that opens it.
func (s *skipper) labels() bool {
	for {
		s.space(false)
		switch c := s.peek(); {
		case c == '{':
			s.offset++
			return true
		case isLetter(c):
			s.identifier()
		case c == '"':
			end := bytes.IndexByte(s.text[s.offset+1:], '"')
			if end < 0 || bytes.ContainsAny(s.text[s.offset+1:s.offset+1+end], "\\$%\n") {
				return false
			}
			s.offset += end + 2
		default:
			return false
		}
	}
}

// code skips the inside of braces and the brace that closes them. depth counts the
// templates around it.
func (s *skipper) code(depth int) bool {
	if depth > maxSkipped {
		return false
	}
	for open := 1; s.offset < len(s.text); {
		switch c := s.peek(); {
		case c == '{':
			open++
			s.offset++
		case c == '}':
			s.offset++
			if open--; open == 0 {
				return true
			}
		case c == '"':
			s.offset++
			if !s.quoted(depth) {
				return false
			}
		case c == '#' || c == '/' && s.has("//"):
			s.to("\n")
		case c == '/' && s.has("/*"):
			s.offset += len("/*")
			if !s.to("*/") {
				return false
			}
		case c == '<' && s.has("<<"):
			if !s.heredoc(depth) {
				return false
			}
		case c == '\'' || c == '`' || c == ';' || c == '$' || c == '\\' || c >= utf8.RuneSelf:
			return false
		default:
			s.offset++
		}
	}
	return false
}

// quoted skips the rest of a string in quotes.
func (s *skipper) quoted(depth int) bool {
	for s.offset < len(s.text) {
		switch s.peek() {
		case '"':
			s.offset++
			return true
		case '\n':
			return false
		case '\\':
			s.offset += 2
		case '$', '%':
			if !s.sequence(depth) {
				return false
			}
		default:
			s.offset++
		}
	}
	return false
}

// sequence skips the signs that may begin a sequence of a template, and the
// sequence. "$${" and "%%{" begin none.
func (s *skipper) sequence(depth int) bool {
	start := s.offset
	for s.peek() == '$' || s.peek() == '%' {
		s.offset++
	}
	if s.peek() != '{' {
		return true
	}
	signs := string(s.text[start:s.offset])
	s.offset++
	switch signs {
	case "$", "%":
		return s.code(depth + 1)
	default:
		return signs == "$$" || signs == "%%"
	}
}

// heredoc skips a heredoc.
func (s *skipper) heredoc(depth int) bool {
	s.offset += len("<<")
	if s.peek() == '-' {
		s.offset++
	}
	marker := s.identifier()
	if s.peek() == '\r' {
		s.offset++
	}
	if marker == "" || s.peek() != '\n' {
		return false
	}
	s.offset++
	for s.offset < len(s.text) {
		end := bytes.IndexByte(s.text[s.offset:], '\n')
		if end < 0 {
			return false
		}
		if line := s.text[s.offset : s.offset+end]; string(bytes.TrimSpace(line)) == marker {
			// The end of the line follows the heredoc.
			s.offset += end
			return true
		}
		for s.offset < len(s.text) && s.peek() != '\n' {
			if c := s.peek(); c != '$' && c != '%' {
				s.offset++
			} else if !s.sequence(depth) {
				return false
			}
		}
		s.offset++
	}
	return false
}
