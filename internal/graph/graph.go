// Package graph holds what was read from all files as one graph of
// distributions, identities, buckets, keys and policies, in one vocabulary for
// every input language.
//
// A node is one resource, or one part of a resource that can be judged alone (an
// origin, an encryption configuration, a policy, a statement). Its attributes
// are symbolic values under the names of the tables below; an attribute that is
// not written is missing. Every reference inside an attribute
// becomes an edge that is labelled with the attribute's name and keeps the
// place of the expression.
//
// The attributes of each kind:
//
//	distribution  behaviors: list of {target_origin_id, allowed_methods (list),
//	                lambda_functions: list of {event, arn}, functions: list of {event, arn},
//	                cache_policy_id, origin_request_policy_id, forwarded_headers (list), forwarded_query_string,
//	                cache_policy, origin_request_policy: what those policies forward where they are in the
//	                input, as {header_behavior, headers, query_string_behavior, query_strings} in the words of
//	                AWS's API, or as the {name, id} that a data source finds one by}
//	              origin_groups: list of {origin_id, members (list of origin ids)}
//	              multitenant: bool
//	origin        (child of its distribution) origin_id, domain_name, origin_access_control_id,
//	              origin_access_identity (the path; "" and missing are the same),
//	              custom: bool, true where a custom or VPC origin configuration is written
//	oai           id, canonical_user, both where they are known
//	oac           signing_behavior, signing_protocol, origin_type
//	bucket        name (missing where the provider makes one up)
//	encryption    bucket, algorithm, key, bucket_key_enabled. An inline configuration is a node of
//	              its own. One rule a node; where "rule" cannot be read, all of them are unknown
//	object        bucket, algorithm, key: an object with an encryption of its own
//	access_point  bucket, or for a multi-Region one buckets: list of buckets
//	grant         key, grantee, operations (list): a grant of AWS KMS
//	key           enabled, state (what AWS says of a key that is not enabled), usage, spec,
//	              multi_region, manager ("AWS" or "CUSTOMER"). A data source is a key with External set
//	alias         name, target_key
//	policy        role ("key", "bucket", "access_point" or "identity"), target (what it is written for),
//	              document. Document is set, its statements are child nodes
//	identity      permissions_boundary: a role or user that a policy bounds. Others are no nodes
//	statement     none; Statement is set
//	opaque        source (a module that is not on disk, a custom resource). Its arguments keep their
//	              names, so that references passed in are edges
package graph

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// Kind is the kind of a node.
type Kind string

// The kinds of nodes. The package documentation lists their attributes.
const (
	Distribution Kind = "distribution"
	Origin       Kind = "origin"
	OAI          Kind = "oai"
	OAC          Kind = "oac"
	Bucket       Kind = "bucket"
	Encryption   Kind = "encryption"
	Key          Kind = "key"
	Alias        Kind = "alias"
	Object       Kind = "object"
	AccessPoint  Kind = "access_point"
	Grant        Kind = "grant"
	Policy       Kind = "policy"
	Identity     Kind = "identity"
	Statement    Kind = "statement"
	Opaque       Kind = "opaque"
)

// The values of a policy node's "role" attribute.
const (
	KeyPolicy         = "key"
	BucketPolicy      = "bucket"
	AccessPointPolicy = "access_point"
	IdentityPolicy    = "identity"
)

