package loader

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
	"github.com/originkey/originkey/loader/policyjson"
)

// Bindings say what the files do not: what the policy in a file is written for,
// which key encrypts a bucket, which id AWS gave a resource.
//
// A key is named by its ARN, id or alias, a bucket by its name or ARN, and either,
// as a distribution or identity, by its address, with its unit before it where two
// units have it: "infra/prod#aws_kms_key.cdn".
type Bindings struct {
	// File is where the bindings are written.
	File          string
	Policies      []PolicyBinding
	Buckets       []BucketBinding
	Distributions []IdentifierBinding
	Identities    []IdentifierBinding
}

// A PolicyBinding names the key or the bucket that the policy in a file is written
// for.
type PolicyBinding struct{ File, Key, Bucket source.Text }

// A BucketBinding names the key that encrypts a bucket by default.
type BucketBinding struct{ Bucket, Key source.Text }

// An IdentifierBinding gives a resource the id that AWS gave it.
type IdentifierBinding struct{ Address, ID source.Text }

// configUnit is the unit of what only the bindings name.
const configUnit = "config"

var (
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	keyID      = regexp.MustCompile(`^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$`)
	keyARN     = regexp.MustCompile(`^arn:([^:]+):kms:([^:]+):([0-9]{12}):(?:key/(.+)|(alias/.+))$`)
	bucketARN  = regexp.MustCompile(`^arn:[^:]+:s3:::([^/*]+)$`)
)

// A binder applies bindings to the units that were read.
type binder struct {
	*loading
	bindings Bindings
	// added holds what the bindings name and no unit defines, by its text.
	added map[string]*graph.Node
	// bound holds the files of policies that are bound.
	bound map[string]bool
}

// wrongName reports a name that nothing has. Where a part of the repository is
// read only, it may be a name of the rest.
func (b *binder) wrongName(name source.Text, what string, existing []string) {
	if !b.selected.whole() {
		return
	}
	slices.Sort(existing)
	existing = slices.Compact(existing)
	if len(existing) == 0 {
		b.fail(name.Location, "there is no %s %s in the input, nor any other", what, name.Text)
		return
	}
	b.fail(name.Location, "there is no %s %s in the input; there is %s", what, name.Text, someOf(existing))
}

// someOf lists names, but no more than can be read.
func someOf(names []string) string {
	const most = 20
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	return strings.Join(names, ", ") + more
}

// unitPath is the path of the unit of a node.
func unitPath(node *graph.Node) string {
	_, path, _ := strings.Cut(node.Unit, ":")
	return path
}

// hasAddresses reports whether a node is one of Terraform or CloudFormation, whose
// addresses the user knows.
func hasAddresses(node *graph.Node) bool {
	return node.Unit != configUnit && !strings.HasPrefix(node.Unit, "json:")
}

// byAddress finds the nodes with an address. said is true where something was
// said about why there is not exactly one.
func (b *binder) byAddress(kind graph.Kind, name source.Text) (node *graph.Node, said bool) {
	path, address, qualified := strings.Cut(name.Text, "#")
	if !qualified {
		address = name.Text
	}
	var found []*graph.Node
	for _, candidate := range b.whole.Nodes(kind) {
		if candidate.Address == address && hasAddresses(candidate) && (!qualified || unitPath(candidate) == path) {
			found = append(found, candidate)
		}
	}
	switch len(found) {
	case 0:
		return nil, false
	case 1:
		return found[0], false
	}
	names := make([]string, len(found))
	for i, candidate := range found {
		names[i] = unitPath(candidate) + "#" + address
	}
	b.fail(name.Location, "%s is in more than one unit; write one of %s", name.Text, strings.Join(names, ", "))
	return nil, true
}

// addresses lists the addresses of a kind, with their units where they need them.
func (b *binder) addresses(kind graph.Kind) []string {
	units := map[string][]string{}
	for _, node := range b.whole.Nodes(kind) {
		if hasAddresses(node) {
			units[node.Address] = append(units[node.Address], unitPath(node))
		}
	}
	var all []string
	for _, address := range slices.Sorted(maps.Keys(units)) {
		if len(units[address]) == 1 {
			all = append(all, address)
			continue
		}
		for _, path := range units[address] {
			all = append(all, path+"#"+address)
		}
	}
	return all
}

// identify gives distributions and identities their ids.
func (b *binder) identify() {
	for _, kind := range []struct {
		kind     graph.Kind
		what     string
		bindings []IdentifierBinding
	}{
		{graph.Distribution, "distribution", b.bindings.Distributions},
		{graph.OAI, "origin access identity", b.bindings.Identities},
	} {
		for _, binding := range kind.bindings {
			node, said := b.byAddress(kind.kind, binding.Address)
			switch {
			case node != nil:
				node.Attributes.Set("id", value.Text(binding.ID.Text, binding.ID.Location))
			case !said:
				b.wrongName(binding.Address, kind.what, b.addresses(kind.kind))
			}
		}
	}
}

