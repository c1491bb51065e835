package iam

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/originkey/originkey/internal/value"
)

// A token is one step of a symbolic text.
type token struct {
	kind    tokenKind
	literal rune
	// reference is that of an atom.
	reference *value.Reference
}

type tokenKind uint8

const (
	literalToken tokenKind = iota
	// anyRune and anyText are the wildcards ? and *.
	anyRune
	anyText
	// atomToken is the text of a reference: not known, but equal to itself.
	atomToken
	// unknownToken is any text at all.
	unknownToken
)

// A comparison compares symbolic texts.
type comparison struct {
	generated  func(node string) bool
	ignoreCase bool
	// partition is what the partition of the stack is taken to be, or "".
	partition string
}

// A tokenBuffer holds the tokens of a text of usual length without an allocation.
type tokenBuffer [128]token

// tokenize appends the tokens of an expanded String. Where wildcards is false, * and
// ? stand for themselves.
func (c comparison) tokenize(tokens []token, v value.Value, wildcards bool) []token {
	if v.Kind != value.String {
		return append(tokens, token{kind: unknownToken})
	}
	if text, ok := v.SoleLiteral(); ok {
		return c.tokenizeLiteral(tokens, text, wildcards)
	}
	parts := v.Parts()
	for i := range parts {
		switch part := &parts[i]; {
		case part.Kind == value.Literal:
			tokens = c.tokenizeLiteral(tokens, part.Text, wildcards)
		case c.partition != "" && part.Kind == value.ReferenceTo && part.Reference.Attribute == value.Partition:
			tokens = c.tokenizeLiteral(tokens, c.partition, false)
		default:
			tokens = append(tokens, opaqueToken(part))
		}
	}
	return tokens
}

// opaqueToken stands for a part that is not literal.
func opaqueToken(part *value.Part) token {
	if part.Kind == value.ReferenceTo {
		return token{kind: atomToken, reference: &part.Reference}
	}
	return token{kind: unknownToken}
}

func (c comparison) tokenizeLiteral(tokens []token, text string, wildcards bool) []token {
	for _, r := range text {
		switch {
		case wildcards && r == '*':
			tokens = append(tokens, token{kind: anyText})
		case wildcards && r == '?':
			tokens = append(tokens, token{kind: anyRune})
		default:
			if c.ignoreCase {
				r = unicode.ToLower(r)
			}
			tokens = append(tokens, token{literal: r})
		}
	}
	return tokens
}

// matchPlain compares two expanded Strings by the bytes of their literal parts, where
// that decides: all of both is literal text, or they differ in front.
func (c comparison) matchPlain(pattern, text value.Value, wildcards bool) (answer Truth, decided bool) {
	inPattern, inText := pattern.Parts(), text.Parts()
	if len(inPattern) == 0 || len(inText) == 0 || inPattern[0].Kind != value.Literal || inText[0].Kind != value.Literal {
		return No, false
	}
	x, y := inPattern[0].Text, inText[0].Text
	if len(inPattern) == 1 && len(inText) == 1 {
		return c.matchASCII(x, y, wildcards)
	}
	for i := range min(len(x), len(y)) {
		switch {
		case x[i] >= utf8.RuneSelf || y[i] >= utf8.RuneSelf || wildcards && (x[i] == '*' || x[i] == '?'):
			return No, false
		case c.fold(x[i]) != c.fold(y[i]):
			return No, true
		}
	}
	return No, false
}

