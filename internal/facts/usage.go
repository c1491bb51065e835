package facts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/value"
)

// servesBucket says whether one of the identities of CloudFront that a statement
// of a key policy names reads a bucket that the key encrypts by default. It is No
// only where everything is known: all that the statement names is defined in the
// input, as is all that it reads, and nothing that could not be read may use it.
func (c *computation) servesBucket(s *iam.Statement, policy, key *graph.Node) Fact {
	unknown := Fact{Verdict: iam.Unknown}
	switch {
	case c.serves[s]:
		return Fact{Verdict: iam.Yes}
	case key == nil || key.External != "" || c.ineffective[s] || len(policy.Document.ProblemsFor(graph.KeyPolicy)) > 0:
		return unknown
	case !c.used.complete:
		return unknown
	}
	var named []*graph.Node
	undecided := false
	complete := value.Worlds(c.graph.Variables,
		func(world *value.World) []*graph.Node {
			if !policy.When.In(world) || !s.When.In(world) {
				return nil
			}
			if policies, _ := c.index.policies(key, graph.KeyPolicy, world); len(policies) != 1 || len(c.givenTo(key, world)) > 0 {
				return []*graph.Node{nil}
			}
			return c.namedIdentities(s, policy, world)
		},
		func(_ *value.World, nodes []*graph.Node) {
			for _, node := range nodes {
				if undecided = undecided || node == nil; !slices.Contains(named, node) {
					named = append(named, node)
				}
			}
		})
	if !complete || undecided || len(named) == 0 {
		return unknown
	}
	labels := make([]string, len(named))
	for i, node := range named {
		labels[i] = node.Label()
		if uses := c.uses(node, key); uses != iam.No {
			return Fact{Verdict: uses}
		}
	}
	return Fact{Verdict: iam.No, Reasons: []Reason{{
		Code: "unused", Path: "Principal",
		Text: fmt.Sprintf("%s no bucket that %s encrypts by default", join2(labels, "reads", "read"), key.Label()),
	}}}
}

// join2 joins names with the verb that fits their number.
func join2(names []string, one, several string) string {
	if len(names) == 1 {
		return names[0] + " " + one
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last] + " " + several
}

// namedIdentities returns the distributions and origin access identities that a
// statement names, and nil among them for what is not one or not in the input.
func (c *computation) namedIdentities(s *iam.Statement, policy *graph.Node, world *value.World) []*graph.Node {
	if s.Allow != iam.Yes || s.NotPrincipals != nil || len(s.Gaps) > 0 {
		return []*graph.Node{nil}
	}
	var named []*graph.Node
	for _, principal := range s.Principals {
		text, _ := principal.Value.Literal()
		switch {
		case principal.Type == iam.Service && text == cloudFront:
			named = append(named, c.sourceDistributions(s, policy, world)...)
		case principal.Type == iam.AWS:
			named = append(named, c.namedOAI(principal.Value, policy, world))
		case principal.Type == iam.CanonicalUser:
			named = append(named, c.referredOAI(principal.Value))
		default:
			named = append(named, nil)
		}
	}
	return named
}

// sourceDistributions returns the distributions that the statement's condition on
// aws:SourceArn names.
func (c *computation) sourceDistributions(s *iam.Statement, policy *graph.Node, world *value.World) []*graph.Node {
	if s.AdmitsOtherDistributions().Truth != iam.No {
		return []*graph.Node{nil}
	}
	var distributions []*graph.Node
	for _, condition := range s.Conditions {
		if !strings.EqualFold(condition.Key, "aws:SourceArn") {
			continue
		}
		for _, written := range condition.Values {
			expanded := c.graph.Expand(written).In(world)
			const resource = ":distribution/"
			text, symbols := flatten(expanded)
			position := strings.Index(text, resource)
			if expanded.Kind != value.String || position < 0 {
				return []*graph.Node{nil}
			}
			id := unflatten(text[position+len(resource):], symbols, expanded.Location)
			distributions = append(distributions, c.defined(c.find(graph.Distribution, id, policy, world).node))
		}
	}
	return distributions
}

