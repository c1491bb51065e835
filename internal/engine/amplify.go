package engine

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/originkey/originkey/internal/pattern"
)

// A builtin is not interrupted while it computes, so that what it makes of its
// operands is bounded before it begins. Operands and results have at most maxTerms
// terms, text counting in pieces of termText bytes.
const (
	maxTerms    = 100_000
	termText    = 64
	maxText     = maxTerms * termText / 4
	maxRange    = 10_000
	maxWidth    = 1000
	maxShift    = 4096
	maxDigits   = 5000
	maxNetworks = 1000
)

// growing names the builtins whose operands are looked at in any case: what goes
// through all of an operand meets what is shared in it again and again.
var growing = map[string]bool{
	"json.marshal": true, "json.marshal_with_options": true, "yaml.marshal": true, "walk": true, "array.flatten": true, "array.concat": true,
	"object.union": true, "object.union_n": true, "json.patch": true, "json.filter": true, "json.remove": true, "urlquery.encode_object": true,
	"sprintf": true, "concat": true, "internal.template_string": true, "graph.reachable": true,
}

type boundedKey struct{}

// bounded returns a context in which builtins are bounded: that of the rules of
// users. Those of the program are trusted.
func bounded(ctx context.Context) context.Context { return context.WithValue(ctx, boundedKey{}, true) }

// boundBuiltins puts the bounds before the builtins, once.
var boundBuiltins = sync.OnceFunc(func() {
	for _, name := range pure {
		if original := topdown.GetBuiltin(name); original != nil {
			topdown.RegisterBuiltinFunc(name, boundBuiltin(name, original))
		}
	}
})

func boundBuiltin(name string, original topdown.BuiltinFunc) topdown.BuiltinFunc {
	return func(bctx topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
		// Some builtins are not told for whom they compute.
		told := bctx.Context != nil
		if told && bctx.Context.Value(boundedKey{}) == nil {
			return original(bctx, operands, iter)
		}
		if left := maxTerms; told || growing[name] {
			for _, operand := range operands {
				takeTerm(operand, &left)
			}
			if left < 0 {
				return fmt.Errorf("the operands have more than %d terms", maxTerms)
			}
		}
		if err := amplifies(name, operands); err != nil {
			return err
		}
		return original(bctx, operands, func(result *ast.Term) error {
			left := maxTerms
			if takeTerm(result, &left); left < 0 {
				return fmt.Errorf("the result has more than %d terms", maxTerms)
			}
			return iter(result)
		})
	}
}

// takeTerm subtracts what a term holds, until nothing is left.
func takeTerm(t *ast.Term, left *int) {
	if *left--; *left < 0 || t == nil {
		return
	}
	inner := func(t *ast.Term) bool { takeTerm(t, left); return *left < 0 }
	switch v := t.Value.(type) {
	case ast.String:
		*left -= len(v) / termText
	case ast.Number:
		if len(v) > maxDigits {
			*left = -1
		}
	case *ast.Array:
		v.Until(inner)
	case ast.Set:
		v.Until(inner)
	case ast.Object:
		v.Until(func(key, value *ast.Term) bool { return inner(key) || inner(value) })
	}
}

var (
	errLarge   = errors.New("the result would be too large")
	errPattern = errors.New("the regular expression is too large")
	verb       = regexp.MustCompile(`%[^a-zA-Z%]*`)
)

