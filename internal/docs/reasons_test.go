package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
)

// reasonsIn are the packages that say why something is not known.
var reasonsIn = []string{"internal/facts", "internal/iam", "internal/value", "loader", "loader/cloudformation", "loader/policyjson", "loader/terraform"}

// TestReasonsExist asserts that each reason in the tables of docs/how-it-decides.md is
// part of one that the program gives.
func TestReasonsExist(t *testing.T) {
	var code strings.Builder
	for _, folder := range reasonsIn {
		names, err := filepath.Glob(filepath.Join(project, folder, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatalf("no code in %s: %v", folder, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			code.WriteString(strings.ReplaceAll(string(content), `\"`, `"`))
		}
	}
	tables := 0
	for _, p := range readPages(t) {
		if p.name != "docs/how-it-decides.md" {
			continue
		}
		p.walk(t, func(node ast.Node) {
			table, ok := node.(*extension.Table)
			if !ok || plainText(table.FirstChild().FirstChild(), p.text) != "the reason says" {
				return
			}
			tables++
			for row := table.FirstChild().NextSibling(); row != nil; row = row.NextSibling() {
				// What is not code in the cell is about the reason.
				for span := row.FirstChild().FirstChild(); span != nil; span = span.NextSibling() {
					reason := plainText(span, p.text)
					if span.Kind() == ast.KindCodeSpan && !strings.Contains(code.String(), reason) {
						t.Errorf("%s: nothing gives the reason %q", p.name, reason)
					}
				}
			}
		})
	}
	if tables == 0 {
		t.Error("no table of reasons is looked at")
	}
}
