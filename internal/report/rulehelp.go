package report

import (
	"regexp"
	"strings"
	"unicode/utf16"
)

var linkInMarkdown = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]*)\)`)

// plain writes the Markdown of a rule's description as text: headings and
// paragraphs without their marks, examples indented, links with their addresses.
func plain(markdown string) string {
	var lines []string
	inCode := false
	for _, line := range strings.Split(strings.TrimSpace(markdown), "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inCode = !inCode
			continue
		case inCode && line != "":
			line = "    " + line
		case inCode:
		case strings.HasPrefix(line, "#"):
			line = strings.TrimLeft(line, "# ")
		default:
			line = linkInMarkdown.ReplaceAllString(line, "$1 ($2)")
			line = strings.ReplaceAll(line, "`", "")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// firstParagraph is what the first section of a description says, as plain text.
func firstParagraph(markdown string) string {
	for _, paragraph := range strings.Split(strings.TrimSpace(markdown), "\n\n") {
		lines := strings.Split(strings.TrimSpace(paragraph), "\n")
		if strings.HasPrefix(lines[0], "#") {
			lines = lines[1:]
		}
		if len(lines) > 0 {
			return plain(strings.Join(lines, " "))
		}
	}
	return ""
}

// shorten cuts a text off at so many UTF-16 code units, which is what services
// count that are written in JavaScript or C#.
func shorten(text string, limit int) string {
	if len(utf16.Encode([]rune(text))) <= limit {
		return text
	}
	units := 0
	for i, r := range text {
		if units += utf16.RuneLen(r); units > limit-1 {
			return text[:i] + "…"
		}
	}
	return text
}
