package terraform

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/originkey/originkey/internal/pattern"
	"github.com/originkey/originkey/internal/value"
)

// maxText bounds the text that a function makes at once, in bytes.
const maxText = value.MaxSize * 64

// amplifies says why a function may make more of its arguments than is evaluated,
// or returns "". The arguments themselves are bounded.
func amplifies(name string, arguments []value.Value) string {
	text := func(i int) string {
		if i >= len(arguments) {
			return ""
		}
		literal, _ := arguments[i].Literal()
		return literal
	}
	switch name {
	case "format":
		return amplifiesFormat(text(0), 1, arguments)
	case "formatlist":
		longest := 1
		for _, argument := range arguments {
			longest = max(longest, len(argument.Items()))
		}
		return amplifiesFormat(text(0), longest, arguments)
	case "indent":
		if width, err := strconv.Atoi(text(0)); err != nil || width > maxWidth || width*strings.Count(text(1), "\n") > maxText {
			return value.TooLarge
		}
	case "replace":
		return amplifiesReplace(text(0), text(1), text(2))
	case "regex", "regexall":
		return amplifiesPattern(text(0), text(1))
	case "setproduct":
		product := len(arguments)
		for _, argument := range arguments {
			if product *= len(argument.Items()); product > value.MaxSize {
				return value.TooLarge
			}
		}
	case "pow", "cidrhost", "parseint":
		for i := range arguments {
			if len(text(i)) > maxDigits {
				return "a number is too large"
			}
		}
	}
	return ""
}

// maxWidth bounds the width and precision of a verb.
const maxWidth = 1000

var verb = regexp.MustCompile(`%[^a-zA-Z%]*`)

// amplifiesFormat bounds a format that is applied some times.
func amplifiesFormat(pattern string, times int, arguments []value.Value) string {
	all := verb.FindAllString(pattern, -1)
	for _, flags := range all {
		for _, digits := range strings.FieldsFunc(flags, func(r rune) bool { return r < '0' || r > '9' }) {
			if width, err := strconv.Atoi(digits); err != nil || width > maxWidth {
				return "a width or precision is larger than " + strconv.Itoa(maxWidth)
			}
		}
		if strings.Contains(flags, "*") {
			return "a width or precision is an argument"
		}
	}
	size := 0
	for _, argument := range arguments[1:] {
		size += argument.Size(value.MaxSize) * 64 / max(1, len(argument.Items()))
	}
	if (len(pattern)+len(all)*(size+maxWidth))*times > maxText*8 {
		return value.TooLarge
	}
	return ""
}

// amplifiesReplace bounds replace, whose pattern between slashes is a regular
// expression.
func amplifiesReplace(text, pattern, replacement string) string {
	if len(pattern) < 2 || !strings.HasPrefix(pattern, "/") || !strings.HasSuffix(pattern, "/") {
		if len(text)+strings.Count(text, pattern)*len(replacement) > maxText {
			return value.TooLarge
		}
		return ""
	}
	// Each match holds no more than the text, and all together hold it once.
	if (len(text)+1)*(len(replacement)+1) > maxText*2 {
		return value.TooLarge
	}
	return amplifiesPattern(pattern[1:len(pattern)-1], text)
}

// amplifiesPattern bounds a regular expression and the work that it makes of a text.
func amplifiesPattern(expression, text string) string {
	if pattern.IsTooLarge(expression, text) {
		return "the regular expression is too large"
	}
	return ""
}
