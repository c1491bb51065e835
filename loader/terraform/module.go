package terraform

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A module is one instance of a module.
type module struct {
	*loader
	folder string
	// prefix is what the addresses of its resources begin with: "" or
	// "module.site[0].".
	prefix string
	// key is what Terraform's manifest of installed modules calls it: the names
	// of the calls that lead here, joined by dots.
	key string
	// caller is the module that calls this one, nil for the root.
	caller *module
	// when is the condition under which the instance exists.
	when value.Condition
	// callers are the calls that lead here, outermost first.
	callers []source.Location
	// inputs evaluates an argument of the call in the caller's scope; it is
	// nil for the root module.
	inputs func(name string) (value.Value, bool)
	// environments maps local provider names to environments.
	environments map[string]string

	variables map[string]*declaration
	locals    map[string]*hclsyntax.Attribute
	outputs   map[string]*declaration
	providers []*hclsyntax.Block
	// managed, data and calls hold blocks by "type.name" or name; their order
	// is that of the files.
	managed, data, calls blocks
	// imported holds the resources that an import block takes over, by
	// "type.name".
	imported map[string]bool

	values     map[string]value.Value
	memo       map[string]memoized
	evaluating map[string]bool
	expanded   map[string]expansion
	children   map[string]*module
	// referred holds what references returned.
	referred map[*hclsyntax.Body][]hcl.Traversal
}

type memoized struct {
	value value.Value
	used  []string
}

type expansion struct {
	instances []instance
	used      []string
}

// blocks keeps blocks by name and in order.
type blocks struct {
	byName map[string]*declaration
	order  []string
}

// add keeps a block and returns the one of that name that was there.
func (b *blocks) add(d *declaration) (earlier *declaration) {
	if b.byName == nil {
		b.byName = map[string]*declaration{}
	}
	earlier, known := b.byName[d.name]
	if !known {
		b.order = append(b.order, d.name)
	}
	b.byName[d.name] = d
	return earlier
}

// mergeBlock overrides arguments, and nested blocks by their type, as
// "Override Files" in the Terraform documentation says.
func mergeBlock(base, override *hclsyntax.Block) *hclsyntax.Block {
	merged := *base
	body := *base.Body
	body.Attributes = hclsyntax.Attributes{}
	for name, attribute := range base.Body.Attributes {
		body.Attributes[name] = attribute
	}
	for name, attribute := range override.Body.Attributes {
		body.Attributes[name] = attribute
	}
	replaced := map[string]bool{}
	for _, block := range override.Body.Blocks {
		replaced[block.Type] = true
	}
	body.Blocks = nil
	for _, block := range base.Body.Blocks {
		if !replaced[block.Type] {
			body.Blocks = append(body.Blocks, block)
		}
	}
	body.Blocks = append(body.Blocks, override.Body.Blocks...)
	merged.Body = &body
	return &merged
}

// newModule reads the files of a folder.
func (l *loader) newModule(folder string, caller *module) *module {
	m := &module{
		loader: l, folder: folder, caller: caller,
		variables: map[string]*declaration{}, locals: map[string]*hclsyntax.Attribute{}, outputs: map[string]*declaration{},
		values: map[string]value.Value{}, memo: map[string]memoized{}, evaluating: map[string]bool{},
		expanded: map[string]expansion{}, children: map[string]*module{}, referred: map[*hclsyntax.Body][]hcl.Traversal{}, environments: map[string]string{}, imported: map[string]bool{},
	}
	names, err := l.parser.configurationFiles(folder)
	if err != nil {
		return nil
	}
	l.visited[folder] = true
	for _, name := range names {
		parsed := l.parser.parse(name)
		if l.whole {
			parsed = parsed.asWhole()
		}
		if _, seen := l.files[name]; !seen {
			l.tell(parsed.diagnostics)
			if parsed.file != nil {
				l.files[name] = parsed.file
				l.builder.AddFile(parsed.file)
			}
		}
		if parsed.body == nil && !parsed.inParts {
			l.incomplete = name + " could not be read"
			continue
		}
		stem, _ := configurationStem(path.Base(name))
		override := isOverride(stem)
		if len(parsed.diagnostics) > 0 {
			l.incomplete = name + " could not be read whole"
		}
		for i := range parsed.blocks {
			m.addBlock(&parsed.blocks[i], override)
		}
	}
	return m
}

