package cloudformation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// An export is an output that a stack exports under a name.
type export struct {
	// path is the template of the stack, nested the stacks that lead from it
	// to the one with the output.
	path   string
	nested []string
	output string
	name   value.Value
	// text is the name, as exportName writes it, where it is known.
	text  string
	known bool
}

// exports are all exports of the tree: those whose names are known by their texts,
// and the others.
type exports struct {
	byText  map[string][]export
	unknown []export
}

// findExports evaluates the names of all exports of the tree, once.
func (p *Parser) findExports() exports {
	p.exportsOnce.Do(func() {
		p.exports.byText = map[string][]export{}
		for _, name := range p.stacks {
			file, err := p.tree.ReadFile(name)
			if err != nil || !mentions(file.Bytes, "Export") && !mayNest(file) {
				continue
			}
			document := p.document(name)
			if document.root == nil {
				continue
			}
			t := p.deployment(context.Background(), name, graph.NewBuilder()).newTemplate(document).prepare()
			for _, e := range t.exported(name, nil) {
				if e.known {
					p.exports.byText[e.text] = append(p.exports.byText[e.text], e)
				} else {
					p.exports.unknown = append(p.exports.unknown, e)
				}
			}
		}
	})
	return p.exports
}

// exported lists the exports of a template and of those that it nests.
func (t *template) exported(name string, nested []string) []export {
	var all []export
	for _, member := range members(t.root.Get("Outputs")) {
		exported := member.Value.Get("Export").Get("Name")
		if exported == nil {
			continue
		}
		if condition := member.Value.Get("Condition"); condition != nil {
			if holds, constant := t.namedCondition(condition.Text, condition.Location).Constant(); constant && !holds {
				continue
			}
		}
		e := export{path: name, nested: nested, output: member.Key.Text, name: t.evaluate(exported)}
		e.text, e.known = t.exportName(e.name)
		all = append(all, e)
	}
	for _, member := range t.resources {
		if isStack(resourceType(member.Value)) {
			if inner, _ := t.nestedTemplate(member.Key.Text); inner != nil {
				all = append(all, inner.exported(name, append(slices.Clone(nested), member.Key.Text))...)
			}
		}
	}
	return all
}

// exportName writes the name of an export. A stack finds the exports of its own
// account and Region only, which are therefore the same in the names that both
// write.
func (t *template) exportName(v value.Value) (text string, known bool) {
	if v.Kind != value.String {
		return v.Literal()
	}
	var written strings.Builder
	for _, part := range v.Parts() {
		switch {
		case part.Kind == value.Literal:
			written.WriteString(part.Text)
		case part.Kind == value.ReferenceTo && part.Reference.Node == t.unit && slices.Contains([]value.Attribute{value.Account, value.Region, value.Partition}, part.Reference.Attribute):
			literal, ok := t.literal(value.StringOf([]value.Part{part}, source.Location{}))
			if !ok {
				literal = "\x00" + string(part.Reference.Attribute) + "\x00"
			}
			written.WriteString(literal)
		default:
			return "", false
		}
	}
	return written.String(), true
}

// importValue evaluates Fn::ImportValue: the value is evaluated in the template
// that exports it.
func (t *template) importValue(argument *source.Node, at source.Location) value.Value {
	return value.OverChoices(t.evaluate(argument), func(wanted value.Value) value.Value {
		text, known := t.exportName(wanted)
		if !known {
			return unknownText(fmt.Sprintf("the name %s of an export is not known", wanted), at)
		}
		name := wanted.String()
		all := t.parser.findExports()
		found := all.byText[text]
		possible := slices.IndexFunc(all.unknown, func(candidate export) bool { return mayBe(candidate.name, text) })
		switch {
		case len(found) > 1:
			return unknownText(fmt.Sprintf("the export %s is defined in %s and in %s", name, found[0].path, found[1].path), at)
		case len(found) == 1:
			return t.importFrom(found[0], at)
		case possible >= 0:
			return unknownText(fmt.Sprintf("the export %s may be %s of %s", name, all.unknown[possible].name, all.unknown[possible].path), at)
		default:
			return unknownText(fmt.Sprintf("the export %s is not in the input", name), at)
		}
	})
}

// importFrom evaluates an export as a part of this deployment: nodes keep the
// ids that their own deployment gives them.
func (t *template) importFrom(e export, at source.Location) value.Value {
	exporter, ok := t.imported[e.path]
	if !ok {
		foreign := t.parser.deployment(t.ctx, e.path, t.builder)
		// Its own load reports what is wrong with it; a cycle of imports
		// would lead here again.
		foreign.imported = t.imported
		foreign.types = t.types
		exporter = foreign.newTemplate(t.parser.document(e.path)).prepare()
		t.builder.AddFile(exporter.file)
		t.imported[e.path] = exporter
	}
	for _, logical := range e.nested {
		inner, why := exporter.nestedTemplate(logical)
		if inner == nil {
			return unknownText(why, at)
		}
		exporter = inner
	}
	t.shareAccount(exporter.unit)
	v := exporter.output(e.output, at)
	for name := range exporter.defaults {
		t.defaults[name+" of "+e.path] = true
	}
	exporter.deployment.defaults = map[string]bool{}
	return v
}

// shareAccount notes that a stack has the account of one whose export it
// imports: exports belong to one account and Region ("Get exported outputs from
// a deployed CloudFormation stack" in the CloudFormation User Guide).
func (t *template) shareAccount(exporter string) {
	environment := t.builder.Environment(t.unit)
	if exporter == t.unit || environment.ID == "" || environment.SameAccountAs != "" {
		return
	}
	environment.SameAccountAs = exporter
	t.builder.AddEnvironment(environment)
}

// mayBe reports whether a text with parts that are not known may be a name.
func mayBe(text value.Value, name string) bool {
	if text.Kind != value.String {
		return true
	}
	rest := name
	for i, part := range text.Parts() {
		if part.Kind != value.Literal {
			continue
		}
		position := strings.Index(rest, part.Text)
		if position < 0 || i == 0 && position > 0 {
			return false
		}
		rest = rest[position+len(part.Text):]
	}
	return true
}
