// Parsefloor only walks a folder, reads the files of Terraform and YAML in it and
// parses them, on all cores: less than this no linter of the folder can do.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v4"
	"golang.org/x/sync/errgroup"
)

func main() {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	err := filepath.WalkDir(os.Args[1], func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		switch filepath.Ext(name) {
		case ".tf":
			group.Go(func() error { return parseTerraform(name) })
		case ".yaml":
			group.Go(func() error { return parseYAML(name) })
		}
		return nil
	})
	if parsing := group.Wait(); err == nil {
		err = parsing
	}
	if err != nil {
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
