package engine

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
)

// schemaVersion is that of docs/schema/graph.json.
const schemaVersion = 1

// WriteGraph writes what rules see as JSON: the Data that Run evaluates them on,
// the subjects that are their input one at a time, and the places that the node
// and path of a result stand for.
func (e *Engine) WriteGraph(w io.Writer, r *facts.Result) error {
	data := Data(r, e.config)
	subjects := make([]*ast.Term, len(r.Subjects))
	for i, subject := range r.Subjects {
		subjects[i] = ast.NewTerm(input(subject))
	}
	for name, v := range map[string]any{"schemaVersion": schemaVersion, "subjects": ast.NewArray(subjects...), "locations": locationsObject(r.Graph)} {
		data.Insert(text(name), term(v))
	}
	plain, err := ast.JSON(data)
	if err != nil {
		return fmt.Errorf("turn the graph into JSON: %w", err)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(plain)
}

// input is what a rule gets of a subject.
func input(subject facts.Subject) ast.Object {
	return object("id", subject.ID, "kind", string(subject.Kind))
}

// locationsObject holds all places of a node that a result can name. A path that
// is not there stands for the node, which is the path "".
func locationsObject(g *graph.Graph) ast.Object {
	all := ast.NewObject()
	for _, node := range g.Nodes {
		paths := map[string]bool{"": true}
		for _, its := range []source.Places{node.Positions, statementPlaces(node)} {
			for _, place := range its {
				paths[place.Name] = true
			}
		}
		for _, attribute := range node.Attributes {
			paths[attribute.Name] = true
		}
		places := ast.NewObject()
		for _, name := range slices.Sorted(maps.Keys(paths)) {
			at := node.Place(name)
			if name == "" || at != node.Location && !at.IsZero() {
				places.Insert(text(name), ast.NewTerm(object("file", at.File, "line", at.Line, "column", at.Column)))
			}
		}
		all.Insert(text(node.ID), ast.NewTerm(places))
	}
	return all
}

func statementPlaces(node *graph.Node) source.Places {
	if node.Statement == nil {
		return nil
	}
	return node.Statement.Places
}
