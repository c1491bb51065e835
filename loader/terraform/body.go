package terraform

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// argument evaluates an argument of a body; it is Absent where it is not written.
func (m *module) argument(body *hclsyntax.Body, name string, s *scope) value.Value {
	attribute, ok := body.Attributes[name]
	if !ok {
		return value.Nothing(m.at(body.MissingItemRange()))
	}
	return m.evaluate(attribute.Expr, s)
}

// A content is one nested block, written or made by a dynamic block.
type content struct {
	body  *hclsyntax.Body
	scope *scope
	when  value.Condition
	// header is the place of the block's type and labels.
	header source.Location
}

// contents lists the nested blocks of a type in their written order.
func (m *module) contents(body *hclsyntax.Body, kind string, s *scope) []content {
	var all []content
	for _, block := range body.Blocks {
		switch {
		case block.Type == kind:
			all = append(all, content{body: block.Body, scope: s, header: m.at(block.DefRange())})
		case block.Type == "dynamic" && len(block.Labels) == 1 && block.Labels[0] == kind:
			all = append(all, m.dynamic(block, s)...)
		}
	}
	return all
}

// maxBlocks bounds how many blocks a dynamic block makes: AWS takes fewer origins,
// behaviors and statements.
const maxBlocks = 250

// dynamic expands a dynamic block. Where its collection is not known, its content
// may be there once or not.
func (m *module) dynamic(block *hclsyntax.Block, s *scope) []content {
	collection := block.Body.Attributes["for_each"]
	var body *hclsyntax.Body
	for _, inner := range block.Body.Blocks {
		if inner.Type == "content" {
			body = inner.Body
		}
	}
	if collection == nil || body == nil {
		return nil
	}
	iterator := block.Labels[0]
	if named := block.Body.Attributes["iterator"]; named != nil {
		iterator = m.text(named.Expr.Range())
	}
	header := m.at(block.DefRange())
	each := func(key, v value.Value, when value.Condition) content {
		object := value.MapOf([]value.Member{{Key: "key", Value: key}, {Key: "value", Value: v}}, v.Location)
		return content{body: body, scope: s.with(iterator, object), when: when, header: header}
	}
	if m.spend(1) {
		why := m.exhausted(header)
		return []content{each(why, why, value.True())}
	}
	v := m.evaluate(collection.Expr, s)
	all, ok := elements(v)
	if !ok {
		why := unknown(v.Location, "%s", reason(v, "the collection of a dynamic block is not known"))
		return []content{each(why, why, m.opaque(collection.Expr))}
	}
	all = m.some(all, maxBlocks, "the number of elements of a dynamic block", m.at(collection.Expr.Range()))
	contents := make([]content, 0, len(all))
	for _, e := range all {
		contents = append(contents, each(e.key, e.value, e.when))
	}
	return contents
}

// nested evaluates an argument of the first nested block of a type, under the
// conditions of all of them.
func (m *module) nested(body *hclsyntax.Body, s *scope, path ...string) value.Value {
	if len(path) == 1 {
		return m.argument(body, path[0], s)
	}
	result := value.Nothing(m.at(body.MissingItemRange()))
	contents := m.contents(body, path[0], s)
	for i := len(contents) - 1; i >= 0; i-- {
		c := contents[i]
		result = value.If(c.when, m.nested(c.body, c.scope, path[1:]...), result, c.header)
	}
	return result
}

// place finds where an argument of a nested block is written: the argument, or
// its name where it spans lines.
func (m *module) place(body *hclsyntax.Body, path ...string) (source.Location, bool) {
	if len(path) == 1 {
		attribute, ok := body.Attributes[path[0]]
		if !ok {
			return source.Location{}, false
		}
		if attribute.SrcRange.Start.Line != attribute.SrcRange.End.Line {
			return m.at(attribute.NameRange), true
		}
		return m.at(attribute.SrcRange), true
	}
	for _, block := range body.Blocks {
		inner := block.Body
		if block.Type == "dynamic" && len(block.Labels) == 1 && block.Labels[0] == path[0] {
			for _, c := range block.Body.Blocks {
				if c.Type == "content" {
					inner = c.Body
				}
			}
		} else if block.Type != path[0] {
			continue
		}
		if at, ok := m.place(inner, path[1:]...); ok {
			return at, true
		}
	}
	return source.Location{}, false
}

// ignores reports whether lifecycle.ignore_changes names an argument.
func (m *module) ignores(body *hclsyntax.Body, name string) bool {
	for _, block := range body.Blocks {
		if block.Type != "lifecycle" || block.Body.Attributes["ignore_changes"] == nil {
			continue
		}
		text := m.text(block.Body.Attributes["ignore_changes"].Expr.Range())
		if text == "all" {
			return true
		}
		for _, item := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("[], \"", r) }) {
			if item == name || strings.HasPrefix(item, name+".") || strings.HasPrefix(item, name+"[") {
				return true
			}
		}
	}
	return false
}
