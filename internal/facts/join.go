package facts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/value"
)

// An index finds nodes by what identifies them, so that a bucket that is named
// by reference, by its literal name or through an endpoint is the same bucket.
type index struct {
	graph *graph.Graph
	// units holds the nodes of each unit by kind.
	units map[string]map[graph.Kind][]*graph.Node
	// literals holds the nodes of all units whose identity is literal text.
	literals map[literalIdentity][]*graph.Node
	// foreign holds what is written in other units for a bucket or key, or may
	// be, by its id.
	foreign map[string][]*graph.Node
}

type literalIdentity struct {
	kind graph.Kind
	text string
}

// identifying names the attribute that identifies a node of each kind that can
// be found by name.
var identifying = map[graph.Kind]value.Attribute{
	graph.Bucket:       value.Name,
	graph.Key:          value.ID,
	graph.Alias:        value.Name,
	graph.OAC:          value.ID,
	graph.OAI:          value.ID,
	graph.Distribution: value.ID,
}

func newIndex(g *graph.Graph) *index {
	ix := &index{graph: g, units: map[string]map[graph.Kind][]*graph.Node{}, literals: map[literalIdentity][]*graph.Node{}}
	for _, node := range g.Nodes {
		if ix.units[node.Unit] == nil {
			ix.units[node.Unit] = map[graph.Kind][]*graph.Node{}
		}
		ix.units[node.Unit][node.Kind] = append(ix.units[node.Unit][node.Kind], node)
		if text, ok := ix.identity(node).Literal(); ok {
			identity := literalIdentity{node.Kind, text}
			ix.literals[identity] = append(ix.literals[identity], node)
		}
	}
	ix.foreign = map[string][]*graph.Node{}
	for _, node := range g.Nodes {
		ix.addForeign(node)
	}
	return ix
}

// addForeign notes a policy, encryption or object whose bucket or key another
// unit defines: it is referred to, or named by its literal name.
func (ix *index) addForeign(node *graph.Node) {
	attribute, kinds := "bucket", []graph.Kind{graph.Bucket}
	switch node.Kind {
	case graph.Encryption, graph.Object:
	case graph.Policy:
		attribute, kinds = "target", []graph.Kind{graph.Bucket, graph.Key}
	default:
		return
	}
	note := func(subject *graph.Node) {
		if subject.Unit != node.Unit && slices.Contains(kinds, subject.Kind) && !slices.Contains(ix.foreign[subject.ID], node) {
			ix.foreign[subject.ID] = append(ix.foreign[subject.ID], node)
		}
	}
	ix.graph.Expand(node.Attribute(attribute)).Walk(func(v value.Value) {
		for _, part := range v.Parts {
			if subject := ix.graph.Node(part.Reference.Node); part.Kind == value.ReferenceTo && subject != nil {
				note(subject)
			}
		}
		if text, literal := v.Literal(); literal {
			for _, kind := range kinds {
				for _, subject := range ix.literals[literalIdentity{kind, strings.TrimPrefix(text, "arn:aws:s3:::")}] {
					note(subject)
				}
			}
		}
	})
}

// identity is the text that identifies a node, Unknown for kinds that are not
// found by name.
func (ix *index) identity(node *graph.Node) value.Value {
	attribute, ok := identifying[node.Kind]
	if !ok {
		return value.NotKnown("", node.Location)
	}
	return ix.graph.Expand(value.To(value.Reference{Node: node.ID, Attribute: attribute}, node.Address, node.Location))
}

// A target is what a value leads to in one world.
type target struct {
	// node is nil where nothing in the input is it for certain.
	node *graph.Node
	// reason says why, where node is nil.
	reason string
	// text names the target for a person.
	text string
}

// find returns the node of a kind whose identity equals wanted, as seen from a
// unit. The unit's own definition wins over another unit's; a literal that
// exactly one other unit defines is that unit's.
func (ix *index) find(kind graph.Kind, wanted value.Value, unit string, world *value.World) target {
	wanted = ix.graph.Expand(wanted).In(world)
	result := target{text: wanted.String()}
	if wanted.Kind != value.String {
		result.reason = firstReason(wanted, "the "+kindName(kind)+" is not known")
		return result
	}
	if node := ix.referred(kind, wanted, unit); node != nil && node.When.In(world) {
		result.node = node
		return result
	}
	var own, possible, others []*graph.Node
	for _, node := range ix.units[unit][kind] {
		if !node.When.In(world) {
			continue
		}
		switch ix.sameText(ix.identity(node).In(world), wanted) {
		case iam.Yes:
			own = append(own, node)
		case iam.Unknown:
			possible = append(possible, node)
		case iam.No:
		}
	}
	if text, literal := wanted.Literal(); literal {
		for _, node := range ix.literals[literalIdentity{kind, text}] {
			if node.Unit != unit && node.When.In(world) {
				others = append(others, node)
			}
		}
	}
	own, others = preferDefined(own), preferDefined(others)
	switch {
	case len(own) == 1:
		result.node = own[0]
	case len(own) > 1:
		result.reason = fmt.Sprintf("%s and %s have the same name %s", own[0].Address, own[1].Address, wanted)
	case len(others) == 1 && others[0].External == "":
		result.node = others[0]
	case len(others) > 1:
		result.reason = fmt.Sprintf("%s is defined in %s and in %s", wanted, others[0].Location.File, others[1].Location.File)
	default:
		result.reason = ix.unresolved(kind, wanted, possible)
	}
	return result
}

// referred returns the node of another unit that a value refers to, as remote
// state does.
func (ix *index) referred(kind graph.Kind, wanted value.Value, unit string) *graph.Node {
	reference, ok := wanted.SoleReference()
	if !ok {
		return nil
	}
	node := ix.graph.Node(reference.Node)
	if node == nil || node.Kind != kind || node.Unit == unit || reference.Attribute != identifying[kind] {
		return nil
	}
	return node
}