func (m *module) addBlock(d *declaration, override bool) {
	switch {
	case d.kind == "variable" && d.labels == 1:
		m.variables[d.name] = d
	case d.kind == "output" && d.labels == 1:
		m.outputs[d.name] = d
	case d.kind == "locals":
		for name, attribute := range m.parsed(d).Body.Attributes {
			m.locals[name] = attribute
		}
	case d.kind == "provider" && d.labels == 1:
		m.providers = append(m.providers, m.parsed(d))
	case d.kind == "resource" && d.labels == 2:
		m.addNamed(&m.managed, d, override)
	case d.kind == "data" && d.labels == 2:
		m.addNamed(&m.data, d, override)
	case d.kind == "module" && d.labels == 1:
		m.addNamed(&m.calls, d, override)
	case d.kind == "import":
		if to := m.parsed(d).Body.Attributes["to"]; to != nil {
			name, _, _ := strings.Cut(m.text(to.Expr.Range()), "[")
			m.imported[name] = true
		}
	}
}

// addNamed keeps a block; one of an override file is merged over the earlier one.
func (m *module) addNamed(set *blocks, d *declaration, override bool) {
	if earlier := set.add(d); earlier != nil && override {
		merged := mergeBlock(m.parsed(earlier), m.parsed(d))
		set.add(&declaration{section: sectionOf(merged), block: merged})
	}
}

// parsed returns the block of a declaration. Where it has syntax errors, what it
// returns does not matter: the root module is read again (Parser.Load).
func (l *loader) parsed(d *declaration) *hclsyntax.Block {
	block := d.parse()
	if block == nil {
		l.broken = true
		return &hclsyntax.Block{Type: d.kind, Labels: strings.Split(d.name, "."), Body: &hclsyntax.Body{}}
	}
	return block
}

// readVariableFiles reads the values of a root module's variables, in the order
// of precedence: terraform.tfvars, *.auto.tfvars, what the configuration gives,
// --var-file, --var.
func (m *module) readVariableFiles() {
	names := m.parser.list(m.folder).names
	var files []*parsedFile
	add := func(name string) { files = append(files, m.parser.parse(path.Join(m.folder, name))) }
	for _, name := range []string{"terraform.tfvars", "terraform.tfvars.json"} {
		if slices.Contains(names, name) {
			add(name)
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".auto.tfvars") || strings.HasSuffix(name, ".auto.tfvars.json") {
			add(name)
		}
	}
	given := m.options.Given[m.folder]
	m.assign(append(files, m.parseAll(given.Files)...))
	maps.Copy(m.values, given.Values)
	m.assign(m.parseAll(m.options.VariableFiles))
	for name, text := range m.options.Variables {
		if _, declared := m.variables[name]; declared {
			m.values[name] = m.commandLineValue(name, text)
		}
	}
}

// parseAll parses files that are not part of the module.
func (l *loader) parseAll(files []*source.File) []*parsedFile {
	all := make([]*parsedFile, len(files))
	for i, file := range files {
		all[i] = l.parser.parseGiven(file)
	}
	return all
}

// assign gives variables the values of files, the last one wins.
func (m *module) assign(files []*parsedFile) {
	for _, parsed := range files {
		m.diagnostics = append(m.diagnostics, parsed.diagnostics...)
		if parsed.file == nil {
			continue
		}
		m.loader.files[parsed.file.Path] = parsed.file
		m.builder.AddFile(parsed.file)
		if parsed.body == nil {
			continue
		}
		for name, attribute := range parsed.body.Attributes {
			m.values[name] = m.evaluate(attribute.Expr, &scope{module: m})
		}
	}
}

// commandLineValue reads a value as Terraform does: as text for variables of
// type string, as an expression for others where it is one.
func (m *module) commandLineValue(name, text string) value.Value {
	at := source.Location{}
	if kind := m.parsed(m.variables[name]).Body.Attributes["type"]; kind != nil && hcl.ExprAsKeyword(kind.Expr) != "string" {
		if expression, problems := parseExpression([]byte(text), "", hcl.InitialPos); !problems.HasErrors() {
			return m.evaluate(expression, &scope{module: m})
		}
	}
	return value.Text(text, at)
}

// variableID is the id of the opaque node of a variable.
func (m *module) variableID(name string) string { return m.unit + "#" + m.prefix + "var." + name }

