package hostile

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/report"
)

// TestSecretsStayOutside looks for what lies outside of a repository, and in the
// environment, in all that is printed of those that lead there.
func TestSecretsStayOutside(t *testing.T) {
	commands := [][]string{{"explain"}, {"explain", "--format", "json"}, {"explain", "--format", "markdown"}, {"config"}}
	for _, format := range report.Formats() {
		commands = append(commands, []string{"lint", "--show-undecided", "--compact=false", "--format", format})
	}
	for _, format := range []string{"json", "dot", "mermaid", "svg", "html"} {
		commands = append(commands, []string{"graph", "--format", format})
	}
	all := leavingTerraform()
	for _, name := range []string{"a file above the root", "a link out of the tree", "an absolute link", "a module above the root", "a configuration linked from outside", "environment variables"} {
		r, ok := all[name]
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		root := r.put(t, t.TempDir())
		for _, command := range commands {
			ended := run(t, root, command...)
			if printed := ended.stdout + ended.stderr; printed == "" || strings.Contains(printed, secret) || strings.Contains(printed, "root:x:") {
				t.Errorf("%s: %q prints %s", name, command, shortened(printed))
			}
		}
	}
}

// TestNoNetworkAndNoProcesses looks at what the packages that ship import.
func TestNoNetworkAndNoProcesses(t *testing.T) {
	forbidden := []string{"os/exec", "net", "net/http", "net/rpc", "plugin", "unsafe", "C"}
	files := 0
	for _, folder := range []string{"cmd", "internal", "loader", "rules"} {
		err := filepath.WalkDir(filepath.Join("../..", folder), func(name string, entry fs.DirEntry, err error) error {
			// What checks the releases is no part of them.
			if entry != nil && entry.IsDir() && entry.Name() == "packaging" {
				return fs.SkipDir
			}
			if err != nil || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			files++
			parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, imported := range parsed.Imports {
				if path, _ := strconv.Unquote(imported.Path.Value); slices.Contains(forbidden, path) {
					t.Errorf("%s imports %s", name, path)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 100 {
		t.Errorf("only %d files were looked at", files)
	}
}
