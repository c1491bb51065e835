package iam

import (
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// An evaluation holds what comparisons need besides the two values.
type evaluation struct {
	request Request
	// variables says whether ${...} in the statement is a policy variable.
	variables Truth
}

func (e evaluation) comparison() comparison { return comparison{generated: e.request.Generated} }

// text tokenizes a value that a request carries.
func (e evaluation) text(c comparison, sent value.Value) []token {
	return c.tokenize(e.request.Expand(sent), false)
}

// pattern tokenizes a value of a statement, with its policy variables replaced.
// ok is false where a variable has no value: then the value equals nothing
// ("Policy variables with no value" in the IAM User Guide).
func (e evaluation) pattern(c comparison, written value.Value, wildcards bool) (tokens []token, ok bool) {
	v := e.request.Expand(written)
	if v.Kind != value.String || e.variables == No || !mayHoldVariable(v) {
		return c.tokenize(v, wildcards), true
	}
	for i, part := range v.Parts {
		if part.Kind != value.Literal {
			tokens = append(tokens, opaqueToken(part))
			continue
		}
		text := part.Text
		if i > 0 && v.Parts[i-1].Kind != value.ReferenceTo && closesVariable(text) {
			// The unknown text before it may begin a variable.
			return append(tokens, token{kind: unknownToken}), true
		}
		for {
			before, variable, after, found := cutVariable(text)
			if open := strings.Index(before, "${"); open >= 0 && i < len(v.Parts)-1 {
				// A variable with a part that is not known.
				return append(append(tokens, c.tokenizeLiteral(before[:open], wildcards)...), token{kind: unknownToken}), true
			}
			tokens = append(tokens, c.tokenizeLiteral(before, wildcards)...)
			if !found {
				break
			}
			text = after
			if e.variables == Unknown {
				tokens = append(tokens, token{kind: unknownToken})
				continue
			}
			replaced, has := e.variable(c, variable)
			if !has {
				return nil, false
			}
			tokens = append(tokens, replaced...)
		}
	}
	return tokens, true
}

// mayHoldVariable reports whether a text has an end of a variable.
func mayHoldVariable(v value.Value) bool {
	for _, part := range v.Parts {
		if part.Kind == value.Literal && (strings.Contains(part.Text, "${") || strings.Contains(part.Text, "}")) {
			return true
		}
	}
	return false
}

// closesVariable reports whether a text ends a variable that it does not begin.
func closesVariable(text string) bool {
	before, _, found := strings.Cut(text, "}")
	return found && !strings.Contains(before, "${")
}

// cutVariable splits "before${variable}after".
func cutVariable(text string) (before, variable, after string, found bool) {
	start := strings.Index(text, "${")
	if start < 0 {
		return text, "", "", false
	}
	length := strings.IndexByte(text[start:], '}')
	if length < 0 {
		return text, "", "", false
	}
	return text[:start], text[start+2 : start+length], text[start+length+1:], true
}

// variable is the text of a policy variable: "IAM policy elements: Variables and
// tags" in the IAM User Guide.
func (e evaluation) variable(c comparison, variable string) (tokens []token, ok bool) {
	unknown := []token{{kind: unknownToken}}
	switch variable {
	case "*", "?", "$":
		return c.tokenizeLiteral(variable, false), true
	}
	name, fallback, hasFallback := strings.Cut(variable, ",")
	fallback = strings.TrimSpace(fallback)
	if hasFallback && (len(fallback) < 2 || fallback[0] != '\'' || fallback[len(fallback)-1] != '\'') {
		return unknown, true
	}
	context := e.request.context(strings.TrimSpace(name))
	switch {
	case context.Presence == Missing && hasFallback:
		return c.tokenizeLiteral(fallback[1:len(fallback)-1], false), true
	case context.Presence == Missing:
		return nil, false
	// A key of several values is no variable.
	case context.Presence == Present && len(context.Values) == 1 && !context.Multivalued:
		return e.text(c, context.Values[0]), true
	default:
		return unknown, true
	}
}
