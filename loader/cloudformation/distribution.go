package cloudformation

import (
	"fmt"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// addDistribution makes a distribution and its origins.
func (r *resource) addDistribution() {
	config := r.properties.Get("DistributionConfig")
	n := r.newNode(graph.Distribution, nil)
	n.Attributes.Set("behaviors", r.behaviors(config))
	if groups := config.Get("OriginGroups"); groups != nil {
		n.Attributes.Set("origin_groups", r.originGroups(groups))
	}
	if mode := config.Get("ConnectionMode"); mode != nil {
		text, literal := r.evaluate(mode).Literal()
		n.Attributes.Set("multitenant", value.Boolean(!literal || text == "tenant-only", mode.Location))
	}
	n.Defaults = r.usedDefaults()
	r.add(n)

	index := 0
	if legacy := config.Get("S3Origin"); legacy != nil {
		r.addOrigin(&index, legacy, value.True(), map[string]string{"domain_name": "DNSName", "origin_access_identity": "OriginAccessIdentity"}, false)
	}
	if origins := config.Get("Origins"); origins != nil {
		r.addOrigins(&index, origins, value.True())
	}
	if r.incomplete != "" && index == 0 && config.Get("CustomOrigin") == nil {
		r.addUnknownOrigin(&index, r.node, value.True(), r.incomplete)
	}
}

// addOrigins opens the conditions around the list of origins and its items.
func (r *resource) addOrigins(index *int, node *source.Node, when value.Condition) {
	for _, alternative := range r.alternatives(node) {
		condition := value.And(when, alternative.when)
		name, _, isCall := call(alternative.node)
		switch {
		case isCall:
			r.addUnknownOrigin(index, alternative.node, condition, reason(r.evaluate(alternative.node), name+" decides them at deployment"))
		case alternative.node.Kind == source.SequenceNode:
			for _, item := range alternative.node.Items {
				r.addOrigins(index, item, condition)
			}
		case alternative.node.Kind == source.MappingNode:
			r.addOrigin(index, alternative.node, condition, map[string]string{
				"origin_id": "Id", "domain_name": "DomainName", "origin_access_control_id": "OriginAccessControlId",
			}, true)
		}
	}
}

func (r *resource) addOrigin(index *int, origin *source.Node, when value.Condition, properties map[string]string, modern bool) {
	n := r.part(graph.Origin, fmt.Sprintf("origin/%d", *index), properties, origin)
	*index++
	n.When = value.And(r.when, when)
	n.Location = origin.Location
	if modern {
		r.originKind(n, origin)
	}
	n.Defaults = r.usedDefaults()
	r.add(n)
}

// addUnknownOrigin stands for origins that are not known.
func (r *resource) addUnknownOrigin(index *int, at *source.Node, when value.Condition, why string) {
	n := r.part(graph.Origin, fmt.Sprintf("origin/%d", *index), nil, nil)
	*index++
	n.When = value.And(r.when, when)
	n.Location = r.file.FirstLine(at.Location)
	n.Attributes.Set("domain_name", value.NotKnown("the origins of "+r.logical+" are not known: "+why, n.Location))
	r.add(n)
}

// originKind reads which kind of origin is configured. One without either
// configuration is an S3 origin as well.
func (r *resource) originKind(n *graph.Node, origin *source.Node) {
	if config := origin.Get("S3OriginConfig"); config != nil {
		identity := value.OverChoices(r.evaluate(config), func(v value.Value) value.Value {
			inner, _ := v.Get("OriginAccessIdentity")
			return inner
		})
		if !identity.IsAbsent() {
			n.Attributes.Set("origin_access_identity", identity)
			n.Positions.Set("origin_access_identity", identity.Location)
			if written := member(config, "OriginAccessIdentity"); written != nil {
				n.Positions.Set("origin_access_identity", written.Key.Location)
			}
		}
	}
	custom := value.Boolean(false, n.Location)
	for _, name := range []string{"CustomOriginConfig", "VpcOriginConfig"} {
		if config := origin.Get(name); config != nil {
			custom = value.OverChoices(r.evaluate(config), func(v value.Value) value.Value {
				return value.Boolean(!v.IsAbsent(), config.Location)
			})
		}
	}
	n.Attributes.Set("custom", custom)
}

// behaviors lists the default cache behavior and the others in one shape.
func (r *resource) behaviors(config *source.Node) value.Value {
	if config == nil {
		return value.NotKnown("the distribution has no DistributionConfig", r.header)
	}
	var all []value.Value
	// A distribution with the legacy origin of the first API has one origin.
	if behavior := config.Get("DefaultCacheBehavior"); behavior != nil {
		all = append(all, r.behavior(r.evaluate(behavior), behavior.Location))
	}
	if more := config.Get("CacheBehaviors"); more != nil {
		list := r.evaluate(more)
		if list.Kind != value.List {
			all = append(all, value.OverChoices(list, func(v value.Value) value.Value {
				if v.Kind == value.List || v.IsAbsent() {
					return r.firstBehavior(v)
				}
				return r.behavior(v, more.Location)
			}))
			return value.ListOf(all, config.Location)
		}
		for _, item := range list.Items() {
			all = append(all, value.OverChoices(item, func(v value.Value) value.Value {
				if v.IsAbsent() {
					return v
				}
				return r.behavior(v, v.Location)
			}))
		}
	}
	return value.ListOf(all, config.Location)
}

// firstBehavior stands for a conditional list of behaviors: one of them, whose
// target is not known where there are several.
func (r *resource) firstBehavior(list value.Value) value.Value {
	switch len(list.Items()) {
	case 0:
		return value.Nothing(list.Location)
	case 1:
		return r.behavior(list.Items()[0], list.Location)
	default:
		return r.behavior(value.NotKnown("the behaviors depend on a condition", list.Location), list.Location)
	}
}

// behavior translates one cache behavior, with the code of the CloudFront
// Functions and the policies that are in the template.
func (r *resource) behavior(v value.Value, at source.Location) value.Value {
	return graph.Behavior(v, at, graph.Visible{
		Code:                r.property(functionType, "FunctionCode"),
		CachePolicy:         r.property(cachePolicyType, "CachePolicyConfig"),
		OriginRequestPolicy: r.property(originRequestPolicyType, "OriginRequestPolicyConfig"),
	})
}

// property returns a property of a resource of the template that has a type and
// that a value refers to.
func (r *resource) property(kind, name string) func(value.Value) (value.Value, bool) {
	return func(named value.Value) (value.Value, bool) {
		reference, ok := named.SoleReference()
		if !ok {
			return value.Value{}, false
		}
		for _, member := range r.resources {
			if r.id(member.Key.Text) == reference.Node && resourceType(member.Value) == kind {
				if property := member.Value.Get("Properties").Get(name); property != nil {
					return r.evaluate(property), true
				}
			}
		}
		return value.Value{}, false
	}
}

// originGroups translates origin groups, with the conditions around them.
func (r *resource) originGroups(node *source.Node) value.Value {
	return value.OverChoices(r.evaluate(node), func(groups value.Value) value.Value {
		items, _ := groups.Get("Items")
		return value.OverChoices(items, func(items value.Value) value.Value {
			var all []value.Value
			for _, item := range items.Items() {
				all = append(all, value.OverChoices(item, originGroup))
			}
			return value.ListOf(all, node.Location)
		})
	})
}

func originGroup(group value.Value) value.Value {
	if group.IsAbsent() {
		return group
	}
	id, _ := group.Get("Id")
	list, _ := group.Get("Members")
	members := value.OverChoices(list, func(list value.Value) value.Value {
		items, _ := list.Get("Items")
		return value.OverChoices(items, func(items value.Value) value.Value {
			var all []value.Value
			for _, item := range items.Items() {
				all = append(all, value.OverChoices(item, func(item value.Value) value.Value {
					origin, _ := item.Get("OriginId")
					return origin
				}))
			}
			return value.ListOf(all, group.Location)
		})
	})
	return value.MapOf([]value.Member{
		{Key: "origin_id", Value: id}, {Key: "members", Value: members},
	}, group.Location)
}