// matchASCII compares a pattern with a text. decided is false where they are not
// ASCII, or too long for that.
func (c comparison) matchASCII(pattern, text string, wildcards bool) (answer Truth, decided bool) {
	if (len(pattern)+1)*(len(text)+1) > maxComparison || !isASCII(pattern) || !isASCII(text) {
		return No, false
	}
	// The last * that was met takes in as little as it can, and one rune more each
	// time that what follows it does not fit.
	star, taken := -1, 0
	i, j := 0, 0
	for j < len(text) {
		switch {
		case i < len(pattern) && wildcards && pattern[i] == '*':
			star, taken = i, j
			i++
		case i < len(pattern) && (wildcards && pattern[i] == '?' || c.fold(pattern[i]) == c.fold(text[j])):
			i++
			j++
		case star >= 0:
			taken++
			i, j = star+1, taken
		default:
			return No, true
		}
	}
	for i < len(pattern) && wildcards && pattern[i] == '*' {
		i++
	}
	return truthOf(i == len(pattern)), true
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fold writes a letter small where case does not matter.
func (c comparison) fold(letter byte) byte {
	if c.ignoreCase && letter >= 'A' && letter <= 'Z' {
		return letter + 'a' - 'A'
	}
	return letter
}

// maxComparison bounds the work of one comparison, as the product of the two
// lengths. AWS takes no policy of more than 32,768 bytes, and the names on a path
// have a few hundred characters at most.
const maxComparison = 1 << 24

// matchText compares whole texts; * spans everything. The answer is Yes where an
// alignment of pattern and text is certain, No where none is possible.
//
// It fills a table of len(pattern) times len(text) from the end, one row at a
// time, so that no pattern is slow.
func (c comparison) matchText(pattern, text []token) Truth {
	// Most texts differ, or agree, in what stands for itself at the ends.
	for len(pattern) > 0 && len(text) > 0 && c.certain(pattern[0], text[0]) {
		if !stands(pattern[0], text[0]) {
			return No
		}
		pattern, text = pattern[1:], text[1:]
	}
	for len(pattern) > 0 && len(text) > 0 && c.certain(pattern[len(pattern)-1], text[len(text)-1]) {
		if !stands(pattern[len(pattern)-1], text[len(text)-1]) {
			return No
		}
		pattern, text = pattern[:len(pattern)-1], text[:len(text)-1]
	}
	if (len(pattern)+1)*(len(text)+1) > maxComparison {
		return Unknown
	}
	var buffer [2 * len(tokenBuffer{})]cell
	cells := buffer[:]
	if len(cells) < 2*(len(text)+1) {
		cells = make([]cell, 2*(len(text)+1))
	}
	current, below := cells[:len(text)+1], cells[len(text)+1:2*(len(text)+1)]
	for i := len(pattern); i >= 0; i-- {
		for j := len(text); j >= 0; j-- {
			current[j] = c.align(pattern[i:], text[j:], current[j:], below[j:])
		}
		current, below = below, current
	}
	return below[0].match
}

// A cell says of a rest of the pattern and a rest of the text whether they match,
// whether they do where the first token of the pattern stands for one or more of
// the text, and the reverse.
type cell struct{ match, stretchedPattern, stretchedText Truth }

// align decides a cell. right[1] leaves the first token of the text away, below[0]
// that of the pattern, and below[1] both.
func (c comparison) align(pattern, text []token, right, below []cell) cell {
	switch {
	case len(pattern) == 0 && len(text) == 0:
		return cell{match: Yes}
	case len(pattern) == 0:
		return cell{match: min(Unknown, skip(text[0], right[1].match))}
	case len(text) == 0 && pattern[0].kind == anyText:
		return cell{match: below[0].match}
	case len(text) == 0:
		return cell{match: min(Unknown, skip(pattern[0], below[0].match))}
	}
	p, t := pattern[0], text[0]
	var here cell
	if isOpaque(p) && (t.kind != literalToken || c.mayHold(p, t.literal)) {
		here.stretchedPattern = Or(below[1].match, right[1].stretchedPattern)
	}
	if isOpaque(t) && (p.kind != literalToken || c.mayHold(t, p.literal)) {
		here.stretchedText = Or(below[1].match, below[0].stretchedText)
	}
	switch {
	case p.kind == anyText:
		here.match = Or(below[0].match, right[1].match)
	case c.certain(p, t):
		if stands(p, t) {
			here.match = below[1].match
		}
	default:
		// An unknown piece stands for some tokens of the other side, or,
		// where it may be empty, for none.
		here.match = min(Unknown, Or(here.stretchedPattern, here.stretchedText, skip(p, below[0].match), skip(t, right[1].match)))
	}
	return here
}

// skip is what follows a token that may be empty.
func skip(t token, rest Truth) Truth {
	if t.kind == unknownToken {
		return rest
	}
	return No
}

func isOpaque(t token) bool { return t.kind == atomToken || t.kind == unknownToken }

// certain reports whether a token of the pattern stands for one of the text, or
// certainly not.
func (c comparison) certain(p, t token) bool {
	switch {
	case t.kind == literalToken:
		return p.kind == literalToken || p.kind == anyRune
	case p.kind == atomToken && t.kind == atomToken:
		return *p.reference == *t.reference || c.distinct(*p.reference, *t.reference)
	default:
		return false
	}
}

// stands says what is certain of two tokens.
func stands(p, t token) bool {
	if p.kind == atomToken {
		return *p.reference == *t.reference
	}
	return p.kind == anyRune || p.literal == t.literal
}

// distinct reports whether two references are certainly different texts: the
// identifiers of different resources are.
func (c comparison) distinct(x, y value.Reference) bool {
	return x.Node != y.Node && x.Attribute == y.Attribute && c.generated(x.Node) && c.generated(y.Node)
}

// mayHold reports whether the text of an unknown piece may contain a rune.
func (c comparison) mayHold(t token, r rune) bool {
	if t.kind == unknownToken {
		return true
	}
	switch t.reference.Attribute {
	case objectKey:
		// Nobody names objects after wildcards: such a pattern is a mistake.
		return !strings.ContainsRune("*?", r)
	case value.Account:
		return r >= '0' && r <= '9'
	case value.Region, value.Partition:
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-'
	case value.ID, value.Name, value.CanonicalUser:
		return !c.generated(t.reference.Node) || !strings.ContainsRune(":/ *?", r)
	}
	return !c.generated(t.reference.Node) || !strings.ContainsRune("*?", r)
}

// arnSegments is how many colon-separated parts an ARN has; the last one takes
// the rest.
const arnSegments = 6

// segments splits tokens at the colons of an ARN, into at most arnSegments parts.
// certain is false where an unknown piece may hold colons itself.
func (c comparison) segments(tokens []token) (parts [arnSegments][]token, count int, certain bool) {
	certain = true
	start := 0
	for i, t := range tokens {
		if count == arnSegments-1 {
			break
		}
		if t.kind == literalToken && t.literal == ':' {
			parts[count] = tokens[start:i]
			count++
			start = i + 1
		} else if isOpaque(t) && c.mayHold(t, ':') {
			certain = false
		}
	}
	parts[count] = tokens[start:]
	return parts, count + 1, certain
}

// matchARN compares ARNs segment by segment, as ArnEquals and ArnLike both do.
// isARN is false where the pattern is certainly no ARN.
func (c comparison) matchARN(pattern, text []token) (answer Truth, isARN bool) {
	if _, count, certain := c.segments(pattern); certain && count < arnSegments {
		return No, false
	}
	if holdsPartition(pattern) || holdsPartition(text) {
		var first, second tokenBuffer
		if c.matchSegments(withPartition(first[:0], pattern), withPartition(second[:0], text)) == Yes {
			return Yes, true
		}
	}
	return c.matchSegments(pattern, text), true
}

func (c comparison) matchSegments(pattern, text []token) Truth {
	patternParts, count, patternCertain := c.segments(pattern)
	textParts, textCount, textCertain := c.segments(text)
	if textCertain && textCount < arnSegments {
		return No
	}
	if !patternCertain || !textCertain {
		return min(Unknown, c.matchText(pattern, text))
	}
	answer := Yes
	for i := range count {
		answer = And(answer, c.matchText(patternParts[i], textParts[i]))
	}
	return answer
}

// matchWhole compares whole texts, in which a wildcard spans colons.
//
// The literal partition "aws" is taken for the stack's own, here as for ARNs: nearly
// everyone writes it so. Another literal partition is not decided.
func (c comparison) matchWhole(pattern, text []token) Truth {
	if holdsPartition(pattern) || holdsPartition(text) {
		var first, second tokenBuffer
		if c.matchText(withPartition(first[:0], pattern), withPartition(second[:0], text)) == Yes {
			return Yes
		}
	}
	return c.matchText(pattern, text)
}

func holdsPartition(tokens []token) bool { return slices.ContainsFunc(tokens, isPartition) }

func isPartition(t token) bool {
	return t.kind == atomToken && t.reference.Attribute == value.Partition
}

// withPartition appends tokens with the partition of the stack written as "aws".
func withPartition(written, tokens []token) []token {
	for _, t := range tokens {
		if isPartition(t) {
			written = append(written, token{literal: 'a'}, token{literal: 'w'}, token{literal: 's'})
			continue
		}
		written = append(written, t)
	}
	return written
}
