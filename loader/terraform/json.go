package terraform

import (
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/originkey/originkey/internal/source"
)

// labels says how many labels the blocks of the top level have.
var labels = map[string]int{"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "locals": 0, "terraform": 0}

// readJSON reads the JSON syntax of Terraform ("JSON Configuration Syntax" in its
// documentation) into the syntax tree of the native one, so that everything else
// knows one language. Without a schema nobody can tell a nested block from an
// argument that is an object: such a property becomes both.
func (f *parsedFile) readJSON(file *source.File) {
	root, err := source.ParseJSONFile(file)
	if err != nil {
		diagnostic := source.Diagnostic{Location: source.Location{File: file.Path, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}, Severity: source.Error, Message: err.Error()}
		var syntax *source.SyntaxError
		if errors.As(err, &syntax) {
			diagnostic.Location = syntax.Location
		}
		f.diagnostics = append(f.diagnostics, diagnostic)
		return
	}
	c := jsonConverter{file: file.Path}
	if strings.HasSuffix(strings.TrimSuffix(file.Path, ".json"), ".tfvars") {
		f.body = c.body(root)
		return
	}
	f.body = &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: c.rangeOf(root), EndRange: c.rangeOf(root)}
	for _, member := range root.Members {
		if count, ok := labels[member.Key.Text]; ok {
			f.body.Blocks = append(f.body.Blocks, c.blocks(member.Key.Text, member.Key, nil, member.Value, count)...)
		}
	}
}

type jsonConverter struct{ file string }

func (c jsonConverter) rangeOf(node *source.Node) hcl.Range {
	return hcl.Range{Filename: c.file, Start: hcl.Pos{Line: int(node.Location.Line), Column: int(node.Location.Column), Byte: node.Start}, End: hcl.Pos{Line: int(node.Location.EndLine), Column: int(node.Location.EndColumn), Byte: node.End}}
}

// blocks makes the blocks under a property: count levels of objects are labels,
// and a list stands for several blocks.
func (c jsonConverter) blocks(kind string, key *source.Node, names []string, node *source.Node, count int) []*hclsyntax.Block {
	var all []*hclsyntax.Block
	if node.Kind == source.SequenceNode {
		for _, item := range node.Items {
			all = append(all, c.blocks(kind, item, names, item, count)...)
		}
		return all
	}
	if node.Kind != source.MappingNode {
		return nil
	}
	if count > 0 {
		for _, member := range node.Members {
			labelled := append(append([]string(nil), names...), member.Key.Text)
			all = append(all, c.blocks(kind, member.Key, labelled, member.Value, count-1)...)
		}
		return all
	}
	body := c.body(node)
	if kind == "variable" {
		c.typeConstraint(body, node)
	}
	return []*hclsyntax.Block{{
		Type: kind, Labels: names, Body: body, TypeRange: c.rangeOf(key),
		OpenBraceRange: c.rangeOf(key), CloseBraceRange: c.rangeOf(key),
	}}
}

// body makes a body whose properties are arguments and, where they are objects
// or lists of objects, blocks as well.
func (c jsonConverter) body(node *source.Node) *hclsyntax.Body {
	body := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: c.rangeOf(node), EndRange: c.rangeOf(node)}
	for _, member := range node.Members {
		name := member.Key.Text
		if name == "//" {
			continue
		}
		body.Attributes[name] = &hclsyntax.Attribute{
			Name: name, Expr: c.expression(member.Value), NameRange: c.rangeOf(member.Key),
			SrcRange: hcl.RangeBetween(c.rangeOf(member.Key), c.rangeOf(member.Value)),
		}
		count := 0
		if name == "dynamic" {
			count = 1
		}
		body.Blocks = append(body.Blocks, c.blocks(name, member.Key, nil, member.Value, count)...)
	}
	return body
}

// typeConstraint reads the type of a variable, which JSON writes as text.
func (c jsonConverter) typeConstraint(body *hclsyntax.Body, node *source.Node) {
	kind := node.Get("type")
	if kind == nil || kind.Kind != source.StringNode {
		return
	}
	expression, problems := parseExpression([]byte(kind.Text), c.file, c.inside(kind))
	if !problems.HasErrors() {
		body.Attributes["type"].Expr = expression
	}
}

// inside is the position behind the opening quote of a string.
func (c jsonConverter) inside(node *source.Node) hcl.Pos {
	return hcl.Pos{Line: int(node.Location.Line), Column: int(node.Location.Column + 1), Byte: node.Start + 1}
}

// expression converts a value. Strings are templates.
func (c jsonConverter) expression(node *source.Node) hclsyntax.Expression {
	at := c.rangeOf(node)
	switch node.Kind {
	case source.BoolNode:
		return &hclsyntax.LiteralValueExpr{Val: cty.BoolVal(node.Text == "true"), SrcRange: at}
	case source.NumberNode:
		if number, err := cty.ParseNumberVal(node.Text); err == nil {
			return &hclsyntax.LiteralValueExpr{Val: number, SrcRange: at}
		}
	case source.StringNode:
		if expression, problems := parseTemplate([]byte(node.Text), c.file, c.inside(node)); !problems.HasErrors() {
			return expression
		}
		return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(node.Text), SrcRange: at}
	case source.SequenceNode:
		list := &hclsyntax.TupleConsExpr{SrcRange: at, OpenRange: at}
		for _, item := range node.Items {
			list.Exprs = append(list.Exprs, c.expression(item))
		}
		return list
	case source.MappingNode:
		object := &hclsyntax.ObjectConsExpr{SrcRange: at, OpenRange: at}
		for _, member := range node.Members {
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{
				KeyExpr:   &hclsyntax.ObjectConsKeyExpr{Wrapped: c.expression(member.Key)},
				ValueExpr: c.expression(member.Value),
			})
		}
		return object
	case source.NullNode:
	}
	return &hclsyntax.LiteralValueExpr{Val: cty.NullVal(cty.DynamicPseudoType), SrcRange: at}
}