// A Node is immutable after Builder.Freeze.
type Node struct {
	// ID is unique in the graph: unit, "#" and address, and for parts of a
	// resource one more "#" and the name of the part.
	ID   string
	Kind Kind
	// Unit is the id of the unit that defines the node.
	Unit string
	// Address is what the user calls the resource: "module.site[0].aws_kms_key.k",
	// or a logical id. Parts of a resource have the resource's address.
	Address string
	// Parent is the id of the node that this one is a part of, or "".
	Parent string
	// Location is where a finding about the whole node points: the header of
	// a block, a logical id, the first line of a statement.
	Location source.Location
	// Body is the whole text of the resource.
	Body source.Location
	// When is the condition under which the node exists.
	When value.Condition
	// Environment is the id of the Environment that the resource lives in.
	Environment string

	Attributes Attributes
	// Positions holds the place where an attribute is written in this
	// resource, which may differ from the place of its value. Nested places
	// have dotted paths ("behaviors.0.target_origin_id"); the problems of a
	// policy have those of ProblemPlace.
	Positions source.Places

	// External is a clause that says why the node is only named here and
	// defined somewhere else (a data source, for example), or "".
	External string
	// Assumed is a clause that says on what assumption there is such a node,
	// although nobody wrote it down, or "".
	Assumed string
	// Elsewhere says of attributes why AWS may hold another value than the
	// text does, such as lifecycle { ignore_changes = [policy] }. The key is
	// an attribute, or "policy" for the policy of a key or bucket.
	Elsewhere map[string]string
	// Defaults names the variables and parameters whose default the
	// attributes rest on, sorted.
	Defaults []string
	// Callers are the module calls that lead to the resource, outermost first.
	Callers []source.Location
	// ConstructPath is the aws:cdk:path of a resource made by the CDK, or "".
	ConstructPath string

	Document  *iam.Document
	Statement *iam.Statement

	// order is when the node was added, index its place in Graph.Nodes.
	order, index int32
}

// Attribute returns a named attribute, Absent where it is not written.
func (n *Node) Attribute(name string) value.Value {
	if v, ok := n.Attributes.Get(name); ok {
		return v
	}
	return value.Nothing(n.Location)
}

// SetElsewhere says why AWS may hold another value of an attribute. "" says nothing.
func (n *Node) SetElsewhere(attribute, why string) {
	if why == "" {
		return
	}
	if n.Elsewhere == nil {
		n.Elsewhere = map[string]string{}
	}
	n.Elsewhere[attribute] = why
}

// Anonymous reports whether the node is only assumed and has no name that a
// person could look up.
func (n *Node) Anonymous() bool {
	return n.Assumed != "" && n.Attribute("id").IsAbsent() && n.Attribute("name").IsAbsent()
}

// Unnamed reports whether the node is called by the file that speaks of it, which
// does not say which resource it is.
func (n *Node) Unnamed() bool { return n.Address == n.Location.File }

// Label is the address, and for what the CDK made the construct path beside it,
// which is what its users know.
func (n *Node) Label() string {
	if n.ConstructPath == "" {
		return n.Address
	}
	// The CDK names the resource of its own constructs "Resource".
	return fmt.Sprintf("%s (%s)", n.Address, strings.TrimSuffix(n.ConstructPath, "/Resource"))
}

// Place returns where a path of the node is written: the position of the
// attribute, else of its value, else of the node.
func (n *Node) Place(path string) source.Location {
	if at, ok := n.Positions.At(path); ok && !at.IsZero() {
		return at
	}
	if v, ok := n.Attributes.Get(path); ok && !v.Location.IsZero() {
		return v.Location
	}
	if n.Statement != nil {
		if at, ok := n.Statement.Places.At(path); ok && !at.IsZero() {
			return at
		}
	}
	return n.Location
}

// Language is the language that a unit is written in.
type Language string

// The languages of units.
const (
	Terraform      Language = "terraform"
	TerraformJSON  Language = "terraform-json"
	CloudFormation Language = "cloudformation-yaml"
	TemplateJSON   Language = "cloudformation-json"
	PolicyJSON     Language = "json"
)

// A Unit is what is deployed together: a Terraform root module, a
// CloudFormation template, a folder of raw policies.
type Unit struct {
	ID string
	// Path is the root module's folder or the template's file.
	Path     string
	Language Language
	// Incomplete says what of the unit could not be read, or "". What is not
	// found in such a unit is not missing.
	Incomplete string
	// Synthesized says that the CDK wrote the template, so that its users
	// change another program's text.
	Synthesized bool
	// Context says that the unit was read only so that others can be linked
	// to it: nothing is reported of it alone.
	Context bool
}

