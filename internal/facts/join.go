package facts

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// An index finds nodes by what identifies them, so that a bucket that is named
// by reference, by its literal name or through an endpoint is the same bucket.
type index struct {
	graph *graph.Graph
	// units holds the nodes of each unit.
	units map[string]unitIndex
	// literals holds the nodes of all units whose identity is literal text.
	literals map[literalIdentity][]*graph.Node
	// foreign holds what is written in other units for a bucket or key, or may
	// be, by its id.
	foreign map[string][]*graph.Node
	// loose holds what is written for a bucket or key that no node is for
	// certain, by the kind of the one and of the other.
	loose map[looseKind]*looseIndex
	work  *work
}

type literalIdentity struct {
	kind graph.Kind
	text string
}

// A looseKind is the kind of a node that is written for another one of kind.
type looseKind struct{ writes, kind graph.Kind }

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

// newIndex indexes a graph. The units are looked at on all processors, and joined in
// their order.
func newIndex(g *graph.Graph) (*index, []source.Diagnostic) {
	units := byUnit(g.Nodes)
	ix := &index{
		graph: g, units: make(map[string]unitIndex, len(units)), literals: map[literalIdentity][]*graph.Node{},
		foreign: map[string][]*graph.Node{}, loose: map[looseKind]*looseIndex{},
	}
	indexes := make([]unitIndex, len(units))
	diagnostics := each(units, nameUnit, func(i int, nodes []*graph.Node) { indexes[i] = ix.indexUnit(nodes) })
	for i, its := range indexes {
		ix.units[units[i][0].Unit] = its
		for _, named := range its.named {
			if identity := (literalIdentity{named.kind, named.text}); named.literal {
				ix.literals[identity] = append(ix.literals[identity], named.node)
			}
		}
	}
	written := make([][]writtenNode, len(units))
	diagnostics = append(diagnostics, each(units, nameUnit, func(i int, nodes []*graph.Node) {
		for _, node := range nodes {
			if its, isWritten := ix.foreignOf(node); isWritten {
				written[i] = append(written[i], its)
			}
		}
	})...)
	for _, its := range written {
		for _, node := range its {
			ix.addForeign(node)
		}
	}
	return ix, diagnostics
}

// byUnit returns the nodes of each unit. The nodes of a graph are sorted by unit.
func byUnit(nodes []*graph.Node) [][]*graph.Node {
	var units [][]*graph.Node
	start := 0
	for i := range nodes {
		if i+1 == len(nodes) || nodes[i+1].Unit != nodes[i].Unit {
			units = append(units, nodes[start:i+1])
			start = i + 1
		}
	}
	return units
}

func nameUnit(nodes []*graph.Node) (at *graph.Node, text string) { return nodes[0], nodes[0].Unit }

// writtenFor says of kinds of nodes in which attribute they name what they are
// written for.
func writtenFor(node *graph.Node) (attribute string, kind graph.Kind) {
	switch node.Kind {
	case graph.Encryption, graph.Object:
		return "bucket", graph.Bucket
	case graph.Grant:
		return "key", graph.Key
	case graph.Policy:
		switch role, _ := node.Attribute("role").Literal(); role {
		case graph.BucketPolicy:
			return "target", graph.Bucket
		case graph.KeyPolicy:
			return "target", graph.Key
		}
	}
	return "", ""
}

// A writtenNode is a node that is written for buckets or keys of other units, or for one
// that no node is for certain.
type writtenNode struct {
	node     *graph.Node
	kind     graph.Kind
	subjects []*graph.Node
	// loose are the names of which no node is for certain.
	loose []value.Value
}

