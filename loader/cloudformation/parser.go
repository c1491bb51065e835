package cloudformation

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A Tree gives access to the files of a repository by slash-separated paths
// relative to its root. It refuses paths that lead out of it.
type Tree interface {
	ReadFile(path string) (*source.File, error)
	ReadDir(path string) ([]string, error)
}

// A Parser parses each template once, however many stacks use it, and keeps it until
// the last stack that is expected to use it is loaded. What others ask for later
// is parsed again, and kept. A Parser is safe for concurrent use.
type Parser struct {
	tree Tree
	// options returns what is known of the stack of a template.
	options   func(path string) Options
	mutex     sync.Mutex
	documents map[string]*document
	// expected holds the templates that a stack to be loaded uses, users how
	// many stacks use a template.
	expected map[string][]string
	users    map[string]int
	// imports says that a template imports an export.
	imports atomic.Bool
	// assemblies are cloud assemblies by their folders.
	assemblies map[string]*assembly
	// parsed counts the documents that were parsed.
	parsed int

	// stacks are the templates that are deployed by themselves, among which
	// exports are found.
	stacks      []string
	exportsOnce sync.Once
	exports     exports
}

// NewParser returns a Parser for a tree. options may be nil.
func NewParser(tree Tree, options func(path string) Options) *Parser {
	if options == nil {
		options = func(string) Options { return Options{} }
	}
	return &Parser{tree: tree, options: options, documents: map[string]*document{}, expected: map[string][]string{}, users: map[string]int{}, assemblies: map[string]*assembly{}}
}

// SetStacks says which templates are deployed by themselves. It is called before
// Load.
func (p *Parser) SetStacks(paths []string) { p.stacks = paths }

// Expect says that a stack will be loaded, once, and the templates that it nests,
// with its own. It is called for all stacks before the first is loaded, and may be
// left out.
func (p *Parser) Expect(stack string, templates []string) {
	p.expected[stack] = templates
	for _, name := range templates {
		p.users[name]++
	}
}

// release drops the templates that no stack needs any more. Those with exports are
// kept where there may be one that imports them.
func (p *Parser) release(stack string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, name := range p.expected[stack] {
		p.users[name]--
		d := p.documents[name]
		if d == nil || p.users[name] > 0 || p.imports.Load() && (d.file == nil || mentions(d.file.Bytes, "Export")) {
			continue
		}
		delete(p.documents, name)
	}
	delete(p.expected, stack)
}

// mentions reports whether a word may be in a text, which may write it with escapes.
func mentions(text []byte, words ...string) bool {
	contains := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	return slices.ContainsFunc(words, contains) || slices.ContainsFunc([]string{`\u`, `\U`, `\x`, "\\\n", "\\\r"}, contains)
}

// A document is a parsed file. root is nil where it holds no template.
type document struct {
	once       sync.Once
	file       *source.File
	root       *source.Node
	language   graph.Language
	diagnostic *source.Diagnostic
}

func (p *Parser) document(name string) *document {
	p.mutex.Lock()
	d, ok := p.documents[name]
	if !ok {
		d = &document{}
		p.documents[name] = d
		p.parsed++
	}
	p.mutex.Unlock()
	d.once.Do(func() { d.parse(p.tree, name) })
	return d
}

func (d *document) parse(tree Tree, name string) {
	file, err := tree.ReadFile(name)
	if err != nil {
		d.diagnostic = &source.Diagnostic{Location: source.Location{File: name}, Severity: source.Error, Message: fmt.Sprintf("cannot be read: %v", err)}
		return
	}
	d.file = file
	documents, language, err := parse(file)
	if err != nil {
		diagnostic := syntaxDiagnostic(file, err)
		d.diagnostic = &diagnostic
		return
	}
	if !slices.ContainsFunc(documents, isTemplate) {
		return
	}
	if len(documents) > 1 {
		d.diagnostic = &source.Diagnostic{
			Location: file.FirstLine(documents[1].Location), Severity: source.Error,
			Message: fmt.Sprintf("the file holds %d YAML documents; a template has to be the only one", len(documents)),
		}
		return
	}
	d.root, d.language = documents[0], language
}

