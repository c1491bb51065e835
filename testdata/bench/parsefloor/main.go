// Parsefloor only walks a folder, reads the files of Terraform and YAML in it and
// parses them, on all cores: less than this no linter of the folder can do.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v4"

	"github.com/originkey/originkey/internal/memory"
	"github.com/originkey/originkey/internal/parallel"
)

func main() {
	// Under the same collector as originkey.
	memory.Tune(os.LookupEnv)
	var names []string
	err := filepath.WalkDir(os.Args[1], func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	problems := make([]error, len(names))
	_ = parallel.Each(context.Background(), len(names), func(i int) {
		switch filepath.Ext(names[i]) {
		case ".tf":
			problems[i] = parseTerraform(names[i])
		case ".yaml":
			problems[i] = parseYAML(names[i])
		}
	})
	if err := errors.Join(append(problems, err)...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func parseTerraform(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if _, problems := hclsyntax.ParseConfig(content, name, hcl.Pos{Line: 1, Column: 1}); problems.HasErrors() {
		return problems
	}
	return nil
}

func parseYAML(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var document yaml.Node
	return yaml.Unmarshal(content, &document)
}
