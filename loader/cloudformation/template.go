// Package cloudformation reads a CloudFormation template, in YAML or JSON, with
// the stacks that it nests, into graph nodes.
//
// Intrinsic functions are evaluated symbolically and on demand. A parameter has
// the value that was given, else its default, else it is a reference to itself:
// the same parameter is the same text wherever it is used, so that a bucket and
// an origin that are named by it still join. Its node has the kind opaque and
// says in External why it has no value.
package cloudformation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// Options are what is known besides the template.
type Options struct {
	// Parameters holds values given to parameters.
	Parameters map[string]string
	// Kept names the parameters that keep the value that the deployed stack
	// has, which is not known.
	Kept map[string]bool
	// Account, Region and Partition of the stack where they are known.
	Account   string
	Region    string
	Partition string
	// StackName is the name that the stack is deployed under, or "".
	StackName string
}

// Sniff reports whether the bytes of a file look like a template. Nothing is
// parsed: most YAML of a repository is something else, and not all of it valid.
func Sniff(content []byte) bool {
	return bytes.Contains(content, []byte("AWS::")) && bytes.Contains(content, []byte("Resources"))
}

func syntaxDiagnostic(file *source.File, err error) source.Diagnostic {
	diagnostic := source.Diagnostic{Location: source.Location{File: file.Path, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}, Severity: source.Error, Message: err.Error()}
	var syntax *source.SyntaxError
	if errors.As(err, &syntax) {
		diagnostic.Location = syntax.Location
	}
	return diagnostic
}

// isTemplate reports whether a document has resources with types.
func isTemplate(root *source.Node) bool {
	resources := root.Get("Resources")
	if resources == nil || resources.Kind != source.MappingNode {
		return false
	}
	return slices.ContainsFunc(resources.Members, func(member source.Member) bool {
		kind := member.Value.Get("Type")
		return kind != nil && strings.Contains(kind.Text, "::") || strings.HasPrefix(member.Key.Text, forEach)
	})
}

// A deployment is a template with the nested stacks that are deployed together
// with it, while they are evaluated.
type deployment struct {
	ctx         context.Context
	parser      *Parser
	unit        string
	options     Options
	builder     *graph.Builder
	diagnostics []source.Diagnostic
	// assembled is true where the manifest of a cloud assembly names the
	// template.
	assembled bool
	// constructs holds the paths of constructs by the logical ids of the
	// template's own resources, where the manifest lists them.
	constructs map[string]string
	// types holds the types of resources that were referred to, by id.
	types map[string]string
	// imported holds the templates whose exports were asked for, by path.
	imported map[string]*template
	// comparisons counts towards maxComparisons, stacks towards maxStacks.
	comparisons int
	stacks      int
	// defaults collects the parameters whose default the current resource
	// rests on, used is the list of them that was made last.
	defaults map[string]bool
	used     []string
}

// A template is one template of a deployment.
type template struct {
	*deployment
	file *source.File
	root *source.Node
	// prefix leads from the deployment's own template to this one: "Storage/".
	prefix string
	// parent is the template that nests this one, given what it hands to the
	// parameters, when and callers the stack resources that lead here.
	parent  *template
	given   map[string]given
	when    value.Condition
	callers []source.Location

	parameters map[string]*source.Node
	resources  []source.Member
	byName     map[string]*source.Node
	conditions map[string]*source.Node
	nested     map[string]*template
	// ids holds the ids of nodes by their logical ids.
	ids map[string]string

	// incomplete says what of the template could not be read, or "".
	incomplete string
	// loopDefaults names the parameters whose default its loops rest on.
	loopDefaults map[string]bool
	// evaluating holds the conditions, stacks and outputs that are being evaluated,
	// to find cycles; decided holds the conditions that are.
	evaluating map[string]bool
	decided    map[string]decision
}

// given is what a stack hands to a parameter of one that it nests.
type given struct {
	value value.Value
	// defaults names the parameters whose default it rests on.
	defaults map[string]bool
}

