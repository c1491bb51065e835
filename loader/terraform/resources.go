package terraform

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// addAll adds the nodes of this module instance and of those that it calls.
func (m *module) addAll() {
	if m.ctx.Err() != nil || m.loader.broken {
		return
	}
	for _, kind := range []blockKind{managedBlock, dataBlock} {
		for _, name := range m.named(kind).order {
			d := m.named(kind).byName[name]
			maker := d.maker()
			if maker.add == nil || !isWritten(m.parsed(d).Body, maker.only) {
				continue
			}
			block := blockName{kind: kind, name: name}
			for _, in := range m.instances(block) {
				if in.mayExist() {
					o := m.object(block, in)
					o.loader.used = map[string]bool{}
					maker.add(o)
				}
			}
		}
	}
	for _, name := range m.calls.order {
		block := blockName{kind: moduleBlock, name: name}
		for _, in := range m.instances(block) {
			called := m.call(name, in)
			if called.module != nil {
				called.module.addAll()
				continue
			}
			m.object(block, in).addOpaque()
		}
	}
}

// A maker adds the nodes of a resource or data source.
type maker struct {
	// add is nil where there are none.
	add func(*object)
	// only are arguments and nested blocks without which there are none, if any
	// are named.
	only []string
}

var (
	// ownEncryption is what an object has that is not encrypted as its bucket says.
	ownEncryption = []string{"server_side_encryption", "kms_key_id"}
	boundary      = []string{"permissions_boundary"}
	rolePolicies  = []string{"permissions_boundary", "inline_policy"}
)

// makerOf returns what adds the nodes of the resources or data sources of a type.
func makerOf(kind blockKind, resourceType string) maker {
	if kind == dataBlock {
		return externalMaker(resourceType)
	}
	switch resourceType {
	case "aws_cloudfront_distribution":
		return maker{add: func(o *object) { o.addDistribution(false) }}
	case "aws_cloudfront_multitenant_distribution":
		return maker{add: func(o *object) { o.addDistribution(true) }}
	case "aws_cloudfront_origin_access_identity":
		return maker{add: func(o *object) { o.add(o.node(graph.OAI, nil)) }}
	case "aws_cloudfront_origin_access_control":
		return maker{add: func(o *object) {
			o.add(o.node(graph.OAC, map[string][]string{
				"signing_behavior": {"signing_behavior"}, "signing_protocol": {"signing_protocol"}, "origin_type": {"origin_access_control_origin_type"},
			}))
		}}
	case "aws_s3_bucket":
		return maker{add: (*object).addBucket}
	case "aws_s3_bucket_server_side_encryption_configuration":
		return maker{add: func(o *object) { o.addEncryption("", o.block.Body, o.argument("bucket")) }}
	case "aws_s3_bucket_policy":
		return maker{add: func(o *object) {
			o.addPolicy(o.node(graph.Policy, map[string][]string{"target": {"bucket"}, "document": {"policy"}}), graph.BucketPolicy)
		}}
	case "aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key":
		return maker{add: (*object).addKey}
	case "aws_kms_key_policy":
		return maker{add: func(o *object) {
			o.addPolicy(o.node(graph.Policy, map[string][]string{"target": {"key_id"}, "document": {"policy"}}), graph.KeyPolicy)
		}}
	case "aws_s3_access_point":
		return maker{add: (*object).addAccessPoint}
	case "aws_s3control_access_point_policy":
		return maker{add: func(o *object) {
			o.addPolicy(o.node(graph.Policy, map[string][]string{"target": {"access_point_arn"}, "document": {"policy"}}), graph.AccessPointPolicy)
		}}
	case "aws_s3control_multi_region_access_point":
		return maker{add: (*object).addMultiRegionAccessPoint}
	case "aws_s3control_multi_region_access_point_policy":
		return maker{add: func(o *object) {
			o.addPolicy(o.node(graph.Policy, map[string][]string{"target": {"details", "name"}, "document": {"details", "policy"}}), graph.AccessPointPolicy)
		}}
	case "aws_kms_grant":
		return maker{add: func(o *object) {
			o.add(o.node(graph.Grant, map[string][]string{"key": {"key_id"}, "grantee": {"grantee_principal"}, "operations": {"operations"}}))
		}}
	case "aws_s3_object", "aws_s3_bucket_object":
		return maker{add: (*object).addObject, only: ownEncryption}
	case "aws_kms_alias":
		return maker{add: func(o *object) {
			o.add(o.node(graph.Alias, map[string][]string{"name": {"name"}, "target_key": {"target_key_id"}}))
		}}
	case "aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy":
		return maker{add: func(o *object) {
			o.addPolicy(o.node(graph.Policy, map[string][]string{"document": {"policy"}}), graph.IdentityPolicy)
		}}
	case "aws_iam_role":
		return maker{add: func(o *object) { o.addBoundary(); o.addInlinePolicies() }, only: rolePolicies}
	case "aws_iam_user":
		return maker{add: (*object).addBoundary, only: boundary}
	default:
		return maker{}
	}
}

