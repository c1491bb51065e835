package iam

import (
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// An evaluation holds what comparisons need besides the two values.
type evaluation struct {
	request *Request
	// variables says whether ${...} in the statement is a policy variable.
	variables Truth
}

func (e evaluation) comparison() comparison { return comparison{generated: e.request.Generated} }

// text appends the tokens of a value that a request carries.
func (e evaluation) text(tokens []token, c comparison, sent value.Value) []token {
	return c.tokenize(tokens, e.request.Expand(sent), false)
}

// isPlain reports whether an expanded value of a statement has no policy variables.
func (e evaluation) isPlain(expanded value.Value) bool {
	return expanded.Kind != value.String || e.variables == No || !mayHoldVariable(expanded)
}

// pattern appends the tokens of an expanded value of a statement, with its policy
// variables replaced. ok is false where a variable has no value: then the value
// equals nothing ("Policy variables with no value" in the IAM User Guide).
func (e evaluation) pattern(tokens []token, c comparison, v value.Value, wildcards bool) (_ []token, ok bool) {
	if e.isPlain(v) {
		return c.tokenize(tokens, v, wildcards), true
	}
	parts := v.Parts()
	for i := range parts {
		part := &parts[i]
		if part.Kind != value.Literal {
			tokens = append(tokens, opaqueToken(part))
			continue
		}
		text := part.Text
		if i > 0 && parts[i-1].Kind != value.ReferenceTo && closesVariable(text) {
			// The unknown text before it may begin a variable.
			return append(tokens, token{kind: unknownToken}), true
		}
		for {
			before, variable, after, found := cutVariable(text)
			if open := strings.Index(before, "${"); open >= 0 && i < len(parts)-1 {
				// A variable with a part that is not known.
				return append(c.tokenizeLiteral(tokens, before[:open], wildcards), token{kind: unknownToken}), true
			}
			tokens = c.tokenizeLiteral(tokens, before, wildcards)
			if !found {
				break
			}
			text = after
			if e.variables == Unknown {
				tokens = append(tokens, token{kind: unknownToken})
				continue
			}
			var has bool
			if tokens, has = e.variable(tokens, c, variable); !has {
				return nil, false
			}
		}
	}
	return tokens, true
}

// mayHoldVariable reports whether a text has an end of a variable.
func mayHoldVariable(v value.Value) bool {
	for _, part := range v.Parts() {
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

// variable appends the text of a policy variable: "IAM policy elements: Variables
// and tags" in the IAM User Guide.
func (e evaluation) variable(tokens []token, c comparison, variable string) (_ []token, ok bool) {
	switch variable {
	case "*", "?", "$":
		return c.tokenizeLiteral(tokens, variable, false), true
	}
	name, fallback, hasFallback := strings.Cut(variable, ",")
	fallback = strings.TrimSpace(fallback)
	if hasFallback && (len(fallback) < 2 || fallback[0] != '\'' || fallback[len(fallback)-1] != '\'') {
		return append(tokens, token{kind: unknownToken}), true
	}
	context := e.request.context(strings.TrimSpace(name))
	switch {
	case context.Presence == Missing && hasFallback:
		return c.tokenizeLiteral(tokens, fallback[1:len(fallback)-1], false), true
	case context.Presence == Missing:
		return nil, false
	// A key of several values is no variable.
	case context.Presence == Present && len(context.Values) == 1 && !context.Multivalued:
		return e.text(tokens, c, context.Values[0]), true
	default:
		return append(tokens, token{kind: unknownToken}), true
	}
}
