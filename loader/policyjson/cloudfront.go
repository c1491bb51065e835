package policyjson

import (
	"fmt"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// loadCloudFront reads the outputs of "aws cloudfront".
func (d *document) loadCloudFront() bool {
	if inner := d.root.Get("Distribution"); inner.Get("DistributionConfig") != nil {
		d.addDistribution(inner, inner.Get("DistributionConfig"), false)
		return true
	}
	if config := d.root.Get("DistributionConfig"); config.Get("Origins") != nil {
		d.addDistribution(d.root, config, false)
		return true
	}
	if list := d.root.Get("DistributionList"); isList(list) {
		d.unit.outputs = true
		for _, item := range items(list) {
			d.addDistribution(item, item, true)
		}
		return true
	}
	if inner := d.root.Get("OriginAccessControl"); inner.Get("OriginAccessControlConfig") != nil {
		d.addControl(inner, inner.Get("OriginAccessControlConfig"), false)
		return true
	}
	if config := d.root.Get("OriginAccessControlConfig"); config.Get("SigningBehavior") != nil {
		d.addControl(d.root, config, false)
		return true
	}
	if list := d.root.Get("OriginAccessControlList"); isList(list) {
		d.unit.outputs = true
		for _, item := range items(list) {
			d.addControl(item, item, true)
		}
		return true
	}
	if inner := d.root.Get("CloudFrontOriginAccessIdentity"); inner.Get("Id") != nil {
		d.addIdentity(inner, false)
		return true
	}
	if config := d.root.Get("CloudFrontOriginAccessIdentityConfig"); config.Get("CallerReference") != nil {
		d.addIdentity(d.root, true)
		return true
	}
	if list := d.root.Get("CloudFrontOriginAccessIdentityList"); isList(list) {
		d.unit.outputs = true
		for _, item := range items(list) {
			d.addIdentity(item, false)
		}
		return true
	}
	return false
}

// isList reports whether a node is a list of the AWS API.
func isList(node *source.Node) bool { return node.Get("Quantity") != nil || node.Get("Items") != nil }

// addDistribution adds a distribution. inner holds its id and ARN where they are
// known, config its configuration.
func (d *document) addDistribution(inner, config *source.Node, summary bool) {
	id := d.id(inner, "Id", distributionPart)
	n := d.node(graph.Distribution, d.about("distribution", id), start(inner, "Id", "DistributionConfig"), inner)
	setID(n, inner, id)
	n.Attributes.Set("behaviors", behaviors(config))
	if groups := config.Get("OriginGroups"); groups != nil {
		n.Attributes.Set("origin_groups", originGroups(groups))
	}
	if mode := config.Get("ConnectionMode"); mode != nil {
		n.Attributes.Set("multitenant", value.Boolean(mode.Text == "tenant-only", mode.Location))
	}
	r := &resource{node: n, summary: summary}
	if name := inner.Get("ARN"); name != nil {
		r.arn = parseARN(name.Text)
	}
	for i, origin := range items(config.Get("Origins")) {
		r.parts = append(r.parts, originNode(n, origin, i))
	}
	d.output(r)
}

// setID sets the id of a node where it is known.
func setID(n *graph.Node, object *source.Node, id string) {
	if id != "" {
		n.Attributes.Set("id", value.Text(id, start(object, "Id")))
	}
}

func originNode(distribution *graph.Node, origin *source.Node, index int) *graph.Node {
	n := part(distribution, graph.Origin, fmt.Sprintf("origin/%d", index), origin.Location, origin.Location)
	set(n, origin, map[string]string{"origin_id": "Id", "domain_name": "DomainName", "origin_access_control_id": "OriginAccessControlId"})
	set(n, origin.Get("S3OriginConfig"), map[string]string{"origin_access_identity": "OriginAccessIdentity"})
	custom := origin.Get("CustomOriginConfig") != nil || origin.Get("VpcOriginConfig") != nil
	n.Attributes.Set("custom", value.Boolean(custom, origin.Location))
	return n
}

// behaviors lists the default cache behavior and the others in one shape.
func behaviors(config *source.Node) value.Value {
	var all []value.Value
	if byDefault := config.Get("DefaultCacheBehavior"); byDefault != nil {
		all = append(all, behavior(byDefault))
	}
	for _, item := range items(config.Get("CacheBehaviors")) {
		all = append(all, behavior(item))
	}
	return value.ListOf(all, config.Location)
}

func behavior(node *source.Node) value.Value {
	return graph.Behavior(plainLists(value.FromNode(node)), node.Location, graph.Visible{})
}

// plainLists replaces the lists of the AWS API by their items.
func plainLists(v value.Value) value.Value {
	if v.Kind != value.Map {
		return v
	}
	if _, counted := v.Get("Quantity"); counted {
		if list, ok := v.Get("Items"); ok && list.Kind == value.List {
			for i, item := range list.Items() {
				list.Items()[i] = plainLists(item)
			}
			return list
		}
		return value.ListOf(nil, v.Location)
	}
	for i, member := range v.Members() {
		v.Members()[i].Value = plainLists(member.Value)
	}
	return v
}

func originGroups(groups *source.Node) value.Value {
	var all []value.Value
	for _, group := range items(groups) {
		var members []value.Value
		for _, item := range items(group.Get("Members")) {
			if id := item.Get("OriginId"); id != nil {
				members = append(members, value.FromNode(id))
			}
		}
		id := group.Get("Id")
		if id == nil {
			continue
		}
		all = append(all, value.MapOf([]value.Member{
			{Key: "origin_id", Value: value.FromNode(id)},
			{Key: "members", Value: value.ListOf(members, group.Location)},
		}, group.Location))
	}
	return value.ListOf(all, groups.Location)
}

func (d *document) addControl(inner, config *source.Node, summary bool) {
	id := d.id(inner, "Id", controlPart)
	n := d.node(graph.OAC, d.about("origin-access-control", id), start(inner, "Id", "OriginAccessControlConfig"), inner)
	setID(n, inner, id)
	set(n, config, map[string]string{
		"signing_behavior": "SigningBehavior", "signing_protocol": "SigningProtocol", "origin_type": "OriginAccessControlOriginType",
	})
	d.output(&resource{node: n, summary: summary})
}

// addIdentity adds an origin access identity. An output that holds its
// configuration alone does not say its canonical user.
func (d *document) addIdentity(inner *source.Node, summary bool) {
	id := d.id(inner, "Id", identityPart)
	n := d.node(graph.OAI, d.about("origin-access-identity", id), start(inner, "Id", "CloudFrontOriginAccessIdentityConfig"), inner)
	setID(n, inner, id)
	set(n, inner, map[string]string{"canonical_user": "S3CanonicalUserId"})
	d.output(&resource{node: n, summary: summary})
}