// isWritten reports whether a body has one of the arguments or nested blocks, or
// whether none is named.
func isWritten(body *hclsyntax.Body, names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool {
		return body.Attributes[name] != nil || slices.ContainsFunc(body.Blocks, func(block *hclsyntax.Block) bool {
			return block.Type == name || block.Type == "dynamic" && slices.Contains(block.Labels, name)
		})
	})
}

// node returns a node of this object with arguments as attributes. Each argument
// is a path through nested blocks.
func (o *object) node(kind graph.Kind, arguments map[string][]string) *graph.Node {
	return o.part(kind, "", o.block.Body, o.instance.scope(o.module), arguments)
}

// part returns a node for a part of the object, or for the whole where name is
// empty.
func (o *object) part(kind graph.Kind, name string, body *hclsyntax.Body, s *scope, arguments map[string][]string) *graph.Node {
	n := &graph.Node{
		ID: o.id, Kind: kind, Unit: o.unit, Address: o.address,
		Location: o.at(o.block.DefRange()), Body: o.at(o.block.Range()),
		When: value.And(o.when, o.instance.when), Environment: o.resourceEnvironment(o.block), Callers: o.callers,
	}
	if name != "" {
		n.Parent, n.ID = n.ID, n.ID+"#"+name
	}
	for _, attribute := range sortedKeys(arguments) {
		o.set(n, attribute, body, s, arguments[attribute]...)
	}
	n.Defaults = o.usedDefaults()
	o.nodes = append(o.nodes, n)
	// What a distribution of another root module depends on, it reads from the state.
	if kind == graph.Distribution || o.parser.readsStates.Load() {
		o.loader.dependent = append(o.loader.dependent, o)
	}
	return n
}

// set evaluates an argument to an attribute, with the place where it is written.
func (o *object) set(n *graph.Node, attribute string, body *hclsyntax.Body, s *scope, path ...string) {
	v := o.nested(body, s, path...)
	if v.IsAbsent() {
		return
	}
	n.Attributes.Set(attribute, v)
	if at, ok := o.place(body, path...); ok {
		n.Positions.Set(attribute, at)
	}
	if len(path) == 1 && o.ignores(o.block.Body, path[0]) {
		n.SetElsewhere(attribute, o.ignored(path[0]))
	}
}

func (o *object) ignored(argument string) string {
	return fmt.Sprintf("%s ignores changes of %s, so that AWS may hold another", o.address, argument)
}

func (o *object) addPolicy(n *graph.Node, role string) {
	n.Attributes.Set("role", value.Text(role, n.Location))
	n.Defaults = o.usedDefaults()
	o.add(n)
}

// isImported reports whether an import block takes the resource over: it existed
// before, with settings that the text need not show.
func (o *object) isImported() bool {
	for c := o.module; c != nil; c = c.caller {
		if c.imported[strings.TrimPrefix(o.prefix, c.prefix)+o.name.name] {
			return true
		}
	}
	return false
}

