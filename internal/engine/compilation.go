package engine

import (
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A compilation compiles modules as they are needed: most repositories need the
// rules of the program for few of their subjects, or for none, and parsing and
// compiling all of them takes longer than everything else about a small one.
type compilation struct {
	modules []*module

	mutex    sync.Mutex
	compiler *ast.Compiler
	compiled []string
}

// of returns a compiler that holds rules, what the rules share, and all modules of
// users.
func (c *compilation) of(rules []string) (*ast.Compiler, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	missing := func(name string) bool { return !slices.Contains(c.compiled, name) }
	if c.compiler != nil && !slices.ContainsFunc(rules, missing) {
		return c.compiler, nil
	}
	rules = append(slices.Clone(c.compiled), slices.DeleteFunc(slices.Clone(rules), func(name string) bool { return !missing(name) })...)
	parsed := map[string]*ast.Module{}
	for _, m := range c.modules {
		if m.element(0) == rulesPackage && !slices.Contains(rules, m.element(1)) || m.isMain() {
			continue
		}
		module, err := m.parse()
		if err != nil {
			return nil, err
		}
		parsed[m.path] = module
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithStrict(true)
	if compiler.Compile(parsed); compiler.Failed() {
		return nil, compiler.Errors
	}
	c.compiler, c.compiled = compiler, rules
	return compiler, nil
}

// parsed returns all modules by their path.
func parsed(modules []*module) (map[string]*ast.Module, error) {
	byPath := make(map[string]*ast.Module, len(modules))
	for _, m := range modules {
		module, err := m.parse()
		if err != nil {
			return nil, err
		}
		byPath[m.path] = module
	}
	return byPath, nil
}
