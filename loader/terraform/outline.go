package terraform

import (
	"bytes"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// A section is the text of one block of the top level of a file.
type section struct {
	// kind is the block's type. name are its labels, joined by dots, and labels
	// says how many there are.
	kind, name string
	labels     int
	// start is the place of the type, end the offset behind the closing brace.
	start hcl.Pos
	end   int
	// holds says that a line inside looks like a block of the top level: a brace that
	// is missing may have taken that in.
	holds bool
}

// outline splits the native syntax into the blocks of its top level without
// parsing what is inside them. ok is false where that takes the parser: at
// anything that is rare in configuration, or that may be an error. Of a file
// that has no syntax errors it returns what the parser would.
func outline(text []byte) (sections []section, ok bool) {
	if !utf8.Valid(text) || bytes.HasPrefix(text, []byte(byteOrderMark)) || hasLoneReturn(text) {
		return nil, false
	}
	// Most blocks end in a line of their own.
	sections = make([]section, 0, bytes.Count(text, []byte("\n}"))+1)
	s := &skipper{text: text}
	for at := hcl.InitialPos; ; {
		s.space(true)
		if s.offset == len(text) {
			return sections, true
		}
		// A column counts what a reader takes for a character: of ASCII, bytes.
		lines := bytes.Count(text[at.Byte:s.offset], []byte("\n"))
		line := text[bytes.LastIndexByte(text[:s.offset], '\n')+1 : s.offset]
		if !isASCII(line) {
			return nil, false
		}
		at = hcl.Pos{Line: at.Line + lines, Column: len(line) + 1, Byte: s.offset}
		s.holds = false
		next := section{kind: string(s.identifier()), start: at}
		if next.kind == "" || !s.labels(&next) || !s.code(0) {
			return nil, false
		}
		next.end, next.holds = s.offset, s.holds
		sections = append(sections, next)
		if !s.endsLine() && s.offset < len(text) {
			return nil, false
		}
	}
}

// argument returns the value of an argument of a block without parsing it. ok is false
// where that takes the parser: where the argument is missing, or more than a plain
// string.
func (s section) argument(text []byte, name string) (value string, ok bool) {
	inside := &skipper{text: text[:s.end], offset: s.start.Byte, wanted: name}
	inside.identifier()
	if !inside.labels(&section{}) || !inside.code(0) || len(inside.found) != 1 {
		return "", false
	}
	at := &skipper{text: text[:s.end], offset: inside.found[0]}
	at.space(false)
	if at.peek() != '"' {
		return "", false
	}
	plain, ok := at.plain()
	return string(plain), ok && at.endsLine()
}

const byteOrderMark = "\ufeff"

func isASCII(text []byte) bool {
	return !bytes.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

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
	// wanted is the name of an argument of a block, or "", and found holds the
	// offsets behind its equals sign.
	wanted string
	found  []int
	// holds is that of the section.
	holds bool
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

// endsLine skips blanks and reports whether a line ends there, or a comment does it.
func (s *skipper) endsLine() bool {
	s.space(false)
	return s.peek() == '\n' || s.peek() == '\r' || s.peek() == '#' || s.has("//")
}

func (s *skipper) identifier() []byte {
	start := s.offset
	for isLetter(s.peek()) || s.offset > start && (s.peek() >= '0' && s.peek() <= '9' || s.peek() == '-') {
		s.offset++
	}
	return s.text[start:s.offset]
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// labels reads the labels of a block, and skips the brace that opens it.
func (s *skipper) labels(of *section) bool {
	name := make([]byte, 0, 64)
	add := func(label []byte) {
		if of.labels++; of.labels > 1 {
			name = append(name, '.')
		}
		name = append(name, label...)
	}
	for {
		s.space(false)
		switch c := s.peek(); {
		case c == '{':
			s.offset++
			of.name = string(name)
			return true
		case isLetter(c):
			add(s.identifier())
		case c == '"':
			label, ok := s.plain()
			if !ok {
				return false
			}
			add(label)
		default:
			return false
		}
	}
}

// plain reads a string in quotes that has no escapes and no templates.
func (s *skipper) plain() ([]byte, bool) {
	text, _, closed := bytes.Cut(s.text[s.offset+1:], []byte{'"'})
	if !closed || bytes.ContainsAny(text, "\\$%\n") || !isASCII(text) {
		return nil, false
	}
	s.offset += len(text) + len(`""`)
	return text, true
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
		case c == '\n':
			s.offset++
			s.holds = s.holds || s.beginsBlock()
		case c == '#' || c == '/' && s.has("//"):
			if s.to("\n") {
				s.offset--
			}
		case c == '/' && s.has("/*"):
			s.offset += len("/*")
			if !s.to("*/") {
				return false
			}
		case c == '<' && s.has("<<"):
			if !s.heredoc(depth) {
				return false
			}
		case s.wanted != "" && open == 1 && depth == 0 && isLetter(c):
			if string(s.identifier()) == s.wanted {
				s.find()
			}
		case c == '\'' || c == '`' || c == ';' || c == '$' || c == '\\' || c >= utf8.RuneSelf:
			return false
		default:
			s.offset++
		}
	}
	return false
}

// beginsBlock reports whether a line looks like the beginning of a block of the top
// level: by a word that is not indented, or by the type of such a block, with a label
// where it has one. To say so of another line costs parsing it.
func (s *skipper) beginsBlock() bool {
	ahead := skipper{text: s.text, offset: s.offset}
	ahead.blanks()
	if !isLetter(ahead.peek()) {
		return false
	}
	if ahead.offset == s.offset {
		return true
	}
	kind := ahead.identifier()
	ahead.blanks()
	switch string(kind) {
	case "resource", "data", "module", "variable", "provider":
		return ahead.peek() == '"'
	case "locals", "import":
		return ahead.peek() == '{'
	default:
		return false
	}
}

func (s *skipper) blanks() {
	for s.peek() == ' ' || s.peek() == '\t' {
		s.offset++
	}
}

// find notes where the value of an argument begins, if it is one whose name was read.
// "==" and "=>" follow no name that stands alone.
func (s *skipper) find() {
	if s.space(false); s.peek() == '=' && !s.has("==") && !s.has("=>") {
		s.offset++
		s.found = append(s.found, s.offset)
	}
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
	marker := string(s.identifier())
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