// inlinePolicy adds the policy that is written in a bucket or key.
func (o *object) inlinePolicy(owner *graph.Node, role string, attribute value.Attribute) {
	if o.ignores(o.block.Body, "policy") {
		owner.SetElsewhere("policy", o.ignored("policy"))
	}
	if o.block.Body.Attributes["policy"] == nil {
		if o.isImported() {
			owner.SetElsewhere("policy", o.address+" is imported, so that AWS may hold a policy that is not written here")
		}
		return
	}
	n := o.part(graph.Policy, "policy", o.block.Body, o.instance.scope(o.module), map[string][]string{"document": {"policy"}})
	n.Location = n.Place("document")
	n.Attributes.Set("target", value.To(value.Reference{Node: o.id, Attribute: attribute}, o.address, n.Location))
	o.addPolicy(n, role)
}

func (o *object) addBucket() {
	n := o.node(graph.Bucket, map[string][]string{"name": {"bucket"}})
	o.add(n)
	if o.ignores(o.block.Body, "server_side_encryption_configuration") {
		n.SetElsewhere("encryption", o.ignored("server_side_encryption_configuration"))
	}
	for i, c := range o.contents(o.block.Body, "server_side_encryption_configuration", o.instance.scope(o.module)) {
		o.addRules(fmt.Sprintf("encryption/%d", i), c, value.To(value.Reference{Node: o.id, Attribute: value.Name}, o.address, c.header))
	}
	o.inlinePolicy(n, graph.BucketPolicy, value.Name)
}

// addEncryption adds the separate resource, whose node is the whole resource.
func (o *object) addEncryption(name string, body *hclsyntax.Body, bucket value.Value) {
	o.addRules(name, content{body: body, scope: o.instance.scope(o.module), header: o.at(o.block.DefRange())}, bucket)
}

// addRules adds a node for each rule of an encryption configuration.
func (o *object) addRules(name string, configuration content, bucket value.Value) {
	for i, rule := range o.contents(configuration.body, "rule", configuration.scope) {
		part := name
		if i > 0 || name != "" {
			part = fmt.Sprintf("%s/rule/%d", name, i)
		}
		n := o.part(graph.Encryption, part, rule.body, rule.scope, map[string][]string{
			"algorithm":          {"apply_server_side_encryption_by_default", "sse_algorithm"},
			"key":                {"apply_server_side_encryption_by_default", "kms_master_key_id"},
			"bucket_key_enabled": {"bucket_key_enabled"},
		})
		if name == "" {
			n.Parent = ""
		}
		n.When = value.And(n.When, configuration.when, rule.when)
		if n.Attribute("algorithm").IsAbsent() {
			continue
		}
		n.Attributes.Set("bucket", bucket)
		if o.ignores(o.block.Body, "rule") {
			n.SetElsewhere("algorithm", o.ignored("rule"))
		}
		o.add(n)
	}
}

// addObject adds an object only where it has an encryption of its own.
func (o *object) addObject() {
	n := o.node(graph.Object, map[string][]string{"bucket": {"bucket"}, "algorithm": {"server_side_encryption"}, "key": {"kms_key_id"}})
	if n.Attribute("algorithm").IsAbsent() && n.Attribute("key").IsAbsent() {
		return
	}
	o.add(n)
}

func (o *object) addAccessPoint() {
	point := o.node(graph.AccessPoint, map[string][]string{"bucket": {"bucket"}})
	o.add(point)
	if o.block.Body.Attributes["policy"] == nil {
		return
	}
	n := o.part(graph.Policy, "policy", o.block.Body, o.instance.scope(o.module), map[string][]string{"document": {"policy"}})
	n.Location = n.Place("document")
	n.Attributes.Set("target", value.To(value.Reference{Node: o.id, Attribute: value.ARN}, o.address, n.Location))
	o.addPolicy(n, graph.AccessPointPolicy)
}

func (o *object) addMultiRegionAccessPoint() {
	n := o.node(graph.AccessPoint, map[string][]string{"name": {"details", "name"}})
	var buckets []value.Value
	for _, details := range o.contents(o.block.Body, "details", o.instance.scope(o.module)) {
		for _, region := range o.contents(details.body, "region", details.scope) {
			bucket := o.module.argument(region.body, "bucket", region.scope)
			buckets = append(buckets, under(value.And(details.when, region.when), bucket))
		}
	}
	n.Attributes.Set("buckets", value.ListOf(buckets, n.Location))
	n.Defaults = o.usedDefaults()
	o.add(n)
}