// An Environment is the account and Region that a resource is created in.
// Fields that are not known are "".
type Environment struct {
	ID        string
	Account   string
	Region    string
	Partition string
	// SameAccountAs is the id of an environment that certainly has the same
	// account and partition, or "".
	SameAccountAs string
}

// PartitionOf returns the partition of a Region: "Regions and Zones" in the AWS
// General Reference.
func PartitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// An Edge leads from a node to one that it refers to.
type Edge struct {
	From, To string
	// Relation is the attribute that holds the reference, or the kind of the
	// child where To is a part of From.
	Relation string
	// Location is the place of the expression that made the edge.
	Location source.Location
}

// A Graph is frozen: nothing in it changes any more, and everything in it is in
// a fixed order. It is safe for concurrent use.
type Graph struct {
	Units        []Unit
	Environments map[string]Environment
	Variables    value.Variables
	Files        map[string]*source.File
	Nodes        []*Node

	edges edges

	byID     map[string]*Node
	unitByID map[string]Unit
	// depends holds what resources need besides what edges lead to.
	depends map[string][]string
	// statements counts the statements that are written at a place.
	statements map[source.Location]int
	folders    map[string][]*source.File
}

// Node returns the node with that id, or nil.
func (g *Graph) Node(id string) *Node { return g.byID[id] }

// Edges returns all edges: the references, in the order of the nodes that they leave,
// and behind them the parts of resources, in the order in which they were written.
func (g *Graph) Edges() iter.Seq[Edge] { return g.edges.all(g) }

// Out returns the edges that leave a node, in the order of Edges.
func (g *Graph) Out(id string) iter.Seq[Edge] { return g.edges.of(g, &g.edges.leaving, id) }

// In returns the edges that reach a node, in the order of Edges.
func (g *Graph) In(id string) iter.Seq[Edge] { return g.edges.of(g, &g.edges.reaching, id) }

// InUnit returns the nodes of a unit, in the order of Nodes.
func (g *Graph) InUnit(unit string) []*Node {
	start, _ := slices.BinarySearchFunc(g.Nodes, unit, func(n *Node, unit string) int { return cmp.Compare(n.Unit, unit) })
	end := start
	for end < len(g.Nodes) && g.Nodes[end].Unit == unit {
		end++
	}
	return g.Nodes[start:end]
}

// FilesIn returns the files of a folder, sorted by path.
func (g *Graph) FilesIn(folder string) []*source.File { return g.folders[folder] }

// Unit returns the unit with that id.
func (g *Graph) Unit(id string) Unit { return g.unitByID[id] }

// StatementsAt returns how many statements of policies are written at a place. They
// are several where a policy is read more than once, by two keys for example.
func (g *Graph) StatementsAt(at source.Location) int { return g.statements[at] }

// Children returns the parts of a node that have a kind, in their written order.
func (g *Graph) Children(id string, kind Kind) []*Node {
	var children []*Node
	for edge := range g.Out(id) {
		if edge.Relation == string(kind) {
			if child := g.byID[edge.To]; child != nil && child.Parent == id {
				children = append(children, child)
			}
		}
	}
	return children
}

// Resource returns the id of the resource that a node is, or is a part of.
func (g *Graph) Resource(id string) string {
	for node := g.byID[id]; node != nil && node.Parent != ""; node = g.byID[node.Parent] {
		id = node.Parent
	}
	return id
}

// DependsOn reports whether creating the resource from needs the resource to,
// directly or through others. Both are ids of resources. In Terraform it is known of
// distributions only, and of what they depend on.
func (g *Graph) DependsOn(from, to string) bool {
	seen := map[string]bool{from: true}
	queue := []string{from}
	need := func(id string) {
		if !seen[id] {
			seen[id] = true
			queue = append(queue, id)
		}
	}
	for len(queue) > 0 {
		current := queue[0]
		queue = queue[1:]
		if current == to {
			return true
		}
		for edge := range g.Out(current) {
			if g.byID[edge.To].Parent == current {
				need(edge.To)
			} else {
				need(g.Resource(edge.To))
			}
		}
		for _, next := range g.depends[current] {
			need(next)
		}
	}
	return false
}