// newTemplate returns a template of a deployment; its nodes are added later.
func (d *deployment) newTemplate(document *document) *template {
	t := &template{
		deployment: d,
		file:       document.file,
		root:       document.root,
		parameters: map[string]*source.Node{},
		byName:     map[string]*source.Node{},
		conditions: map[string]*source.Node{},
		nested:     map[string]*template{},
		ids:        map[string]string{},
		evaluating: map[string]bool{},
		decided:    map[string]decision{},
	}
	for _, member := range members(t.root.Get("Parameters")) {
		t.parameters[member.Key.Text] = member.Value
	}
	return t
}

// prepare collects what the template defines, once its parameters are known.
func (t *template) prepare() *template {
	t.expandLoops()
	for _, member := range members(t.root.Get("Conditions")) {
		t.conditions[member.Key.Text] = member.Value
	}
	resources := members(t.root.Get("Resources"))
	for _, member := range resources {
		t.byName[member.Key.Text] = member.Value
	}
	for _, member := range resources {
		// Of a name that is written twice, the last one counts.
		if t.byName[member.Key.Text] == member.Value {
			t.resources = append(t.resources, member)
		}
	}
	if t.incomplete = unreadMacro(t.root); t.incomplete == "" {
		t.incomplete = unread(resources)
	}
	return t
}

// addAll adds the nodes of a template and of the stacks that it nests.
func (t *template) addAll() {
	t.builder.AddFile(t.file)
	t.checkKeys(t.root)
	t.addParameters()
	for _, member := range t.resources {
		if t.ctx.Err() != nil {
			return
		}
		t.addDependencies(member)
		t.addResource(member)
	}
}

func members(node *source.Node) []source.Member {
	if node == nil {
		return nil
	}
	return node.Members
}

// id returns the id of a node, which is one string wherever the node is referred to.
func (t *template) id(logical string) string {
	id, known := t.ids[logical]
	if !known {
		id = t.unit + "#" + t.prefix + logical
		t.ids[logical] = id
	}
	return id
}

func (d *deployment) diagnose(at source.Location, format string, arguments ...any) {
	d.diagnostics = append(d.diagnostics, source.Diagnostic{Location: at, Severity: source.Warning, Message: fmt.Sprintf(format, arguments...)})
}

// unreadMacro says which macro may change the whole template at deployment, or "".
// Those of AWS that are listed touch nothing of interest, or are evaluated here.
func unreadMacro(root *source.Node) string {
	if root.Get(transform) != nil {
		return fmt.Sprintf("%s in line %d adds sections at deployment", transform, root.Get(transform).Location.Line)
	}
	macros := root.Get("Transform")
	if macros == nil {
		return ""
	}
	list := []*source.Node{macros}
	if macros.Kind == source.SequenceNode {
		list = macros.Items
	}
	for _, macro := range list {
		if name := macro.Get("Name"); name != nil {
			macro = name
		}
		switch name := macro.Text; {
		case name == "AWS::Serverless-2016-10-31", name == "AWS::LanguageExtensions", name == "AWS::CodeDeployBlueGreen",
			name == "AWS::CodeStar", name == "AWS::ServiceCatalog", strings.HasPrefix(name, "AWS::SecretsManager-"):
		default:
			return fmt.Sprintf("the macro %s may change the template at deployment", name)
		}
	}
	return ""
}

// unread says which resources of a template come into being at deployment only,
// or "".
func unread(resources []source.Member) string {
	for _, member := range resources {
		name := member.Key.Text
		switch {
		case strings.HasPrefix(name, forEach):
			return unreadLoop(name)
		case name == transform:
			return fmt.Sprintf("%s in line %d adds resources at deployment", transform, member.Key.Location.Line)
		}
		if loop := unreadIn(member.Value); loop != "" {
			return loop + ", in " + name
		}
	}
	return ""
}

const transform = "Fn::Transform"

// unreadIn says what adds members to an object of a resource that is of
// interest, or "". Where a macro makes the whole value of a property, that alone
// is not known; where it makes all properties, all of them are not.
func unreadIn(resource *source.Node) string {
	kind := resourceType(resource)
	if !strings.HasPrefix(kind, "AWS::CloudFront::") && !strings.HasPrefix(kind, "AWS::S3::") && !strings.HasPrefix(kind, "AWS::KMS::") {
		return ""
	}
	found := ""
	properties := resource.Get("Properties")
	outer := []*source.Node{resource, properties, properties.Get("DistributionConfig"), properties.Get("OriginAccessControlConfig")}
	walk(resource, func(node *source.Node) {
		isOuter := slices.Contains(outer, node)
		if isOuter && node.Tag == "!Transform" || (isOuter || len(node.Members) > 1) && node.Get(transform) != nil {
			found = transform + " adds properties at deployment"
		}
		for _, member := range node.Members {
			if strings.HasPrefix(member.Key.Text, forEach) {
				found = unreadLoop(member.Key.Text)
			}
		}
	})
	return found
}