// addBoundary adds a role or user where a policy bounds it: that policy grants nothing.
func (o *object) addBoundary() {
	if o.block.Body.Attributes["permissions_boundary"] == nil {
		return
	}
	o.add(o.node(graph.Identity, map[string][]string{"permissions_boundary": {"permissions_boundary"}}))
}

// addInlinePolicies adds the policies that are written in a role.
func (o *object) addInlinePolicies() {
	for i, policy := range o.contents(o.block.Body, "inline_policy", o.instance.scope(o.module)) {
		n := o.part(graph.Policy, fmt.Sprintf("policy/%d", i), policy.body, policy.scope, map[string][]string{"document": {"policy"}})
		if n.Attribute("document").IsAbsent() {
			continue
		}
		n.Parent = ""
		n.Location = n.Place("document")
		n.When = value.And(n.When, policy.when)
		o.addPolicy(n, graph.IdentityPolicy)
	}
}

func (o *object) addKey() {
	n := o.node(graph.Key, map[string][]string{
		"enabled": {"is_enabled"}, "usage": {"key_usage"}, "spec": {"customer_master_key_spec"}, "multi_region": {"multi_region"},
	})
	if o.kind() != "aws_kms_key" {
		o.set(n, "enabled", o.block.Body, o.instance.scope(o.module), "enabled")
	}
	o.add(n)
	o.inlinePolicy(n, graph.KeyPolicy, value.ID)
}

// externalMaker returns what adds the node of a data source: it names what is defined
// elsewhere.
func externalMaker(resourceType string) maker {
	switch resourceType {
	case "aws_s3_bucket":
		return maker{add: func(o *object) { o.addExternal(graph.Bucket, "name", "bucket") }}
	case "aws_kms_key":
		return maker{add: func(o *object) { o.addExternal(graph.Key, "key_id", "key_id") }}
	case "aws_s3_access_point":
		return maker{add: func(o *object) { o.add(o.node(graph.AccessPoint, map[string][]string{"bucket": {"bucket"}})) }}
	case "aws_s3_object", "aws_s3_bucket_object":
		return maker{add: (*object).addObject, only: ownEncryption}
	case "aws_kms_alias":
		return maker{add: func(o *object) { o.addExternal(graph.Alias, "name", "name") }}
	case "aws_cloudfront_distribution":
		return maker{add: func(o *object) { o.addExternal(graph.Distribution, "id", "id") }}
	case "aws_cloudfront_origin_access_identity":
		return maker{add: func(o *object) { o.addExternal(graph.OAI, "id", "id") }}
	case "aws_cloudfront_origin_access_control":
		return maker{add: func(o *object) { o.addExternal(graph.OAC, "id", "id") }}
	default:
		return maker{}
	}
}

// addExternal adds what a data source names, with the argument that identifies it.
func (o *object) addExternal(kind graph.Kind, attribute, argument string) {
	n := o.node(kind, map[string][]string{attribute: {argument}})
	n.External = "is read by a data source and defined elsewhere"
	o.add(n)
}

// addOpaque adds a module call whose module is not on disk.
func (o *object) addOpaque() {
	n := o.node(graph.Opaque, nil)
	names := sortedKeys(o.block.Body.Attributes)
	for _, name := range names {
		if name != "count" && name != "for_each" && name != "providers" && name != "depends_on" {
			o.set(n, name, o.block.Body, o.instance.scope(o.module), name)
		}
	}
	n.External = fmt.Sprintf("%s comes from %s, which is not on disk (terraform get in %s puts it there)",
		o.address, n.Attribute("source"), strings.TrimPrefix(o.unit, "terraform:"))
	o.add(n)
	o.addPassedOrigins(n)
	o.addPassedPolicies(n, names)
}

