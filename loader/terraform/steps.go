package terraform

import (
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// DefaultSteps is how many steps the evaluation of a root module takes at most,
// unless Options say otherwise: an expression that is evaluated is one, and so is
// each element of what it makes. A root module with a hundred resources takes some thousand.
const DefaultSteps = 500_000

// dear is how many steps it takes to compute with values of Terraform's types, or to
// begin to parse a template.
const dear = 5

// spend counts steps and reports whether they were the last.
func (l *loader) spend(steps int) (spent bool) {
	l.steps += steps
	return l.steps > l.options.steps()
}

func (o Options) steps() int {
	if o.Steps > 0 {
		return o.Steps
	}
	return DefaultSteps
}

const outOfSteps = "the root module takes more steps to evaluate than are taken"

// exhausted is the value of what is not evaluated any more. The first one is told.
func (m *module) exhausted(at source.Location) value.Value {
	if !m.loader.toldSteps {
		m.loader.toldSteps = true
		m.loader.incomplete = "the root module " + m.rootFolder() + " takes more than " + strconv.Itoa(m.options.steps()) + " steps to evaluate"
		m.diagnose(at, source.Error, "%s; what is left is not evaluated (limits.steps in the configuration)", m.loader.incomplete)
	}
	return unknown(at, outOfSteps)
}

// bounded counts what a value holds of its own, and refuses one that has grown too
// large.
func (m *module) bounded(v value.Value, at source.Location) value.Value {
	m.spend(v.Width())
	if v.Size(value.MaxSize) > value.MaxSize {
		return unknown(at, value.TooLarge)
	}
	return v
}

// makes reports whether an expression makes a value of those that it holds, rather
// than hand one on.
func makes(expression hclsyntax.Expression) bool {
	switch expression.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateJoinExpr, *hclsyntax.FunctionCallExpr, *hclsyntax.TupleConsExpr, *hclsyntax.ObjectConsExpr,
		*hclsyntax.ForExpr, *hclsyntax.SplatExpr, *hclsyntax.ConditionalExpr, *hclsyntax.BinaryOpExpr, *hclsyntax.IndexExpr:
		return true
	default:
		return false
	}
}

// some returns the elements that become instances or blocks, of which there are at
// most so many.
func (m *module) some(all []element, most int, what string, at source.Location) []element {
	if m.spend(len(all)); len(all) <= most {
		return all
	}
	m.onlyFirst(len(all), most, what, at)
	return slices.Clip(all[:most])
}

// onlyFirst tells that instances are left out. What is missing may be among them.
func (m *module) onlyFirst(count, most int, what string, at source.Location) {
	m.diagnose(at, source.Warning, "%s is %d; only the first %d instances are read", what, count, most)
	m.loader.incomplete = "only the first instances of a block were read"
}
