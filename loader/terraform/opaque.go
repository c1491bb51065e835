package terraform

import (
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// A module that is not on disk hides its resources, but not what it is handed. An
// argument "origin" of objects with a domain name is what every module of a
// distribution takes; such a call is a distribution whose paths are undecided.
// An argument that holds a policy of KMS actions is a key policy, whose
// statements are grants wherever they end up.

// addPassedOrigins adds a distribution for the origins that a call hands over.
func (o *object) addPassedOrigins(call *graph.Node) {
	passed, ok := elements(call.Attribute("origin"))
	if !ok {
		return
	}
	distribution := o.passedPart(call, graph.Distribution, "distribution", call.ID)
	distribution.External = call.External
	var origins []*graph.Node
	for _, e := range passed {
		domain, ok := e.value.Get("domain_name")
		if !ok {
			continue
		}
		origin := o.passedPart(call, graph.Origin, fmt.Sprintf("distribution#origin/%d", len(origins)), distribution.ID)
		origin.Location = e.value.Location
		origin.When = value.And(call.When, e.when)
		origin.Attributes.Set("domain_name", domain)
		origin.Attributes.Set("origin_id", e.key)
		origin.Attributes.Set("custom", boolean(hasMember(e.value, "custom_origin_config"), e.value.Location))
		for attribute, path := range map[string][]string{
			"origin_access_control_id": {"origin_access_control_id"},
			"origin_access_identity":   {"s3_origin_config", "cloudfront_access_identity_path"},
		} {
			if v := member(e.value, path...); !v.IsAbsent() {
				origin.Attributes.Set(attribute, v)
			}
		}
		for _, name := range []string{"origin_access_control", "s3_origin_config"} {
			// The module looks up the identity by a key of its own.
			attribute := map[string]string{"origin_access_control": "origin_access_control_id", "s3_origin_config": "origin_access_identity"}[name]
			if v := member(e.value, name); !v.IsAbsent() && origin.Attribute(attribute).IsAbsent() {
				origin.Attributes.Set(attribute, textOf(unknown(v.Location, "%s", call.External)))
			}
		}
		origins = append(origins, origin)
	}
	if len(origins) == 0 {
		return
	}
	o.add(distribution)
	for _, origin := range origins {
		o.add(origin)
	}
}

// passedPart returns a node for what a call hands over.
func (o *object) passedPart(call *graph.Node, kind graph.Kind, name, parent string) *graph.Node {
	return &graph.Node{
		ID: call.ID + "#" + name, Kind: kind, Unit: call.Unit, Address: call.Address, Parent: parent,
		Location: call.Location, Body: call.Body, When: call.When, Environment: call.Environment, Callers: call.Callers,
		Defaults: call.Defaults,
	}
}

// member follows a path through objects.
func member(v value.Value, path ...string) value.Value {
	for _, name := range path {
		inner, ok := v.Get(name)
		if !ok {
			return value.Nothing(v.Location)
		}
		v = inner
	}
	return v
}

func hasMember(v value.Value, name string) value.Condition {
	if inner, ok := v.Get(name); ok && !inner.IsAbsent() {
		return value.True()
	}
	return value.False()
}

// addPassedPolicies adds a key policy for each argument that holds one.
func (o *object) addPassedPolicies(call *graph.Node, names []string) {
	for _, name := range names {
		argument := call.Attribute(name)
		if !strings.Contains(name, "policy") || !isKeyPolicy(argument) {
			continue
		}
		policy := o.passedPart(call, graph.Policy, name, "")
		policy.Location = call.Place(name)
		policy.Positions.Set("document", call.Place(name))
		policy.Attributes.Set("document", argument)
		policy.Attributes.Set("target", unknown(policy.Location, "%s", call.External))
		o.addPolicy(policy, graph.KeyPolicy)
	}
}

// isKeyPolicy reports whether a text is a policy with principals that speaks of
// AWS KMS only.
func isKeyPolicy(v value.Value) bool {
	if v.Kind != value.String {
		return false
	}
	decoded, err := value.DecodeJSON(v)
	if err != nil {
		return false
	}
	statements := member(decoded, "Statement")
	if statements.Kind == value.Map {
		statements = value.ListOf([]value.Value{statements}, statements.Location)
	}
	found := false
	for _, statement := range statements.Items() {
		if statement.Kind != value.Map {
			continue
		}
		actions := member(statement, "Action")
		if actions.Kind != value.List {
			actions = value.ListOf([]value.Value{actions}, actions.Location)
		}
		for _, action := range actions.Items() {
			text, literal := action.Literal()
			ofKMS := strings.HasPrefix(strings.ToLower(text), "kms:")
			if !literal || !ofKMS && text != "*" {
				return false
			}
			found = found || ofKMS && !member(statement, "Principal").IsAbsent()
		}
	}
	return found
}