// walk calls f with a node and every node inside it.
func walk(node *source.Node, f func(*source.Node)) {
	f(node)
	for _, item := range node.Items {
		walk(item, f)
	}
	for _, member := range node.Members {
		walk(member.Value, f)
	}
}

// checkKeys reports keys that are written twice. Those of a policy document are
// judged with it.
func (t *template) checkKeys(node *source.Node) {
	lines := map[string]int{}
	for _, member := range node.Members {
		name := member.Key.Text
		if line, twice := lines[name]; twice {
			t.diagnose(member.Key.Location, "the key %s is written twice, here and in line %d; the last one counts", name, line)
		}
		lines[name] = int(member.Key.Location.Line)
		if !strings.HasSuffix(name, "PolicyDocument") && name != "KeyPolicy" {
			t.checkKeys(member.Value)
		}
	}
	for _, item := range node.Items {
		t.checkKeys(item)
	}
}

// addParameters adds a node for each parameter without a value.
func (t *template) addParameters() {
	for _, member := range members(t.root.Get("Parameters")) {
		name := member.Key.Text
		if _, given := t.given[name]; given && !t.isStored(name) {
			continue
		}
		if _, known := t.parameterValue(name); known {
			continue
		}
		t.add(&graph.Node{
			ID: t.id(name), Kind: graph.Opaque, Unit: t.unit, Address: t.prefix + name, Location: member.Key.Location, Body: member.Value.Location,
			Environment: t.unit, External: t.withoutValue(name),
			Attributes: graph.AttributesOf(map[string]value.Value{"source": value.Text("parameter", member.Key.Location)}),
		})
	}
}

// parameterValue returns the value given to a parameter, or its default. That of
// an SSM parameter type is the name of a parameter in the store, not the value.
func (t *template) parameterValue(name string) (text string, known bool) {
	if t.isStored(name) || t.keeps(name) {
		return "", false
	}
	if given, ok := t.options.Parameters[name]; ok && t.parent == nil {
		return given, true
	}
	if fallback := t.parameters[name].Get("Default"); fallback != nil {
		t.defaults["parameter "+t.prefix+name] = true
		return fallback.Text, true
	}
	return "", false
}

// isStored reports whether a parameter is read from the SSM parameter store.
func (t *template) isStored(name string) bool {
	kind := t.parameters[name].Get("Type")
	return kind != nil && strings.HasPrefix(kind.Text, "AWS::SSM::Parameter::Value")
}

// keeps reports whether a parameter keeps the value that the deployed stack has.
func (t *template) keeps(name string) bool { return t.options.Kept[name] && t.parent == nil }

func (t *template) withoutValue(name string) string {
	reason := fmt.Sprintf("parameter %s has no default and no value was given", t.prefix+name)
	switch {
	case t.isStored(name):
		reason = fmt.Sprintf("parameter %s is read from the SSM parameter store at deployment", t.prefix+name)
	case t.keeps(name):
		reason = fmt.Sprintf("parameter %s keeps its previous value, which is not known", t.prefix+name)
	}
	if allowed := t.allowedValues(name); len(allowed) > 0 {
		reason += "; it allows " + strings.Join(allowed, ", ")
	}
	return reason
}

func (t *template) allowedValues(name string) []string {
	allowed := t.parameters[name].Get("AllowedValues")
	if allowed == nil {
		return nil
	}
	texts := make([]string, 0, len(allowed.Items))
	for _, item := range allowed.Items {
		texts = append(texts, item.Text)
	}
	return texts
}

// add adds a node; a name that is taken is a diagnostic.
func (t *template) add(node *graph.Node) {
	var err error
	if node.Kind == graph.Policy {
		err = t.builder.AddPolicy(node)
	} else {
		err = t.builder.AddNode(node)
	}
	if err != nil {
		t.diagnose(node.Location, "%v", err)
	}
}
