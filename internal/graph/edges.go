package graph

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/originkey/originkey/internal/parallel"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// An edge is an Edge between the nodes with these indexes.
type edge struct {
	from, to int32
	relation string
	location source.Location
}

// edges are the edges of a graph.
type edges struct {
	list              []edge
	leaving, reaching adjacency
}

// An adjacency holds for each node the indexes of edges: those of node i are the part
// of list that begins at start[i] and ends before start[i+1].
type adjacency struct {
	start, list []int32
}

// newAdjacency sorts edges by the node that one of their ends has.
func newAdjacency(nodes int, list []edge, end func(*edge) int32) adjacency {
	a := adjacency{start: make([]int32, nodes+1), list: make([]int32, len(list))}
	for i := range list {
		a.start[end(&list[i])+1]++
	}
	for i := range nodes {
		a.start[i+1] += a.start[i]
	}
	next := slices.Clone(a.start)
	for i := range list {
		node := end(&list[i])
		a.list[next[node]] = int32(i)
		next[node]++
	}
	return a
}

func (es *edges) at(g *Graph, i int32) Edge {
	e := &es.list[i]
	return Edge{From: g.Nodes[e.from].ID, To: g.Nodes[e.to].ID, Relation: e.relation, Location: e.location}
}

func (es *edges) all(g *Graph) iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		for i := range es.list {
			if !yield(es.at(g, int32(i))) {
				return
			}
		}
	}
}

func (es *edges) of(g *Graph, a *adjacency, id string) iter.Seq[Edge] {
	node := g.byID[id]
	return func(yield func(Edge) bool) {
		if node == nil {
			return
		}
		for _, i := range a.list[a.start[node.index]:a.start[node.index+1]] {
			if !yield(es.at(g, i)) {
				return
			}
		}
	}
}

// A need is a resource that another one refers to and that no node describes.
type need struct{ from, to string }

// references finds the edges that a node's attributes make.
func (g *Graph) references(node *Node, found []edge, needs []need) ([]edge, []need) {
	for i := range node.Attributes {
		attribute := &node.Attributes[i]
		attribute.Value.References(func(part value.Part) {
			target := g.byID[part.Reference.Node]
			if target == nil {
				needs = append(needs, need{g.Resource(node.ID), part.Reference.Node})
				return
			}
			made := edge{from: node.index, to: target.index, relation: attribute.Name, location: part.Location}
			if len(found) == 0 || found[len(found)-1] != made {
				found = append(found, made)
			}
		})
	}
	return found, needs
}

// connect makes the edges. The references of a piece of the nodes are found on one
// processor.
func (g *Graph) connect() {
	const piece = 1 << 10
	type result struct {
		found []edge
		needs []need
	}
	pieces := slices.Collect(slices.Chunk(g.Nodes, piece))
	results := make([]result, len(pieces))
	// Nothing ends the context.
	_ = parallel.Each(context.Background(), len(pieces), func(i int) {
		its := &results[i]
		for _, node := range pieces[i] {
			its.found, its.needs = g.references(node, its.found, its.needs)
		}
	})
	var parts []*Node
	for _, node := range g.Nodes {
		if node.Parent != "" {
			parts = append(parts, node)
		}
	}
	// Parts follow in the order in which they were written, which is that of their
	// creation.
	slices.SortFunc(parts, func(x, y *Node) int { return cmp.Compare(x.order, y.order) })
	count := len(parts)
	for i := range results {
		count += len(results[i].found)
	}
	list := make([]edge, 0, count)
	for i := range results {
		list = append(list, results[i].found...)
		for _, its := range results[i].needs {
			if !slices.Contains(g.depends[its.from], its.to) {
				g.depends[its.from] = append(g.depends[its.from], its.to)
			}
		}
		results[i] = result{}
	}
	for _, part := range parts {
		if parent := g.byID[part.Parent]; parent != nil {
			list = append(list, edge{from: parent.index, to: part.index, relation: string(part.Kind), location: part.Location})
		}
	}
	g.edges = edges{
		list:     list,
		leaving:  newAdjacency(len(g.Nodes), list, func(e *edge) int32 { return e.from }),
		reaching: newAdjacency(len(g.Nodes), list, func(e *edge) int32 { return e.to }),
	}
}
