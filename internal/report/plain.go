package report

import (
	"strings"
	"unicode"
)

// oneLine makes text of the input fit for a single line of any format: each line
// break and control character is a space, and characters that are not seen but
// change how others are read, such as those that turn the direction of writing,
// are left out.
func oneLine(text string) string {
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
