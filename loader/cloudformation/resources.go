package cloudformation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A resource is one resource of the template while its nodes are made.
type resource struct {
	*template
	logical    string
	header     source.Location
	node       *source.Node
	properties *source.Node
	when       value.Condition
}

// addResource makes the nodes of a resource that is of interest.
func (t *template) addResource(member source.Member) {
	r := &resource{template: t, logical: member.Key.Text, header: member.Key.Location, node: member.Value, properties: member.Value.Get("Properties")}
	t.defaults = map[string]bool{}
	maps.Copy(t.defaults, t.loopDefaults)
	r.when = t.when
	if condition := r.node.Get("Condition"); condition != nil {
		r.when = value.And(r.when, t.namedCondition(condition.Text, condition.Location))
	}
	if holds, constant := r.when.Constant(); constant && !holds {
		return
	}
	kind := resourceType(r.node)
	switch kind {
	case distributionType:
		r.addDistribution()
	case oaiType:
		t.add(r.newNode(graph.OAI, nil))
	case oacType:
		r.addControl()
	case bucketType:
		r.addBucket()
	case accessPointType:
		r.addAccessPoint()
	case multiRegionAccessPointType:
		r.addMultiRegionAccessPoint()
	case "AWS::S3::MultiRegionAccessPointPolicy":
		r.addPolicy(r.newNode(graph.Policy, map[string]string{"target": "MrapName", "document": "Policy"}), graph.AccessPointPolicy)
	case bucketPolicyType:
		r.addPolicy(r.newNode(graph.Policy, map[string]string{"target": "Bucket", "document": "PolicyDocument"}), graph.BucketPolicy)
	case keyType, replicaKeyType:
		r.addKey()
	case aliasType:
		t.add(r.newNode(graph.Alias, map[string]string{"name": "AliasName", "target_key": "TargetKeyId"}))
	case "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy":
		r.addPolicy(r.newNode(graph.Policy, map[string]string{"document": "PolicyDocument"}), graph.IdentityPolicy)
	case "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group":
		r.addBoundary()
		r.addInlinePolicies()
	case stackType, applicationType:
		nested, why := t.nestedTemplate(r.logical)
		if nested == nil {
			r.addOpaque(why)
			return
		}
		nested.addAll()
	case "AWS::Serverless::Function", "AWS::Serverless::StateMachine":
		r.addServerlessPolicies()
	default:
		// Custom resources, modules and the types of others may write policies.
		if kind == "AWS::CloudFormation::CustomResource" || strings.Contains(kind, "::") && !strings.HasPrefix(kind, "AWS::") {
			r.addOpaque(fmt.Sprintf("what %s (%s) does is not known", r.address(), kind))
		}
	}
}

// address is what a person calls the resource, with the stacks that lead to it.
func (r *resource) address() string { return r.prefix + r.logical }

// newNode returns a node for the resource whose attributes are properties, by
// the name of the attribute.
func (r *resource) newNode(kind graph.Kind, properties map[string]string) *graph.Node {
	n := r.part(kind, "", properties, r.properties)
	n.Parent = ""
	return n
}

// part returns a node for a part of the resource, or for the whole where name is
// empty.
func (r *resource) part(kind graph.Kind, name string, properties map[string]string, from *source.Node) *graph.Node {
	n := &graph.Node{
		ID: r.id(r.logical), Kind: kind, Unit: r.unit, Address: r.address(), Location: r.header, Body: r.node.Location,
		When: r.when, Environment: r.unit, Callers: r.callers,
	}
	if path := r.node.Get("Metadata").Get("aws:cdk:path"); path != nil {
		n.ConstructPath = path.Text
	} else if r.parent == nil {
		n.ConstructPath = r.constructs[r.logical]
	}
	if name != "" {
		n.Parent = n.ID
		n.ID += "#" + name
	}
	names := make([]string, 0, len(properties))
	for attribute := range properties {
		names = append(names, attribute)
	}
	slices.Sort(names)
	for _, attribute := range names {
		r.set(n, attribute, member(from, properties[attribute]))
	}
	n.Defaults = r.usedDefaults()
	return n
}