// preferDefined leaves out nodes that only name, or assume, what another one
// defines.
func preferDefined(nodes []*graph.Node) []*graph.Node {
	for _, isDefined := range []func(*graph.Node) bool{
		func(node *graph.Node) bool { return node.External == "" && node.Assumed == "" },
		func(node *graph.Node) bool { return node.External == "" },
	} {
		if defined := slices.DeleteFunc(slices.Clone(nodes), func(node *graph.Node) bool { return !isDefined(node) }); len(defined) > 0 {
			return defined
		}
	}
	if len(nodes) > 1 {
		return nodes[:1]
	}
	return nodes
}

// unresolved says what keeps a name from leading to a node.
func (ix *index) unresolved(kind graph.Kind, wanted value.Value, possible []*graph.Node) string {
	for _, part := range wanted.Parts {
		switch part.Kind {
		case value.UnknownText:
			return part.Text
		case value.ReferenceTo:
			if node := ix.graph.Node(part.Reference.Node); node != nil && node.External != "" {
				return node.External
			}
		}
	}
	if len(possible) > 0 && len(wanted.Parts) > 0 {
		return fmt.Sprintf("the %s %s may be %s, whose name is not known before it is deployed", kindName(kind), wanted, possible[0].Address)
	}
	return fmt.Sprintf("the %s %s is not in the input", kindName(kind), wanted)
}

func kindName(kind graph.Kind) string {
	switch kind {
	case graph.OAC:
		return "origin access control"
	case graph.OAI:
		return "origin access identity"
	default:
		return string(kind)
	}
}

// sameText compares two expanded texts.
func (ix *index) sameText(x, y value.Value) iam.Truth {
	xKey, xOpaque := textKey(x)
	yKey, yOpaque := textKey(y)
	if xOpaque || yOpaque {
		return iam.Unknown
	}
	if xKey == yKey {
		return iam.Yes
	}
	_, xLiteral := x.Literal()
	_, yLiteral := y.Literal()
	if xLiteral && yLiteral || ix.isResource(x) && ix.isResource(y) {
		return iam.No
	}
	return iam.Unknown
}

// isResource reports whether v is one reference to a resource: two of those to
// different resources are different, while two variables may hold the same.
func (ix *index) isResource(v value.Value) bool {
	reference, ok := v.SoleReference()
	if !ok {
		return false
	}
	node := ix.graph.Node(reference.Node)
	return node != nil && node.Kind != graph.Opaque && node.External == ""
}

// key finds the key that a bucket's encryption or a policy names: by reference,
// ARN, id, alias name or alias ARN.
func (ix *index) key(named value.Value, unit string, world *value.World) target {
	expanded := ix.graph.Expand(named).In(world)
	result := target{text: named.In(world).String()}
	if expanded.Kind != value.String {
		result.reason = firstReason(expanded, "the key is not known")
		return result
	}
	text, symbols := flatten(expanded)
	if position := strings.Index(text, "alias/"); position >= 0 {
		name := unflatten(text[position:], symbols, expanded.Location)
		alias := ix.find(graph.Alias, name, unit, world)
		if alias.node == nil {
			return alias
		}
		// An alias that a data source reads has no target in the input.
		if pointsTo := alias.node.Attribute("target_key"); !pointsTo.IsAbsent() {
			found := ix.key(pointsTo, alias.node.Unit, world)
			found.text = result.text
			return found
		}
		result.reason = alias.node.External
		return result
	}
	if position := strings.Index(text, ":key/"); position >= 0 {
		expanded = unflatten(text[position+len(":key/"):], symbols, expanded.Location)
	}
	found := ix.find(graph.Key, expanded, unit, world)
	found.text = result.text
	return found
}

// encryptions returns the encryption nodes of a bucket that exist in a world,
// and why it cannot be said whether there are more.
func (ix *index) encryptions(bucket *graph.Node, world *value.World) (nodes []*graph.Node, doubt string) {
	return ix.configuring(bucket, graph.Encryption, func(node *graph.Node) target {
		return ix.find(graph.Bucket, node.Attribute("bucket"), node.Unit, world)
	}, world)
}

// policies returns the policy nodes of a bucket or key that exist in a world.
func (ix *index) policies(node *graph.Node, role string, world *value.World) (nodes []*graph.Node, doubt string) {
	return ix.configuring(node, graph.Policy, func(policy *graph.Node) target {
		if written, _ := policy.Attribute("role").Literal(); written != role {
			return target{}
		}
		if role == graph.KeyPolicy {
			return ix.key(policy.Attribute("target"), policy.Unit, world)
		}
		return ix.find(graph.Bucket, policy.Attribute("target"), policy.Unit, world)
	}, world)
}

func (ix *index) configuring(subject *graph.Node, kind graph.Kind, resolve func(*graph.Node) target, world *value.World) (nodes []*graph.Node, doubt string) {
	for _, node := range slices.Concat(ix.units[subject.Unit][kind], ix.foreign[subject.ID]) {
		if node.Kind != kind || !node.When.In(world) {
			continue
		}
		if node.Parent == subject.ID {
			nodes = append(nodes, node)
			continue
		}
		if found := resolve(node); found.node == subject {
			nodes = append(nodes, node)
		} else if found.node == nil && found.reason != "" && doubt == "" && node.Unit == subject.Unit {
			doubt = fmt.Sprintf("%s may be written for it: %s", node.Address, found.reason)
		}
	}
	return nodes, doubt
}

func firstReason(v value.Value, otherwise string) string {
	if reasons := v.Reasons(); len(reasons) > 0 && reasons[0] != "" {
		return reasons[0]
	}
	return otherwise
}
