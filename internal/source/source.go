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
	"unicode/utf8"
)

// A Location is a range of text in one file. The end is exclusive. The zero
// Location means "nowhere" and is what values made by the linter itself carry.
type Location struct {
	// File is the path relative to the repository root, with forward slashes.
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
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

	lineStarts []int
}

// NewFile returns a File and indexes its lines.
func NewFile(path string, content []byte) *File {
	f := &File{Path: path, Bytes: content, lineStarts: []int{0}}
	for offset := 0; ; {
		next := bytes.IndexByte(content[offset:], '\n')
		if next < 0 {
			return f
		}
		offset += next + 1
		f.lineStarts = append(f.lineStarts, offset)
	}
}

// Location converts a range of byte offsets, end exclusive. Offsets outside the
// file are moved to its nearest end.
func (f *File) Location(start, end int) Location {
	line, column := f.position(start)
	endLine, endColumn := f.position(max(start, end))
	return Location{File: f.Path, Line: line, Column: column, EndLine: endLine, EndColumn: endColumn}
}

func (f *File) position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(f.Bytes))
	line = sort.SearchInts(f.lineStarts, offset+1)
	start := f.start(line)
	return line, utf16Length(f.Bytes[start:max(start, offset)]) + 1
}

// start is the offset of the first character of a line.
func (f *File) start(line int) int {
	if line == 1 && bytes.HasPrefix(f.Bytes, []byte(byteOrderMark)) {
		return len(byteOrderMark)
	}
	return f.lineStarts[line-1]
}

// Offset converts a line and column to a byte offset. A line or column outside the
// file is moved to the nearest end of the file or line.
func (f *File) Offset(line, column int) int {
	line = min(max(line, 1), len(f.lineStarts))
	offset := f.start(line)
	end := offset + len(f.Line(line))
	for units := 1; offset < end && units < column; units++ {
		r, size := utf8.DecodeRune(f.Bytes[offset:])
		if r > 0xFFFF {
			units++
		}
		offset += size
	}
	return offset
}

// Text returns the content without a byte order mark.
func (f *File) Text() []byte { return f.Bytes[f.start(1):] }

// Lines returns how many lines the file has. What follows the last line ending is
// one of them.
func (f *File) Lines() int { return len(f.lineStarts) }

// Line returns the text of a 1-based line without its line ending and byte order
// mark, or "" where the file has no such line.
func (f *File) Line(number int) string {
	if number < 1 || number > len(f.lineStarts) {
		return ""
	}
	end := len(f.Bytes)
	if number < len(f.lineStarts) {
		end = f.lineStarts[number] - 1
	}
	return string(bytes.TrimSuffix(f.Bytes[min(f.start(number), end):end], []byte("\r")))
}

// FirstLine cuts l off at the end of the line it begins in: code scanning shows
// an annotation in a pull request only where every line of the region is part
// of the diff.
func (f *File) FirstLine(l Location) Location {
	if l.EndLine > l.Line {
		l.EndLine = l.Line
		l.EndColumn = f.width(l.Line) + 1
	}
	return l
}

// Within confines l to one line of the file and to what is on it.
func (f *File) Within(l Location) Location {
	l = f.FirstLine(l)
	l.Line = min(max(l.Line, 1), f.Lines())
	width := f.width(l.Line)
	l.Column = min(max(l.Column, 1), width+1)
	l.EndLine, l.EndColumn = l.Line, min(max(l.EndColumn, l.Column), width+1)
	return l
}

// width is how many columns a line has.
func (f *File) width(line int) int { return utf16Length([]byte(f.Line(line))) }

func utf16Length(text []byte) int {
	units := 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		units++
		if r > 0xFFFF {
			units++
		}
		text = text[size:]
	}
	return units
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