// foreignOf finds what a node is written for in other units, by reference or by its
// name.
func (ix *index) foreignOf(node *graph.Node) (written writtenNode, isWritten bool) {
	attribute, kind := writtenFor(node)
	// A part of a resource is written for that one alone.
	if kind == "" || node.Parent != "" {
		return writtenNode{}, false
	}
	written = writtenNode{node: node, kind: kind}
	eachText(ix.graph.Expand(node.Attribute(attribute)), func(v value.Value) {
		found := false
		for _, subject := range ix.everyTarget(kind, v, node, 0) {
			found = found || subject.External == ""
			if subject.Unit != node.Unit && !slices.Contains(written.subjects, subject) {
				written.subjects = append(written.subjects, subject)
			}
		}
		if !found && !v.IsAbsent() {
			if kind == graph.Key && v.Kind == value.String {
				v, _ = keyName(v)
			}
			written.loose = append(written.loose, v)
		}
	})
	return written, len(written.subjects)+len(written.loose) > 0
}

func (ix *index) addForeign(written writtenNode) {
	for _, subject := range written.subjects {
		ix.foreign[subject.ID] = append(ix.foreign[subject.ID], written.node)
	}
	if len(written.loose) == 0 {
		return
	}
	kinds := looseKind{written.node.Kind, written.kind}
	if ix.loose[kinds] == nil {
		ix.loose[kinds] = &looseIndex{}
	}
	name := written.loose[0]
	if len(written.loose) > 1 {
		name = value.Value{}
	}
	ix.loose[kinds].add(written.node, name)
}

// eachText calls f with each side of a Choice.
func eachText(v value.Value, f func(value.Value)) {
	if v.Kind == value.Choice {
		eachText(*v.Then(), f)
		eachText(*v.Else(), f)
		return
	}
	f(v)
}

// everyTarget returns the nodes that an expanded value leads to in some world: of
// the unit of from if there are any that always exist, else of every unit.
func (ix *index) everyTarget(kind graph.Kind, wanted value.Value, from *graph.Node, depth int) []*graph.Node {
	if wanted.Kind != value.String || depth > maxAliases {
		return nil
	}
	if kind == graph.Key {
		name, isAlias := keyName(wanted)
		if isAlias {
			var keys []*graph.Node
			for _, alias := range ix.everyTarget(graph.Alias, name, from, depth+1) {
				eachText(ix.graph.Expand(alias.Attribute("target_key")), func(v value.Value) {
					keys = append(keys, ix.everyTarget(graph.Key, v, alias, depth+1)...)
				})
			}
			return keys
		}
		wanted = name
	}
	text, opaque := spell(wanted)
	if opaque {
		return nil
	}
	var found []*graph.Node
	for _, own := range ix.named(from.Unit, kind, text) {
		found = append(found, own.node)
	}
	if slices.ContainsFunc(found, isSettled) {
		return found
	}
	if text, literal := wanted.Literal(); literal {
		found = append(found, ix.literals[literalIdentity{kind, text}]...)
	} else if node := ix.referred(kind, wanted); node != nil {
		found = append(found, node)
	}
	for _, node := range found {
		// What a data source finds by an alias or ARN.
		if named := node.Attribute("key_id"); kind == graph.Key && node.External != "" && !named.IsAbsent() {
			eachText(ix.graph.Expand(named), func(v value.Value) {
				if text, literal := v.Literal(); literal && strings.Contains(text, ":") || strings.HasPrefix(text, aliasPrefix) {
					found = append(found, ix.everyTarget(graph.Key, v, node, depth+1)...)
				}
			})
		}
	}
	return found
}

