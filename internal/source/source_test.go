package source

import "testing"

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
		got := file.Offset(at.Line, at.Column)
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
