package facts

import (
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

const (
	uuid   = "6f1d2c3b-4a59-4e68-8f77-a0b1c2d3e4f5"
	shared = "mrk-0123456789abcdef0123456789abcdef"
	ours   = "111122223333"
	theirs = "444455556666"
)

// A stage builds a graph of a few nodes. Their ids are unit#address.
type stage struct{ *graph.Builder }

func newStage() stage {
	s := stage{graph.NewBuilder()}
	for _, place := range []graph.Environment{
		{ID: "ours/us-east-1", Account: ours, Region: "us-east-1"},
		{ID: "ours/eu-west-1", Account: ours, Region: "eu-west-1"},
		{ID: "theirs/us-east-1", Account: theirs, Region: "us-east-1"},
		{ID: "nowhere"},
	} {
		s.AddEnvironment(place)
	}
	s.AddUnit(graph.Unit{ID: "live", Language: graph.PolicyJSON})
	return s
}

// node adds a node; attributes are pairs of a name and a text, or a value.
func (s stage) node(kind graph.Kind, id, environment string, attributes ...any) *graph.Node {
	unit, address, _ := strings.Cut(id, "#")
	n := &graph.Node{ID: id, Kind: kind, Unit: unit, Address: address, Environment: environment, Location: source.Location{File: unit, Line: 1}}
	for i := 0; i < len(attributes); i += 2 {
		name := attributes[i].(string)
		switch v := attributes[i+1].(type) {
		case string:
			if name == "external" {
				n.External = v
				continue
			}
			n.Attributes.Set(name, value.Text(v, n.Location))
		case value.Value:
			n.Attributes.Set(name, v)
		}
	}
	add := s.AddNode
	if kind == graph.Policy {
		add = s.AddPolicy
	}
	if err := add(n); err != nil {
		panic(err)
	}
	return n
}

func to(id string, attribute value.Attribute) value.Value {
	return value.To(value.Reference{Node: id, Attribute: attribute}, id, source.Location{})
}

// unsure is a text with an unknown part.
func unsure(before, after string) value.Value {
	return value.Concat(source.Location{}, value.Text(before, source.Location{}), value.NotKnown("var.env is not known", source.Location{}), value.Text(after, source.Location{}))
}

// inWorld calls f with the only world of a graph without conditions.
func inWorld(g *graph.Graph, f func(*value.World)) {
	value.Worlds(g.Variables, func(world *value.World) int { f(world); return 0 }, func(*value.World, int) {})
}

func TestKeyAcrossUnits(t *testing.T) {
	arn := func(account, region, rest string) string { return "arn:aws:kms:" + region + ":" + account + ":" + rest }
	for name, test := range map[string]struct {
		nodes func(stage)
		// from is the environment of the node that names the key.
		from   string
		wanted any
		// key is the id of the node that is found, else reason is part of why
		// there is none.
		key, reason string
	}{
		"an id": {
			nodes:  func(s stage) { s.node(graph.Key, "b#key", "ours/us-east-1", "key_id", uuid) },
			wanted: uuid, key: "b#key",
		},
		"an id, from another Region": {
			nodes: func(s stage) { s.node(graph.Key, "b#key", "ours/us-east-1", "key_id", uuid) },
			from:  "ours/eu-west-1", wanted: uuid, key: "b#key",
		},
		"an ARN": {
			nodes:  func(s stage) { s.node(graph.Key, "b#key", "ours/us-east-1", "key_id", uuid) },
			wanted: arn(ours, "us-east-1", "key/"+uuid), key: "b#key",
		},
		"an ARN of an account that is not known": {
			nodes:  func(s stage) { s.node(graph.Key, "b#key", "nowhere", "key_id", uuid) },
			wanted: arn(ours, "us-east-1", "key/"+uuid), key: "b#key",
		},
		"an ARN of another account": {
			nodes:  func(s stage) { s.node(graph.Key, "b#key", "theirs/us-east-1", "key_id", uuid) },
			wanted: arn(ours, "us-east-1", "key/"+uuid),
			reason: "is meant for account 111122223333, us-east-1, while key is in account 444455556666, us-east-1",
		},
		"an ARN of another Region, in the own unit": {
			nodes:  func(s stage) { s.node(graph.Key, "a#key", "ours/eu-west-1", "key_id", uuid) },
			wanted: arn(ours, "us-east-1", "key/"+uuid), reason: "while key is in account 111122223333, eu-west-1",
		},
		"an ARN of a multi-Region key": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#first", "ours/us-east-1", "key_id", shared)
				s.node(graph.Key, "c#second", "ours/eu-west-1", "key_id", shared)
			},
			from: "ours/us-east-1", wanted: arn(ours, "eu-west-1", "key/"+shared), key: "c#second",
		},
		"the id of a multi-Region key": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#first", "ours/us-east-1", "key_id", shared)
				s.node(graph.Key, "c#second", "ours/eu-west-1", "key_id", shared)
			},
			from: "ours/eu-west-1", wanted: shared, key: "c#second",
		},
		"the id of a multi-Region key, from a place that is not known": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#first", "ours/us-east-1", "key_id", shared)
				s.node(graph.Key, "c#second", "ours/eu-west-1", "key_id", shared)
			},
			wanted: shared, reason: "is defined in b and in c",
		},
		"an alias of one unit": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#key", "nowhere")
				s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn", "target_key", to("b#key", value.ID))
			},
			from: "ours/us-east-1", wanted: "alias/cdn", key: "b#key",
		},
		"an alias of another account": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#key", "theirs/us-east-1")
				s.node(graph.Alias, "b#alias", "theirs/us-east-1", "name", "alias/cdn", "target_key", to("b#key", value.ID))
			},
			from: "ours/us-east-1", wanted: "alias/cdn", reason: "while alias is in account 444455556666",
		},
		"an alias of development and production, from a known account": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#key", "ours/us-east-1")
				s.node(graph.Alias, "b#alias", "ours/us-east-1", "name", "alias/cdn", "target_key", to("b#key", value.ID))
				s.node(graph.Key, "c#key", "nowhere")
				s.node(graph.Alias, "c#alias", "nowhere", "name", "alias/cdn", "target_key", to("c#key", value.ID))
			},
			from: "ours/us-east-1", wanted: "alias/cdn", key: "b#key",
		},
		"an alias of development and production": {
			nodes: func(s stage) {
				s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn", "target_key", uuid)
				s.node(graph.Alias, "c#alias", "nowhere", "name", "alias/cdn", "target_key", uuid)
			},
			wanted: "alias/cdn", reason: "alias/cdn is defined in b and in c",
		},
		"an alias of the own unit": {
			nodes: func(s stage) {
				s.node(graph.Key, "a#key", "nowhere")
				s.node(graph.Alias, "a#alias", "nowhere", "name", "alias/cdn", "target_key", to("a#key", value.ARN))
				s.node(graph.Key, "b#key", "nowhere")
				s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn", "target_key", to("b#key", value.ARN))
			},
			wanted: "alias/cdn", key: "a#key",
		},
		"an alias of the own unit in two Regions": {
			nodes: func(s stage) {
				s.node(graph.Key, "a#first", "ours/us-east-1")
				s.node(graph.Alias, "a#one", "ours/us-east-1", "name", "alias/cdn", "target_key", to("a#first", value.ID))
				s.node(graph.Key, "a#second", "ours/eu-west-1")
				s.node(graph.Alias, "a#two", "ours/eu-west-1", "name", "alias/cdn", "target_key", to("a#second", value.ID))
			},
			from: "ours/eu-west-1", wanted: "alias/cdn", key: "a#second",
		},
		"a data source of an alias": {
			nodes: func(s stage) {
				s.node(graph.Key, "a#data", "nowhere", "key_id", "alias/cdn", "external", "is read")
				s.node(graph.Key, "b#key", "nowhere")
				s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn", "target_key", to("b#key", value.ID))
			},
			wanted: to("a#data", value.ARN), key: "b#key",
		},
		"a data source of an ARN": {
			nodes: func(s stage) {
				s.node(graph.Key, "a#data", "nowhere", "key_id", arn(ours, "us-east-1", "key/"+uuid), "external", "is read")
				s.node(graph.Key, "b#key", "ours/us-east-1", "key_id", uuid)
			},
			wanted: to("a#data", value.ID), key: "b#key",
		},
		"a data source of what two units define": {
			nodes: func(s stage) {
				s.node(graph.Key, "a#data", "nowhere", "key_id", "alias/cdn", "external", "is read")
				s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn", "target_key", uuid)
				s.node(graph.Alias, "c#alias", "nowhere", "name", "alias/cdn", "target_key", uuid)
			},
			wanted: to("a#data", value.ID), key: "a#data",
		},
		"a data source of another unit": {
			nodes:  func(s stage) { s.node(graph.Key, "b#data", "nowhere", "key_id", uuid, "external", "is read") },
			wanted: uuid, key: "b#data",
		},
		"an alias of a data source of the alias": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#data", "nowhere", "key_id", "alias/cdn", "external", "is read")
				s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn", "target_key", to("b#data", value.ID))
			},
			wanted: "alias/cdn", key: "b#data",
		},
		"an alias that an account has as well": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#key", "ours/us-east-1")
				s.node(graph.Alias, "b#alias", "ours/us-east-1", "name", "alias/cdn", "target_key", to("b#key", value.ID))
				s.node(graph.Key, "live#key", "ours/us-east-1", "key_id", uuid)
				s.node(graph.Alias, "live#alias", "ours/us-east-1", "name", "alias/cdn", "target_key", uuid)
			},
			wanted: "alias/cdn", key: "b#key",
		},
		"an alias that perhaps another account has as well": {
			nodes: func(s stage) {
				s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn", "target_key", uuid)
				s.node(graph.Alias, "live#alias", "ours/us-east-1", "name", "alias/cdn", "target_key", uuid)
			},
			wanted: "alias/cdn", reason: "alias/cdn is defined in b and in live",
		},
		"a name with an unknown part": {
			nodes:  func(s stage) { s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn-prod", "target_key", uuid) },
			wanted: unsure("alias/cdn-", ""), reason: "var.env is not known",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage()
			test.nodes(s)
			if test.from == "" {
				test.from = "nowhere"
			}
			from := s.node(graph.Encryption, "a#encryption", test.from, "key", test.wanted)
			ix, _ := newIndex(s.Freeze())
			inWorld(ix.graph, func(world *value.World) {
				found := ix.key(from.Attribute("key"), from, world)
				switch {
				case test.key == "" && (found.node != nil || !strings.Contains(found.reason, test.reason)):
					t.Errorf("it is %v because %q, want none because %q", found.node, found.reason, test.reason)
				case test.key != "" && (found.node == nil || found.node.ID != test.key):
					t.Errorf("it is %v because %q, want %s", found.node, found.reason, test.key)
				}
			})
		})
	}
}

