package cloudformation

import (
	"fmt"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// namedCondition evaluates a condition of the template, once.
func (t *template) namedCondition(name string, at source.Location) value.Condition {
	if condition, ok := t.decided[name]; ok {
		return condition
	}
	node, ok := t.conditions[name]
	switch {
	case !ok:
		t.diagnose(at, "the condition %s is not defined", name)
		return t.builder.Variables().Boolean(t.id("condition "+name), "condition "+name)
	case t.evaluating[name]:
		t.diagnose(at, "the condition %s refers to itself", name)
		return t.builder.Variables().Boolean(t.id("condition "+name), "condition "+name)
	}
	t.evaluating[name] = true
	condition := t.condition(node)
	delete(t.evaluating, name)
	t.decided[name] = condition
	return condition
}

// condition evaluates a condition function to a formula over the parameters
// that have no value.
func (t *template) condition(node *source.Node) value.Condition {
	name, argument, ok := call(node)
	if !ok && len(node.Members) == 1 {
		name, argument = node.Members[0].Key.Text, node.Members[0].Value
	}
	if argument == nil {
		return t.opaqueCondition(node)
	}
	switch name {
	case "Fn::Equals":
		return t.equals(node, argument)
	case "Fn::And", "Fn::Or":
		operands := make([]value.Condition, len(argument.Items))
		for i, item := range argument.Items {
			operands[i] = t.condition(item)
		}
		if name == "Fn::And" {
			return value.And(operands...)
		}
		return value.Or(operands...)
	case "Fn::Not":
		if len(argument.Items) == 1 {
			return value.Not(t.condition(argument.Items[0]))
		}
	case "Condition":
		return t.namedCondition(argument.Text, argument.Location)
	}
	return t.opaqueCondition(node)
}

// opaqueCondition is a condition that may hold or not.
func (t *template) opaqueCondition(node *source.Node) value.Condition {
	text := fmt.Sprintf("the condition in line %d", node.Location.Line)
	return t.builder.Variables().Boolean(t.id(fmt.Sprintf("condition at %s", node.Location)), text)
}

// equals compares two texts. A parameter without a value compared with a literal
// is an atom, so that conditions on the same parameter are seen together.
func (t *template) equals(node, argument *source.Node) value.Condition {
	if len(argument.Items) != 2 {
		return t.opaqueCondition(node)
	}
	return t.equalValues(node, t.evaluate(argument.Items[0]), t.evaluate(argument.Items[1]))
}

func (t *template) equalValues(node *source.Node, x, y value.Value) value.Condition {
	if x.Kind == value.Choice {
		return value.Or(
			value.And(x.Condition, t.equalValues(node, *x.Then, y)),
			value.And(value.Not(x.Condition), t.equalValues(node, *x.Else, y)))
	}
	if y.Kind == value.Choice {
		return t.equalValues(node, y, x)
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
		return t.equalValues(node, y, x)
	case yLiteral:
		if reference, ok := x.SoleReference(); ok {
			name := x.Parts[0].Text
			text := name
			var allowed []string
			if _, isParameter := t.parameters[name]; isParameter {
				text, allowed = "parameter "+name, t.allowedValues(name)
			}
			return t.builder.Variables().Equals(reference.Node+"."+string(reference.Attribute), text, yText, allowed)
		}
	default:
		if reference, ok := x.SoleReference(); ok {
			if other, ok := y.SoleReference(); ok && reference == other {
				return value.True()
			}
		}
	}
	return t.opaqueCondition(node)
}