// isSettled reports whether a node is defined and always exists, so that its unit
// never means another one by its name.
func isSettled(node *graph.Node) bool {
	always, constant := node.When.Constant()
	return constant && always && node.External == "" && node.Assumed == ""
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

// maxAliases bounds how many names lead to one another: a data source to an alias
// and that to a key.
const maxAliases = 8

// find returns the node of a kind whose identity equals wanted, as seen from a
// node. Its unit's own definition wins over another unit's; a literal that
// exactly one other unit defines is that unit's.
func (ix *index) find(kind graph.Kind, wanted value.Value, from *graph.Node, world *value.World) target {
	return ix.findAt(kind, wanted, ix.place(from), from, world, 0)
}

// findAt is find for a name that is written for a place. depth counts the names
// that led here.
func (ix *index) findAt(kind graph.Kind, wanted value.Value, at place, from *graph.Node, world *value.World, depth int) target {
	wanted = wanted.In(world)
	if node := ix.referred(kind, wanted); node != nil && node.When.In(world) {
		return target{node: ix.definition(node, world, depth), text: node.Address}
	}
	wanted = ix.graph.Expand(wanted).In(world)
	result := target{text: wanted.String()}
	if wanted.Kind != value.String {
		result.reason = firstReason(wanted, "the "+kindName(kind)+" is not known")
		return result
	}
	if node := ix.referred(kind, wanted); node != nil && node.Unit != from.Unit && node.When.In(world) {
		result.node = ix.definition(node, world, depth)
		return result
	}
	text, literal := wanted.Literal()
	exists := func(node *graph.Node) bool {
		return node.When.In(world) && (!literal || !isRegional(kind) || !at.contradicts(ix.place(node)))
	}
	own := preferDefined(ix.ownNamed(kind, wanted, from.Unit, world, exists))
	var others []*graph.Node
	if literal && (len(own) == 0 || own[0].External != "" || own[0].Assumed != "") {
		for _, node := range ix.literals[literalIdentity{kind, text}] {
			ix.work.compare()
			if node.Unit != from.Unit && exists(node) {
				others = append(others, node)
			}
		}
		others = ix.withoutObserved(preferDefined(others))
		if isRegional(kind) && len(others) > 1 {
			others = preferSame(others, func(node *graph.Node) bool { return at.is(ix.place(node)) })
		}
	}
	otherDefines := len(others) > 0 && others[0].External == "" && others[0].Assumed == ""
	switch {
	case len(own) > 1:
		result.reason = fmt.Sprintf("%s and %s have the same name %s", own[0].Address, own[1].Address, wanted)
	case len(own) == 1 && (!otherDefines || len(others) != 1):
		result.node = ix.definition(own[0], world, depth)
	case len(others) == 1:
		result.node = ix.definition(others[0], world, depth)
	case len(others) > 1:
		result.reason = fmt.Sprintf("%s is defined in %s", wanted, places(others))
	default:
		result.reason = ix.unresolved(kind, wanted, ix.possible(kind, wanted, from.Unit, world))
		if elsewhere := ix.contradicting(kind, text, at, world); literal && elsewhere != nil {
			result.reason = fmt.Sprintf("the %s %s is meant for %s, while %s is in %s", kindName(kind), wanted, at, elsewhere.Address, ix.place(elsewhere))
		}
	}
	return result
}

// ownNamed returns the nodes of a unit whose identity certainly is wanted.
func (ix *index) ownNamed(kind graph.Kind, wanted value.Value, unit string, world *value.World, exists func(*graph.Node) bool) []*graph.Node {
	text, opaque := spell(wanted)
	if opaque {
		return nil
	}
	var found []*graph.Node
	for _, own := range ix.named(unit, kind, text) {
		ix.work.compare()
		if exists(own.node) {
			found = append(found, own.node)
		}
	}
	for _, node := range ix.unnamed(unit, kind) {
		// The identity may be a choice, one side of which is wanted.
		if identity := ix.identity(node); identity.Kind == value.Choice && exists(node) && ix.sameText(identity.In(world), wanted) == iam.Yes {
			found = append(found, node)
		}
	}
	return found
}

// possible returns the nodes of a unit, one of which may be what is wanted.
func (ix *index) possible(kind graph.Kind, wanted value.Value, unit string, world *value.World) []*graph.Node {
	for _, node := range ix.unnamed(unit, kind) {
		if node.When.In(world) && ix.sameText(ix.identity(node).In(world), wanted) == iam.Unknown {
			return []*graph.Node{node}
		}
	}
	return nil
}

// contradicting returns a node that has a name and is in another account or
// Region.
func (ix *index) contradicting(kind graph.Kind, text string, at place, world *value.World) *graph.Node {
	for _, node := range ix.literals[literalIdentity{kind, text}] {
		if node.When.In(world) && isRegional(kind) && at.contradicts(ix.place(node)) {
			return node
		}
	}
	return nil
}

// preferSame leaves out what is not certainly wanted, where something is.
func preferSame(nodes []*graph.Node, same func(*graph.Node) bool) []*graph.Node {
	if certain := slices.DeleteFunc(slices.Clone(nodes), func(node *graph.Node) bool { return !same(node) }); len(certain) > 0 {
		return certain
	}
	return nodes
}

// places lists the files that define nodes.
func places(nodes []*graph.Node) string {
	const most = 5
	var files []string
	for _, node := range nodes {
		files = union(files, []string{node.Location.File})
	}
	if len(files) > most {
		files = append(files[:most], fmt.Sprintf("%d more", len(files)-most))
	}
	last := len(files) - 1
	if last == 0 {
		return files[0]
	}
	return strings.Join(files[:last], ", in ") + " and in " + files[last]
}

// definition follows a node that only names something to what defines it: a data
// source to the bucket of another unit, a key that is found by an alias to the
// alias's key. Where none or several units do it is the node itself.
func (ix *index) definition(node *graph.Node, world *value.World, depth int) *graph.Node {
	if node.External == "" || depth > maxAliases {
		return node
	}
	if named := node.Attribute("key_id").In(world); node.Kind == graph.Key && !named.IsAbsent() {
		if text, literal := ix.graph.Expand(named).In(world).Literal(); literal && (strings.HasPrefix(text, "arn:") || strings.HasPrefix(text, aliasPrefix)) {
			if found := ix.keyAt(named, node, world, depth+1); found.node != nil {
				return found.node
			}
			return node
		}
	}
	text, literal := ix.identity(node).In(world).Literal()
	if !literal {
		return node
	}
	var defined []*graph.Node
	for _, other := range ix.literals[literalIdentity{node.Kind, text}] {
		if other.External == "" && other.Assumed == "" && other.When.In(world) && (!isRegional(node.Kind) || !ix.place(node).contradicts(ix.place(other))) {
			defined = append(defined, other)
		}
	}
	if len(defined) == 1 {
		return defined[0]
	}
	return node
}

// referred returns the node that a value refers to as a whole, by any of the
// attributes that stand for all of it.
func (ix *index) referred(kind graph.Kind, wanted value.Value) *graph.Node {
	reference, ok := wanted.SoleReference()
	if !ok {
		return nil
	}
	node := ix.graph.Node(reference.Node)
	if node == nil || node.Kind != kind {
		return nil
	}
	switch reference.Attribute {
	case identifying[kind], value.ID, value.ARN:
		return node
	default:
		return nil
	}
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
	for _, part := range wanted.Parts() {
		switch part.Kind {
		case value.UnknownText:
			return part.Text
		case value.ReferenceTo:
			if node := ix.graph.Node(part.Reference.Node); node != nil && node.External != "" {
				return node.External
			}
		}
	}
	if len(possible) > 0 && len(wanted.Parts()) > 0 {
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
	ix.work.compare()
	xText, xOpaque := spell(x)
	yText, yOpaque := spell(y)
	if xOpaque || yOpaque {
		return iam.Unknown
	}
	if xText == yText {
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

const (
	aliasPrefix = "alias/"
	keyPrefix   = ":key/"
)

// key finds the key that a bucket's encryption or a policy names: by reference,
// ARN, id, alias name or alias ARN.
func (ix *index) key(named value.Value, from *graph.Node, world *value.World) target {
	return ix.keyAt(named, from, world, 0)
}

func (ix *index) keyAt(named value.Value, from *graph.Node, world *value.World, depth int) target {
	written := named.In(world)
	result := target{text: written.String()}
	if node := ix.referred(graph.Key, written); node != nil && node.When.In(world) {
		result.node = ix.definition(node, world, depth)
		return result
	}
	expanded := ix.graph.Expand(written).In(world)
	if expanded.Kind != value.String {
		result.reason = firstReason(expanded, "the key is not known")
		return result
	}
	at, isARN := placeOf(expanded)
	name, isAlias := keyName(expanded)
	if text, _ := name.Literal(); !isARN && (isAlias || isShared(text)) {
		at = ix.place(from)
	}
	if !isAlias {
		found := ix.findAt(graph.Key, name, at, from, world, depth)
		found.text = result.text
		return found
	}
	if depth > maxAliases {
		result.reason = fmt.Sprintf("the alias %s leads to itself", name)
		return result
	}
	alias := target{node: ix.referred(graph.Alias, written)}
	if alias.node == nil || !alias.node.When.In(world) {
		alias = ix.findAt(graph.Alias, name, at, from, world, depth+1)
	}
	if alias.node == nil {
		return alias
	}
	// An alias that a data source reads has no target in the input.
	if pointsTo := alias.node.Attribute("target_key"); !pointsTo.IsAbsent() {
		found := ix.keyAt(pointsTo, alias.node, world, depth+1)
		found.text = result.text
		return found
	}
	result.reason = alias.node.External
	return result
}

// keyName returns the alias name in an expanded name of a key, or else the key's
// id.
func keyName(expanded value.Value) (name value.Value, isAlias bool) {
	text, symbols := flatten(expanded)
	if position := strings.Index(text, aliasPrefix); position >= 0 {
		return unflatten(text[position:], symbols, expanded.Location), true
	}
	if position := strings.Index(text, keyPrefix); position >= 0 {
		return unflatten(text[position+len(keyPrefix):], symbols, expanded.Location), false
	}
	return expanded, false
}

// encryptions returns the encryption nodes of a bucket that exist in a world,
// and why it cannot be said whether there are more.
func (ix *index) encryptions(bucket *graph.Node, world *value.World) (nodes []*graph.Node, doubt string) {
	return ix.configuring(bucket, graph.Encryption, func(node *graph.Node) target {
		return ix.find(graph.Bucket, node.Attribute("bucket"), node, world)
	}, world)
}

// policies returns the policy nodes of a bucket or key that exist in a world.
func (ix *index) policies(node *graph.Node, role string, world *value.World) (nodes []*graph.Node, doubt string) {
	return ix.configuring(node, graph.Policy, func(policy *graph.Node) target {
		if written, _ := policy.Attribute("role").Literal(); written != role {
			return target{}
		}
		if role == graph.KeyPolicy {
			return ix.key(policy.Attribute("target"), policy, world)
		}
		return ix.find(graph.Bucket, policy.Attribute("target"), policy, world)
	}, world)
}

// configuring returns the nodes of a kind that are written for a bucket or key.
// The doubt says what may be written for it besides; where nothing is, that may be
// in any unit.
func (ix *index) configuring(subject *graph.Node, kind graph.Kind, resolve func(*graph.Node) target, world *value.World) (nodes []*graph.Node, doubt string) {
	for _, node := range ix.beside(subject, kind) {
		ix.work.compare()
		if node.Kind != kind || !node.When.In(world) {
			continue
		}
		if node.Parent != "" {
			// A part of a resource is written for that one alone.
			if node.Parent == subject.ID {
				nodes = append(nodes, node)
			}
			continue
		}
		if found := resolve(node); found.node == subject {
			nodes = append(nodes, node)
		} else if found.node == nil && found.reason != "" && doubt == "" && node.Unit == subject.Unit && ix.mayBe(node, subject, world) {
			doubt = fmt.Sprintf("%s may be written for it: %s", node.Address, found.reason)
		}
	}
	if len(nodes) > 0 || doubt != "" {
		return nodes, doubt
	}
	name, literal := ix.identity(subject).In(world).Literal()
	if nodes = ix.observedParts(subject, kind, name, literal, world); len(nodes) > 0 {
		return nodes, ""
	}
	ix.loose[looseKind{kind, subject.Kind}].candidates(name, literal, func(node *graph.Node) bool {
		ix.work.compare()
		if node.Unit == subject.Unit || !node.When.In(world) || !ix.mayBe(node, subject, world) {
			return true
		}
		if found := resolve(node); found.node == nil && found.reason != "" || found.node != nil && found.node.External != "" && found.node != subject {
			doubt = fmt.Sprintf("%s may be written for it: %s", withFile(node), ix.looseReason(found))
		}
		return doubt == ""
	})
	return nil, doubt
}

// beside returns the nodes of a kind that are in the unit of a subject, and what is
// written for it in others.
func (ix *index) beside(subject *graph.Node, kind graph.Kind) []*graph.Node {
	own, foreign := ix.nodes(subject.Unit, kind), ix.foreign[subject.ID]
	if len(foreign) == 0 {
		return own
	}
	return slices.Concat(own, foreign)
}

// looseReason says why it is not known what a node is written for.
func (ix *index) looseReason(found target) string {
	if found.reason != "" {
		return found.reason
	}
	return found.node.Address + " " + found.node.External
}

// withFile names a node of another unit.
func withFile(node *graph.Node) string {
	if node.Address == node.Location.File {
		return node.Address
	}
	return node.Address + " in " + node.Location.File
}

// mayBe reports whether what a node is written for may be the subject: a name with
// unknown parts fits, or one of the two names is not in the text.
func (ix *index) mayBe(node, subject *graph.Node, world *value.World) bool {
	attribute, _ := writtenFor(node)
	wanted := ix.graph.Expand(node.Attribute(attribute)).In(world)
	at := ix.place(node)
	if subject.Kind == graph.Key {
		if arn, ok := placeOf(wanted); ok {
			at = arn
		}
		if wanted.Kind == value.String {
			wanted, _ = keyName(wanted)
		}
	}
	if at.contradicts(ix.place(subject)) && subject.Kind == graph.Key {
		return false
	}
	identity := ix.identity(subject).In(world)
	text, literal := identity.Literal()
	if wanted.Kind != value.String || !literal {
		return ix.sameText(wanted, identity) == iam.Unknown
	}
	return ix.sameText(wanted, identity) == iam.Unknown && fits(wanted, text)
}

// fits reports whether the literal parts of a text are in another text, in their
// order.
func fits(v value.Value, text string) bool {
	flat, _ := flatten(v)
	parts := strings.FieldsFunc(flat, isPlaceholder)
	if first, _ := utf8.DecodeRuneInString(flat); len(parts) > 0 && !isPlaceholder(first) && !strings.HasPrefix(text, parts[0]) {
		return false
	}
	if last, _ := utf8.DecodeLastRuneInString(flat); len(parts) > 0 && !isPlaceholder(last) && !strings.HasSuffix(text, parts[len(parts)-1]) {
		return false
	}
	for _, part := range parts {
		position := strings.Index(text, part)
		if position < 0 {
			return false
		}
		text = text[position+len(part):]
	}
	return true
}

func firstReason(v value.Value, otherwise string) string {
	if reasons := v.Reasons(); len(reasons) > 0 && reasons[0] != "" {
		return reasons[0]
	}
	return otherwise
}

// whyUnknown says why an attribute is not known: what its value says, else the doubt
// with what is said of the thing that the value comes from.
func (ix *index) whyUnknown(v value.Value, doubt string) string {
	if said := firstReason(v, ""); said != "" {
		return said
	}
	why := ""
	v.Walk(func(inner value.Value) {
		for _, part := range inner.Parts() {
			if from := ix.graph.Node(part.Reference.Node); why == "" && from != nil && from.Kind == graph.Opaque && from.External != "" {
				why = ": " + from.External
			}
		}
	})
	return doubt + why
}
