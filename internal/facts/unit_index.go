package facts

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// A unitIndex finds the nodes of one unit. It is made of sorted lists: most units are
// small, and there are thousands of them.
type unitIndex struct {
	kinds []kindNodes
	// named holds the nodes whose identity is one text without unknown parts, sorted by
	// kind and text.
	named []namedNode
}

type kindNodes struct {
	kind graph.Kind
	// nodes are all of the kind, and unnamed those whose identity is no literal text.
	nodes, unnamed []*graph.Node
}

type namedNode struct {
	kind graph.Kind
	spelling
	// literal says that no reference is in the text.
	literal bool
	node    *graph.Node
}

// indexUnit makes the index of the nodes of one unit.
func (ix *index) indexUnit(nodes []*graph.Node) unitIndex {
	sorted := slices.Clone(nodes)
	slices.SortStableFunc(sorted, func(x, y *graph.Node) int { return cmp.Compare(x.Kind, y.Kind) })
	kinds, identified := 0, 0
	for i, node := range sorted {
		if i == 0 || sorted[i-1].Kind != node.Kind {
			kinds++
		}
		if _, isNamed := identifying[node.Kind]; isNamed {
			identified++
		}
	}
	u := unitIndex{kinds: make([]kindNodes, 0, kinds), named: make([]namedNode, 0, identified)}
	unnamed := make([]*graph.Node, 0, identified)
	for len(sorted) > 0 {
		its := kindNodes{kind: sorted[0].Kind}
		count := slices.IndexFunc(sorted, func(node *graph.Node) bool { return node.Kind != its.kind })
		if count < 0 {
			count = len(sorted)
		}
		its.nodes, sorted = sorted[:count:count], sorted[count:]
		if _, isNamed := identifying[its.kind]; isNamed {
			first := len(unnamed)
			for _, node := range its.nodes {
				identity := ix.identity(node)
				_, literal := identity.Literal()
				if !literal {
					unnamed = append(unnamed, node)
				}
				if text, opaque := spell(identity); !opaque {
					u.named = append(u.named, namedNode{node.Kind, text, literal, node})
				}
			}
			its.unnamed = unnamed[first:len(unnamed):len(unnamed)]
		}
		u.kinds = append(u.kinds, its)
	}
	slices.SortStableFunc(u.named, func(x, y namedNode) int { return x.compare(y.kind, y.spelling) })
	return u
}

func (u unitIndex) ofKind(kind graph.Kind) *kindNodes {
	for i := range u.kinds {
		if u.kinds[i].kind == kind {
			return &u.kinds[i]
		}
	}
	return nil
}

// nodes returns the nodes of a unit that have a kind, unnamed those of which the
// identity is no literal text, in the order of the graph.
func (ix *index) nodes(unit string, kind graph.Kind) []*graph.Node {
	if its := ix.units[unit].ofKind(kind); its != nil {
		return its.nodes
	}
	return nil
}

func (ix *index) unnamed(unit string, kind graph.Kind) []*graph.Node {
	if its := ix.units[unit].ofKind(kind); its != nil {
		return its.unnamed
	}
	return nil
}

// named returns the nodes of a unit whose identity is a text.
func (ix *index) named(unit string, kind graph.Kind, text spelling) []namedNode {
	all := ix.units[unit].named
	start, _ := slices.BinarySearchFunc(all, text, func(n namedNode, text spelling) int { return n.compare(kind, text) })
	end := start
	for end < len(all) && all[end].kind == kind && all[end].spelling == text {
		end++
	}
	return all[start:end]
}

func (n namedNode) compare(kind graph.Kind, text spelling) int {
	if kinds := cmp.Compare(n.kind, kind); kinds != 0 {
		return kinds
	}
	if texts := cmp.Compare(n.text, text.text); texts != 0 {
		return texts
	}
	return cmp.Or(cmp.Compare(n.reference.Node, text.reference.Node), cmp.Compare(n.reference.Attribute, text.reference.Attribute))
}

// A spelling is equal for equal texts: a reference where the text is that alone, else
// the text in which references are written out.
type spelling struct {
	text      string
	reference value.Reference
}

// spell spells a text. opaque is true where part of it is unknown.
func spell(v value.Value) (s spelling, opaque bool) {
	if text, literal := v.SoleLiteral(); literal {
		return spelling{text: text}, false
	}
	if reference, alone := v.SoleReference(); alone {
		return spelling{reference: reference}, false
	}
	if v.Kind != value.String {
		return spelling{}, true
	}
	parts := slices.DeleteFunc(slices.Clone(v.Parts()), func(part value.Part) bool { return part.Kind == value.Literal && part.Text == "" })
	if len(parts) == 1 && parts[0].Kind == value.ReferenceTo {
		return spelling{reference: parts[0].Reference}, false
	}
	var builder strings.Builder
	for _, part := range parts {
		switch part.Kind {
		case value.Literal:
			builder.WriteString(part.Text)
		case value.ReferenceTo:
			builder.WriteString("\x00" + strconv.Quote(part.Reference.Node) + "." + string(part.Reference.Attribute) + "\x00")
		default:
			return spelling{}, true
		}
	}
	return spelling{text: builder.String()}, false
}