// A Builder collects nodes. It is not safe for concurrent use: loaders fill one
// Builder a unit, and Merge joins them in the order of the units.
type Builder struct {
	units        []Unit
	environments map[string]Environment
	variables    value.Variables
	files        map[string]*source.File
	nodes        []*Node
	byID         map[string]*Node
	depends      map[string][]string
}

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder {
	return &Builder{
		environments: map[string]Environment{},
		variables:    value.Variables{},
		files:        map[string]*source.File{},
		byID:         map[string]*Node{},
		depends:      map[string][]string{},
	}
}

// AddUnit adds a unit.
func (b *Builder) AddUnit(unit Unit) { b.units = append(b.units, unit) }

// AddEnvironment adds an environment. A Region outside of the partition aws says its
// partition; "aws" is left open, which most people write in any case.
func (b *Builder) AddEnvironment(environment Environment) {
	if environment.Partition == "" && environment.Region != "" && PartitionOf(environment.Region) != "aws" {
		environment.Partition = PartitionOf(environment.Region)
	}
	b.environments[environment.ID] = environment
}

// Environment returns the environment with that id.
func (b *Builder) Environment(id string) Environment { return b.environments[id] }

// Environments returns all environments, sorted by id.
func (b *Builder) Environments() []Environment {
	all := make([]Environment, 0, len(b.environments))
	for _, id := range slices.Sorted(maps.Keys(b.environments)) {
		all = append(all, b.environments[id])
	}
	return all
}

// Units returns the ids of all units.
func (b *Builder) Units() []string {
	ids := make([]string, len(b.units))
	for i, unit := range b.units {
		ids[i] = unit.ID
	}
	return ids
}

// Nodes returns the nodes of a kind, sorted by id. They may be changed until the
// graph is made.
func (b *Builder) Nodes(kind Kind) []*Node {
	var nodes []*Node
	for _, node := range b.nodes {
		if node.Kind == kind {
			nodes = append(nodes, node)
		}
	}
	slices.SortFunc(nodes, func(x, y *Node) int { return cmp.Compare(x.ID, y.ID) })
	return nodes
}

// AddFile makes the text of a file available to reports, and notes that the units
// of the builder read it.
func (b *Builder) AddFile(file *source.File) { b.files[file.Path] = file }

// Reads reports whether the units of the builder read a file.
func (b *Builder) Reads(path string) bool {
	_, ok := b.files[path]
	return ok
}

// Files returns the paths of the files that the units of the builder read,
// sorted.
func (b *Builder) Files() []string { return slices.Sorted(maps.Keys(b.files)) }

// MarkContext says of all units of the builder that they are context.
func (b *Builder) MarkContext() {
	for i := range b.units {
		b.units[i].Context = true
	}
}

// Variables returns the variables of the builder, to be added to.
func (b *Builder) Variables() value.Variables { return b.variables }

// AddNode adds a node. Children are added after their parent, in their order.
// It returns an error where the id is taken.
func (b *Builder) AddNode(node *Node) error {
	if _, taken := b.byID[node.ID]; taken {
		return fmt.Errorf("add node: %s is defined twice", node.ID)
	}
	// Most nodes are complete: what their lists have to spare is given back.
	if cap(node.Attributes) > len(node.Attributes) {
		node.Attributes = append(make(Attributes, 0, len(node.Attributes)), node.Attributes...)
	}
	if cap(node.Positions) > len(node.Positions) {
		node.Positions = append(make(source.Places, 0, len(node.Positions)), node.Positions...)
	}
	node.order = int32(len(b.nodes))
	b.nodes = append(b.nodes, node)
	b.byID[node.ID] = node
	return nil
}

