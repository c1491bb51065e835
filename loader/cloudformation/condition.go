package cloudformation

import (
	"fmt"
	"maps"
	"slices"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// maxAtoms bounds how many comparisons a condition may hold. Conditions that
// refer to each other twice would double it at every step.
const maxAtoms = 1000

// maxComparisons bounds how many values of conditional texts are compared.
const maxComparisons = 100_000

// A decision is the outcome of a condition of the template.
type decision struct {
	condition value.Condition
	// defaults names the parameters whose default it rests on.
	defaults map[string]bool
}

// namedCondition evaluates a condition of the template, once.
func (t *template) namedCondition(name string, at source.Location) value.Condition {
	if known, ok := t.decided[name]; ok {
		maps.Copy(t.defaults, known.defaults)
		return known.condition
	}
	node, ok := t.conditions[name]
	switch {
	case !ok:
		t.diagnose(at, "the condition %s is not defined", name)
		return t.unknownCondition(name)
	case t.evaluating[name]:
		t.diagnose(at, "the condition %s refers to itself", name)
		return t.unknownCondition(name)
	}
	t.evaluating[name] = true
	outer := t.defaults
	t.defaults = map[string]bool{}
	condition := t.condition(node)
	atoms := 0
	condition.Mentioned(func(string) { atoms++ })
	if atoms > maxAtoms {
		condition = t.unknownCondition(name)
	}
	t.decided[name] = decision{condition, t.defaults}
	maps.Copy(outer, t.defaults)
	t.defaults = outer
	delete(t.evaluating, name)
	return condition
}

// unknownCondition is a condition of the template that may hold or not.
func (t *template) unknownCondition(name string) value.Condition {
	return t.builder.Variables().Boolean(t.id("condition "+name), "condition "+name)
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
	if t.comparisons++; t.comparisons > maxComparisons {
		return t.opaqueCondition(node)
	}
	if x.Kind == value.Choice {
		return value.Or(
			value.And(x.Condition(), t.equalValues(node, *x.Then(), y)),
			value.And(value.Not(x.Condition()), t.equalValues(node, *x.Else(), y)))
	}
	if y.Kind == value.Choice {
		return t.equalValues(node, y, x)
	}
	xText, xLiteral := t.literal(x)
	yText, yLiteral := t.literal(y)
	switch {
	case xLiteral && yLiteral:
		if xText == yText {
			return value.True()
		}
		return value.False()
	case yLiteral:
		return t.equalsLiteral(node, x, yText)
	case xLiteral:
		return t.equalsLiteral(node, y, xText)
	default:
		return t.equalTexts(node, x, y)
	}
}

// literal returns the text of a value, with the account, Region and partition
// where they are known.
func (t *template) literal(v value.Value) (string, bool) {
	if reference, ok := v.SoleReference(); ok && reference.Node == t.unit {
		known := map[value.Attribute]string{
			value.Account: t.options.Account, value.Region: t.options.Region, value.Partition: t.options.Partition,
		}[reference.Attribute]
		return known, known != ""
	}
	return v.Literal()
}

// equalsLiteral compares a value that is not known with a text.
func (t *template) equalsLiteral(node *source.Node, v value.Value, text string) value.Condition {
	reference, ok := v.SoleReference()
	if !ok {
		return t.opaqueCondition(node)
	}
	name := v.Parts()[0].Text
	var allowed []string
	if _, isParameter := t.parameters[name]; isParameter {
		allowed = t.allowedValues(name)
		name = "parameter " + name
	}
	return t.builder.Variables().Equals(reference.Node+"."+string(reference.Attribute), name, text, allowed)
}

// equalTexts compares two texts that are not known. The same comparison is the
// same atom wherever it is written.
func (t *template) equalTexts(node *source.Node, x, y value.Value) value.Condition {
	if !isSymbolic(x) || !isSymbolic(y) {
		return t.opaqueCondition(node)
	}
	xText, yText := x.String(), y.String()
	if xText == yText {
		return value.True()
	}
	if yText < xText {
		xText, yText = yText, xText
	}
	text := fmt.Sprintf("the comparison of %s with %s", xText, yText)
	return t.builder.Variables().Boolean(t.id(text), text)
}

// isSymbolic reports whether a text holds nothing but literals and references,
// so that it equals another that is written alike.
func isSymbolic(v value.Value) bool {
	return v.Kind == value.String && !slices.ContainsFunc(v.Parts(), func(part value.Part) bool {
		return part.Kind != value.Literal && part.Kind != value.ReferenceTo
	})
}
