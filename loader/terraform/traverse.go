package terraform

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A blockKind says what a name in an expression leads to.
type blockKind int

const (
	managedBlock blockKind = iota
	dataBlock
	moduleBlock
)

// A blockName names a resource, a data source or a module call.
type blockName struct {
	kind blockKind
	// name is "type.name", or the name of a module call.
	name string
}

// kindOf is the kind of a resource or data source by the type of its block.
func kindOf(blockType string) blockKind {
	if blockType == "data" {
		return dataBlock
	}
	return managedBlock
}

// named returns the blocks of a kind.
func (m *module) named(kind blockKind) *blocks {
	switch kind {
	case dataBlock:
		return &m.data
	case moduleBlock:
		return &m.calls
	default:
		return &m.managed
	}
}

// declares reports whether there is a block of that name.
func (m *module) declares(name blockName) bool { return m.named(name.kind).byName[name.name] != nil }

// block returns a block that is declared.
func (m *module) block(name blockName) *hclsyntax.Block {
	return m.parsed(m.named(name.kind).byName[name.name])
}

// address is what the block is called without an instance key.
func (n blockName) address() string {
	switch n.kind {
	case dataBlock:
		return "data." + n.name
	case moduleBlock:
		return "module." + n.name
	default:
		return n.name
	}
}

// traverse evaluates a reference.
func (m *module) traverse(traversal hcl.Traversal, s *scope, at source.Location) value.Value {
	root := traversal.RootName()
	steps := traversal[1:]
	if v, ok := s.names[root]; ok {
		return m.follow(v, steps, at)
	}
	name := ""
	if len(steps) > 0 {
		if step, ok := steps[0].(hcl.TraverseAttr); ok {
			name = step.Name
		}
	}
	switch root {
	case "var":
		return m.follow(m.variable(name, at), rest(steps), at)
	case "local":
		return m.follow(m.local(name, at), rest(steps), at)
	case "path":
		return value.Text(m.pathOf(name), at)
	case "terraform":
		return value.To(value.Reference{Node: m.unit, Attribute: value.Attribute("terraform." + name)}, "terraform."+name, at)
	case "each", "count", "self":
		return unknown(at, "%s is not known here", m.text(traversal.SourceRange()))
	}
	block, remaining, ok := m.nameOf(traversal)
	if !ok {
		return unknown(at, "%s is not declared", m.text(traversal.SourceRange()))
	}
	if len(remaining) > 0 {
		if step, ok := remaining[0].(hcl.TraverseIndex); ok {
			return m.follow(m.pick(block, fromCty(step.Key, at), at), remaining[1:], at)
		}
	}
	return m.follow(m.whole(block, at), remaining, at)
}

func rest(steps hcl.Traversal) hcl.Traversal {
	if len(steps) == 0 {
		return nil
	}
	return steps[1:]
}

// nameOf splits a reference into the block that it names and the other steps.
func (m *module) nameOf(traversal hcl.Traversal) (blockName, hcl.Traversal, bool) {
	parts := make([]string, 0, 3)
	for _, step := range traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			parts = append(parts, step.Name)
			continue
		case hcl.TraverseAttr:
			parts = append(parts, step.Name)
			continue
		}
		break
	}
	name, length := blockName{kind: managedBlock}, 2
	switch traversal.RootName() {
	case "data":
		name.kind, length = dataBlock, 3
		parts = parts[1:]
	case "module":
		name.kind = moduleBlock
		parts = parts[1:]
	}
	size := 2
	if name.kind == moduleBlock {
		size = 1
	}
	if len(parts) < size || len(traversal) < length {
		return name, nil, false
	}
	name.name = strings.Join(parts[:size], ".")
	return name, traversal[length:], m.declares(name)
}

// blockOf recognises an expression that names a block.
func (m *module) blockOf(expression hclsyntax.Expression) (blockName, hcl.Traversal, bool) {
	traversal, ok := expression.(*hclsyntax.ScopeTraversalExpr)
	if !ok {
		return blockName{}, nil, false
	}
	return m.nameOf(traversal.Traversal)
}

// An instance is one instance of a block.
type instance struct {
	// suffix is "", `[0]` or `["key"]`.
	suffix string
	key    value.Value
	names  map[string]value.Value
	when   value.Condition
}

// mayExist reports whether the instance exists under some condition.
func (i instance) mayExist() bool {
	holds, constant := i.when.Constant()
	return holds || !constant
}

func (i instance) scope(m *module) *scope { return &scope{module: m, names: i.names} }