// amplifies is an error where the result of a builtin may be much larger than its
// operands, or take long.
func amplifies(name string, operands []*ast.Term) error {
	text := func(i int) string {
		if i < len(operands) {
			if v, ok := operands[i].Value.(ast.String); ok {
				return string(v)
			}
		}
		return ""
	}
	switch name {
	case "numbers.range", "numbers.range_step":
		return amplifiesRange(name, operands)
	case "bits.lsh":
		if shift := integer(operands[1]); shift == nil || shift.CmpAbs(big.NewInt(maxShift)) > 0 {
			return errLarge
		}
	case "sprintf":
		return amplifiesFormat(text(0), operands[1])
	case "concat":
		left := maxText / termText
		takeTerm(operands[1], &left)
		if left < 0 || length(operands[1])*len(text(0)) > maxText {
			return errLarge
		}
	case "replace":
		if strings.Count(text(0), text(1))*len(text(2)) > maxText {
			return errLarge
		}
	case "strings.replace_n":
		longest := 0
		if patterns, ok := operands[0].Value.(ast.Object); ok {
			patterns.Foreach(func(_, to *ast.Term) {
				if v, ok := to.Value.(ast.String); ok {
					longest = max(longest, len(v))
				}
			})
		}
		if (len(text(1))+1)*longest > maxText {
			return errLarge
		}
	case "regex.replace":
		if (len(text(0))+1)*(len(text(2))+1) > maxText {
			return errLarge
		}
		return amplifiesPattern(text(1), text(0))
	case "regex.is_valid", "regex.match", "regex.split", "regex.find_n", "regex.find_all_string_submatch_n":
		return amplifiesPattern(text(0), text(1))
	case "regex.template_match":
		return amplifiesPattern(text(0), text(1))
	case "regex.globs_match":
		if len(text(0))+len(text(1)) > maxWidth {
			return errPattern
		}
	case "glob.match":
		if len(text(0)) > maxWidth {
			return errPattern
		}
	case "net.cidr_merge", "net.cidr_contains_matches":
		for _, operand := range operands {
			if length(operand) > maxNetworks {
				return fmt.Errorf("more than %d networks", maxNetworks)
			}
		}
	}
	return nil
}

func amplifiesRange(name string, operands []*ast.Term) error {
	from, to, step := integer(operands[0]), integer(operands[1]), big.NewInt(1)
	if name == "numbers.range_step" {
		step = integer(operands[2])
	}
	if from == nil || to == nil || step == nil || step.Sign() <= 0 {
		// The builtin says what is wrong.
		return nil
	}
	count := new(big.Int).Sub(to, from)
	if count.Quo(count.Abs(count), step).Cmp(big.NewInt(maxRange)) > 0 {
		return fmt.Errorf("a range of more than %d numbers", maxRange)
	}
	return nil
}

// integer returns a number, or nil where it is none or written with an exponent, in
// which it may be long.
func integer(t *ast.Term) *big.Int {
	number, ok := t.Value.(ast.Number)
	if !ok {
		return nil
	}
	v, ok := new(big.Int).SetString(string(number), 10)
	if !ok {
		return nil
	}
	return v
}

func length(t *ast.Term) int {
	switch v := t.Value.(type) {
	case *ast.Array:
		return v.Len()
	case ast.Set:
		return v.Len()
	default:
		return 0
	}
}

// amplifiesFormat bounds the widths of a format, and how often it repeats operands.
func amplifiesFormat(pattern string, operands *ast.Term) error {
	verbs := verb.FindAllString(pattern, -1)
	for _, flags := range verbs {
		for _, digits := range strings.FieldsFunc(flags, func(r rune) bool { return r < '0' || r > '9' }) {
			if width, err := strconv.Atoi(digits); err != nil || width > maxWidth {
				return fmt.Errorf("a width or precision is larger than %d", maxWidth)
			}
		}
		if strings.Contains(flags, "*") {
			return errors.New("a width or precision is an operand")
		}
	}
	left := maxTerms
	takeTerm(operands, &left)
	if len(pattern)+len(verbs)*(maxTerms-left)*termText/max(1, length(operands)) > maxText*4 {
		return errLarge
	}
	return nil
}

// amplifiesPattern bounds a regular expression, which repetitions multiply, and the
// work that it makes of a text.
func amplifiesPattern(expression, text string) error {
	if pattern.IsTooLarge(expression, text) {
		return errPattern
	}
	return nil
}
