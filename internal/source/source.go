// Package source holds the files that are linted and the places in them.
//
// Lines and columns are 1-based. Columns count UTF-16 code units, because that
// is what SARIF (columnKind utf16CodeUnits) and editors use; byte offsets are
// converted once, here, and nowhere else. A byte order mark is no part of the
// text: editors do not show it and do not count it.
package source

import (
	"bytes"
	"cmp"
	"fmt"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Location is a range of text in one file. The end is exclusive. The zero
// Location means "nowhere" and is what values made by the linter itself carry.
type Location struct {
	// File is the path relative to the repository root, with forward slashes.
	File      string `json:"file"`
	Line      int32  `json:"line"`
	Column    int32  `json:"column"`
	EndLine   int32  `json:"endLine"`
	EndColumn int32  `json:"endColumn"`
}

// IsZero reports whether l names no place.
func (l Location) IsZero() bool { return l.File == "" && l.Line == 0 }

// String returns "file:line:column", or "file" where the line is not known.
func (l Location) String() string {
	if l.Line == 0 {
		return l.File
	}
	return fmt.Sprintf("%s:%d:%d", l.File, l.Line, l.Column)
}

// Compare orders locations by file, line, column and end.
func (l Location) Compare(other Location) int {
	return cmp.Or(
		cmp.Compare(l.File, other.File),
		cmp.Compare(l.Line, other.Line),
		cmp.Compare(l.Column, other.Column),
		cmp.Compare(l.EndLine, other.EndLine),
		cmp.Compare(l.EndColumn, other.EndColumn),
	)
}

// IsInstalled reports whether a file belongs to a module that Terraform has
// downloaded, which is no part of the repository.
func IsInstalled(file string) bool {
	const folder = ".terraform/"
	return strings.HasPrefix(file, folder) || strings.Contains(file, "/"+folder)
}

// A File is one file of the repository, held in memory.
type File struct {
	// Path is relative to the repository root, with forward slashes.
	Path  string
	Bytes []byte

	// The repository's files are bounded far below what 32 bits count.
	lineStarts []int32
	// ascii says that each byte is a character of one code unit.
	ascii bool
	// units are the UTF-16 code units before the first character of each block,
	// where the file is not ASCII: minified files have lines of megabytes.
	units []checkpoint
	// text is Bytes, once a piece of it was asked for.
	text struct {
		once  sync.Once
		whole string
	}
}

// block is how many bytes lie between two checkpoints.
const block = 512

// A checkpoint is the start of a character.
type checkpoint struct{ offset, units int32 }

// NewFile returns a File and indexes its lines.
func NewFile(path string, content []byte) *File {
	f := &File{Path: path, Bytes: content, lineStarts: make([]int32, 1, bytes.Count(content, []byte{'\n'})+1), ascii: isASCII(content)}
	for offset := 0; ; {
		next := bytes.IndexByte(content[offset:], '\n')
		if next < 0 {
			break
		}
		offset += next + 1
		f.lineStarts = append(f.lineStarts, int32(offset))
	}
	if f.ascii {
		return f
	}
	for offset, units := 0, 0; offset < len(content); {
		if offset >= len(f.units)*block {
			f.units = append(f.units, checkpoint{int32(offset), int32(units)})
		}
		length, size := character(content[offset:])
		offset, units = offset+size, units+length
	}
	return f
}

// Piece returns a part of the text without copying it, for what is kept as long as the
// file is: most texts of a graph are written somewhere, and a copy of each is an object
// that the garbage collector goes over. One copy of the whole serves them all.
func (f *File) Piece(start, end int) string {
	f.text.once.Do(func() { f.text.whole = string(f.Bytes) })
	return f.text.whole[start:end]
}

// Location converts a range of byte offsets, end exclusive. Offsets outside the
// file are moved to its nearest end.
func (f *File) Location(start, end int) Location {
	line, column := f.position(start)
	endLine, endColumn := f.position(max(start, end))
	return Location{File: f.Path, Line: int32(line), Column: int32(column), EndLine: int32(endLine), EndColumn: int32(endColumn)}
}

func (f *File) position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(f.Bytes))
	line = sort.Search(len(f.lineStarts), func(i int) bool { return int(f.lineStarts[i]) > offset })
	start := f.start(line)
	if !f.ascii && start <= offset && offset-start < block {
		return line, utf16Length(f.Bytes[start:offset]) + 1
	}
	return line, max(f.unitsBefore(offset)-f.unitsBefore(start), 0) + 1
}