// instances expands count and for_each. Where they are not known, there may be
// one instance or none.
func (m *module) instances(name blockName) []instance {
	address := name.address()
	if known, ok := m.expanded[address]; ok {
		m.use(known.used)
		return known.instances
	}
	if !m.declares(name) || m.evaluating[address] {
		return nil
	}
	m.evaluating[address] = true
	its := expansion{instances: single}
	if block := m.block(name); isRepeated(block) {
		its.used = m.uses(func() { its.instances = m.expand(block) })
	}
	delete(m.evaluating, address)
	m.expanded[address] = its
	return its.instances
}

// single is the instance of a block that is not repeated.
var single = []instance{{}}

func (m *module) expand(block *hclsyntax.Block) []instance {
	s := &scope{module: m}
	if attribute := block.Body.Attributes["count"]; attribute != nil {
		return m.counted(m.evaluate(attribute.Expr, s), attribute.Expr, value.True())
	}
	attribute := block.Body.Attributes["for_each"]
	v := m.evaluate(attribute.Expr, s)
	at := m.at(attribute.Expr.Range())
	each := func(key, v value.Value, suffix string, when value.Condition) instance {
		object := value.MapOf([]value.Member{{Key: "key", Value: key}, {Key: "value", Value: v}}, at)
		return instance{suffix: suffix, key: key, names: map[string]value.Value{"each": object}, when: when}
	}
	all, ok := elements(v)
	if !ok {
		why := unknown(at, "%s", reason(v, "the keys of for_each are not known"))
		return []instance{each(why, why, `["(unknown)"]`, m.opaque(attribute.Expr))}
	}
	isMap := v.Kind == value.Map
	overChoices(v, func(v value.Value) value.Value {
		isMap = isMap || v.Kind == value.Map && len(v.Members()) > 0
		return v
	})
	all = m.some(all, maxInstances, "for_each", at)
	instances := make([]instance, 0, len(all))
	for _, e := range all {
		key := e.value
		if isMap {
			key = e.key
		}
		text, literal := key.Literal()
		if !literal {
			text = key.String()
		}
		instances = mergeInstance(instances, each(key, e.value, "["+strconv.Quote(text)+"]", e.when))
	}
	return instances
}

// mergeInstance adds an instance; one with the same key exists under either condition.
func mergeInstance(instances []instance, added instance) []instance {
	for i, known := range instances {
		if known.suffix != added.suffix {
			continue
		}
		names := map[string]value.Value{}
		for name, v := range added.names {
			names[name] = value.If(known.when, known.names[name], v, v.Location)
		}
		instances[i].names = names
		instances[i].when = value.Or(known.when, added.when)
		return instances
	}
	return append(instances, added)
}

// maxInstances bounds how many instances a block has.
const maxInstances = 1000

// counted expands count.
func (m *module) counted(v value.Value, expression hclsyntax.Expression, when value.Condition) []instance {
	at := m.at(expression.Range())
	one := func(i int, when value.Condition) instance {
		object := value.MapOf([]value.Member{{Key: "index", Value: number(i, at)}}, at)
		return instance{suffix: "[" + strconv.Itoa(i) + "]", key: number(i, at), names: map[string]value.Value{"count": object}, when: when}
	}
	switch v.Kind {
	case value.Choice:
		then := m.counted(*v.Then(), expression, value.And(when, v.Condition()))
		otherwise := m.counted(*v.Else(), expression, value.And(when, value.Not(v.Condition())))
		for _, each := range otherwise {
			then = mergeInstance(then, each)
		}
		return then
	case value.Bool:
		if v.Bool {
			return []instance{one(0, when)}
		}
		return nil
	}
	text, literal := v.Literal()
	count, err := strconv.Atoi(text)
	if !literal || err != nil {
		return []instance{one(0, value.And(when, m.opaque(expression)))}
	}
	if count > maxInstances {
		m.onlyFirst(count, maxInstances, "count", at)
		count = maxInstances
	}
	var all []instance
	for i := range count {
		all = append(all, one(i, when))
	}
	return all
}

// isRepeated reports whether a block has count or for_each.
func isRepeated(block *hclsyntax.Block) bool {
	return block.Body.Attributes["count"] != nil || block.Body.Attributes["for_each"] != nil
}