// parse returns the documents of a file, more than one in YAML only.
func parse(file *source.File) ([]*source.Node, graph.Language, error) {
	trimmed := bytes.TrimLeft(file.Text(), " \t\r\n")
	if bytes.HasPrefix(trimmed, []byte("{")) {
		node, err := source.ParseJSONFile(file)
		if err == nil || strings.HasSuffix(file.Path, ".json") {
			return []*source.Node{node}, graph.TemplateJSON, err
		}
	}
	documents, err := source.ParseYAML(file)
	return documents, graph.CloudFormation, err
}

// Load reads a template and the stacks that it nests. It returns nil where the
// file holds no template, and diagnostics for what could not be read.
func (p *Parser) Load(ctx context.Context, name string) (*graph.Builder, []source.Diagnostic) {
	defer p.release(name)
	document := p.document(name)
	switch {
	case document.diagnostic != nil:
		return nil, []source.Diagnostic{*document.diagnostic}
	case document.root == nil:
		return nil, nil
	}
	d := p.deployment(ctx, name, graph.NewBuilder())
	t := d.newTemplate(document).prepare()
	d.builder.AddEnvironment(graph.Environment{ID: d.unit, Account: d.options.Account, Region: d.options.Region, Partition: d.options.Partition})
	t.addAll()
	d.builder.AddUnit(graph.Unit{ID: d.unit, Path: name, Language: document.language, Incomplete: t.incompleteStack(), Synthesized: d.assembled || t.isSynthesized()})
	return d.builder, d.diagnostics
}

// deployment returns an empty deployment of a template.
func (p *Parser) deployment(ctx context.Context, name string, builder *graph.Builder) *deployment {
	options := p.options(name)
	assembly, constructs := p.assemblyOf(name, builder)
	// What a manifest says of one stack wins over what is said of all.
	options.Account = cmp.Or(assembly.Account, options.Account)
	options.Region = cmp.Or(assembly.Region, options.Region)
	options.StackName = cmp.Or(options.StackName, assembly.StackName)
	return &deployment{
		assembled: assembly.StackName != "", constructs: constructs, ctx: ctx, parser: p, unit: "cloudformation:" + name, options: options, builder: builder,
		types: map[string]string{}, imported: map[string]*template{}, defaults: map[string]bool{},
	}
}

// Nested returns the templates that a template nests and that are files of the
// tree. Most nest none, which is seen without parsing them.
func (p *Parser) Nested(name string) []string {
	file, err := p.tree.ReadFile(name)
	if err != nil {
		return nil
	}
	if mentions(file.Bytes, "ImportValue") {
		p.imports.Store(true)
	}
	if !mayNest(file) {
		return nil
	}
	document := p.document(name)
	if document.root == nil {
		return nil
	}
	t := p.deployment(context.Background(), name, graph.NewBuilder()).newTemplate(document).prepare()
	var paths []string
	for _, member := range t.resources {
		if isStack(resourceType(member.Value)) {
			if nested, _ := t.nestedPath(member.Key.Text, member.Value); nested != "" {
				paths = append(paths, nested)
			}
		}
	}
	return paths
}

// Parameters returns the names of the parameters that a template declares.
func (p *Parser) Parameters(name string) []string {
	var declared []string
	for _, member := range members(p.document(name).root.Get("Parameters")) {
		declared = append(declared, member.Key.Text)
	}
	return declared
}

// maxStacks bounds how many nested stacks a deployment has.
const maxStacks = 200

// mayNest reports whether a template may have nested stacks. A loop can make the type
// of a resource.
func mayNest(file *source.File) bool {
	return mentions(file.Bytes, stackType, applicationType, forEach)
}

func isStack(kind string) bool { return kind == stackType || kind == applicationType }