// unitsBefore counts the UTF-16 code units before an offset.
func (f *File) unitsBefore(offset int) int {
	if f.ascii {
		return offset
	}
	i := sort.Search(len(f.units), func(i int) bool { return int(f.units[i].offset) > offset }) - 1
	if i < 0 {
		return 0
	}
	return int(f.units[i].units) + utf16Length(f.Bytes[f.units[i].offset:offset])
}

// start is the offset of the first character of a line.
func (f *File) start(line int) int {
	if line == 1 && bytes.HasPrefix(f.Bytes, []byte(byteOrderMark)) {
		return len(byteOrderMark)
	}
	return int(f.lineStarts[line-1])
}

// Offset converts a line and column to a byte offset. A line or column outside the
// file is moved to the nearest end of the file or line.
func (f *File) Offset(line, column int) int {
	start, end := f.Span(min(max(line, 1), len(f.lineStarts)))
	wanted := f.unitsBefore(start) + column - 1
	if f.ascii {
		return min(max(wanted, start), end)
	}
	i := sort.Search(len(f.units), func(i int) bool { return int(f.units[i].units) > wanted }) - 1
	if i < 0 {
		return start
	}
	offset, units := int(f.units[i].offset), int(f.units[i].units)
	for offset < end && units < wanted {
		length, size := character(f.Bytes[offset:])
		offset, units = offset+size, units+length
	}
	return min(max(offset, start), end)
}

// Span returns the byte offsets of a 1-based line without its line ending and byte
// order mark. They are equal where the file has no such line.
func (f *File) Span(line int) (start, end int) {
	if line < 1 || line > len(f.lineStarts) {
		return len(f.Bytes), len(f.Bytes)
	}
	start, end = f.start(line), len(f.Bytes)
	if line < len(f.lineStarts) {
		end = int(f.lineStarts[line]) - 1
	}
	if end > start && f.Bytes[end-1] == '\r' {
		end--
	}
	return start, max(start, end)
}

// Text returns the content without a byte order mark.
func (f *File) Text() []byte { return f.Bytes[f.start(1):] }

// Lines returns how many lines the file has. What follows the last line ending is
// one of them.
func (f *File) Lines() int { return len(f.lineStarts) }

// Line returns the text of a 1-based line without its line ending and byte order
// mark, or "" where the file has no such line.
func (f *File) Line(number int) string {
	start, end := f.Span(number)
	return string(f.Bytes[start:end])
}

// FirstLine cuts l off at the end of the line it begins in: code scanning shows
// an annotation in a pull request only where every line of the region is part
// of the diff.
func (f *File) FirstLine(l Location) Location {
	if l.EndLine > l.Line {
		l.EndLine = l.Line
		l.EndColumn = int32(f.Width(int(l.Line)) + 1)
	}
	return l
}

// Width is how many columns a line has.
func (f *File) Width(line int) int {
	start, end := f.Span(line)
	return f.unitsBefore(end) - f.unitsBefore(start)
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func utf16Length(text []byte) int {
	units := 0
	for len(text) > 0 {
		if text[0] < utf8.RuneSelf {
			units++
			text = text[1:]
			continue
		}
		length, size := character(text)
		units += length
		text = text[size:]
	}
	return units
}

// character returns the UTF-16 code units and the bytes of the first character.
func character(text []byte) (units, size int) {
	r, size := utf8.DecodeRune(text)
	if r > 0xFFFF {
		return 2, size
	}
	return 1, size
}

// Severity says how bad a Diagnostic is.
type Severity string

// The severities of a Diagnostic. An Error makes the exit code 2.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// A Diagnostic is something about the input that kept the linter from reading
// all of it. It is not a finding: findings judge what was read.
type Diagnostic struct {
	Location
	Severity Severity
	Message  string
}

// A Text is text that the user wrote, with its place. The zero Text is not
// written.
type Text struct {
	Text     string
	Location Location
}

// IsZero reports whether the text is not written.
func (t Text) IsZero() bool { return t.Text == "" }
