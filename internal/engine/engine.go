// Package engine evaluates Rego rules on facts. It is the only importer of OPA,
// and it knows no rule by name: what a rule is called, how serious it is and
// what it reports is read from the METADATA of its package.
package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/parallel"
	"github.com/originkey/originkey/internal/source"
)

// A Suggester renders what a rule suggests in the language of the file that has
// to change. It may return nil, and is called concurrently.
type Suggester func(*facts.Result, map[string]any) (*finding.Suggestion, error)

// An Engine holds rules. It is safe for concurrent use.
type Engine struct {
	modules     []*module
	compilation *compilation
	rules       []Rule
	byName      map[string]Rule
	// resources are the kinds of nodes that rules ask for.
	resources []string
	config    Config
	limits    Limits
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

// New reads the rules of a file system: main.rego, lib/*.rego and one folder
// a rule, whose name is the rule's; and those of a user's folders beside them. The
// error is a *RuleError where the rules are at fault. The rules of a user are
// compiled for it; those of the program are when they are first needed.
func New(files fs.FS, folders ...Folder) (*Engine, error) {
	e := &Engine{byName: map[string]Rule{}}
	reader := newReader()
	if err := e.read(reader, files, folders, false); err != nil {
		return nil, err
	}
	e.compilation = &compilation{modules: e.modules}
	if len(folders) == 0 {
		return e, nil
	}
	compiler, err := e.compilation.of(names(e.rules))
	if err != nil {
		reader.add(err)
	} else {
		reader.checkReferences(compiler, e.modules)
	}
	return e, reader.err()
}

// read reads the modules and what their METADATA says.
func (e *Engine) read(r *reader, files fs.FS, folders []Folder, tests bool) error {
	boundBuiltins()
	e.modules = r.embedded(files)
	for _, rule := range r.rules(e.modules) {
		e.rules = append(e.rules, rule)
		e.byName[rule.Name] = rule
	}
	for i, folder := range folders {
		modules := r.modules(folder.Files, folder.Name, fmt.Sprintf("%s/%d", customPackage, i+1), tests)
		e.modules = append(e.modules, modules...)
		for _, rule := range r.custom(folder, modules) {
			if known, taken := e.byName[rule.Name]; taken {
				owner := "a rule of originkey"
				if known.Custom {
					owner = "a rule of another folder"
				}
				r.problems = append(r.problems, source.Diagnostic{
					Location: rule.Location, Severity: source.Error,
					Message: fmt.Sprintf("%s has the name %s already; choose another", owner, rule.Name),
				})
				continue
			}
			e.rules = append(e.rules, rule)
			e.byName[rule.Name] = rule
		}
	}
	if err := r.err(); err != nil {
		return err
	}
	slices.SortFunc(e.rules, func(x, y Rule) int { return strings.Compare(x.Name, y.Name) })
	catalogue, err := describe(e.rules)
	if err != nil {
		return err
	}
	e.modules = append(e.modules, catalogue)
	for _, rule := range e.rules {
		if kind := rule.kind(); isResource(kind) && !slices.Contains(e.resources, kind) {
			e.resources = append(e.resources, kind)
		}
	}
	return nil
}

func names(rules []Rule) []string {
	names := make([]string, len(rules))
	for i, rule := range rules {
		names[i] = rule.Name
	}
	return names
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
			fact := p.Facts.Get(name)
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
func (e *Engine) Run(ctx context.Context, r *facts.Result, suggest Suggester, options ...string) (findings []finding.Finding, diagnostics []source.Diagnostic) {
	defer func() {
		if cause := recover(); cause != nil {
			findings, diagnostics = nil, []source.Diagnostic{source.Panicked(source.Location{}, cause)}
		}
	}()
	run, all, diagnostics := e.run(ctx, r, options)
	run.suggest = suggest
	findings, broken := run.finish(all)
	return findings, append(diagnostics, broken...)
}

// A Report is what one rule says of one subject, before several of one cause
// become one finding.
type Report struct{ Rule, Node, Path, Message string }

// Reports evaluates all rules like Run and returns what they say, sorted.
func (e *Engine) Reports(ctx context.Context, r *facts.Result, options ...string) ([]Report, []source.Diagnostic) {
	_, all, diagnostics := e.run(ctx, r, options)
	var reports []Report
	for _, c := range all {
		diagnostics = append(diagnostics, c.diagnostics...)
		for _, report := range c.reports {
			reports = append(reports, Report{report.rule, report.node(), report.place(), report.message()})
		}
	}
	slices.SortFunc(reports, func(x, y Report) int {
		return cmp.Or(cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Node, y.Node), cmp.Compare(x.Path, y.Path), cmp.Compare(x.Message, y.Message))
	})
	return slices.Compact(reports), diagnostics
}

// run evaluates all rules on the subjects that they may report.
func (e *Engine) run(ctx context.Context, r *facts.Result, options []string) (*run, []collected, []source.Diagnostic) {
	run := newRun(e, r, options)
	pending, needed := run.pending()
	if len(pending) == 0 {
		return run, nil, nil
	}
	queries, err := e.prepare(ctx, newStore(r, run.paths, e.config), needed)
	if err != nil {
		return run, nil, []source.Diagnostic{failed("prepare the rules: %v", err)}
	}
	if slices.ContainsFunc(needed, func(name string) bool { return e.byName[name].Custom }) {
		run.watch = newWatch(ctx, e.limits)
		defer run.watch.stop()
	}
	if err := parallel.Each(ctx, len(pending), func(i int) { run.evaluate(ctx, queries, &pending[i]) }); err != nil {
		return run, nil, []source.Diagnostic{failed("evaluate the rules: %v", err)}
	}
	return run, pending, nil
}

func pathsByID(r *facts.Result) map[string]*facts.Path {
	paths := make(map[string]*facts.Path, len(r.Paths)+len(r.Uploads))
	for _, p := range r.Paths {
		paths[p.ID] = p
	}
	for _, p := range r.Uploads {
		paths[p.ID] = p
	}
	return paths
}

// pathsOf lists the ids of the paths of each policy.
func pathsOf(r *facts.Result) map[string][]string {
	of := map[string][]string{}
	for _, p := range slices.Concat(r.Paths, r.Uploads) {
		for _, policy := range []*graph.Node{p.BucketPolicy, p.KeyPolicy} {
			if policy != nil {
				of[policy.ID] = append(of[policy.ID], p.ID)
			}
		}
	}
	return of
}

// pending returns the subjects that some rule may report, with those rules, and
// the names of all these rules.
func (r *run) pending() (pending []collected, needed []string) {
	type asked struct {
		name  string
		needs []need
	}
	byKind := map[facts.SubjectKind][]asked{}
	for _, rule := range r.engine.rules {
		if kind := facts.SubjectKind(rule.kind()); !r.waits(rule) {
			byKind[kind] = append(byKind[kind], asked{rule.Name, rule.needs()})
		}
	}
	for _, subject := range r.engine.subjects(r.result) {
		known := r.result.Facts[subject.ID]
		var path *facts.Path
		if subject.Kind == facts.PathSubject {
			path = r.paths[subject.ID]
		}
		unmet := func(n need) bool { return !n.isMet(known, path) }
		var rules []string
		for _, rule := range byKind[subject.Kind] {
			if !slices.ContainsFunc(rule.needs, unmet) {
				rules = append(rules, rule.name)
			}
		}
		if len(rules) == 0 {
			continue
		}
		pending = append(pending, collected{subject: subject, rules: rules})
		for _, name := range rules {
			if !slices.Contains(needed, name) {
				needed = append(needed, name)
			}
		}
	}
	return pending, needed
}

// subjects are what the facts are about, and the resources that a rule asks for
// where the input defines them. main.rego chooses the same.
func (e *Engine) subjects(r *facts.Result) []facts.Subject {
	if len(e.resources) == 0 {
		return r.Subjects
	}
	subjects := slices.Clone(r.Subjects)
	for _, node := range r.Graph.Nodes {
		if node.External == "" && node.Assumed == "" && slices.Contains(e.resources, string(node.Kind)) {
			subjects = append(subjects, facts.Subject{ID: node.ID, Kind: facts.SubjectKind(node.Kind)})
		}
	}
	return subjects
}

// failed says what is wrong with a rule, where it is described.
func (r Rule) failed(format string, arguments ...any) source.Diagnostic {
	diagnostic := failed("the rule %s "+format, append([]any{r.Name}, arguments...)...)
	diagnostic.Location = r.Location
	return diagnostic
}

func failed(format string, arguments ...any) source.Diagnostic {
	return source.Diagnostic{Severity: source.Error, Message: fmt.Sprintf(format, arguments...)}
}

// prepare returns a query for what each of the rules reports.
func (e *Engine) prepare(ctx context.Context, store storage.Store, names []string) (map[string]rego.PreparedEvalQuery, error) {
	compiler, err := e.compilation.of(names)
	if err != nil {
		return nil, err
	}
	queries := make(map[string]rego.PreparedEvalQuery, len(names))
	for _, name := range names {
		text := fmt.Sprintf("data.%s[%q].report", rulesPackage, name)
		if e.byName[name].Custom {
			// What a builtin returns is bounded, and so is then what is made of it here.
			text = fmt.Sprintf(`object.get({"report": data.%s[%q].report}, "report", [])`, customPackage, name)
		}
		query, err := rego.New(
			rego.Compiler(compiler),
			rego.Store(store),
			rego.Query(text),
			rego.StrictBuiltinErrors(true),
		).PrepareForEval(ctx)
		if err != nil {
			return nil, fmt.Errorf("the rule %s: %w", name, err)
		}
		queries[name] = query
	}
	return queries, nil
}

// A run is one evaluation of all subjects.
type run struct {
	engine  *Engine
	result  *facts.Result
	suggest Suggester
	options []string
	// watch ends custom rules that take too much.
	watch *watch
	paths map[string]*facts.Path
	// pathsOf returns the ids of the paths whose policies are a document.
	pathsOf func() map[string][]string
}

func newRun(e *Engine, r *facts.Result, options []string) *run {
	return &run{engine: e, result: r, options: options, paths: pathsByID(r), pathsOf: sync.OnceValue(func() map[string][]string { return pathsOf(r) })}
}

// collected is what the rules say of one subject.
type collected struct {
	subject facts.Subject
	// rules are those that may report the subject, by name.
	rules       []string
	reports     []report
	findings    []keyed
	diagnostics []source.Diagnostic
}

// A report is one result of a rule.
type report struct {
	rule string
	// content is nil where the result is no object.
	content map[string]any
}

// node is the id of the node that the report is about, or "".
func (r report) node() string {
	id, _ := r.content["node"].(string)
	return id
}

func (r report) place() string {
	path, _ := r.content["path"].(string)
	return path
}

func (r report) message() string {
	message, _ := r.content["message"].(string)
	return message
}

// waits reports whether a rule waits for an option that the user did not give.
func (r *run) waits(rule Rule) bool {
	return rule.OnlyWith != "" && !slices.Contains(r.options, rule.OnlyWith)
}

// maxResults is how many results a rule may have for one subject: more are a mistake
// that nobody can read.
const maxResults = 1000

// evaluate asks the rules about the subject.
func (r *run) evaluate(ctx context.Context, queries map[string]rego.PreparedEvalQuery, c *collected) {
	subject := input(c.subject)
	reading := &reading{}
	for _, name := range c.rules {
		rule := r.engine.byName[name]
		its := ctx
		if rule.Custom {
			its = r.watch.of(name)
		}
		reports, err := ask(its, name, queries[name], subject, reading)
		if err != nil && rule.Custom {
			if why, first := r.watch.stopped(name); why != nil {
				if first {
					c.diagnostics = append(c.diagnostics, rule.failed("%v", why))
				}
				continue
			}
		}
		if err != nil {
			c.diagnostics = append(c.diagnostics, r.failed(rule, c.subject, "failed", err))
			continue
		}
		if len(reports) > maxResults {
			c.diagnostics = append(c.diagnostics, rule.failed("has %d results for one %s; more than %d are refused", len(reports), rule.Subject, maxResults))
			continue
		}
		c.reports = append(c.reports, reports...)
	}
}

// ask returns what a rule reports of a subject. A panic fails this rule on this
// subject alone.
func ask(ctx context.Context, name string, query rego.PreparedEvalQuery, subject ast.Value, reading *reading) (reports []report, err error) {
	defer source.RecoverError(&err)
	library := reading.library
	if library == nil {
		library = topdown.NewVirtualCache()
	}
	// What an evaluation leaves behind that does not end is not used.
	reading.library = nil
	results, err := query.Eval(ctx, rego.EvalParsedInput(subject), rego.EvalTransaction(reading), rego.EvalVirtualCache(library))
	if err != nil {
		return nil, err
	}
	reading.library = library
	for _, result := range results {
		reports = append(reports, readList(name, result.Expressions[0].Value)...)
	}
	return reports, nil
}

// failed says that a rule is wrong. A mistake of this program is shown where the
// subject is that it is made with.
func (r *run) failed(rule Rule, subject facts.Subject, verb string, err error) source.Diagnostic {
	diagnostic := rule.failed("%s: %v", verb, err)
	var panicked *source.PanicError
	if !errors.As(err, &panicked) {
		return diagnostic
	}
	diagnostic.Location = source.Location{}
	node := r.result.Graph.Node(subject.ID)
	if walked := r.paths[subject.ID]; walked != nil {
		node = walked.Distribution
	}
	if node != nil {
		diagnostic.Location = node.Location
	}
	return diagnostic
}

func readList(name string, list any) []report {
	items, _ := list.([]any)
	var reports []report
	for _, item := range items {
		content, _ := item.(map[string]any)
		reports = append(reports, report{rule: name, content: content})
	}
	return reports
}
