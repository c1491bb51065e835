// Package graphtest writes graphs for golden tests, one file a case.
package graphtest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// Dump writes the nodes of a graph with their attributes and places, the units
// that are incomplete, and the edges, in a fixed order.
func Dump(g *graph.Graph) string {
	var out strings.Builder
	for _, node := range g.Nodes {
		fmt.Fprintf(&out, "%s %s at %s", node.Kind, short(node.ID), place(node.Location))
		if _, constant := node.When.Constant(); !constant {
			fmt.Fprintf(&out, " when %s", when(g, node.When))
		}
		out.WriteString("\n")
		for _, attribute := range node.Attributes {
			fmt.Fprintf(&out, "  %s = %s at %s\n", attribute.Name, render(g, attribute.Value), place(node.Place(attribute.Name)))
		}
		if node.External != "" {
			fmt.Fprintf(&out, "  external: %s\n", node.External)
		}
		if node.Assumed != "" {
			fmt.Fprintf(&out, "  assumed: %s\n", node.Assumed)
		}
		elsewhere := make([]string, 0, len(node.Elsewhere))
		for name, why := range node.Elsewhere {
			elsewhere = append(elsewhere, fmt.Sprintf("  elsewhere %s: %s\n", name, why))
		}
		slices.Sort(elsewhere)
		out.WriteString(strings.Join(elsewhere, ""))
		if len(node.Defaults) > 0 {
			fmt.Fprintf(&out, "  defaults: %s\n", strings.Join(node.Defaults, ", "))
		}
		if environment := g.Environments[node.Environment]; environment.Region != "" || environment.Account != "" {
			fmt.Fprintf(&out, "  environment: account %q, Region %q\n", environment.Account, environment.Region)
		}
	}
	for _, unit := range g.Units {
		if unit.Incomplete != "" {
			fmt.Fprintf(&out, "incomplete: %s\n", unit.Incomplete)
		}
	}
	for edge := range g.Edges() {
		if target := g.Node(edge.To); target.Parent != edge.From {
			fmt.Fprintf(&out, "%s -%s-> %s at %s\n", short(edge.From), edge.Relation, short(edge.To), place(edge.Location))
		}
	}
	return out.String()
}

// short drops the unit of an id.
func short(id string) string {
	_, address, _ := strings.Cut(id, "#")
	return address
}

func place(at source.Location) string {
	if at.IsZero() {
		return "nowhere"
	}
	return fmt.Sprintf("%s:%d:%d", path.Base(at.File), at.Line, at.Column)
}

// when describes a condition by the worlds in which it holds.
func when(g *graph.Graph, condition value.Condition) string {
	var worlds []string
	value.Worlds(g.Variables, condition.In, func(world *value.World, holds bool) {
		if holds {
			worlds = append(worlds, world.Describe(g.Variables))
		}
	})
	return strings.Join(worlds, " or ")
}

// render writes a value with everything that is known of it.
func render(g *graph.Graph, v value.Value) string {
	switch v.Kind {
	case value.Unknown:
		return "unknown (" + v.Reason() + ")"
	case value.Absent:
		return "absent"
	case value.Bool, value.Number:
		text, _ := v.Literal()
		return text
	case value.Choice:
		return fmt.Sprintf("(if %s: %s, else %s)", when(g, v.Condition()), render(g, *v.Then()), render(g, *v.Else()))
	case value.List:
		items := make([]string, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = render(g, item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case value.Map:
		members := make([]string, len(v.Members()))
		for i, member := range v.Members() {
			members[i] = member.Key + ": " + render(g, member.Value)
		}
		return "{" + strings.Join(members, ", ") + "}"
	}
	var out strings.Builder
	for _, part := range v.Parts() {
		switch part.Kind {
		case value.Literal:
			out.WriteString(part.Text)
		case value.ReferenceTo:
			fmt.Fprintf(&out, "${%s|%s}", part.Text, part.Reference.Attribute)
		case value.JSONOf:
			fmt.Fprintf(&out, "json%s", render(g, *part.JSON))
		default:
			fmt.Fprintf(&out, "(unknown: %s)", part.Text)
		}
	}
	return fmt.Sprintf("%q", out.String())
}

// Tree is the files of a case.
type Tree map[string]*source.File

// ReadFile returns a file.
func (t Tree) ReadFile(name string) (*source.File, error) {
	if file, ok := t[path.Clean(name)]; ok {
		return file, nil
	}
	return nil, fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
}

// ReadDir returns the names in a folder, sorted.
func (t Tree) ReadDir(folder string) ([]string, error) {
	var names []string
	for name := range t {
		if path.Dir(name) == path.Clean(folder) {
			names = append(names, path.Base(name))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("read folder %s: %w", folder, fs.ErrNotExist)
	}
	slices.Sort(names)
	return names, nil
}

// golden is the file of a case that holds the dump.
const golden = "graph.golden"

// Run compares the graph of each case of a folder with its golden dump, or
// writes it where update is true. A case is a txtar archive.
func Run(t *testing.T, folder string, update bool, load func(t *testing.T, tree Tree) (*graph.Graph, []source.Diagnostic)) {
	cases, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in %s: %v", folder, err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tree := Tree{}
			var want []byte
			for _, file := range archive.Files {
				if file.Name == golden {
					want = file.Data
					continue
				}
				tree[file.Name] = source.NewFile(file.Name, file.Data)
			}
			g, diagnostics := load(t, tree)
			got := Dump(g)
			for _, diagnostic := range diagnostics {
				got += fmt.Sprintf("%s: %s: %s\n", diagnostic.Location, diagnostic.Severity, diagnostic.Message)
			}
			if update {
				if err := write(name, archive, got); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("the graph is\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func write(name string, archive *txtar.Archive, dump string) error {
	archive.Files = slices.DeleteFunc(archive.Files, func(file txtar.File) bool { return file.Name == golden })
	archive.Files = append(archive.Files, txtar.File{Name: golden, Data: []byte(dump)})
	formatted := txtar.Format(archive)
	if bytes.Contains(formatted, []byte("\x00")) {
		return errors.New("the dump holds a NUL")
	}
	return os.WriteFile(name, formatted, 0o644)
}