func (c *computation) namedOAI(written value.Value, policy *graph.Node, world *value.World) *graph.Node {
	name, ok := iam.ReadOAI(c.graph.Expand(written).In(world))
	switch {
	case !ok || name.Defect != "":
		return nil
	case name.ID != "":
		return c.defined(c.find(graph.OAI, value.Text(name.ID, written.Location), policy, world).node)
	default:
		if node := c.graph.Node(name.Reference.Node); node != nil && node.Kind == graph.OAI {
			return c.defined(node)
		}
		return nil
	}
}

func (c *computation) referredOAI(written value.Value) *graph.Node {
	reference, ok := written.SoleReference()
	if !ok {
		return nil
	}
	if node := c.graph.Node(reference.Node); node != nil && node.Kind == graph.OAI {
		return c.defined(node)
	}
	return nil
}

// defined leaves out what the input only names or assumes.
func (c *computation) defined(node *graph.Node) *graph.Node {
	if node == nil || node.External != "" || node.Assumed != "" {
		return nil
	}
	return node
}

// uses says whether a distribution or origin access identity reads a bucket that
// a key encrypts by default.
func (c *computation) uses(identity, key *graph.Node) iam.Truth {
	for edge := range c.graph.In(identity.ID) {
		if c.graph.Node(edge.From).Kind == graph.Opaque {
			return iam.Unknown
		}
	}
	answer := iam.No
	for _, walked := range c.used.by[identity] {
		if !walked.complete {
			answer = max(answer, iam.Unknown)
		}
		for _, seen := range walked.views {
			if walked.distribution == identity || seen.identity == identity {
				answer = max(answer, seen.uses(key))
			}
		}
	}
	switch {
	case identity.Kind == graph.OAI && (c.used.unknownOAI || len(c.nodes(identity.Unit, graph.Distribution)) == 0):
		// It may be what an origin names, or is there for distributions that
		// are somewhere else.
		return max(answer, iam.Unknown)
	case identity.Kind == graph.Distribution && (!identity.Attribute("multitenant").IsAbsent() || c.mayChangeOrigins(identity)):
		// Tenants and functions may have other origins.
		return max(answer, iam.Unknown)
	default:
		return answer
	}
}

// A usage says who reads what, over all paths.
type usage struct {
	// by holds the walks of distributions and of origin access identities.
	by map[*graph.Node][]*walkedOrigin
	// unknownOAI says that some origin has an identity that is not known.
	unknownOAI bool
	// complete is false where part of the input could not be read.
	complete bool
}

func newUsage(g *graph.Graph, all []*walkedOrigin) usage {
	u := usage{by: map[*graph.Node][]*walkedOrigin{}}
	u.complete = !slices.ContainsFunc(g.Units, func(unit graph.Unit) bool { return unit.Incomplete != "" })
	for _, walked := range all {
		u.by[walked.distribution] = append(u.by[walked.distribution], walked)
		identities := map[*graph.Node]bool{}
		for _, seen := range walked.views {
			if seen.identityKind != OAI {
				continue
			}
			if seen.identity == nil || seen.identity.External != "" || seen.identity.Assumed != "" {
				u.unknownOAI = true
			} else if !identities[seen.identity] {
				identities[seen.identity] = true
				u.by[seen.identity] = append(u.by[seen.identity], walked)
			}
		}
		u.unknownOAI = u.unknownOAI || !walked.complete
	}
	return u
}

// uses says whether a view is one of a bucket that a key encrypts by default.
func (v *view) uses(key *graph.Node) iam.Truth {
	switch {
	case v.key == key:
		return iam.Yes
	case v.otherSigner != "" || len(v.unknowns) > 0 || v.bucket == nil || v.algorithm == unknownText:
		return iam.Unknown
	case v.isKMS() && (v.key == nil || v.key.External != "" || v.managedBy == managedByAWS):
		// The AWS managed key is an error, and this one may be what was meant.
		return iam.Unknown
	default:
		return iam.No
	}
}

