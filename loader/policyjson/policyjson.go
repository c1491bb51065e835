// Package policyjson reads policies that stand alone as JSON, what the AWS CLI
// prints, and snapshots of an account, to nodes of the graph.
//
// A unit is a folder: that of a snapshot, or the one that holds the files. Nodes
// have the addresses
//
//	distribution/<id>, origin-access-control/<id>, origin-access-identity/<id>,
//	bucket/<name>, key/<key id>, alias/<name>, grant/<grant id>
//
// and the path of their file where nothing says what they are about.
package policyjson

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A Tree gives access to the files of a repository by slash-separated paths
// relative to its root. It refuses paths that lead out of it.
type Tree interface {
	ReadFile(path string) (*source.File, error)
}

// Options are what is known of a unit besides its files.
type Options struct {
	// Account, Region and Partition are those that the configuration says.
	Account, Region, Partition string
	// Shared says that a Terraform or CloudFormation unit reads a file of the
	// folder, so that the folder is no stack of its own.
	Shared bool
	// NoAssumption stops a folder of bare policies from being taken as one
	// stack.
	NoAssumption bool
	// Bindings say of files, by path, what they are about.
	Bindings map[string]Binding
}

// A Binding says what a policy is written for, or which bucket an output of
// get-bucket-encryption is about.
type Binding struct {
	// Role is graph.KeyPolicy or graph.BucketPolicy.
	Role string
	// Target is the key's ARN, id or alias, or the bucket's name.
	Target value.Value
}

// Load reads the files of a unit. It returns diagnostics for what could not be
// read, and nodes for the rest.
func Load(ctx context.Context, tree Tree, folder string, files []string, options Options) (*graph.Builder, []source.Diagnostic) {
	u := &unit{
		id: "json:" + folder, options: options, builder: graph.NewBuilder(),
		buckets: map[string]*bucket{}, keys: map[string]*key{}, byID: map[string]*resource{},
	}
	for _, name := range files {
		if ctx.Err() != nil {
			return nil, nil
		}
		u.read(tree, name)
	}
	u.build(folder)
	return u.builder, u.diagnostics
}

// A unit is a folder while it is read.
type unit struct {
	id          string
	options     Options
	builder     *graph.Builder
	diagnostics []source.Diagnostic
	incomplete  string

	// snapshot is true where a file is part of the layout of a snapshot, and
	// outputs where one holds more than a policy.
	snapshot, outputs bool

	resources []*resource
	byID      map[string]*resource
	policies  []*policy
	buckets   map[string]*bucket
	keys      map[string]*key
}

// A resource is a node with its parts, whose environment is not known before all
// files are read.
type resource struct {
	node  *graph.Node
	parts []*graph.Node
	// arn is the resource's, or zero where its output does not say it.
	arn arn
	// summary says that it is an item of a list, which another output may say
	// more about.
	summary bool
}

// fail notes what could not be read.
func (u *unit) fail(at source.Location, format string, arguments ...any) {
	u.complain(at, format, arguments...)
	if u.incomplete == "" {
		u.incomplete = fmt.Sprintf("%s could not be read", at.File)
	}
}

// complain notes what is wrong with what was read.
func (u *unit) complain(at source.Location, format string, arguments ...any) {
	u.diagnostics = append(u.diagnostics, source.Diagnostic{Location: at, Severity: source.Error, Message: fmt.Sprintf(format, arguments...)})
}

// read reads one file.
func (u *unit) read(tree Tree, name string) {
	file, err := tree.ReadFile(name)
	if err != nil {
		u.fail(source.Location{File: name}, "cannot be read: %v", err)
		return
	}
	root, err := source.ParseJSONFile(file)
	var syntax *source.SyntaxError
	if errors.As(err, &syntax) {
		u.builder.AddFile(file)
		u.fail(syntax.Location, "%s", syntax.Message)
		return
	}
	d := &document{unit: u, file: file, root: root}
	if !d.load() {
		return
	}
	u.builder.AddFile(file)
	u.checkKeys(root)
}

// checkKeys reports keys that are written twice. Decoders keep the last one, as
// is done here.
func (u *unit) checkKeys(node *source.Node) {
	seen := map[string]bool{}
	for _, member := range node.Members {
		if seen[member.Key.Text] {
			u.complain(member.Key.Location, "the key %q is written twice in one object", member.Key.Text)
		}
		seen[member.Key.Text] = true
		u.checkKeys(member.Value)
	}
	for _, item := range node.Items {
		u.checkKeys(item)
	}
}

// newNode returns a node of a resource.
func (u *unit) newNode(kind graph.Kind, address string, at source.Location, body *source.Node) *graph.Node {
	return &graph.Node{
		ID: u.id + "#" + address, Kind: kind, Unit: u.id, Address: address, Location: at, Body: body.Location,
	}
}