// addDependencies records what distributions depend on, directly or through others,
// as their blocks and their values say it. Where states are read, it does so for all
// that has nodes.
func (l *loader) addDependencies() {
	for waiting := l.dependent; len(waiting) > 0; {
		o := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		if o.dependent || !o.instance.mayExist() {
			continue
		}
		o.dependent = true
		waiting = append(waiting, o.dependOn(o.block.Body, map[string]bool{})...)
		for _, n := range o.nodes {
			for _, attribute := range n.Attributes {
				attribute.Value.References(func(part value.Part) {
					if target := l.objects[part.Reference.Node]; target != nil && (target.name.kind == managedBlock || len(target.nodes) > 0) {
						waiting = append(waiting, target)
					}
				})
			}
		}
	}
}

// dependOn records the resources that a body of the object's module refers to, also
// through locals, data sources and arguments of a module call, and returns them. seen
// holds what was followed.
func (o *object) dependOn(body *hclsyntax.Body, seen map[string]bool) (targets []*object) {
	for _, traversal := range o.references(body) {
		targets = append(targets, o.dependOnName(traversal, seen)...)
	}
	return targets
}

// references returns the references in a body, in their order. They are kept: many
// blocks may refer to one data source.
func (m *module) references(body *hclsyntax.Body) []hcl.Traversal {
	if known, ok := m.referred[body]; ok {
		return known
	}
	all := appendReferences(nil, body)
	slices.SortFunc(all, func(x, y hcl.Traversal) int {
		at, other := x.SourceRange(), y.SourceRange()
		return cmp.Or(cmp.Compare(at.Filename, other.Filename), cmp.Compare(at.Start.Byte, other.Start.Byte))
	})
	m.referred[body] = all
	return all
}

func appendReferences(all []hcl.Traversal, body *hclsyntax.Body) []hcl.Traversal {
	for _, attribute := range body.Attributes {
		if isPlain(attribute.Expr) {
			continue
		}
		_ = hclsyntax.VisitAll(attribute.Expr, func(node hclsyntax.Node) hcl.Diagnostics {
			if expression, ok := node.(*hclsyntax.ScopeTraversalExpr); ok {
				all = append(all, expression.Traversal)
			}
			return nil
		})
	}
	for _, block := range body.Blocks {
		all = appendReferences(all, block.Body)
	}
	return all
}

// isPlain reports whether an expression is a literal, as most are.
func isPlain(expression hclsyntax.Expression) bool {
	switch e := expression.(type) {
	case *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.TemplateExpr:
		return e.IsStringLiteral()
	default:
		return false
	}
}

func (o *object) dependOnName(traversal hcl.Traversal, seen map[string]bool) (targets []*object) {
	name, _, ok := o.nameOf(traversal)
	if ok {
		if seen[name.address()] {
			return nil
		}
		seen[name.address()] = true
		if name.kind != managedBlock {
			return o.dependOn(o.module.block(name).Body, seen)
		}
		for _, in := range o.instances(name) {
			target := o.object(name, in)
			o.builder.AddDependency(o.id, target.id)
			targets = append(targets, target)
		}
		return targets
	}
	if traversal.RootName() != "local" || len(traversal) < 2 {
		return nil
	}
	step, ok := traversal[1].(hcl.TraverseAttr)
	if !ok || seen["local."+step.Name] || o.locals[step.Name] == nil {
		return nil
	}
	seen["local."+step.Name] = true
	for _, inner := range o.locals[step.Name].Expr.Variables() {
		targets = append(targets, o.dependOnName(inner, seen)...)
	}
	return targets
}

// addDistribution makes a distribution and its origins.
func (o *object) addDistribution(multitenant bool) {
	s := o.instance.scope(o.module)
	n := o.node(graph.Distribution, nil)
	n.Attributes.Set("behaviors", o.behaviors(s))
	n.Attributes.Set("origin_groups", o.originGroups(s))
	if multitenant {
		n.Attributes.Set("multitenant", value.Boolean(true, n.Location))
	}
	n.Defaults = o.usedDefaults()
	o.add(n)
	for i, origin := range o.contents(o.block.Body, "origin", s) {
		part := o.part(graph.Origin, fmt.Sprintf("origin/%d", i), origin.body, origin.scope, map[string][]string{
			"origin_id": {"origin_id"}, "domain_name": {"domain_name"}, "origin_access_control_id": {"origin_access_control_id"},
			"origin_access_identity": {"s3_origin_config", "origin_access_identity"},
		})
		if multitenant && part.Attribute("origin_id").IsAbsent() {
			o.set(part, "origin_id", origin.body, origin.scope, "id")
		}
		part.Location = origin.header
		part.When = value.And(part.When, origin.when)
		part.Attributes.Set("custom", o.hasAny(origin, "custom_origin_config", "vpc_origin_config"))
		part.Defaults = o.usedDefaults()
		o.add(part)
	}
}

