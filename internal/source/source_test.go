package source

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// TestOffsetIsTheInverseOfLocation walks every character of a file that has all
// that makes columns and bytes differ.
func TestOffsetIsTheInverseOfLocation(t *testing.T) {
	text := "\ufeffa\té😀b\r\n\r\n  😀x\n\xffz"
	file := NewFile("t", []byte(text))
	for offset := range text {
		if offset > 0 && offset < len("\ufeff") {
			continue
		}
		at := file.Location(offset, offset)
		got := file.Offset(int(at.Line), int(at.Column))
		want := offset
		switch {
		case offset == 0:
			want = len("\ufeff")
		case text[offset] == '\n' && text[offset-1] == '\r':
			// A line ends before its line ending.
			want = offset - 1
		}
		if got != want {
			t.Errorf("offset %d is at %s, which is offset %d", offset, at, got)
		}
	}
	if got := file.Location(len("\ufeff"), len("\ufeffa")).String(); got != "t:1:1" {
		t.Errorf("the first character is at %s: a byte order mark counts as a column", got)
	}
	if got := file.Line(1); got != "a\té😀b" {
		t.Errorf("line 1 is %q", got)
	}
	if got := file.Offset(99, 1); got != len(text)-len("\xffz") {
		t.Errorf("a line behind the end is at offset %d", got)
	}
	if got := file.Offset(1, 99); got != len("\ufeffa\té😀b") {
		t.Errorf("a column behind the end is at offset %d", got)
	}
}

// texts mix line endings, characters of two UTF-16 units and bytes that are no
// UTF-8, and have lines longer than a block.
var texts = []string{
	"", "\n", "a", "a\r\nb", strings.Repeat("plain text\n", block), "\r\n\r\n", "é😀\n\xff\xf0\x9f\nz",
	strings.Repeat("é😀\xff", 2*block) + "\r\n" + strings.Repeat("x", 3*block) + "\n\n" + strings.Repeat("😀", block),
}

func TestPositionsAreThoseOfAScan(t *testing.T) {
	for _, text := range texts {
		file := NewFile("f", []byte(text))
		for offset := 0; offset <= len(text); offset++ {
			before := text[:offset]
			line := strings.Count(before, "\n") + 1
			column := len(utf16.Encode([]rune(before[strings.LastIndex(before, "\n")+1:]))) + 1
			got := file.Location(offset, offset)
			if int(got.Line) != line || int(got.Column) != column {
				t.Fatalf("offset %d of %.20q is %d:%d, want %d:%d", offset, text, got.Line, got.Column, line, column)
			}
		}
	}
}

func TestOffsetUndoesLocation(t *testing.T) {
	for _, text := range texts {
		file := NewFile("f", []byte(text))
		for offset := range text {
			at := file.Location(offset, offset)
			_, end := file.Span(int(at.Line))
			if got := file.Offset(int(at.Line), int(at.Column)); got != min(offset, end) {
				t.Fatalf("%d:%d of %.20q is at %d, want %d", at.Line, at.Column, text, got, offset)
			}
		}
	}
}

func TestFirstLineEndsBeforeTheLineEnding(t *testing.T) {
	file := NewFile("f", []byte("a😀b\r\nc"))
	if got := file.FirstLine(file.Location(1, len(file.Bytes))); got.EndLine != 1 || got.EndColumn != 5 {
		t.Errorf("the range ends at %d:%d", got.EndLine, got.EndColumn)
	}
	if got := file.Line(1); got != "a😀b" {
		t.Errorf("the line is %q", got)
	}
}