// ProblemPlace is the path of the i-th problem of a policy's document.
func ProblemPlace(i int) string { return fmt.Sprintf("problem/%d", i) }

// AddPolicy adds a policy node and its statements as children. The policy's
// "document" attribute is read here.
func (b *Builder) AddPolicy(node *Node) error {
	node.Document = iam.Parse(node.Attribute("document"))
	if place := node.Document.Place; place.File != node.Place("document").File {
		// A finding about the policy points into the file that holds it.
		node.Positions.Set("document", place)
	}
	role, _ := node.Attribute("role").Literal()
	for i, problem := range node.Document.ProblemsFor(role) {
		node.Positions.Set(ProblemPlace(i), problem.Location)
	}
	// From here on the statements say what it holds; the text is for rules that look
	// at it.
	if document := node.Attribute("document"); !document.IsAbsent() {
		node.Attributes.Set("document", document.Packed())
	}
	if err := b.AddNode(node); err != nil {
		return err
	}
	for i, statement := range node.Document.Statements {
		child := &Node{
			ID:          fmt.Sprintf("%s#statement/%d", node.ID, i),
			Kind:        Statement,
			Unit:        node.Unit,
			Address:     node.Address,
			Parent:      node.ID,
			Location:    statement.Location,
			When:        value.And(node.When, statement.When),
			Environment: node.Environment,
			Callers:     node.Callers,

			ConstructPath: node.ConstructPath,
			Statement:     statement,
		}
		if err := b.AddNode(child); err != nil {
			return err
		}
	}
	return nil
}

// AddDependency records that the resource from needs the resource to, for the
// resources and references that no node describes.
func (b *Builder) AddDependency(from, to string) {
	if known := b.depends[from]; !slices.Contains(known, to) {
		b.depends[from] = append(known, to)
	}
}

// Merge adds all that other holds, of which only the units and files are known
// afterwards.
func (b *Builder) Merge(other *Builder) error {
	b.units = append(b.units, other.units...)
	for id, environment := range other.environments {
		b.environments[id] = environment
	}
	for id, variable := range other.variables {
		for _, element := range variable.Domain {
			b.variables.Mention(id, variable.Text, element)
		}
	}
	for path, file := range other.files {
		b.files[path] = file
	}
	for _, node := range other.nodes {
		if err := b.AddNode(node); err != nil {
			return err
		}
	}
	for from, targets := range other.depends {
		for _, to := range targets {
			b.AddDependency(from, to)
		}
	}
	other.nodes, other.byID, other.depends = nil, nil, nil
	return nil
}

// Freeze makes the graph. The builder must not be used afterwards.
func (b *Builder) Freeze() *Graph {
	g := &Graph{
		Units:        b.units,
		Environments: b.environments,
		Variables:    b.variables,
		Files:        b.files,
		Nodes:        b.nodes,
		byID:         b.byID,
		unitByID:     map[string]Unit{},
		depends:      b.depends,
		statements:   map[source.Location]int{},
		folders:      map[string][]*source.File{},
	}
	for _, name := range slices.Sorted(maps.Keys(g.Files)) {
		folder := path.Dir(name)
		g.folders[folder] = append(g.folders[folder], g.Files[name])
	}
	slices.SortFunc(g.Units, func(x, y Unit) int { return cmp.Compare(x.ID, y.ID) })
	for _, unit := range g.Units {
		g.unitByID[unit.ID] = unit
	}
	slices.SortFunc(g.Nodes, func(x, y *Node) int {
		return cmp.Or(cmp.Compare(x.Unit, y.Unit), x.Location.Compare(y.Location), cmp.Compare(x.order, y.order))
	})
	for i, node := range g.Nodes {
		node.index = int32(i)
		if node.Kind == Statement {
			g.statements[node.Location]++
		}
	}
	g.connect()
	return g
}
