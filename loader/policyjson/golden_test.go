package policyjson

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/graph/graphtest"
	"github.com/originkey/originkey/internal/source"
)

var update = flag.Bool("update", false, "write the golden graphs anew")

// loadTree loads all folders of a tree, as the repository does.
func loadTree(t testing.TB, tree graphtest.Tree, options Options) (*graph.Graph, []source.Diagnostic) {
	folders := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		if Sniff(name, tree[name].Bytes) {
			folders[Folder(name)] = append(folders[Folder(name)], name)
		}
	}
	whole := graph.NewBuilder()
	var diagnostics []source.Diagnostic
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		builder, its := Load(context.Background(), tree, folder, folders[folder], options)
		diagnostics = append(diagnostics, its...)
		if err := whole.Merge(builder); err != nil {
			t.Fatal(err)
		}
	}
	return whole.Freeze(), diagnostics
}

func TestGolden(t *testing.T) {
	graphtest.Run(t, "testdata", *update, func(t *testing.T, tree graphtest.Tree) (*graph.Graph, []source.Diagnostic) {
		return loadTree(t, tree, Options{})
	})
}

// TestGoldenCasesAreJSON asserts that a case whose files are broken says so in its
// name.
func TestGoldenCasesAreJSON(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range cases {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".json") && !json.Valid(file.Data) && !strings.HasPrefix(filepath.Base(name), "broken-") {
				t.Errorf("%s: %s is not JSON", name, file.Name)
			}
		}
	}
}

// FuzzLoad loads any text under the names that the layout of a snapshot gives a
// meaning, and alone.
func FuzzLoad(f *testing.F) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range cases {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(content).Files {
			if strings.HasSuffix(file.Name, ".json") {
				f.Add(file.Data)
			}
		}
	}
	const id = "1234abcd-12ab-34cd-56ef-1234567890ab"
	names := []string{
		"a.json", "b.json", "distributions/E1EXAMPLE.json", "origin-access-controls/E1EXAMPLE.json", "origin-access-identities/E1EXAMPLE.json",
		"buckets/example/encryption.json", "buckets/example/policy.json", "buckets/example/location.json",
		"keys/" + id + "/key.json", "keys/" + id + "/policy.json", "keys/" + id + "/grants.json", "aliases.json",
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		tree := graphtest.Tree{}
		for _, name := range names {
			tree[name] = source.NewFile(name, text)
		}
		for _, files := range [][]string{{"a.json"}, {"a.json", "b.json"}, names} {
			builder, diagnostics := Load(context.Background(), tree, ".", files, Options{})
			g := builder.Freeze()
			if !json.Valid(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))) && len(diagnostics) == 0 {
				t.Fatalf("%q is not JSON and nothing is said", text)
			}
			graphtest.Dump(g)
		}
	})
}
