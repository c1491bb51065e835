package terraform

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// maxDepth bounds how deeply expressions lead to one another.
const maxDepth = 2000

// A scope is what an expression can refer to besides its module.
type scope struct {
	*module
	// names holds the variables of for expressions and dynamic blocks, and
	// each and count.
	names map[string]value.Value
	// element is what a splat expression goes through.
	element *value.Value
}

// with returns a scope with one more name.
func (s *scope) with(name string, v value.Value) *scope {
	return s.withAll(value.Member{Key: name, Value: v})
}

// withAll returns a scope with more names.
func (s *scope) withAll(more ...value.Member) *scope {
	names := make(map[string]value.Value, len(s.names)+len(more))
	for known, each := range s.names {
		names[known] = each
	}
	for _, member := range more {
		names[member.Key] = member.Value
	}
	return &scope{module: s.module, names: names, element: s.element}
}

// evaluate returns the symbolic value of an expression.
func (m *module) evaluate(expression hclsyntax.Expression, s *scope) value.Value {
	at := m.at(expression.Range())
	m.evaluations++
	if m.loader.depth++; m.loader.depth > maxDepth {
		m.loader.depth--
		return unknown(at, "the expression leads through more than %d others", maxDepth)
	}
	defer func() { m.loader.depth-- }()
	if m.spend(1) {
		return m.exhausted(at)
	}
	v := m.compute(expression, s, at)
	if makes(expression) {
		return m.bounded(v, at)
	}
	return v
}

// compute evaluates an expression by its kind.
func (m *module) compute(expression hclsyntax.Expression, s *scope, at source.Location) value.Value {
	switch e := expression.(type) {
	case *hclsyntax.LiteralValueExpr:
		return fromCty(e.Val, at)
	case *hclsyntax.TemplateExpr:
		return m.template(e, s)
	case *hclsyntax.TemplateWrapExpr:
		return m.evaluate(e.Wrapped, s)
	case *hclsyntax.TemplateJoinExpr:
		return overChoices(m.evaluate(e.Tuple, s), func(list value.Value) value.Value {
			if list.Kind != value.List {
				return unknown(at, "%s", reason(list, "a template directive is not known"))
			}
			return value.Concat(at, list.Items()...)
		})
	case *hclsyntax.ParenthesesExpr:
		return m.evaluate(e.Expression, s)
	case *hclsyntax.ScopeTraversalExpr:
		return m.traverse(e.Traversal, s, at)
	case *hclsyntax.RelativeTraversalExpr:
		return m.follow(m.evaluate(e.Source, s), e.Traversal, at)
	case *hclsyntax.FunctionCallExpr:
		return m.callFunction(e, s, at)
	case *hclsyntax.ConditionalExpr:
		condition := m.condition(e.Condition, s)
		if holds, constant := condition.Constant(); constant {
			if holds {
				return m.evaluate(e.TrueResult, s)
			}
			return m.evaluate(e.FalseResult, s)
		}
		return value.If(condition, m.evaluate(e.TrueResult, s), m.evaluate(e.FalseResult, s), at)
	case *hclsyntax.BinaryOpExpr:
		return m.binary(e, s, at)
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpLogicalNot {
			return boolean(m.condition(e, s), at)
		}
		return m.arithmetic(e.Op.Impl.Call, at, m.evaluate(e.Val, s))
	case *hclsyntax.TupleConsExpr:
		list := make([]value.Value, 0, len(e.Exprs))
		for _, item := range e.Exprs {
			list = append(list, m.evaluate(item, s))
		}
		return value.ListOf(list, at)
	case *hclsyntax.ObjectConsExpr:
		return m.objectExpression(e, s, at)
	case *hclsyntax.ObjectConsKeyExpr:
		return m.evaluate(e.Wrapped, s)
	case *hclsyntax.ForExpr:
		return m.forExpression(e, s, at)
	case *hclsyntax.IndexExpr:
		key := m.evaluate(e.Key, s)
		if block, rest, ok := m.blockOf(e.Collection); ok && len(rest) == 0 {
			return m.pick(block, key, at)
		}
		return m.index(m.evaluate(e.Collection, s), key, at)
	case *hclsyntax.SplatExpr:
		return m.splat(e, s, at)
	case *hclsyntax.AnonSymbolExpr:
		if s.element != nil {
			return *s.element
		}
	}
	return unknown(at, "the expression %s is not understood", m.text(expression.Range()))
}