// hasAny says whether a body has a nested block of one of the types.
func (o *object) hasAny(c content, kinds ...string) value.Value {
	condition := value.False()
	for _, kind := range kinds {
		for _, inner := range o.contents(c.body, kind, c.scope) {
			condition = value.Or(condition, inner.when)
		}
	}
	return boolean(condition, c.header)
}

// behaviors lists the cache behaviors in one shape.
func (o *object) behaviors(s *scope) value.Value {
	var all []value.Value
	for _, kind := range []string{"default_cache_behavior", "ordered_cache_behavior", "cache_behavior"} {
		for _, c := range o.contents(o.block.Body, kind, s) {
			all = append(all, under(c.when, o.behavior(c)))
		}
	}
	return value.ListOf(all, o.at(o.block.DefRange()))
}

func (o *object) behavior(c content) value.Value {
	var behavior []value.Member
	set := func(name string, v value.Value) {
		if !v.IsAbsent() {
			behavior = append(behavior, value.Member{Key: name, KeyLocation: v.Location, Value: v})
		}
	}
	for name, path := range map[string][]string{
		"target_origin_id": {"target_origin_id"}, "allowed_methods": {"allowed_methods"},
		"cache_policy_id": {"cache_policy_id"}, "origin_request_policy_id": {"origin_request_policy_id"},
		"forwarded_headers": {"forwarded_values", "headers"}, "forwarded_query_string": {"forwarded_values", "query_string"},
	} {
		set(name, o.nested(c.body, c.scope, path...))
	}
	for _, name := range []string{"cache_policy", "origin_request_policy"} {
		id, _ := value.MapOf(behavior, c.header).Get(name + "_id")
		set(name, o.forwarding(id))
	}
	slices.SortFunc(behavior, func(x, y value.Member) int { return strings.Compare(x.Key, y.Key) })
	set("lambda_functions", o.functions(c, "lambda_function_association", "lambda_arn"))
	set("functions", o.functions(c, "function_association", "function_arn"))
	return value.MapOf(behavior, c.header)
}

// functions lists function associations, with the code of those whose resource
// is here.
func (o *object) functions(c content, kind, arn string) value.Value {
	var all []value.Value
	for _, association := range o.contents(c.body, kind, c.scope) {
		named := o.module.argument(association.body, arn, association.scope)
		function := []value.Member{
			{Key: "event", Value: o.module.argument(association.body, "event_type", association.scope)},
			{Key: "arn", Value: named},
		}
		if reference, ok := named.SoleReference(); ok {
			if target, known := o.objects[reference.Node]; known && target.kind() == "aws_cloudfront_function" {
				function = append(function, value.Member{Key: "code", Value: target.argument("code")})
			}
		}
		all = append(all, under(association.when, value.MapOf(function, association.header)))
	}
	return value.ListOf(all, c.header)
}

// originGroups lists the origin groups.
func (o *object) originGroups(s *scope) value.Value {
	var all []value.Value
	for _, group := range o.contents(o.block.Body, "origin_group", s) {
		var members []value.Value
		for _, member := range o.contents(group.body, "member", group.scope) {
			members = append(members, under(member.when, o.module.argument(member.body, "origin_id", member.scope)))
		}
		all = append(all, under(group.when, value.MapOf([]value.Member{
			{Key: "origin_id", Value: o.module.argument(group.body, "origin_id", group.scope)}, {Key: "members", Value: value.ListOf(members, group.header)},
		}, group.header)))
	}
	return value.ListOf(all, o.at(o.block.DefRange()))
}
