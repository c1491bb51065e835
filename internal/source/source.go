// Package source holds the files that are linted and the places in them.
//
// Lines and columns are 1-based. Columns count UTF-16 code units, because that
// is what SARIF (columnKind utf16CodeUnits) and editors use; byte offsets are
// converted once, here, and nowhere else.
package source

import (
	"bytes"
	"cmp"
	"fmt"
	"sort"
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
	return line, utf16Length(f.Bytes[f.lineStarts[line-1]:offset]) + 1
}

// Line returns the text of a 1-based line without its line ending, or "" where
// the file has no such line.
func (f *File) Line(number int) string {
	if number < 1 || number > len(f.lineStarts) {
		return ""
	}
	end := len(f.Bytes)
	if number < len(f.lineStarts) {
		end = f.lineStarts[number] - 1
	}
	return string(bytes.TrimSuffix(f.Bytes[f.lineStarts[number-1]:end], []byte("\r")))
}

// FirstLine cuts l off at the end of the line it begins in: code scanning shows
// an annotation in a pull request only where every line of the region is part
// of the diff.
func (f *File) FirstLine(l Location) Location {
	if l.EndLine > l.Line {
		l.EndLine = l.Line
		l.EndColumn = utf16Length([]byte(f.Line(l.Line))) + 1
	}
	return l
}

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
