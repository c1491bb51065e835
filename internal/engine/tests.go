package engine

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/originkey/originkey/internal/source"
)

// A TestResult is the outcome of one Rego test.
type TestResult struct {
	source.Location
	// Name is the package and the name of the test.
	Name    string
	Outcome Outcome
	// Error says why a test could not be evaluated, or is nil.
	Error error
	// Output is what the test printed.
	Output string
}

// Outcome says how a test went.
type Outcome string

// The outcomes of tests.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped"
)

// Test runs the tests of custom rules, with the rules and the library of files at
// hand. Unlike rules, tests may print. The error is a *RuleError where the rules or
// their tests are at fault.
func Test(ctx context.Context, files fs.FS, folders ...Folder) ([]TestResult, error) {
	e := &Engine{byName: map[string]Rule{}}
	r := newReader()
	if err := e.read(r, files, folders, true); err != nil {
		return nil, err
	}
	modules, err := parsed(e.modules)
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities(forTests...)).WithEnablePrintStatements(true)
	ran, err := tester.NewRunner().
		SetCompiler(compiler.WithStrict(true)).
		SetModules(modules).
		SetPrefixMatchers(ast.DefaultRootRef.Append(ast.StringTerm(customPackage))).
		RaiseBuiltinErrors(true).
		SetTimeout(DefaultLimits.Time).
		RunTests(bounded(ctx), nil)
	if err != nil {
		r.add(err)
		return nil, r.err()
	}
	r.checkReferences(compiler, e.modules)
	if err := r.err(); err != nil {
		return nil, err
	}
	var results []TestResult
	for each := range ran {
		results = append(results, result(each))
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("run the tests: %w", err)
	}
	slices.SortFunc(results, func(x, y TestResult) int {
		return cmp.Or(x.Compare(y.Location), cmp.Compare(x.Name, y.Name))
	})
	return results, nil
}

func result(from *tester.Result) TestResult {
	outcome := Failed
	switch {
	case from.Skip:
		outcome = Skipped
	case from.Pass():
		outcome = Passed
	}
	return TestResult{
		Location: place(from.Location), Name: from.Package + "." + from.Name, Outcome: outcome, Error: from.Error, Output: string(from.Output),
	}
}