// overChoices applies a function on both sides of a Choice.
func overChoices(v value.Value, apply func(value.Value) value.Value) value.Value {
	if v.Kind != value.Choice {
		return apply(v)
	}
	return value.If(v.Condition(), overChoices(*v.Then(), apply), overChoices(*v.Else(), apply), v.Location)
}

func reason(v value.Value, otherwise string) string {
	if reasons := v.Reasons(); len(reasons) > 0 && reasons[0] != "" {
		return reasons[0]
	}
	if reference, ok := v.SoleReference(); ok && reference.Attribute != "" {
		return v.String() + " is not known before it is deployed"
	}
	return otherwise
}

// boolean is the value of a condition.
func boolean(condition value.Condition, at source.Location) value.Value {
	return value.If(condition, value.Boolean(true, at), value.Boolean(false, at), at)
}

// template joins the parts of a template. Each line of a heredoc is a part of its
// own, which positions inside a policy rest on.
func (m *module) template(e *hclsyntax.TemplateExpr, s *scope) value.Value {
	at := m.at(e.Range())
	pieces := make([]value.Value, 0, len(e.Parts))
	for _, part := range e.Parts {
		if literal, ok := part.(*hclsyntax.LiteralValueExpr); ok && literal.Val.Type().Equals(cty.String) && literal.Val.IsKnown() && !literal.Val.IsNull() {
			pieces = append(pieces, m.literalLines(literal)...)
			continue
		}
		pieces = append(pieces, m.evaluate(part, s))
	}
	return value.Concat(at, pieces...)
}

// literalLines splits literal text where it spans lines. A heredoc that is flushed
// left loses the indentation of its lines, which their places must not.
func (m *module) literalLines(e *hclsyntax.LiteralValueExpr) []value.Value {
	text := e.Val.AsString()
	r := e.Range()
	file, ok := m.files[r.Filename]
	if !ok || text == "" {
		return []value.Value{value.Text(text, m.at(r))}
	}
	if strings.IndexByte(text, '\n') < 0 && len(text) == r.End.Byte-r.Start.Byte {
		if m.written(r) == text {
			// HCL holds a copy.
			text = m.written(r)
		}
		return []value.Value{value.Text(text, m.at(r))}
	}
	written := slices.Collect(strings.Lines(m.written(r)))
	lines := slices.Collect(strings.Lines(text))
	if len(written) != len(lines) {
		return []value.Value{value.Text(text, m.at(r))}
	}
	pieces := make([]value.Value, len(lines))
	offset := r.Start.Byte
	for i, line := range lines {
		end := offset + len(written[i])
		start := offset
		if strings.HasSuffix(written[i], line) {
			start = end - len(line)
		}
		pieces[i] = value.Text(line, file.Location(start, end))
		offset = end
	}
	return pieces
}

// objectExpression keeps repeated keys: jsonencode({Statement = ..., Statement = ...}) is a
// defect to be seen.
func (m *module) objectExpression(e *hclsyntax.ObjectConsExpr, s *scope, at source.Location) value.Value {
	object := make([]value.Member, 0, len(e.Items))
	for _, item := range e.Items {
		name := hcl.ExprAsKeyword(item.KeyExpr)
		if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); name == "" || ok && key.ForceNonLiteral {
			text, literal := m.evaluate(item.KeyExpr, s).Literal()
			if !literal {
				text = m.text(item.KeyExpr.Range())
			}
			name = text
		}
		object = append(object, value.Member{Key: name, KeyLocation: m.at(item.KeyExpr.Range()), Value: m.evaluate(item.ValueExpr, s)})
	}
	return value.MapOf(object, at)
}

func (m *module) binary(e *hclsyntax.BinaryOpExpr, s *scope, at source.Location) value.Value {
	switch e.Op {
	case hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr, hclsyntax.OpEqual, hclsyntax.OpNotEqual:
		return boolean(m.condition(e, s), at)
	default:
		return m.arithmetic(e.Op.Impl.Call, at, m.evaluate(e.LHS, s), m.evaluate(e.RHS, s))
	}
}