// usedDefaults returns the parameters whose default the current resource rests on,
// sorted. Most resources rest on the same ones, and share the list.
func (t *template) usedDefaults() []string {
	if len(t.defaults) == 0 {
		return nil
	}
	names := make([]string, 0, len(t.defaults))
	for name := range t.defaults {
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, t.used) {
		t.used = names
	}
	return t.used
}

// set evaluates a property to an attribute, where it is written.
func (t *template) set(n *graph.Node, attribute string, property *source.Member) {
	if property == nil {
		return
	}
	v := t.evaluate(property.Value)
	if v.IsAbsent() {
		return
	}
	n.Attributes.Set(attribute, v)
	n.Positions.Set(attribute, property.Key.Location)
}

// addPolicy adds a policy node in a role.
func (t *template) addPolicy(n *graph.Node, role string) {
	n.Attributes.Set("role", value.Text(role, n.Location))
	t.add(n)
}

// member returns the last member with a key, with the place of the key.
func member(node *source.Node, key string) *source.Member {
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

func (r *resource) addControl() {
	config := r.properties.Get("OriginAccessControlConfig")
	r.add(r.partOfWhole(graph.OAC, map[string]string{
		"signing_behavior": "SigningBehavior", "signing_protocol": "SigningProtocol", "origin_type": "OriginAccessControlOriginType",
	}, config))
}

// partOfWhole is newNode with properties of an inner object.
func (r *resource) partOfWhole(kind graph.Kind, properties map[string]string, from *source.Node) *graph.Node {
	n := r.newNode(kind, nil)
	filled := r.part(kind, "", properties, from)
	n.Attributes, n.Positions, n.Defaults = filled.Attributes, filled.Positions, filled.Defaults
	return n
}

func (r *resource) addBucket() {
	r.add(r.newNode(graph.Bucket, map[string]string{"name": "BucketName"}))
	encryption := member(r.properties, "BucketEncryption")
	if encryption == nil {
		return
	}
	index := 0
	r.addEncryption(&index, encryption, encryption.Value, value.True())
}

// addEncryption adds an encryption node for each rule, also where conditions
// stand around the configuration, its list of rules or one of them.
func (r *resource) addEncryption(index *int, property *source.Member, node *source.Node, when value.Condition) {
	for _, alternative := range r.alternatives(node) {
		condition := value.And(when, alternative.when)
		name, _, isCall := call(alternative.node)
		switch rules := alternative.node.Get("ServerSideEncryptionConfiguration"); {
		case isCall:
			r.addUnknownEncryption(index, property, condition, name+" decides it at deployment")
		case rules != nil:
			r.addEncryption(index, property, rules, condition)
		case alternative.node.Kind == source.SequenceNode:
			for _, rule := range alternative.node.Items {
				r.addEncryption(index, property, rule, condition)
			}
		case alternative.node.Kind == source.MappingNode:
			r.addRule(index, alternative.node, condition)
		default:
			r.addUnknownEncryption(index, property, condition, "its configuration is not an object")
		}
	}
}

func (r *resource) addRule(index *int, rule *source.Node, when value.Condition) {
	byDefault := rule.Get("ServerSideEncryptionByDefault")
	if byDefault == nil {
		return
	}
	for _, alternative := range r.alternatives(byDefault) {
		n := r.part(graph.Encryption, fmt.Sprintf("encryption/%d", *index), map[string]string{"algorithm": "SSEAlgorithm", "key": "KMSMasterKeyID"}, alternative.node)
		*index++
		r.set(n, "bucket_key_enabled", member(rule, "BucketKeyEnabled"))
		n.When = value.And(r.when, when, alternative.when)
		n.Location = alternative.node.Location
		n.Defaults = r.usedDefaults()
		r.add(n)
	}
}

func (r *resource) addUnknownEncryption(index *int, property *source.Member, when value.Condition, why string) {
	n := r.part(graph.Encryption, fmt.Sprintf("encryption/%d", *index), nil, nil)
	*index++
	n.When = value.And(r.when, when)
	n.Location = property.Key.Location
	unknown := value.NotKnown("the encryption of "+r.logical+" is not known: "+why, property.Key.Location)
	n.Attributes.Set("algorithm", unknown)
	n.Attributes.Set("key", unknown)
	r.add(n)
}

// An alternative is what a property is under a condition; node is nil where it
// is not set.
type alternative struct {
	node *source.Node
	when value.Condition
}

// alternatives opens Fn::If around a property whose shape matters.
func (r *resource) alternatives(node *source.Node) []alternative {
	name, argument, ok := call(node)
	switch {
	case ok && name == "Fn::If" && len(argument.Items) == 3:
		condition := r.namedCondition(argument.Items[0].Text, argument.Items[0].Location)
		var all []alternative
		for i, side := range argument.Items[1:] {
			when := condition
			if i == 1 {
				when = value.Not(condition)
			}
			if holds, constant := when.Constant(); constant && !holds {
				continue
			}
			for _, inner := range r.alternatives(side) {
				all = append(all, alternative{inner.node, value.And(when, inner.when)})
			}
		}
		return all
	case ok && name == "Ref" && argument.Text == "AWS::NoValue":
		return nil
	default:
		return []alternative{{node: node}}
	}
}

func (r *resource) addKey() {
	key := r.newNode(graph.Key, map[string]string{"enabled": "Enabled", "usage": "KeyUsage", "spec": "KeySpec", "multi_region": "MultiRegion"})
	r.add(key)
	policy := member(r.properties, "KeyPolicy")
	if policy == nil {
		return
	}
	n := r.part(graph.Policy, "policy", map[string]string{"document": "KeyPolicy"}, r.properties)
	n.Location = policy.Key.Location
	n.Attributes.Set("target", value.To(value.Reference{Node: key.ID, Attribute: value.ID}, r.logical, policy.Key.Location))
	r.addPolicy(n, graph.KeyPolicy)
}

func (r *resource) addAccessPoint() {
	point := r.newNode(graph.AccessPoint, map[string]string{"bucket": "Bucket"})
	r.add(point)
	policy := member(r.properties, "Policy")
	if policy == nil {
		return
	}
	n := r.part(graph.Policy, "policy", map[string]string{"document": "Policy"}, r.properties)
	n.Location = policy.Key.Location
	n.Attributes.Set("target", value.To(value.Reference{Node: point.ID, Attribute: value.ARN}, r.logical, policy.Key.Location))
	r.addPolicy(n, graph.AccessPointPolicy)
}

func (r *resource) addMultiRegionAccessPoint() {
	n := r.newNode(graph.AccessPoint, map[string]string{"name": "Name"})
	regions := member(r.properties, "Regions")
	if regions == nil {
		return
	}
	var buckets []value.Value
	for _, alternative := range r.alternatives(regions.Value) {
		if alternative.node.Kind != source.SequenceNode || alternative.node.Tag != "" {
			n.Attributes.Set("buckets", value.NotKnown("the Regions of "+r.logical+" are not known", regions.Key.Location))
			r.add(n)
			return
		}
		for _, item := range alternative.node.Items {
			for _, region := range r.alternatives(item) {
				bucket := value.Nothing(region.node.Location)
				if named := member(region.node, "Bucket"); named != nil {
					bucket = r.evaluate(named.Value)
				}
				buckets = append(buckets, value.If(value.And(alternative.when, region.when), bucket, value.Nothing(bucket.Location), bucket.Location))
			}
		}
	}
	n.Attributes.Set("buckets", value.ListOf(buckets, regions.Key.Location))
	n.Defaults = r.usedDefaults()
	r.add(n)
}

// addBoundary adds a role or user where a policy bounds it: that policy grants nothing.
func (r *resource) addBoundary() {
	if member(r.properties, "PermissionsBoundary") != nil {
		r.add(r.newNode(graph.Identity, map[string]string{"permissions_boundary": "PermissionsBoundary"}))
	}
}

func (r *resource) addInlinePolicies() {
	index := -1
	r.eachItem(r.properties.Get("Policies"), value.True(), func(policy *source.Node, when value.Condition) {
		index++
		document := member(policy, "PolicyDocument")
		if document == nil {
			return
		}
		n := r.part(graph.Policy, fmt.Sprintf("policy/%d", index), map[string]string{"document": "PolicyDocument"}, policy)
		n.Parent = ""
		n.When = value.And(r.when, when)
		n.Location = document.Key.Location
		r.addPolicy(n, graph.IdentityPolicy)
	})
}

// addServerlessPolicies adds the policy documents among the policies of a
// resource of the SAM; the others are names and policy templates of AWS.
func (r *resource) addServerlessPolicies() {
	index := -1
	r.eachItem(r.properties.Get("Policies"), value.True(), func(document *source.Node, when value.Condition) {
		index++
		if document.Get("Statement") == nil {
			return
		}
		n := r.part(graph.Policy, fmt.Sprintf("policy/%d", index), nil, nil)
		n.Parent = ""
		n.When = value.And(r.when, when)
		n.Location = document.Location
		n.Attributes.Set("document", r.evaluate(document))
		n.Defaults = r.usedDefaults()
		r.addPolicy(n, graph.IdentityPolicy)
	})
}

// eachItem calls f with the items of a list, or with what stands in its place,
// and the conditions around them.
func (r *resource) eachItem(node *source.Node, when value.Condition, f func(*source.Node, value.Condition)) {
	if node == nil {
		return
	}
	for _, alternative := range r.alternatives(node) {
		condition := value.And(when, alternative.when)
		if alternative.node.Kind != source.SequenceNode || alternative.node.Tag != "" {
			f(alternative.node, condition)
			continue
		}
		for _, item := range alternative.node.Items {
			r.eachItem(item, condition, f)
		}
	}
}

// addOpaque adds a resource that may do anything with what it is handed.
func (r *resource) addOpaque(why string) {
	n := r.newNode(graph.Opaque, nil)
	for _, property := range members(r.properties) {
		r.set(n, property.Key.Text, &property)
	}
	n.Attributes.Set("source", value.Text(resourceType(r.node), r.header))
	n.External = why
	r.add(n)
}

// addDependencies records what a resource refers to, for cycles.
func (t *template) addDependencies(resource source.Member) {
	from := t.id(resource.Key.Text)
	if t.parent != nil {
		// A nested stack is created as one: what needs part of it needs all.
		stack := strings.TrimSuffix(t.id(""), "/")
		t.builder.AddDependency(from, stack)
		t.builder.AddDependency(stack, from)
	}
	depend := func(name string) {
		logical, _, _ := strings.Cut(name, ".")
		if _, ok := t.byName[logical]; ok && logical != resource.Key.Text {
			t.builder.AddDependency(from, t.id(logical))
		}
	}
	substitutes := func(text string) {
		for _, found := range variables(text) {
			depend(found.name)
		}
	}
	var walk func(node *source.Node)
	walk = func(node *source.Node) {
		if node.Kind == source.StringNode {
			// Most references are written so, and need no argument of their own.
			switch node.Tag {
			case "!Ref", "!GetAtt":
				depend(node.Text)
			case "!Sub":
				substitutes(node.Text)
			}
			return
		}
		if name, argument, ok := call(node); ok {
			switch name {
			case "Ref", "Fn::GetAtt":
				if len(argument.Items) > 0 && argument.Tag == "" {
					argument = argument.Items[0]
				}
				if name, literal := t.name(argument); literal {
					depend(name)
				}
			case "Fn::Sub":
				text := argument.Text
				if len(argument.Items) > 0 {
					text = argument.Items[0].Text
				}
				substitutes(text)
			}
			for _, item := range argument.Items {
				walk(item)
			}
			for _, member := range argument.Members {
				walk(member.Value)
			}
			return
		}
		for _, item := range node.Items {
			walk(item)
		}
		for _, member := range node.Members {
			walk(member.Value)
		}
	}
	walk(resource.Value)
	if on := resource.Value.Get("DependsOn"); on != nil {
		depend(on.Text)
		for _, item := range on.Items {
			depend(item.Text)
		}
	}
}