// addVariables adds a node for each variable of the root module that has no
// value.
func (m *module) addVariables() {
	for _, name := range sortedKeys(m.variables) {
		block := m.parsed(m.variables[name])
		if _, given := m.values[name]; given || block.Body.Attributes["default"] != nil {
			continue
		}
		m.add(&graph.Node{
			ID: m.variableID(name), Kind: graph.Opaque, Unit: m.unit, Address: "var." + name,
			Location: m.at(block.DefRange()), Body: m.at(block.Range()), External: withoutValue(name),
			Attributes: graph.AttributesOf(map[string]value.Value{"source": value.Text("variable", m.at(block.DefRange()))}),
		})
	}
}

func sortedKeys[T any](m map[string]T) []string {
	return slices.Sorted(maps.Keys(m))
}

func withoutValue(name string) string {
	return "var." + name + " has no default and no value was given"
}

// variable returns the value of var.name.
func (m *module) variable(name string, at source.Location) value.Value {
	declared, ok := m.variables[name]
	if !ok {
		return unknown(at, "var.%s is not declared", name)
	}
	block := m.parsed(declared)
	if m.inputs != nil {
		if given, ok := m.inputs(name); ok && (!given.IsAbsent() || !m.isFalse(block, "nullable")) {
			return m.withOptional(block, given)
		}
	} else if given, ok := m.values[name]; ok {
		return m.withOptional(block, given)
	}
	if fallback := block.Body.Attributes["default"]; fallback != nil {
		if m.inputs == nil {
			m.used["var."+name] = true
		}
		return m.withOptional(block, m.evaluate(fallback.Expr, &scope{module: m}))
	}
	if m.inputs != nil {
		return unknown(at, "var.%s has no default and its module call gives no value", m.prefix+name)
	}
	if isCollection(block) {
		return unknown(at, "%s", withoutValue(name))
	}
	return value.To(value.Reference{Node: m.variableID(name), Attribute: value.ID}, "var."+name, at)
}

func (m *module) isFalse(block *hclsyntax.Block, name string) bool {
	attribute := block.Body.Attributes[name]
	return attribute != nil && hcl.ExprAsKeyword(attribute.Expr) == "" && func() bool {
		literal, problems := attribute.Expr.Value(nil)
		return !problems.HasErrors() && literal.Type().Equals(boolType) && literal.IsKnown() && !literal.IsNull() && literal.False()
	}()
}

// isCollection reports whether a variable holds more than one text.
func isCollection(block *hclsyntax.Block) bool {
	kind := block.Body.Attributes["type"]
	if kind == nil {
		return false
	}
	_, isCall := kind.Expr.(*hclsyntax.FunctionCallExpr)
	return isCall
}

// withOptional adds the defaults of optional() attributes of an object type.
func (m *module) withOptional(block *hclsyntax.Block, v value.Value) value.Value {
	kind := block.Body.Attributes["type"]
	if kind == nil {
		return v
	}
	return m.conform(kind.Expr, v)
}

// conform fills in what a type constraint says about missing attributes.
func (m *module) conform(kind hclsyntax.Expression, v value.Value) value.Value {
	call, ok := kind.(*hclsyntax.FunctionCallExpr)
	if !ok || len(call.Args) == 0 {
		return v
	}
	switch call.Name {
	case "optional":
		return m.conform(call.Args[0], v)
	case "list", "set":
		if v.Kind == value.List {
			items := make([]value.Value, len(v.Items()))
			for i, item := range v.Items() {
				items[i] = m.conform(call.Args[0], item)
			}
			v = value.ListOf(items, v.Location)
		}
	case "map":
		if v.Kind == value.Map {
			members := slices.Clone(v.Members())
			for i := range members {
				members[i].Value = m.conform(call.Args[0], members[i].Value)
			}
			v = value.MapOf(members, v.Location)
		}
	case "object":
		object, ok := call.Args[0].(*hclsyntax.ObjectConsExpr)
		if !ok || v.Kind != value.Map {
			return v
		}
		members := slices.Clone(v.Members())
		for _, item := range object.Items {
			name := hcl.ExprAsKeyword(item.KeyExpr)
			written, has := v.Get(name)
			if has && !written.IsAbsent() {
				for i := range members {
					if members[i].Key == name {
						members[i].Value = m.conform(item.ValueExpr, written)
					}
				}
				continue
			}
			if inner, isCall := item.ValueExpr.(*hclsyntax.FunctionCallExpr); isCall && inner.Name == "optional" {
				fallback := value.Nothing(v.Location)
				if len(inner.Args) > 1 {
					fallback = m.evaluate(inner.Args[1], &scope{module: m})
				}
				members = slices.DeleteFunc(members, func(member value.Member) bool { return member.Key == name })
				members = append(members, value.Member{Key: name, Value: fallback})
			}
		}
		v = value.MapOf(members, v.Location)
	}
	return v
}

