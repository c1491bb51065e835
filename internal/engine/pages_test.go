package engine

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the pages of the rules anew")

// TestPages asserts that docs/rules is what the METADATA of the rules says.
func TestPages(t *testing.T) {
	const folder = "../../docs/rules"
	pages := map[string]string{}
	var index strings.Builder
	index.WriteString("# Rules\n\nWritten from the METADATA of the rules; `originkey rules NAME` prints the same.\n\n| rule | level | subject | flags |\n|---|---|---|---|\n")
	for _, rule := range embedded(t).Rules() {
		pages[rule.Name+".md"] = rule.Markdown()
		fmt.Fprintf(&index, "| [%s](%s.md) | %s | %s | %s |\n", rule.Name, rule.Name, rule.Level, rule.Subject, rule.Title)
	}
	pages["README.md"] = index.String()
	if *update {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, page := range pages {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if _, ok := pages[entry.Name()]; !ok {
			t.Errorf("%s is the page of no rule", entry.Name())
		}
	}
	for name, page := range pages {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || string(content) != page {
			t.Errorf("%s is not current; run go test ./internal/engine -run TestPages -update", name)
		}
	}
}
