package terraform

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/value"
)

// condition evaluates an expression to a formula. What the input leaves open
// becomes a variable, the same one wherever the same thing is asked.
func (m *module) condition(expression hclsyntax.Expression, s *scope) value.Condition {
	switch e := expression.(type) {
	case *hclsyntax.ParenthesesExpr:
		return m.condition(e.Expression, s)
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpLogicalNot {
			return value.Not(m.condition(e.Val, s))
		}
	case *hclsyntax.BinaryOpExpr:
		switch e.Op {
		case hclsyntax.OpLogicalAnd:
			return value.And(m.condition(e.LHS, s), m.condition(e.RHS, s))
		case hclsyntax.OpLogicalOr:
			return value.Or(m.condition(e.LHS, s), m.condition(e.RHS, s))
		case hclsyntax.OpEqual:
			return m.equal(e, m.evaluate(e.LHS, s), m.evaluate(e.RHS, s))
		case hclsyntax.OpNotEqual:
			return value.Not(m.equal(e, m.evaluate(e.LHS, s), m.evaluate(e.RHS, s)))
		}
	}
	return m.truth(expression, m.evaluate(expression, s))
}

// truth is the condition that a value is true.
func (m *module) truth(expression hclsyntax.Expression, v value.Value) value.Condition {
	switch v.Kind {
	case value.Choice:
		return either(v.Condition(), m.truth(expression, *v.Then()), m.truth(expression, *v.Else()))
	case value.Bool:
		if v.Bool {
			return value.True()
		}
		return value.False()
	case value.String:
		if text, literal := v.Literal(); literal {
			if text == "true" {
				return value.True()
			}
			return value.False()
		}
		if reference, ok := v.SoleReference(); ok {
			return m.builder.Variables().Boolean(reference.Node+"."+string(reference.Attribute), v.Parts()[0].Text)
		}
	}
	return m.opaque(expression)
}

func either(condition, then, otherwise value.Condition) value.Condition {
	return value.Or(value.And(condition, then), value.And(value.Not(condition), otherwise))
}

// opaque is a condition that may hold or not. The same text in the same module
// instance is the same condition.
func (m *module) opaque(expression hclsyntax.Expression) value.Condition {
	text := m.text(expression.Range())
	return m.builder.Variables().Boolean(m.unit+"#"+m.prefix+text, m.prefix+text)
}

// equal is the condition that two values are equal.
func (m *module) equal(e *hclsyntax.BinaryOpExpr, x, y value.Value) value.Condition {
	if x.Kind == value.Choice {
		return either(x.Condition(), m.equal(e, *x.Then(), y), m.equal(e, *x.Else(), y))
	}
	if y.Kind == value.Choice {
		return m.equal(e, y, x)
	}
	if x.IsAbsent() || y.IsAbsent() {
		return m.equalNull(e, x, y)
	}
	xText, xLiteral := x.Literal()
	yText, yLiteral := y.Literal()
	switch {
	case xLiteral && yLiteral:
		if xText == yText {
			return value.True()
		}
		return value.False()
	case xLiteral:
		return m.equal(e, y, x)
	case yLiteral:
		if reference, ok := x.SoleReference(); ok {
			id := reference.Node + "." + string(reference.Attribute)
			if y.Kind == value.Bool {
				holds := m.builder.Variables().Boolean(id, x.Parts()[0].Text)
				if !y.Bool {
					return value.Not(holds)
				}
				return holds
			}
			return m.builder.Variables().Equals(id, x.Parts()[0].Text, yText, nil)
		}
	default:
		reference, ok := x.SoleReference()
		other, also := y.SoleReference()
		if ok && also && reference == other {
			return value.True()
		}
		if emptyCollection(x) && known(y) || emptyCollection(y) && known(x) {
			if emptyCollection(x) && emptyCollection(y) {
				return value.True()
			}
			return value.False()
		}
	}
	return m.opaque(e)
}

func emptyCollection(v value.Value) bool {
	return v.Kind == value.List && len(v.Items()) == 0 || v.Kind == value.Map && len(v.Members()) == 0
}

func known(v value.Value) bool { return v.Kind == value.List || v.Kind == value.Map }

// null stands for a null value among the texts of a variable.
const null = "null"

// equalNull compares with null. A variable without a value may be null; what AWS
// makes is not.
func (m *module) equalNull(e *hclsyntax.BinaryOpExpr, x, y value.Value) value.Condition {
	if x.IsAbsent() {
		x = y
	}
	switch {
	case x.IsAbsent():
		return value.True()
	case x.Kind == value.Unknown:
		return m.opaque(e)
	}
	if reference, ok := x.SoleReference(); ok && m.isVariable(reference) {
		return m.builder.Variables().Equals(reference.Node+"."+string(reference.Attribute), x.Parts()[0].Text, null, nil)
	}
	return value.False()
}

// isVariable reports whether a reference is to a variable of the root module.
func (m *module) isVariable(reference value.Reference) bool {
	root := m.unit + "#var."
	return len(reference.Node) > len(root) && reference.Node[:len(root)] == root
}
