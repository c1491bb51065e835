package report

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// oneLine makes text of the input fit for a single line of any format: each line
// break and control character is a space, and characters that are not seen but
// change how others are read, such as those that turn the direction of writing,
// are left out.
func oneLine(text string) string {
	if allPrintable(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u2028', r == '\u2029', unicode.IsControl(r):
			return ' '
		case isHidden(r):
			return -1
		default:
			return r
		}
	}, text)
}

// lines makes text of the input fit for a block of lines: as oneLine does, but
// line breaks and tabs stay.
func lines(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	all := strings.Split(text, "\n")
	for i, each := range all {
		parts := strings.Split(each, "\t")
		for j, part := range parts {
			parts[j] = oneLine(part)
		}
		all[i] = strings.TrimRight(strings.Join(parts, "\t"), " \t")
	}
	return strings.Join(all, "\n")
}

// isHidden reports whether a character is not seen and is not needed to write words
// or emoji, as joiners are.
func isHidden(r rune) bool { return unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c' }

// allPrintable reports whether a text is of printable ASCII alone: each character is one
// byte and takes one cell.
func allPrintable(text string) bool {
	for i := range len(text) {
		if !isPrintable(text[i]) {
			return false
		}
	}
	return true
}

func isPrintable(b byte) bool { return b >= ' ' && b <= '~' }

// textWidth is how many cells a text takes.
func textWidth(text string) int {
	if allPrintable(text) {
		return len(text)
	}
	return uniseg.StringWidth(text)
}