// once evaluates something that has a name, keeps the result, and turns a cycle
// into an unknown value.
func (m *module) once(name string, at source.Location, evaluate func() value.Value) value.Value {
	if known, ok := m.memo[name]; ok {
		m.use(known.used)
		return known.value
	}
	if m.evaluating[name] {
		return unknown(at, "%s refers to itself", m.prefix+name)
	}
	m.evaluating[name] = true
	var v value.Value
	used := m.uses(func() { v = evaluate() })
	delete(m.evaluating, name)
	m.memo[name] = memoized{value: v, used: used}
	return v
}

// local returns the value of local.name.
func (m *module) local(name string, at source.Location) value.Value {
	attribute, ok := m.locals[name]
	if !ok {
		return unknown(at, "local.%s is not declared", name)
	}
	return m.once("local."+name, at, func() value.Value { return m.evaluate(attribute.Expr, &scope{module: m}) })
}

// output returns an output of this module.
func (m *module) output(name string, at source.Location) value.Value {
	declared, ok := m.outputs[name]
	if !ok || m.parsed(declared).Body.Attributes["value"] == nil {
		return unknown(at, "%s has no output %s", strings.TrimSuffix(m.prefix, "."), name)
	}
	return m.once("output."+name, at, func() value.Value {
		return m.evaluate(m.parsed(declared).Body.Attributes["value"].Expr, &scope{module: m})
	})
}

// A call is one instance of a module call: the module, or an opaque node where
// its source is not on disk.
type call struct {
	module *module
	opaque string
}

// call returns an instance of a module call.
func (m *module) call(name string, in instance) call {
	block := m.block(blockName{kind: moduleBlock, name: name})
	address := m.prefix + "module." + name + in.suffix
	id := m.unit + "#" + address
	sourceAttribute := block.Body.Attributes["source"]
	if sourceAttribute == nil {
		return call{opaque: id}
	}
	folder, ok := localSource(sourceAttribute.Expr, m.folder)
	if !ok {
		if folder, ok = m.installed(name); !ok {
			return call{opaque: id}
		}
	}
	if child, ok := m.children[address]; ok {
		return call{module: child, opaque: id}
	}
	if why := m.refuses(folder); why != "" {
		m.diagnose(m.at(block.DefRange()), source.Error, "%s %s", address, why)
		m.children[address] = nil
		return call{opaque: id}
	}
	child := m.newModule(folder, m)
	if child != nil && len(child.managed.order)+len(child.data.order)+len(child.calls.order)+len(child.outputs)+len(child.variables)+len(child.locals) == 0 {
		child = nil
	}
	m.children[address] = child
	if child == nil {
		return call{opaque: id}
	}
	child.prefix = address + "."
	child.key = strings.TrimPrefix(m.key+"."+name, ".")
	child.when = value.And(m.when, in.when)
	child.callers = append(slices.Clone(m.callers), m.at(block.DefRange()))
	child.environments = m.passedEnvironments(block)
	child.inputs = func(name string) (value.Value, bool) {
		argument, ok := block.Body.Attributes[name]
		if !ok {
			return value.Value{}, false
		}
		v := m.once("module."+block.Labels[0]+in.suffix+"."+name, m.at(argument.Range()), func() value.Value {
			return m.evaluate(argument.Expr, in.scope(m))
		})
		return v, true
	}
	return call{module: child, opaque: id}
}

// refuses says why a module must not be called from here, or "".
func (m *module) refuses(folder string) string {
	for c := m; c != nil; c = c.caller {
		if c.folder == folder {
			return "calls itself"
		}
	}
	if m.loader.modules++; m.loader.modules > maxModules {
		return fmt.Sprintf("is not read, since there are more than %d module instances", maxModules)
	}
	return ""
}