// whole is what a block's name alone stands for: an object, or a list or map of
// objects.
func (m *module) whole(name blockName, at source.Location) value.Value {
	block := m.block(name)
	instances := m.instances(name)
	switch {
	case !isRepeated(block):
		if len(instances) == 0 {
			return unknown(at, "%s refers to itself", name.address())
		}
		return m.objectOf(name, instances[0], at)
	case block.Body.Attributes["for_each"] != nil:
		var object []value.Member
		for _, in := range instances {
			key, literal := in.key.Literal()
			if !literal {
				return unknown(at, "%s", reason(in.key, "the keys of for_each are not known"))
			}
			object = append(object, value.Member{Key: key, KeyLocation: at, Value: under(in.when, m.objectOf(name, in, at))})
		}
		return value.MapOf(object, at)
	default:
		return m.allInstances(name, at)
	}
}

// allInstances is the list of a block's instances.
func (m *module) allInstances(name blockName, at source.Location) value.Value {
	var list []value.Value
	for _, in := range m.instances(name) {
		list = append(list, under(in.when, m.objectOf(name, in, at)))
	}
	return value.ListOf(list, at)
}

// pick is one instance of a block. Its condition is not part of the value: what
// does not exist is not found when the reference is followed.
func (m *module) pick(name blockName, key value.Value, at source.Location) value.Value {
	return overChoices(key, func(key value.Value) value.Value {
		text, literal := key.Literal()
		instances := m.instances(name)
		for _, in := range instances {
			known, ok := in.key.Literal()
			if literal && ok && known == text || !literal && !ok {
				return m.objectOf(name, in, at)
			}
		}
		switch {
		case !literal:
			return unknown(at, "%s", reason(key, "which instance of "+name.address()+" is meant is not known"))
		case len(instances) == 1 && strings.Contains(instances[0].suffix, "(unknown)"):
			return m.objectOf(name, instances[0], at)
		case len(instances) == 0:
			return unknown(at, "%s has no instances", name.address())
		default:
			return unknown(at, "%s has no instance [%s]", name.address(), text)
		}
	})
}

// An object is one instance of a block whose attributes are evaluated when they
// are asked for.
type object struct {
	*module
	name     blockName
	block    *hclsyntax.Block
	instance instance
	address  string
	id       string
	// nodes are those that were made of it. dependent says that its dependencies are
	// recorded.
	nodes     []*graph.Node
	dependent bool
}

// objectOf stands for one instance of a block: a reference without attribute.
func (m *module) objectOf(name blockName, in instance, at source.Location) value.Value {
	o := m.object(name, in)
	return value.To(value.Reference{Node: o.id}, o.address, at)
}

func (m *module) object(name blockName, in instance) *object {
	address := m.prefix + name.address() + in.suffix
	id := m.unit + "#" + address
	if known, ok := m.objects[id]; ok {
		return known
	}
	o := &object{module: m, name: name, block: m.block(name), instance: in, address: address, id: id}
	m.objects[id] = o
	return o
}

// objectAt returns the object that a value stands for.
func (m *module) objectAt(v value.Value) (*object, bool) {
	reference, ok := v.SoleReference()
	if !ok || reference.Attribute != "" {
		return nil, false
	}
	o, ok := m.objects[reference.Node]
	return o, ok
}

// refer makes a reference to the object's node.
func (o *object) refer(attribute value.Attribute, name string, at source.Location) value.Value {
	return value.To(value.Reference{Node: o.id, Attribute: attribute}, o.address+"."+name, at)
}

// attribute evaluates one attribute of the object.
func (o *object) attribute(name string, at source.Location) value.Value {
	switch o.name.kind {
	case moduleBlock:
		called := o.call(o.name.name, o.instance)
		if called.module == nil {
			return o.refer(value.Attribute(name), name, at)
		}
		return called.module.output(name, at)
	case dataBlock:
		return o.dataAttribute(name, at)
	default:
		return o.managedAttribute(name, at)
	}
}

// kind is the type of a resource or data source.
func (o *object) kind() string {
	kind, _, _ := strings.Cut(o.name.name, ".")
	return kind
}

func (o *object) argument(name string) value.Value {
	return o.module.argument(o.block.Body, name, o.instance.scope(o.module))
}