// nestedTemplate returns the template of a nested stack, or why it is not known.
func (t *template) nestedTemplate(logical string) (*template, string) {
	if known, ok := t.nested[logical]; ok {
		return known, ""
	}
	if t.evaluating["stack "+logical] {
		return nil, fmt.Sprintf("the stack %s refers to itself", logical)
	}
	t.evaluating["stack "+logical] = true
	defer delete(t.evaluating, "stack "+logical)
	resource := t.byName[logical]
	name, why := t.nestedPath(logical, resource)
	if name == "" {
		return nil, why
	}
	for outer := t; outer != nil; outer = outer.parent {
		if outer.file.Path == name {
			return nil, fmt.Sprintf("the template %s nests itself", name)
		}
	}
	if t.stacks++; t.stacks > maxStacks {
		return nil, fmt.Sprintf("more than %d stacks are nested", maxStacks)
	}
	document := t.parser.document(name)
	if document.root == nil {
		return nil, fmt.Sprintf("%s holds no template that can be read", name)
	}
	nested := t.newTemplate(document)
	nested.parent = t
	nested.prefix = t.prefix + logical + "/"
	nested.callers = append(slices.Clone(t.callers), t.header(logical))
	nested.when = t.when
	if condition := resource.Get("Condition"); condition != nil {
		nested.when = value.And(nested.when, t.namedCondition(condition.Text, condition.Location))
	}
	nested.given = map[string]given{}
	for _, parameter := range members(resource.Get("Properties").Get("Parameters")) {
		outer := t.defaults
		t.defaults = map[string]bool{}
		if v := t.evaluate(parameter.Value); !v.IsAbsent() {
			nested.given[parameter.Key.Text] = given{v, t.defaults}
		}
		t.defaults = outer
	}
	t.nested[logical] = nested.prepare()
	return nested, ""
}

// header is the place of a resource's logical id.
func (t *template) header(logical string) source.Location {
	for _, member := range t.resources {
		if member.Key.Text == logical {
			return member.Key.Location
		}
	}
	return source.Location{}
}

// incompleteStack says what of a template or of one that it nests could not be
// read, or "".
func (t *template) incompleteStack() string {
	if t.incomplete != "" {
		return t.incomplete
	}
	for _, member := range t.resources {
		if nested, ok := t.nested[member.Key.Text]; ok {
			if why := nested.incompleteStack(); why != "" {
				return why
			}
		}
	}
	return ""
}

// nestedPath returns the file of the template that a stack nests, or why it is
// not known: a path beside the template as "aws cloudformation package" and the
// SAM take it, or an asset of the CDK.
func (t *template) nestedPath(logical string, resource *source.Node) (name, why string) {
	property := "TemplateURL"
	if resourceType(resource) != stackType {
		property = "Location"
	}
	written := resource.Get("Properties").Get(property)
	if written == nil {
		return "", fmt.Sprintf("%s has no %s", logical, property)
	}
	url := t.evaluate(written)
	if asset := t.asset(logical, resource, url); asset != "" {
		return asset, ""
	}
	text, literal := url.Literal()
	if !literal {
		return "", fmt.Sprintf("%s of %s is %s", property, logical, url)
	}
	if strings.Contains(text, "://") {
		return "", fmt.Sprintf("%s of %s is %s, which is not in the repository", property, logical, text)
	}
	name = path.Join(path.Dir(t.file.Path), text)
	if _, err := t.parser.tree.ReadFile(name); err != nil {
		return "", fmt.Sprintf("%s of %s is %s, which is not in the repository", property, logical, text)
	}
	return name, ""
}

// output evaluates an output of a nested stack.
func (t *template) output(name string, at source.Location) value.Value {
	node := t.root.Get("Outputs").Get(name)
	switch {
	case node == nil:
		return t.undefined(fmt.Sprintf("%s has no output %s", t.file.Path, name), at)
	case t.evaluating["output "+name]:
		return unknownText(fmt.Sprintf("the output %s of %s refers to itself", name, t.file.Path), at)
	}
	t.evaluating["output "+name] = true
	defer delete(t.evaluating, "output "+name)
	return t.evaluate(node.Get("Value"))
}