// passedEnvironments maps the provider names of a child module.
func (m *module) passedEnvironments(block *hclsyntax.Block) map[string]string {
	passed := map[string]string{}
	for name, environment := range m.environments {
		if !strings.Contains(name, ".") {
			passed[name] = environment
		}
	}
	attribute := block.Body.Attributes["providers"]
	if attribute == nil {
		return passed
	}
	object, ok := attribute.Expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return passed
	}
	for _, item := range object.Items {
		passed[m.text(item.KeyExpr.Range())] = m.environment(m.text(item.ValueExpr.Range()))
	}
	return passed
}

// environment returns the environment of a provider as it is called here.
func (m *module) environment(provider string) string {
	if environment, ok := m.environments[provider]; ok {
		return environment
	}
	return m.unit + "@" + provider
}

// resourceEnvironment is the environment that a block's provider argument names.
func (m *module) resourceEnvironment(block *hclsyntax.Block) string {
	if attribute := block.Body.Attributes["provider"]; attribute != nil {
		return m.environment(m.text(attribute.Expr.Range()))
	}
	return m.environment("aws")
}

// addEnvironments reads the provider configurations of the root module.
func (m *module) addEnvironments() {
	m.addEnvironment("aws", nil)
	var byName []string
	for _, block := range m.providers {
		name := block.Labels[0]
		if alias := block.Body.Attributes["alias"]; alias != nil {
			if text, literal := m.evaluate(alias.Expr, &scope{module: m}).Literal(); literal {
				name += "." + text
			}
		}
		m.addEnvironment(name, block)
		if !usesCredentials(block) {
			byName = append(byName, name)
		}
	}
	m.shareAccount(byName)
}

// credentials are the arguments of a provider that may lead to another account.
var credentials = []string{"access_key", "profile", "shared_config_files", "shared_credentials_files", "token", "endpoints"}

func usesCredentials(block *hclsyntax.Block) bool {
	for _, name := range credentials {
		if block.Body.Attributes[name] != nil {
			return true
		}
	}
	return slices.ContainsFunc(block.Body.Blocks, func(inner *hclsyntax.Block) bool {
		return strings.HasPrefix(inner.Type, "assume_role") || inner.Type == "dynamic"
	})
}

// shareAccount notes that provider configurations which differ in no credentials
// act in one account: aliases mostly differ in the Region only.
func (m *module) shareAccount(names []string) {
	if !slices.Contains(names, "aws") && slices.ContainsFunc(m.providers, func(block *hclsyntax.Block) bool {
		return block.Labels[0] == "aws" && block.Body.Attributes["alias"] == nil
	}) {
		return
	}
	for _, name := range names {
		environment := m.builder.Environment(m.environments[name])
		if name != "aws" && strings.HasPrefix(name, "aws.") && environment.Account == "" {
			environment.SameAccountAs = m.environments["aws"]
			m.builder.AddEnvironment(environment)
		}
	}
}

func (m *module) addEnvironment(name string, block *hclsyntax.Block) {
	environment := graph.Environment{ID: m.unit + "@" + name}
	if block != nil {
		root := &scope{module: m}
		environment.Region, _ = m.argument(block.Body, "region", root).Literal()
		if ids := m.argument(block.Body, "allowed_account_ids", root); len(ids.Items()) == 1 {
			environment.Account, _ = ids.Items()[0].Literal()
		}
		for _, role := range m.contents(block.Body, "assume_role", root) {
			if arn, literal := m.argument(role.body, "role_arn", role.scope).Literal(); literal {
				if segments := strings.Split(arn, ":"); len(segments) == 6 {
					environment.Account = segments[4]
				}
			}
		}
		if strings.HasPrefix(environment.Region, "cn-") {
			environment.Partition = "aws-cn"
		}
	}
	m.environments[name] = environment.ID
	m.builder.AddEnvironment(environment)
}

// add adds a node; a name that is taken is a diagnostic.
func (l *loader) add(node *graph.Node) {
	var err error
	if node.Kind == graph.Policy {
		err = l.builder.AddPolicy(node)
	} else {
		err = l.builder.AddNode(node)
	}
	if err != nil {
		l.diagnose(node.Location, source.Warning, "%v", err)
	}
}
