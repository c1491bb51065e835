package facts

import (
	"slices"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// isObserved reports whether a node is what an account says of itself: not another
// definition of a thing that Terraform or a template defines, but the same thing.
func (ix *index) isObserved(node *graph.Node) bool {
	return ix.graph.Unit(node.Unit).Language == graph.PolicyJSON && node.External == "" && node.Assumed == ""
}

// isSame reports whether two nodes with one literal name certainly are one thing:
// all names are those of one thing but for aliases and multi-Region keys, which an
// account and a Region have to go with.
func (ix *index) isSame(x, y *graph.Node, name string) bool {
	if x.Kind == graph.Alias || x.Kind == graph.Key && isShared(name) {
		return ix.place(x).is(ix.place(y))
	}
	return !ix.place(x).contradicts(ix.place(y)) || !isRegional(x.Kind)
}

// withoutObserved leaves out what an account says of things that others define.
func (ix *index) withoutObserved(nodes []*graph.Node) []*graph.Node {
	return slices.DeleteFunc(slices.Clone(nodes), func(node *graph.Node) bool {
		name, literal := ix.identity(node).Literal()
		return literal && ix.isObserved(node) && slices.ContainsFunc(nodes, func(other *graph.Node) bool {
			return other.External == "" && other.Assumed == "" && !ix.isObserved(other) && ix.isSame(node, other, name)
		})
	})
}

// observedParts returns the policy or encryption that an account has for what a
// unit defines without one: then something else writes it.
func (ix *index) observedParts(subject *graph.Node, kind graph.Kind, name string, literal bool, world *value.World) []*graph.Node {
	if !literal || ix.isObserved(subject) {
		return nil
	}
	for _, node := range ix.literals[literalIdentity{subject.Kind, name}] {
		if node.Unit == subject.Unit || !node.When.In(world) || !ix.isObserved(node) || !ix.isSame(subject, node, name) {
			continue
		}
		if parts := ix.graph.Children(node.ID, kind); len(parts) > 0 {
			return parts
		}
	}
	return nil
}