// mayChangeOrigins reports whether a function may send requests of a distribution
// to a bucket that is no origin of it.
func (c *computation) mayChangeOrigins(distribution *graph.Node) bool {
	changes := false
	complete := value.Worlds(c.graph.Variables,
		func(world *value.World) bool {
			w := &walker{index: c.index, world: world, distribution: distribution, view: &view{}}
			behaviors := distribution.Attribute("behaviors").In(world)
			if behaviors.Kind != value.List {
				return true
			}
			return slices.ContainsFunc(behaviors.Items(), func(behavior value.Value) bool {
				edge, _ := behavior.Get("lambda_functions")
				functions, _ := behavior.Get("functions")
				return w.runsOn(edge, "origin-request", nil) || w.runsOn(functions, "viewer-request", w.mayChangeOrigin)
			})
		},
		func(_ *value.World, change bool) { changes = changes || change })
	return changes || !complete
}

// everyBucket is the fact that a statement lets an identity of CloudFront decrypt
// for all of several buckets that a key encrypts: no condition compares the
// encryption context. The reasons name the buckets that the identity reads.
func (c *computation) everyBucket(s *iam.Statement, policy, key *graph.Node) Fact {
	if key == nil || !c.serves[s] || comparesContext(policy) || len(s.Gaps) > 0 {
		return Fact{Verdict: iam.No}
	}
	encrypted := c.encrypts[key]
	if len(encrypted) < 2 {
		return Fact{Verdict: iam.No}
	}
	fact := Fact{Verdict: iam.Yes}
	for _, bucket := range encrypted {
		code := "encrypts"
		if slices.Contains(c.readWith[s], bucket) {
			code = "reads"
		}
		fact.Reasons = append(fact.Reasons, Reason{Code: code, Text: bucket.Label(), Node: bucket.ID})
	}
	return fact
}

// comparesContext reports whether a statement of a policy compares the encryption
// context that S3 sends: be it an Allow or a Deny, somebody thought of it.
func comparesContext(policy *graph.Node) bool {
	return slices.ContainsFunc(policy.Document.Statements, func(s *iam.Statement) bool {
		return slices.ContainsFunc(s.Conditions, func(condition iam.Condition) bool {
			return strings.EqualFold(condition.Key, "kms:EncryptionContext:aws:s3:arn")
		})
	})
}

// encrypted finds the buckets of each key.
func (c *computation) encrypted() {
	c.encrypts = map[*graph.Node][]*graph.Node{}
	if len(c.serves) == 0 {
		// Only what serves a path is asked for them.
		return
	}
	var buckets []*graph.Node
	for _, node := range c.graph.Nodes {
		if node.Kind == graph.Bucket && isSettled(node) {
			buckets = append(buckets, node)
		}
	}
	keys := make([]*graph.Node, len(buckets))
	c.report(each(buckets, nameNode, func(i int, bucket *graph.Node) { keys[i] = c.settledKey(bucket) }))
	for i, key := range keys {
		if key != nil {
			c.encrypts[key] = append(c.encrypts[key], buckets[i])
		}
	}
}

// settledKey is the key that encrypts a bucket by default in all worlds, or nil.
func (ix *index) settledKey(bucket *graph.Node) *graph.Node {
	var keys []*graph.Node
	complete := value.Worlds(ix.graph.Variables,
		func(world *value.World) *graph.Node {
			nodes, _ := ix.encryptions(bucket, world)
			if len(nodes) != 1 || bucket.Elsewhere["encryption"] != "" || nodes[0].Elsewhere["algorithm"] != "" {
				return nil
			}
			text, _ := ix.graph.Expand(nodes[0].Attribute("algorithm")).In(world).Literal()
			if !strings.HasPrefix(text, kmsAlgorithm) {
				return nil
			}
			return ix.key(nodes[0].Attribute("key"), nodes[0], world).node
		},
		func(_ *value.World, key *graph.Node) {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		})
	if !complete || len(keys) != 1 {
		return nil
	}
	return keys[0]
}
