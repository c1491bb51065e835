package policyjson

import (
	"fmt"
	"maps"
	"slices"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A key is what is known of a key by its id: outputs of describe-key, and the
// policy of a snapshot.
type key struct {
	metadata []*document
	policy   *document
}

func (u *unit) key(id string) *key {
	if u.keys[id] == nil {
		u.keys[id] = &key{}
	}
	return u.keys[id]
}

// loadKMS reads the outputs of "aws kms" besides policies.
func (d *document) loadKMS() bool {
	if metadata := d.root.Get("KeyMetadata"); metadata.Get("KeyId") != nil {
		d.unit.outputs = true
		k := d.unit.key(metadata.Get("KeyId").Text)
		k.metadata = append(k.metadata, d)
		return true
	}
	if list := d.root.Get("Aliases"); isListOf(list, "AliasName") {
		d.unit.outputs = true
		for _, item := range list.Items {
			d.addAlias(item)
		}
		return true
	}
	if list := d.root.Get("Grants"); isListOf(list, "GranteePrincipal") {
		d.unit.outputs = true
		for _, item := range list.Items {
			d.addGrant(item)
		}
		return true
	}
	return d.part == keyPart || d.part == grantsPart || d.part == aliasesPart && d.empty()
}

// isListOf reports whether a node is a list of objects that have a key.
func isListOf(list *source.Node, key string) bool {
	return list != nil && list.Kind == source.SequenceNode &&
		!slices.ContainsFunc(list.Items, func(item *source.Node) bool { return item.Get(key) == nil })
}

// addAlias adds an alias. Those that AWS keeps ready for its own keys have no
// target before they are used.
func (d *document) addAlias(item *source.Node) {
	if item.Get("TargetKeyId") == nil {
		return
	}
	name := item.Get("AliasName").Text
	n := d.node(graph.Alias, name, start(item, "AliasName"), item)
	set(n, item, map[string]string{"name": "AliasName", "target_key": "TargetKeyId"})
	r := &resource{node: n}
	if full := item.Get("AliasArn"); full != nil {
		r.arn = parseARN(full.Text)
	}
	d.unit.add(r)
}

func (d *document) addGrant(item *source.Node) {
	id := ""
	if written := item.Get("GrantId"); written != nil {
		id = written.Text
	}
	n := d.node(graph.Grant, d.about("grant", id), start(item, "GrantId"), item)
	set(n, item, map[string]string{"key": "KeyId", "grantee": "GranteePrincipal", "operations": "Operations"})
	r := &resource{node: n}
	if named := item.Get("KeyId"); named != nil {
		r.arn = parseARN(named.Text)
	}
	d.unit.add(r)
}

// addKeys adds the keys that outputs of describe-key or the layout of a snapshot
// name. The policy of the layout is that of the key that lies beside it.
func (u *unit) addKeys() {
	for _, id := range slices.Sorted(maps.Keys(u.keys)) {
		k := u.keys[id]
		var owner *resource
		for _, d := range k.metadata {
			r := u.add(d.keyResource(id))
			r.node.SetElsewhere("policy", fmt.Sprintf("the policy of the key %s is not in the input", id))
			if owner == nil || d.part == keyPart {
				owner = r
			}
		}
		if owner == nil {
			at := k.policy.root
			n := u.newNode(graph.Key, "key/"+id, at.Location, at)
			n.Attributes.Set("key_id", value.Text(id, at.Location))
			n.Attributes.Set("enabled", value.NotKnown(fmt.Sprintf("the snapshot holds no key.json of the key %s", id), at.Location))
			n.SetElsewhere("policy", fmt.Sprintf("the policy of the key %s is not in the input", id))
			owner = u.add(&resource{node: n})
		}
		if k.policy != nil && !k.policy.empty() {
			owner.node.Elsewhere = nil
			u.addOwned(k.policy, graph.KeyPolicy, owner)
		}
	}
}

// keyResource reads an output of describe-key.
func (d *document) keyResource(id string) *resource {
	metadata := d.root.Get("KeyMetadata")
	n := d.node(graph.Key, "key/"+id, start(metadata, "KeyId"), metadata)
	set(n, metadata, map[string]string{
		"key_id": "KeyId", "usage": "KeyUsage", "spec": "CustomerMasterKeySpec", "multi_region": "MultiRegion", "manager": "KeyManager",
	})
	// KeySpec replaces CustomerMasterKeySpec, which has the same values.
	set(n, metadata, map[string]string{"spec": "KeySpec"})
	d.setState(n, metadata)
	r := &resource{node: n}
	if full := metadata.Get("Arn"); full != nil {
		r.arn = parseARN(full.Text)
	}
	if account := metadata.Get("AWSAccountId"); account != nil && r.arn.account == "" {
		r.arn.account = account.Text
	}
	return r
}

// setState reads whether the key can be used. A key that is being updated can:
// "Key states of AWS KMS keys" in the AWS KMS Developer Guide.
func (d *document) setState(n *graph.Node, metadata *source.Node) {
	state := memberOf(metadata, "KeyState")
	if state == nil {
		set(n, metadata, map[string]string{"enabled": "Enabled"})
		return
	}
	n.Positions.Set("enabled", state.Key.Location)
	n.Positions.Set("state", state.Key.Location)
	switch state.Value.Text {
	case "Enabled", "Updating":
		n.Attributes.Set("enabled", value.Boolean(true, state.Value.Location))
	case "Creating":
		n.Attributes.Set("enabled", value.NotKnown(fmt.Sprintf("the key %s was being created", metadata.Get("KeyId").Text), state.Value.Location))
	default:
		n.Attributes.Set("enabled", value.Boolean(false, state.Value.Location))
		n.Attributes.Set("state", value.FromNode(state.Value))
	}
}
