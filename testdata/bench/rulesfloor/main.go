// Rulesfloor only compiles the embedded rules and evaluates an empty graph.
package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/originkey/originkey/rules"
)

func main() {
	if err := evaluate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func evaluate() error {
	modules := map[string]*ast.Module{}
	err := fs.WalkDir(rules.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".rego") {
			return err
		}
		text, err := fs.ReadFile(rules.FS, name)
		if err != nil {
			return err
		}
		modules[name], err = ast.ParseModuleWithOpts(name, string(text), ast.ParserOptions{ProcessAnnotation: true})
		return err
	})
	if err != nil {
		return err
	}
	compiler := ast.NewCompiler()
	if compiler.Compile(modules); compiler.Failed() {
		return compiler.Errors
	}
	empty := map[string]any{
		"graph":    map[string]any{"nodes": map[string]any{}, "out": map[string]any{}, "in": map[string]any{}, "facts": map[string]any{}},
		"config":   map[string]any{},
		"subjects": []any{},
	}
	_, err = rego.New(rego.Compiler(compiler), rego.Query("data.originkey.findings"), rego.Input(empty)).Eval(context.Background())
	return err
}
