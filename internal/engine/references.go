package engine

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// known lists the members of what rules see. nil stands for any.
var known = map[string][]string{
	"graph":  {"nodes", "out", "in", "facts"},
	"config": {"account", "region", "partition", "trusted_accounts", "rules"},
	"input":  {"id", "kind"},
}

// checkReferences reports where a custom rule refers to what is nowhere: another
// name in the library, a member that the graph does not have. To Rego it is
// undefined, so that the rule would be silent for ever.
func (r *reader) checkReferences(compiler *ast.Compiler, modules []*module) {
	for _, m := range modules {
		if m.element(0) != customPackage {
			continue
		}
		ast.WalkRefs(compiler.Modules[m.path], func(ref ast.Ref) bool {
			if missing := missing(compiler, ref); missing != "" {
				r.fail(ref[0].Location, "there is no %s", missing)
			}
			return false
		})
	}
}

// missing returns the part of a reference that leads nowhere, or "".
func missing(compiler *ast.Compiler, ref ast.Ref) string {
	switch {
	case ref.HasPrefix(ast.InputRootRef):
		return unlisted(ref, 1, "input")
	case !ref.HasPrefix(ast.DefaultRootRef) || len(ref) < 2:
		return ""
	}
	name, _ := ref[1].Value.(ast.String)
	if _, data := known[string(name)]; data && name != "input" {
		return unlisted(ref, 2, string(name))
	}
	node := compiler.RuleTree.Child(ast.DefaultRootDocument.Value)
	for i, term := range ref[1:] {
		if _, constant := term.Value.(ast.String); !constant || len(node.Values) > 0 {
			return ""
		}
		if node = node.Child(term.Value); node == nil {
			return ref[:i+2].String()
		}
	}
	return ""
}

// unlisted returns a reference whose element i is no member of what is known under
// a name.
func unlisted(ref ast.Ref, i int, name string) string {
	if i >= len(ref) {
		return ""
	}
	member, constant := ref[i].Value.(ast.String)
	if !constant || slices.Contains(known[name], string(member)) {
		return ""
	}
	return ref[:i+1].String() + "; " + name + " has " + strings.Join(known[name], ", ")
}