// policies says of policy files what they are written for. It is called when all
// units but the folders of policies have been read.
func (b *binder) policies() map[string]policyjson.Binding {
	bindings := map[string]policyjson.Binding{}
	for _, policy := range b.bindings.Policies {
		name := policy.File
		if _, err := b.repository.ReadFile(name.Text); err != nil {
			b.fail(name.Location, "%v; there is %s", err, someOf(b.repository.policyFiles))
			continue
		}
		if b.bound[name.Text] {
			b.fail(name.Location, "%s is bound twice", name.Text)
			continue
		}
		if user := b.userOf(name.Text); user != nil {
			b.fail(name.Location, "%s is read as the policy of %s, so that it cannot be bound to anything else", name.Text, user.Address)
			continue
		}
		b.bound[name.Text] = true
		binding := policyjson.Binding{Role: graph.KeyPolicy}
		var ok bool
		if policy.Key.IsZero() {
			binding.Role = graph.BucketPolicy
			binding.Target, ok = b.bucket(policy.Bucket)
		} else {
			binding.Target, ok = b.key(policy.Key)
		}
		if !ok {
			// It is bound all the same, so that it is taken for nothing else.
			binding.Target = value.NotKnown(fmt.Sprintf("what %s binds %s to is not in the input", b.bindings.File, name.Text), name.Location)
		}
		bindings[name.Text] = binding
	}
	return bindings
}

// userOf returns the policy of a unit that is written in a file.
func (b *binder) userOf(file string) *graph.Node {
	for _, node := range b.whole.Nodes(graph.Policy) {
		if node.Location.File != file && node.Attribute("document").Location.File == file {
			return node
		}
	}
	return nil
}

// isKeyName reports whether a text is an ARN, an id or an alias of a key.
func isKeyName(text string) bool {
	return keyARN.MatchString(text) || keyID.MatchString(text) || strings.HasPrefix(text, "alias/")
}

// key returns what a name of a key stands for.
func (b *binder) key(name source.Text) (value.Value, bool) {
	if isKeyName(name.Text) {
		return value.Text(name.Text, name.Location), true
	}
	node, said := b.byAddress(graph.Key, name)
	if node == nil {
		if !said {
			b.wrongName(name, "key", slices.Concat(b.addresses(graph.Key), b.namedKeys()))
		}
		return value.Value{}, false
	}
	return value.To(value.Reference{Node: node.ID, Attribute: value.ID}, node.Address, name.Location), true
}

// bucket returns what a name of a bucket stands for.
func (b *binder) bucket(name source.Text) (value.Value, bool) {
	if match := bucketARN.FindStringSubmatch(name.Text); match != nil {
		return value.Text(match[1], name.Location), true
	}
	node, said := b.byAddress(graph.Bucket, name)
	switch {
	case node != nil:
		return value.To(value.Reference{Node: node.ID, Attribute: value.ID}, node.Address, name.Location), true
	case said:
		return value.Value{}, false
	case bucketName.MatchString(name.Text):
		return value.Text(name.Text, name.Location), true
	}
	b.wrongName(name, "bucket", slices.Concat(b.addresses(graph.Bucket), b.namedBuckets()))
	return value.Value{}, false
}

// literals returns the literal texts of an attribute of all nodes of a kind, on
// both sides of conditions, but for those that the bindings themselves make.
func (b *binder) literals(kind graph.Kind, attribute string) []string {
	var texts []string
	for _, node := range b.whole.Nodes(kind) {
		if node.Unit == configUnit || b.bound[node.Location.File] {
			continue
		}
		node.Attribute(attribute).Walk(func(v value.Value) {
			if text, literal := v.Literal(); literal && v.Kind == value.String && text != "" {
				texts = append(texts, text)
			}
		})
	}
	return texts
}

// defines reports whether a unit defines a node of a kind with that literal
// attribute, rather than only name it.
func (b *binder) defines(kind graph.Kind, attribute, text string) bool {
	return slices.ContainsFunc(b.whole.Nodes(kind), func(node *graph.Node) bool {
		written, literal := node.Attribute(attribute).Literal()
		return literal && written == text && node.External == ""
	})
}

// namedKeys are the names of keys in the text of the input.
func (b *binder) namedKeys() []string {
	named := slices.Concat(
		b.literals(graph.Encryption, "key"), b.literals(graph.Object, "key"), b.literals(graph.Key, "key_id"),
		b.literals(graph.Alias, "name"), b.literals(graph.Alias, "target_key"), b.literals(graph.Policy, "target"),
	)
	return slices.DeleteFunc(named, func(name string) bool { return !isKeyName(name) })
}

// namedBuckets are the names of buckets in the text of the input.
func (b *binder) namedBuckets() []string {
	named := slices.Concat(b.literals(graph.Bucket, "name"), b.literals(graph.Encryption, "bucket"), b.literals(graph.Policy, "target"))
	for _, domain := range b.literals(graph.Origin, "domain_name") {
		if name, _, ok := strings.Cut(domain, ".s3"); ok {
			named = append(named, name)
		}
	}
	for i, name := range named {
		if match := bucketARN.FindStringSubmatch(name); match != nil {
			named[i] = match[1]
		}
	}
	return slices.DeleteFunc(named, func(name string) bool { return !bucketName.MatchString(name) || keyID.MatchString(name) })
}