// part returns a node for a part of a resource.
func part(of *graph.Node, kind graph.Kind, name string, at source.Location, body source.Location) *graph.Node {
	return &graph.Node{
		ID: of.ID + "#" + name, Kind: kind, Unit: of.Unit, Address: of.Address, Parent: of.ID, Location: at, Body: body,
	}
}

// set copies members of an object to attributes, by the names of those.
func set(n *graph.Node, object *source.Node, names map[string]string) {
	for attribute, name := range names {
		if member := memberOf(object, name); member != nil && member.Value.Kind != source.NullNode {
			n.Attributes.Set(attribute, value.FromNode(member.Value))
			n.Positions.Set(attribute, member.Key.Location)
		}
	}
}

// memberOf returns the last member with a key, with the place of the key.
func memberOf(node *source.Node, key string) *source.Member {
	if node == nil {
		return nil
	}
	for i := len(node.Members) - 1; i >= 0; i-- {
		if node.Members[i].Key.Text == key {
			return &node.Members[i]
		}
	}
	return nil
}

// add adds a resource, once for what several files say, and returns what it became.
// What they say differently is not known.
func (u *unit) add(r *resource) *resource {
	other, known := u.byID[r.node.ID]
	switch {
	case !known:
		u.byID[r.node.ID] = r
		u.resources = append(u.resources, r)
		return r
	case r.summary && !other.summary:
	case other.summary && !r.summary:
		*other = *r
	case r.arn != other.arn && r.arn != (arn{}) && other.arn != (arn{}):
		// The same name or id in another Region or account.
		r.rename(fmt.Sprintf("@%s/%s", r.arn.account, r.arn.region))
		return u.add(r)
	case r.signature() == other.signature():
	case len(r.parts) > 0 || len(other.parts) > 0:
		// Two states of one distribution: each is followed.
		r.rename("@" + r.node.Location.File)
		return u.add(r)
	default:
		u.merge(other, r)
	}
	return other
}

// rename makes the ids of a resource's nodes others than those of the one that is
// known.
func (r *resource) rename(suffix string) {
	before := r.node.ID
	r.node.ID += suffix
	for _, part := range r.parts {
		part.ID = r.node.ID + strings.TrimPrefix(part.ID, before)
		part.Parent = r.node.ID
	}
}

// merge forgets the attributes that two resources do not share.
func (u *unit) merge(into, from *resource) {
	for _, attribute := range from.node.Attributes {
		if _, known := into.node.Attributes.Get(attribute.Name); !known {
			into.node.Attributes.Set(attribute.Name, value.Nothing(into.node.Location))
		}
	}
	for _, attribute := range into.node.Attributes {
		if signature(attribute.Value) != signature(from.node.Attribute(attribute.Name)) {
			into.node.Attributes.Set(attribute.Name, value.NotKnown(fmt.Sprintf("%s and %s say different things about %s", into.node.Location.File, from.node.Location.File, into.node.Address), attribute.Value.Location))
		}
	}
}

// signature is equal for resources of which the same is known.
func (r *resource) signature() string {
	var text strings.Builder
	for _, node := range append([]*graph.Node{r.node}, r.parts...) {
		for _, attribute := range node.Attributes {
			fmt.Fprintf(&text, "%s=%s;", attribute.Name, signature(attribute.Value))
		}
	}
	return text.String()
}

// signature is equal for equal values.
func signature(v value.Value) string {
	var text strings.Builder
	v.Walk(func(inner value.Value) {
		literal, _ := inner.Literal()
		fmt.Fprintf(&text, "%d %d %d %q ", inner.Kind, len(inner.Items()), len(inner.Members()), literal)
		for _, member := range inner.Members() {
			fmt.Fprintf(&text, "%q ", member.Key)
		}
	})
	return text.String()
}

// build makes the nodes of all that was read.
func (u *unit) build(folder string) {
	u.addBuckets()
	u.addKeys()
	environments := u.newEnvironments()
	for _, r := range u.resources {
		environment := environments.of(r)
		for _, node := range append([]*graph.Node{r.node}, r.parts...) {
			node.Environment = environment
			u.addNode(node)
		}
	}
	u.addPolicies()
	u.builder.AddUnit(graph.Unit{ID: u.id, Path: folder, Language: graph.PolicyJSON, Incomplete: u.incomplete})
}

// addNode adds a node. Ids are unique: add sees to it for resources, and a file
// holds one policy.
func (u *unit) addNode(node *graph.Node) {
	add := u.builder.AddNode
	if node.Kind == graph.Policy {
		add = u.builder.AddPolicy
	}
	if err := add(node); err != nil {
		u.complain(node.Location, "%v", err)
	}
}