func TestWrittenInAnotherUnit(t *testing.T) {
	for name, test := range map[string]struct {
		nodes func(stage)
		// policy is the id of the policy that is found, doubt part of why there
		// may be one.
		policy, doubt string
	}{
		"a key's id": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#subject", "ours/us-east-1", "key_id", uuid)
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.KeyPolicy, "target", uuid)
			},
			policy: "a#policy",
		},
		"a key's ARN": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#subject", "ours/us-east-1", "key_id", uuid)
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.KeyPolicy, "target", "arn:aws:kms:us-east-1:"+ours+":key/"+uuid)
			},
			policy: "a#policy",
		},
		"a key's ARN in another account": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#subject", "ours/us-east-1", "key_id", uuid)
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.KeyPolicy, "target", "arn:aws:kms:us-east-1:"+theirs+":key/"+uuid)
			},
		},
		"a key's alias": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#subject", "nowhere")
				s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn", "target_key", to("b#subject", value.ID))
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.KeyPolicy, "target", "alias/cdn")
			},
			policy: "a#policy",
		},
		"a data source of a key's alias": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#subject", "nowhere")
				s.node(graph.Alias, "b#alias", "nowhere", "name", "alias/cdn", "target_key", to("b#subject", value.ID))
				s.node(graph.Key, "a#data", "nowhere", "key_id", "alias/cdn", "external", "is read")
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.KeyPolicy, "target", to("a#data", value.ID))
			},
			policy: "a#policy",
		},
		"a bucket's name": {
			nodes: func(s stage) {
				s.node(graph.Bucket, "b#subject", "nowhere", "name", "site")
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.BucketPolicy, "target", "site")
			},
			policy: "a#policy",
		},
		"a data source of a bucket's name": {
			nodes: func(s stage) {
				s.node(graph.Bucket, "b#subject", "nowhere", "name", "site")
				s.node(graph.Bucket, "a#data", "nowhere", "name", "site", "external", "is read")
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.BucketPolicy, "target", to("a#data", value.ID))
			},
			policy: "a#policy",
		},
		"the name of a bucket of the own unit": {
			nodes: func(s stage) {
				s.node(graph.Bucket, "b#subject", "nowhere", "name", "site")
				s.node(graph.Bucket, "a#bucket", "nowhere", "name", "site")
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.BucketPolicy, "target", "site")
			},
		},
		"a bucket that an account has as well": {
			nodes: func(s stage) {
				s.node(graph.Bucket, "b#subject", "nowhere", "name", "site")
				s.node(graph.Bucket, "live#bucket", "ours/us-east-1", "name", "site")
				s.node(graph.Policy, "live#policy", "ours/us-east-1", "role", graph.BucketPolicy).Parent = "live#bucket"
			},
			policy: "live#policy",
		},
		"a name with an unknown part": {
			nodes: func(s stage) {
				s.node(graph.Bucket, "b#subject", "nowhere", "name", "prod-site")
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.BucketPolicy, "target", unsure("", "-site"))
			},
			doubt: "policy in a may be written for it: var.env is not known",
		},
		"a name with an unknown part that does not fit": {
			nodes: func(s stage) {
				s.node(graph.Bucket, "b#subject", "nowhere", "name", "prod-site")
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.BucketPolicy, "target", unsure("", "-logs"))
			},
		},
		"a name that is not known": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#subject", "nowhere")
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.KeyPolicy, "target", value.NotKnown("it does not say which key", source.Location{}))
			},
			doubt: "policy in a may be written for it: it does not say which key",
		},
		"a name that is not known, beside a policy": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#subject", "nowhere")
				s.node(graph.Policy, "b#policy", "nowhere", "role", graph.KeyPolicy, "target", to("b#subject", value.ID))
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.KeyPolicy, "target", value.NotKnown("it does not say which key", source.Location{}))
			},
			policy: "b#policy",
		},
		"an id, of a key whose id is not in the text": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#subject", "ours/us-east-1")
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.KeyPolicy, "target", uuid)
			},
			doubt: "policy in a may be written for it: the key " + uuid + " is not in the input",
		},
		"an ARN of another account, of a key whose id is not in the text": {
			nodes: func(s stage) {
				s.node(graph.Key, "b#subject", "ours/us-east-1")
				s.node(graph.Policy, "a#policy", "nowhere", "role", graph.KeyPolicy, "target", "arn:aws:kms:us-east-1:"+theirs+":key/"+uuid)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage()
			test.nodes(s)
			ix, _ := newIndex(s.Freeze())
			subject := ix.graph.Node("b#subject")
			role := graph.KeyPolicy
			if subject.Kind == graph.Bucket {
				role = graph.BucketPolicy
			}
			inWorld(ix.graph, func(world *value.World) {
				policies, doubt := ix.policies(subject, role, world)
				got := ""
				for _, policy := range policies {
					got += policy.ID
				}
				if got != test.policy || !strings.Contains(doubt, test.doubt) || test.doubt == "" && doubt != "" {
					t.Errorf("the policy is %q with the doubt %q, want %q with %q", got, doubt, test.policy, test.doubt)
				}
			})
		})
	}
}