// computedAttributes are the attributes that the provider computes, by resource
// type: "Attribute Reference" of each in the AWS provider's documentation.
var computedAttributes = map[string]map[string]value.Attribute{
	"aws_s3_bucket": {
		"id": value.Name, "bucket": value.Name, "arn": value.ARN, "bucket_domain_name": value.DomainName,
		"bucket_regional_domain_name": value.RegionalDomainName, "website_endpoint": value.WebsiteEndpoint,
	},
	"aws_kms_key":                             {"id": value.ID, "key_id": value.ID, "arn": value.ARN},
	"aws_kms_external_key":                    {"id": value.ID, "arn": value.ARN},
	"aws_kms_replica_key":                     {"id": value.ID, "key_id": value.ID, "arn": value.ARN},
	"aws_kms_replica_external_key":            {"id": value.ID, "key_id": value.ID, "arn": value.ARN},
	"aws_kms_alias":                           {"id": value.Name, "name": value.Name, "arn": value.ARN, "target_key_arn": value.TargetKeyARN, "target_key_id": value.TargetKeyID},
	"aws_s3_access_point":                     {"arn": value.ARN, "alias": value.AccessPointAlias, "domain_name": value.DomainName},
	"aws_s3control_multi_region_access_point": {"arn": value.ARN, "alias": value.AccessPointAlias, "domain_name": value.DomainName},
	"aws_cloudfront_distribution":             {"id": value.ID, "arn": value.ARN},
	"aws_cloudfront_multitenant_distribution": {"id": value.ID, "arn": value.ARN},
	"aws_cloudfront_origin_access_control":    {"id": value.ID, "arn": value.ARN},
	"aws_cloudfront_origin_access_identity": {
		"id": value.ID, "arn": value.ARN, "iam_arn": value.IAMARN, "s3_canonical_user_id": value.CanonicalUser,
		"cloudfront_access_identity_path": value.AccessIdentityPath,
	},
}

// computed translates an attribute that the provider computes.
func computed(kind, name string) (value.Attribute, bool) {
	attribute, ok := computedAttributes[kind][name]
	return attribute, ok
}

// managedAttribute is an attribute of a resource: what the provider computes is a
// reference, what is written has its value.
func (o *object) managedAttribute(name string, at source.Location) value.Value {
	if attribute, ok := computed(o.kind(), name); ok {
		return o.refer(attribute, name, at)
	}
	if strings.HasPrefix(o.kind(), "aws_s3_bucket_") && (name == "bucket" || name == "id") {
		return o.argument("bucket")
	}
	if o.kind() == "aws_s3_bucket_website_configuration" && name == "website_endpoint" {
		return o.websiteEndpoint(at)
	}
	if o.kind() == "aws_kms_key_policy" && (name == "key_id" || name == "id") {
		return o.argument("key_id")
	}
	if o.block.Body.Attributes[name] != nil {
		return o.once(o.address+"."+name, at, func() value.Value { return o.argument(name) })
	}
	return o.refer(value.Attribute(name), name, at)
}

// websiteEndpoint is the endpoint of the bucket that a website configuration
// names.
func (o *object) websiteEndpoint(at source.Location) value.Value {
	return overChoices(o.argument("bucket"), func(bucket value.Value) value.Value {
		if reference, ok := bucket.SoleReference(); ok && reference.Attribute == value.Name {
			return value.To(value.Reference{Node: reference.Node, Attribute: value.WebsiteEndpoint}, o.address+".website_endpoint", at)
		}
		region := value.To(value.Reference{Node: o.resourceEnvironment(o.block), Attribute: value.Region}, "the Region", at)
		return value.Concat(at, bucket, value.Text(".s3-website-", at), region, value.Text(".amazonaws.com", at))
	})
}

// dataAttribute is an attribute of a data source.
func (o *object) dataAttribute(name string, at source.Location) value.Value {
	environment := func(attribute value.Attribute) value.Value {
		return value.To(value.Reference{Node: o.resourceEnvironment(o.block), Attribute: attribute}, o.address+"."+name, at)
	}
	switch kind := o.kind(); kind {
	case "terraform_remote_state":
		if name == "outputs" {
			return o.once(o.address+".outputs", at, func() value.Value { return o.remoteOutputs(at) })
		}
	case "aws_iam_policy_document":
		if name == "json" || name == "minified_json" {
			return o.once(o.address+".json", at, func() value.Value { return o.policyDocument() })
		}
	case "aws_caller_identity":
		if name == "account_id" || name == "id" {
			return environment(value.Account)
		}
	case "aws_partition":
		switch name {
		case "partition", "id":
			return environment(value.Partition)
		case "dns_suffix":
			return value.Text("amazonaws.com", at)
		}
	case "aws_region":
		if name == "name" || name == "id" || name == "region" {
			return environment(value.Region)
		}
	default:
		if attribute, ok := computed(kind, name); ok {
			return o.refer(attribute, name, at)
		}
	}
	if o.block.Body.Attributes[name] != nil {
		return o.argument(name)
	}
	return o.refer(value.Attribute(name), name, at)
}