// complete adds what the bindings name and no unit defines. It is called when all
// units have been read.
func (b *binder) complete() {
	if len(b.bindings.Policies) == 0 && len(b.bindings.Buckets) == 0 {
		return
	}
	// What it defines is not reported for itself.
	b.whole.AddUnit(graph.Unit{ID: configUnit, Path: b.bindings.File, Language: graph.PolicyJSON, Context: true})
	b.whole.AddEnvironment(graph.Environment{ID: configUnit, Account: b.inputs.account, Region: b.inputs.region, Partition: b.inputs.partition})
	for _, policy := range b.bindings.Policies {
		if !b.bound[policy.File.Text] {
			continue
		}
		if !b.holdsPolicy(policy.File.Text) {
			b.fail(policy.File.Location, "%s holds no policy", policy.File.Text)
		}
		b.define(policy.Key, policy.Bucket)
	}
	for i, binding := range b.bindings.Buckets {
		bucket, knownBucket := b.bucket(binding.Bucket)
		key, knownKey := b.key(binding.Key)
		if !knownBucket || !knownKey {
			continue
		}
		b.define(binding.Key, binding.Bucket)
		at := binding.Bucket.Location
		b.add(&graph.Node{
			ID: fmt.Sprintf("%s#bucket/%d", configUnit, i), Kind: graph.Encryption, Address: "the binding in " + at.String(), Location: at,
			Attributes: graph.AttributesOf(map[string]value.Value{
				"bucket": bucket, "algorithm": value.Text("aws:kms", at), "key": key,
				"bucket_key_enabled": value.NotKnown("whether bucket keys are on is not configured", at),
			}),
		})
	}
}

func (b *binder) add(node *graph.Node) {
	node.Unit, node.Body = configUnit, node.Location
	if node.Environment == "" {
		node.Environment = configUnit
	}
	if err := b.whole.AddNode(node); err != nil {
		b.fail(node.Location, "%v", err)
	}
}

func (b *binder) holdsPolicy(file string) bool {
	return slices.ContainsFunc(b.whole.Nodes(graph.Policy), func(node *graph.Node) bool { return node.Location.File == file })
}

// define adds nodes for a key and a bucket that are named by text, where no unit
// defines them.
func (b *binder) define(key, bucket source.Text) {
	external := "is named in " + b.bindings.File + " and defined nowhere in the input"
	if !key.IsZero() && b.added[key.Text] == nil {
		b.defineKey(key, external)
	}
	name := bucket.Text
	if match := bucketARN.FindStringSubmatch(name); match != nil {
		name = match[1]
	}
	if bucketName.MatchString(name) && b.added[name] == nil && !b.defines(graph.Bucket, "name", name) {
		if node, _ := b.byAddress(graph.Bucket, bucket); node != nil {
			return
		}
		if !slices.Contains(b.namedBuckets(), name) {
			b.wrongName(bucket, "bucket", slices.Concat(b.addresses(graph.Bucket), b.namedBuckets()))
		}
		b.added[name] = &graph.Node{
			ID: configUnit + "#" + name, Kind: graph.Bucket, Address: name, Location: bucket.Location, External: external,
			Attributes: graph.AttributesOf(map[string]value.Value{"name": value.Text(name, bucket.Location)}),
		}
		b.add(b.added[name])
	}
}

// defineKey adds a key that is named by its ARN, id or alias.
func (b *binder) defineKey(name source.Text, external string) {
	id, alias := "", ""
	environment := ""
	switch match := keyARN.FindStringSubmatch(name.Text); {
	case match != nil:
		id, alias = match[4], match[5]
		environment = configUnit + "@" + strings.Join(match[1:4], "/")
		b.whole.AddEnvironment(graph.Environment{ID: environment, Partition: match[1], Region: match[2], Account: match[3]})
	case keyID.MatchString(name.Text):
		id = name.Text
	case strings.HasPrefix(name.Text, "alias/"):
		alias = name.Text
	default:
		return
	}
	if id != "" && b.defines(graph.Key, "key_id", id) || alias != "" && b.defines(graph.Alias, "name", alias) {
		return
	}
	part := id + alias
	named := b.namedKeys()
	if !slices.ContainsFunc(named, func(text string) bool { return text == part || strings.HasSuffix(text, part) }) {
		b.wrongName(name, "key", slices.Concat(b.addresses(graph.Key), named))
	}
	key := &graph.Node{
		ID: configUnit + "#" + name.Text, Kind: graph.Key, Address: name.Text, Location: name.Location, Environment: environment, External: external,
	}
	b.added[name.Text] = key
	if id != "" {
		key.Attributes.Set("key_id", value.Text(id, name.Location))
	}
	b.add(key)
	if alias == "" {
		return
	}
	b.add(&graph.Node{
		ID: key.ID + "#alias", Kind: graph.Alias, Address: name.Text, Location: name.Location, Environment: environment,
		Attributes: graph.AttributesOf(map[string]value.Value{
			"name":       value.Text(alias, name.Location),
			"target_key": value.To(value.Reference{Node: key.ID, Attribute: value.ID}, name.Text, name.Location),
		}),
	})
}
