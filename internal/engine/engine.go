// Package engine evaluates Rego rules on facts. It is the only importer of OPA,
// and it knows no rule by name: what a rule is called, how serious it is and
// what it reports is read from the METADATA of its package.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"golang.org/x/sync/errgroup"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
)

// A Suggester renders what a rule suggests in the language of the file that has
// to change. It may return nil.
type Suggester func(*facts.Result, map[string]any) *finding.Suggestion

// An Engine holds compiled rules. It is safe for concurrent use.
type Engine struct {
	compiler *ast.Compiler
	rules    []Rule
	byName   map[string]Rule
	config   Config
}

// A Config is what rules see of the user's configuration. What is not said is "".
type Config struct {
	Account, Region, Partition string
	// TrustedAccounts are other accounts that may decrypt.
	TrustedAccounts []string
}

// Configured returns an engine with the same rules, which see a configuration.
func (e *Engine) Configured(config Config) *Engine {
	configured := *e
	configured.config = config
	return &configured
}

// New compiles the rules of a file system: main.rego, lib/*.rego and one folder
// a rule, whose name is the rule's.
func New(files fs.FS) (*Engine, error) {
	modules := map[string]*ast.Module{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".rego" || strings.HasSuffix(name, "_test.rego") {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		module, err := ast.ParseModuleWithOpts(name, string(content), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
		if err != nil {
			return err
		}
		modules[name] = module
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	e := &Engine{byName: map[string]Rule{}}
	if err := e.readRules(modules); err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	e.compiler = ast.NewCompiler()
	e.compiler.Compile(modules)
	if e.compiler.Failed() {
		return nil, fmt.Errorf("compile the rules: %w", e.compiler.Errors)
	}
	return e, nil
}

func (e *Engine) readRules(modules map[string]*ast.Module) error {
	var problems []error
	for name, module := range modules {
		folder, file := path.Split(name)
		folder = strings.TrimSuffix(folder, "/")
		if file != "rule.rego" {
			continue
		}
		if packaged := packageName(module); packaged != "rules."+folder {
			problems = append(problems, fmt.Errorf("%s: its package is %s, not rules[%q]", name, packaged, folder))
			continue
		}
		annotations := packageAnnotations(module)
		if annotations == nil {
			problems = append(problems, fmt.Errorf("%s: its package has no METADATA", name))
			continue
		}
		rule, err := readRule(folder, annotations)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		}
		e.rules = append(e.rules, rule)
		e.byName[rule.Name] = rule
	}
	slices.SortFunc(e.rules, func(x, y Rule) int { return strings.Compare(x.Name, y.Name) })
	return errors.Join(problems...)
}

// packageName joins the elements of a package's path, without "data".
func packageName(module *ast.Module) string {
	elements := make([]string, 0, len(module.Package.Path))
	for _, term := range module.Package.Path[1:] {
		if text, ok := term.Value.(ast.String); ok {
			elements = append(elements, string(text))
		}
	}
	return strings.Join(elements, ".")
}

func packageAnnotations(module *ast.Module) *ast.Annotations {
	for _, annotations := range module.Annotations {
		if annotations.Scope == "package" {
			return annotations
		}
	}
	return nil
}

// Rules returns the rules by name.
func (e *Engine) Rules() []Rule { return slices.Clone(e.rules) }

// Blockers returns the names of the rules that report why a path is unreadable,
// sorted; none for other verdicts.
func (e *Engine) Blockers(p *facts.Path) []string {
	blockers := []string{}
	if p.Verdict != facts.Unreadable {
		return blockers
	}
	for _, rule := range e.rules {
		if slices.ContainsFunc(facts.PathFacts, func(name string) bool {
			fact := p.Facts[name]
			return fact.Verdict == iam.No && slices.ContainsFunc(fact.Reasons, func(reason facts.Reason) bool {
				return slices.Contains(rule.Reports, reason.Code)
			})
		}) {
			blockers = append(blockers, rule.Name)
		}
	}
	return blockers
}

// Run evaluates all rules on all subjects. options are those that the user gave:
// rules that wait for another are left out. A rule that fails is named in a
// diagnostic; what the others find is returned all the same.
func (e *Engine) Run(ctx context.Context, r *facts.Result, suggest Suggester, options ...string) ([]finding.Finding, []source.Diagnostic) {
	run := &run{engine: e, result: r, suggest: suggest, options: options, paths: map[string]*facts.Path{}, pathsOf: map[string][]string{}}
	for _, p := range slices.Concat(r.Paths, r.Uploads) {
		run.paths[p.ID] = p
		for _, policy := range []*graph.Node{p.BucketPolicy, p.KeyPolicy} {
			if policy != nil {
				run.pathsOf[policy.ID] = append(run.pathsOf[policy.ID], p.ID)
			}
		}
	}
	store := inmem.NewFromASTObject(Data(r, e.config))
	transaction, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, []source.Diagnostic{failed("open the rules' data: %v", err)}
	}
	defer store.Abort(ctx, transaction)
	query, err := e.prepare(ctx, store, transaction, "data.originkey.results")
	if err != nil {
		return nil, []source.Diagnostic{failed("prepare the rules: %v", err)}
	}

	collected := make([]collected, len(r.Subjects))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, subject := range r.Subjects {
		group.Go(func() error {
			collected[i] = run.evaluate(ctx, query, store, transaction, subject)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, []source.Diagnostic{failed("evaluate the rules: %v", err)}
	}
	return run.finish(collected)
}

func failed(format string, arguments ...any) source.Diagnostic {
	return source.Diagnostic{Severity: source.Error, Message: fmt.Sprintf(format, arguments...)}
}

func (e *Engine) prepare(ctx context.Context, store storage.Store, transaction storage.Transaction, query string) (rego.PreparedEvalQuery, error) {
	return rego.New(
		rego.Compiler(e.compiler),
		rego.Store(store),
		rego.Transaction(transaction),
		rego.Query(query),
		rego.StrictBuiltinErrors(true),
	).PrepareForEval(ctx)
}

// A run is one evaluation of all subjects.
type run struct {
	engine  *Engine
	result  *facts.Result
	suggest Suggester
	options []string
	paths   map[string]*facts.Path
	// pathsOf holds the ids of the paths whose policies are a document.
	pathsOf map[string][]string
}

// collected is what the rules say of one subject.
type collected struct {
	subject     facts.Subject
	reports     []report
	diagnostics []source.Diagnostic
}

// A report is one result of a rule.
type report struct {
	rule    string
	content map[string]any
}

// node is the id of the node that the report is about, or "".
func (r report) node() string {
	id, _ := r.content["node"].(string)
	return id
}

func (r *run) evaluate(ctx context.Context, query rego.PreparedEvalQuery, store storage.Store, transaction storage.Transaction, subject facts.Subject) collected {
	c := collected{subject: subject}
	input := input(subject)
	results, err := query.Eval(ctx, rego.EvalParsedInput(input), rego.EvalTransaction(transaction))
	if err == nil {
		c.reports = readReports(results)
		return c
	}
	// Find out which rule it is, and keep what the others say.
	for _, rule := range r.engine.rules {
		single, err := r.engine.prepare(ctx, store, transaction, fmt.Sprintf("data.rules[%q].report", rule.Name))
		if err == nil {
			results, err = single.Eval(ctx, rego.EvalParsedInput(input), rego.EvalTransaction(transaction))
		}
		if err != nil {
			c.diagnostics = append(c.diagnostics, failed("the rule %s failed: %v", rule.Name, err))
			continue
		}
		for _, result := range results {
			c.reports = append(c.reports, readList(rule.Name, result.Expressions[0].Value)...)
		}
	}
	return c
}

// readReports reads the value of data.originkey.results: an object of lists by
// the name of the rule.
func readReports(results rego.ResultSet) []report {
	var reports []report
	for _, result := range results {
		byRule, _ := result.Expressions[0].Value.(map[string]any)
		names := make([]string, 0, len(byRule))
		for name := range byRule {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			reports = append(reports, readList(name, byRule[name])...)
		}
	}
	return reports
}

func readList(name string, list any) []report {
	items, _ := list.([]any)
	var reports []report
	for _, item := range items {
		if content, ok := item.(map[string]any); ok {
			reports = append(reports, report{rule: name, content: content})
		}
	}
	return reports
}
