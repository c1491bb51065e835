// Package pattern bounds the regular expressions that strangers write.
package pattern

import "regexp/syntax"

const (
	// maxProgram bounds about how many instructions an expression is compiled to,
	// which repetitions multiply, and the bytes of its own text.
	maxProgram = 20_000
	// maxMatching bounds the steps that matching takes.
	maxMatching = 100_000_000
)

// IsTooLarge reports whether an expression is not to be compiled, or not to be matched
// with a text. What is no expression is not too large: who compiles it says what is
// wrong.
func IsTooLarge(expression, text string) bool {
	if len(expression) > maxProgram {
		return true
	}
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return false
	}
	// What looks for all matches may go through the rest of the text for each.
	size := programSize(parsed)
	return size > maxProgram || size*len(text)*len(text) > maxMatching
}

// programSize is about how many instructions an expression is compiled to.
func programSize(e *syntax.Regexp) int {
	size := 1 + len(e.Rune)
	for _, inner := range e.Sub {
		size += programSize(inner)
	}
	if e.Op == syntax.OpRepeat {
		size *= max(1, e.Min, e.Max)
	}
	return min(size, 1<<30)
}