// arithmetic computes with literals only.
func (m *module) arithmetic(apply func([]cty.Value) (cty.Value, error), at source.Location, operands ...value.Value) value.Value {
	if why := value.Exceed(operands...); why != "" {
		return unknown(at, "%s", why)
	}
	m.spend(dear)
	arguments := make([]cty.Value, len(operands))
	for i, operand := range operands {
		if operand.Kind == value.Choice {
			side := func(chosen *value.Value) value.Value {
				replaced := append([]value.Value(nil), operands...)
				replaced[i] = *chosen
				return m.arithmetic(apply, at, replaced...)
			}
			return value.If(operand.Condition(), side(operand.Then()), side(operand.Else()), at)
		}
		converted, ok := toCty(operand)
		if !ok {
			return unknown(at, "%s", reason(operand, "an operand is not known"))
		}
		if converted.Type().Equals(cty.String) {
			if number, err := cty.ParseNumberVal(converted.AsString()); err == nil {
				converted = number
			}
		}
		arguments[i] = converted
	}
	result, err := apply(arguments)
	if err != nil {
		return unknown(at, "the operation cannot be computed: %v", err)
	}
	return fromCty(result, at)
}

// element is one element of a collection with the condition under which it is
// there.
type element struct {
	key, value value.Value
	when       value.Condition
}

// elements lists a collection. Where conditions decide which collection it is,
// the elements of all are listed, each under its condition. ok is false where
// the collection is not known.
func elements(v value.Value) (all []element, ok bool) {
	switch v.Kind {
	case value.List:
		for i, item := range v.Items() {
			all = append(all, present(element{key: number(i, item.Location), value: item})...)
		}
		return all, true
	case value.Map:
		for _, member := range v.Members() {
			all = append(all, present(element{key: value.Text(member.Key, member.KeyLocation), value: member.Value})...)
		}
		return all, true
	case value.Absent:
		return nil, true
	case value.Choice:
		for i, side := range []*value.Value{v.Then(), v.Else()} {
			condition := v.Condition()
			if i == 1 {
				condition = value.Not(condition)
			}
			inner, known := elements(*side)
			if !known {
				return nil, false
			}
			for _, each := range inner {
				each.when = value.And(condition, each.when)
				all = append(all, each)
			}
		}
		return all, true
	default:
		return nil, false
	}
}

// present splits an element that is only there under a condition: a Choice with
// an absent side.
func present(e element) []element {
	if e.value.Kind != value.Choice {
		return []element{e}
	}
	then, otherwise := *e.value.Then(), *e.value.Else()
	switch {
	case then.IsAbsent():
		return []element{{key: e.key, value: otherwise, when: value.Not(e.value.Condition())}}
	case otherwise.IsAbsent():
		return []element{{key: e.key, value: then, when: e.value.Condition()}}
	default:
		return []element{e}
	}
}

// under is a value that is there only under a condition.
func under(condition value.Condition, v value.Value) value.Value {
	return value.If(condition, v, value.Nothing(v.Location), v.Location)
}

func number(i int, at source.Location) value.Value {
	return value.NumberOf(strconv.Itoa(i), at)
}

func (m *module) forExpression(e *hclsyntax.ForExpr, s *scope, at source.Location) value.Value {
	collection := m.evaluate(e.CollExpr, s)
	all, ok := elements(collection)
	if !ok {
		return unknown(at, "%s", reason(collection, "the collection of a for expression is not known"))
	}
	var items []value.Value
	var members []value.Member
	positions := map[string]int{}
	for _, each := range all {
		if m.spend(1) {
			return m.exhausted(at)
		}
		inner := s.with(e.ValVar, each.value)
		if e.KeyVar != "" {
			inner = inner.with(e.KeyVar, each.key)
		}
		when := each.when
		if e.CondExpr != nil {
			when = value.And(when, m.condition(e.CondExpr, inner))
		}
		if holds, constant := when.Constant(); constant && !holds {
			continue
		}
		v := under(when, m.evaluate(e.ValExpr, inner))
		if e.KeyExpr == nil {
			items = append(items, v)
			continue
		}
		key, literal := m.evaluate(e.KeyExpr, inner).Literal()
		if !literal {
			return unknown(at, "%s", reason(m.evaluate(e.KeyExpr, inner), "a key of a for expression is not known"))
		}
		members = addMember(members, positions, key, v, e.Group, at)
	}
	if e.KeyExpr != nil {
		return value.MapOf(members, at)
	}
	return value.ListOf(items, at)
}

// addMember sets a member of a for expression, or appends to its group. positions
// are those of the members.
func addMember(members []value.Member, positions map[string]int, key string, v value.Value, group bool, at source.Location) []value.Member {
	if i, known := positions[key]; known {
		if group {
			members[i].Value = value.ListOf(append(members[i].Value.Items(), v), members[i].Value.Location)
		} else {
			members[i].Value = v
		}
		return members
	}
	positions[key] = len(members)
	if group {
		v = value.ListOf([]value.Value{v}, at)
	}
	return append(members, value.Member{Key: key, KeyLocation: at, Value: v})
}

