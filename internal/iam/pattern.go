package iam

import (
	"strings"
	"unicode"

	"github.com/originkey/originkey/internal/value"
)

// A token is one step of a symbolic text.
type token struct {
	kind      tokenKind
	literal   rune
	reference value.Reference
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
}

// tokenize splits an expanded String. Where wildcards is false, * and ? stand
// for themselves. Where variables is true, ${...} of the policy language is
// replaced at evaluation time and thus unknown here, but for the escapes ${*},
// ${?} and ${$} ("Using policy variables" in the IAM User Guide).
func (c comparison) tokenize(v value.Value, wildcards, variables bool) []token {
	if v.Kind != value.String {
		return []token{{kind: unknownToken}}
	}
	var tokens []token
	for _, part := range v.Parts {
		switch part.Kind {
		case value.Literal:
			tokens = append(tokens, c.tokenizeLiteral(part.Text, wildcards, variables)...)
		case value.ReferenceTo:
			tokens = append(tokens, token{kind: atomToken, reference: part.Reference})
		default:
			tokens = append(tokens, token{kind: unknownToken})
		}
	}
	return tokens
}

func (c comparison) tokenizeLiteral(text string, wildcards, variables bool) []token {
	var tokens []token
	for text != "" {
		if inner, rest, ok := policyVariable(text); ok && variables {
			switch inner {
			case "*", "?", "$":
				tokens = append(tokens, token{literal: rune(inner[0])})
			default:
				tokens = append(tokens, token{kind: unknownToken})
			}
			text = rest
			continue
		}
		r := []rune(text)[0]
		text = text[len(string(r)):]
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

// policyVariable splits "${inner}rest".
func policyVariable(text string) (inner, rest string, ok bool) {
	after, ok := strings.CutPrefix(text, "${")
	if !ok {
		return "", "", false
	}
	return strings.Cut(after, "}")
}

// matchText compares whole texts; * spans everything.
func (c comparison) matchText(pattern, text []token) Truth {
	m := matcher{comparison: c, pattern: pattern, text: text, memo: map[[2]int]Truth{}}
	return m.match(0, 0)
}

// A matcher aligns a pattern with a text. It answers Yes where an alignment is
// certain, No where none is possible.
type matcher struct {
	comparison
	pattern, text []token
	memo          map[[2]int]Truth
}

func (m *matcher) match(i, j int) Truth {
	key := [2]int{i, j}
	if known, ok := m.memo[key]; ok {
		return known
	}
	answer := m.align(i, j)
	m.memo[key] = answer
	return answer
}

func (m *matcher) align(i, j int) Truth {
	if i == len(m.pattern) && j == len(m.text) {
		return Yes
	}
	if i < len(m.pattern) && m.pattern[i].kind == anyText {
		answer := m.match(i+1, j)
		if answer == Yes || j == len(m.text) {
			return answer
		}
		return Or(answer, m.match(i, j+1))
	}
	if i < len(m.pattern) && j < len(m.text) {
		p, t := m.pattern[i], m.text[j]
		switch {
		case p.kind == literalToken && t.kind == literalToken:
			if p.literal != t.literal {
				return No
			}
			return m.match(i+1, j+1)
		case p.kind == anyRune && t.kind == literalToken:
			return m.match(i+1, j+1)
		case p.kind == atomToken && t.kind == atomToken && p.reference == t.reference:
			return m.match(i+1, j+1)
		case p.kind == atomToken && t.kind == atomToken && m.distinct(p.reference, t.reference):
			return No
		}
	}
	return min(Unknown, Or(m.stretchPattern(i, j), m.stretchText(i, j)))
}

// stretchPattern lets an unknown piece of the pattern stand for one or more
// tokens of the text, or for none.
func (m *matcher) stretchPattern(i, j int) Truth {
	if i == len(m.pattern) || m.pattern[i].kind != atomToken && m.pattern[i].kind != unknownToken {
		return No
	}
	p := m.pattern[i]
	answer := No
	if p.kind == unknownToken {
		answer = m.match(i+1, j)
	}
	for k := j; k < len(m.text) && answer == No; k++ {
		if t := m.text[k]; t.kind == literalToken && !m.mayHold(p, t.literal) {
			break
		}
		answer = Or(answer, m.match(i+1, k+1))
	}
	return answer
}

// stretchText lets an unknown piece of the text stand for one or more tokens of
// the pattern, or for none.
func (m *matcher) stretchText(i, j int) Truth {
	if j == len(m.text) || m.text[j].kind != atomToken && m.text[j].kind != unknownToken {
		return No
	}
	t := m.text[j]
	answer := No
	if t.kind == unknownToken {
		answer = m.match(i, j+1)
	}
	for k := i; k < len(m.pattern) && answer == No; k++ {
		p := m.pattern[k]
		if p.kind == literalToken && !m.mayHold(t, p.literal) {
			break
		}
		answer = Or(answer, m.match(k+1, j+1))
	}
	return answer
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
	}
	return !c.generated(t.reference.Node) || !strings.ContainsRune(":/ *?", r)
}

// arnSegments is how many colon-separated parts an ARN has; the last one takes
// the rest.
const arnSegments = 6

// segments splits tokens at the colons of an ARN. certain is false where an
// unknown piece may hold colons itself.
func (c comparison) segments(tokens []token) (parts [][]token, certain bool) {
	parts, certain = [][]token{nil}, true
	for _, t := range tokens {
		if t.kind == literalToken && t.literal == ':' && len(parts) < arnSegments {
			parts = append(parts, nil)
			continue
		}
		if len(parts) < arnSegments && (t.kind == unknownToken || t.kind == atomToken && c.mayHold(t, ':')) {
			certain = false
		}
		last := len(parts) - 1
		parts[last] = append(parts[last], t)
	}
	return parts, certain
}

// matchARN compares ARNs segment by segment, as ArnEquals and ArnLike both do.
// isARN is false where the pattern is certainly no ARN.
func (c comparison) matchARN(pattern, text []token) (answer Truth, isARN bool) {
	patternParts, patternCertain := c.segments(pattern)
	textParts, textCertain := c.segments(text)
	if patternCertain && len(patternParts) < arnSegments {
		return No, false
	}
	if !patternCertain || !textCertain || len(textParts) < arnSegments {
		return min(Unknown, c.matchText(pattern, text)), true
	}
	answer = Yes
	for i := range patternParts {
		if i == 1 {
			answer = And(answer, c.matchPartition(patternParts[i], textParts[i]))
			continue
		}
		answer = And(answer, c.matchText(patternParts[i], textParts[i]))
	}
	return answer, true
}

// matchPartition takes the literal partition "aws" for the stack's own: nearly
// everyone writes it so. Another literal partition is not decided.
func (c comparison) matchPartition(pattern, text []token) Truth {
	isOwn := func(tokens []token) bool {
		return len(tokens) == 1 && tokens[0].kind == atomToken && tokens[0].reference.Attribute == value.Partition
	}
	if isOwn(pattern) && spells(text, "aws") || isOwn(text) && spells(pattern, "aws") || isOwn(pattern) && isOwn(text) {
		return Yes
	}
	return c.matchText(pattern, text)
}

func spells(tokens []token, text string) bool {
	if len(tokens) != len(text) {
		return false
	}
	for i, r := range text {
		if tokens[i].kind != literalToken || tokens[i].literal != r {
			return false
		}
	}
	return true
}

// matchWhole compares whole texts, ARNs among them with matchPartition.
func (c comparison) matchWhole(pattern, text []token) Truth {
	patternParts, patternCertain := c.segments(pattern)
	textParts, textCertain := c.segments(text)
	if patternCertain && textCertain && len(patternParts) == arnSegments && len(textParts) == arnSegments && !crossesSegments(patternParts) {
		answer, _ := c.matchARN(pattern, text)
		return answer
	}
	return c.matchText(pattern, text)
}

// crossesSegments reports whether a wildcard may span a colon before the last
// segment, so that segments cannot be compared one by one.
func crossesSegments(parts [][]token) bool {
	for _, part := range parts[:arnSegments-1] {
		for _, t := range part {
			if t.kind == anyText || t.kind == anyRune {
				return true
			}
		}
	}
	return false
}