func (m *module) splat(e *hclsyntax.SplatExpr, s *scope, at source.Location) value.Value {
	var collection value.Value
	if block, rest, ok := m.blockOf(e.Source); ok && len(rest) == 0 {
		collection = m.allInstances(block, at)
	} else {
		collection = m.evaluate(e.Source, s)
	}
	return overChoices(collection, func(v value.Value) value.Value {
		switch v.Kind {
		case value.Absent:
			return value.ListOf(nil, at)
		case value.Unknown:
			return v
		case value.List:
		default:
			// A splat over a single value is a list of it.
			v = value.ListOf([]value.Value{v}, at)
		}
		var result []value.Value
		for _, item := range v.Items() {
			if m.spend(1) {
				return m.exhausted(at)
			}
			result = append(result, overChoices(item, func(each value.Value) value.Value {
				if each.IsAbsent() {
					return each
				}
				inner := &scope{module: s.module, names: s.names, element: &each}
				return m.evaluate(e.Each, inner)
			}))
		}
		return value.ListOf(result, at)
	})
}

// index picks an element of a collection.
func (m *module) index(collection, key value.Value, at source.Location) value.Value {
	if why := value.Exceed(collection, key); why != "" {
		return unknown(at, "%s", why)
	}
	return overChoices(collection, func(v value.Value) value.Value {
		return overChoices(key, func(key value.Value) value.Value { return m.indexKnown(v, key, at) })
	})
}

func (m *module) indexKnown(v, key value.Value, at source.Location) value.Value {
	text, literal := key.Literal()
	switch {
	case v.Kind == value.Unknown:
		return v
	case !literal:
		return unknown(at, "%s", reason(key, "an index is not known"))
	}
	switch v.Kind {
	case value.List:
		i, err := strconv.Atoi(text)
		items := v.Items()
		if err != nil || i < 0 || i >= len(items) {
			return unknown(at, "there is no element %s in a list of %d", text, len(items))
		}
		return firstPresent(items, i, at)
	case value.Map:
		if inner, ok := v.Get(text); ok {
			return inner
		}
		return unknown(at, "there is no element %q", text)
	case value.String:
		if _, ok := m.objectAt(v); ok {
			return m.attributeOf(v, text, at)
		}
		return extend(v, fmt.Sprintf("[%s]", text), at)
	default:
		return unknown(at, "%s", reason(v, "an indexed value is no collection"))
	}
}

// firstPresent picks the i-th item of a list whose items may be absent: then it
// is the next one that is there.
func firstPresent(items []value.Value, i int, at source.Location) value.Value {
	item := items[i]
	if item.Kind == value.Choice && i+1 < len(items) {
		if item.Else().IsAbsent() {
			return value.If(item.Condition(), *item.Then(), firstPresent(items, i+1, at), at)
		}
		if item.Then().IsAbsent() {
			return value.If(item.Condition(), firstPresent(items, i+1, at), *item.Else(), at)
		}
	}
	return item
}

// extend asks an attribute of something whose contents are not on disk: the
// longer path is a reference of its own.
func extend(v value.Value, step string, at source.Location) value.Value {
	reference, ok := v.SoleReference()
	if !ok {
		return unknown(at, "%s", reason(v, "text has no attributes"))
	}
	reference.Attribute += value.Attribute(step)
	return value.To(reference, v.Parts()[0].Text+step, at)
}

// attributeOf returns an attribute of an object.
func (m *module) attributeOf(v value.Value, name string, at source.Location) value.Value {
	return overChoices(v, func(v value.Value) value.Value {
		switch v.Kind {
		case value.Map:
			if inner, ok := v.Get(name); ok {
				return inner
			}
			return unknown(at, "there is no attribute %s", name)
		case value.List:
			return m.index(v, value.Text(name, at), at)
		case value.String:
			if object, ok := m.objectAt(v); ok {
				return object.attribute(name, at)
			}
			return extend(v, "."+name, at)
		case value.Unknown:
			return v
		default:
			return unknown(at, "%s", reason(v, "the value has no attribute "+name))
		}
	})
}

// follow applies the steps of a traversal.
func (m *module) follow(v value.Value, steps hcl.Traversal, at source.Location) value.Value {
	for _, step := range steps {
		switch step := step.(type) {
		case hcl.TraverseAttr:
			v = m.attributeOf(v, step.Name, at)
		case hcl.TraverseIndex:
			v = m.index(v, fromCty(step.Key, at), at)
		}
	}
	return v
}
