package engine

import (
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/value"
)

// Data is what rules see: {"graph": {"nodes", "out", "in", "facts"},
// "config": {"account", "region", "partition", "trusted_accounts", "rules"}}.
// It is built of terms directly, since a round trip through JSON takes longer
// than evaluating the rules.
func Data(r *facts.Result, config Config) ast.Object {
	written := ast.NewObject()
	for name, its := range graphMembers(r, pathsByID(r)) {
		written.Insert(text(name), ast.NewTerm(its.whole()))
	}
	return object("graph", written, "config", configObject(config))
}

// A member of the graph holds a document for some ids.
type member struct {
	// ids are those that have one, or may.
	ids iter.Seq[string]
	// one returns the document of an id, or nil.
	one func(id string) ast.Object
}

// whole returns the documents of all ids.
func (m member) whole() ast.Object {
	all := ast.NewObject()
	for id := range m.ids {
		if one := m.one(id); one != nil {
			all.Insert(text(id), ast.NewTerm(one))
		}
	}
	return all
}

// graphMembers are the members of the graph of a result, whose paths are given by their
// ids. They may be read concurrently.
func graphMembers(r *facts.Result, paths map[string]*facts.Path) map[string]member {
	nodes := ids(r.Graph.Nodes, func(node *graph.Node) string { return node.ID })
	subjects := ids(r.Subjects, func(subject facts.Subject) string { return subject.ID })
	all := func(yield func(string) bool) {
		for _, each := range []iter.Seq[string]{nodes, maps.Keys(paths)} {
			for id := range each {
				if !yield(id) {
					return
				}
			}
		}
	}
	return map[string]member{
		"nodes": {all, func(id string) ast.Object {
			if node := r.Graph.Node(id); node != nil {
				return nodeObject(r, node)
			}
			if p := paths[id]; p != nil {
				return pathObject(p)
			}
			return nil
		}},
		"out": {nodes, func(id string) ast.Object {
			return edgesObject(r.Graph.Out(id), func(edge graph.Edge) string { return edge.To })
		}},
		"in": {nodes, func(id string) ast.Object {
			return edgesObject(r.Graph.In(id), func(edge graph.Edge) string { return edge.From })
		}},
		"facts": {subjects, func(id string) ast.Object {
			known, judged := r.Facts[id]
			if !judged {
				return nil
			}
			return factsObject(known)
		}},
	}
}

func ids[T any](of []T, id func(T) string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, each := range of {
			if !yield(id(each)) {
				return
			}
		}
	}
}

// configObject has all its members always, so that rules need no defaults.
func configObject(config Config) ast.Object {
	trusted := make([]*ast.Term, len(config.TrustedAccounts))
	for i, account := range config.TrustedAccounts {
		trusted[i] = text(account)
	}
	return object(
		"account", orNull(config.Account), "region", orNull(config.Region), "partition", orNull(config.Partition),
		"trusted_accounts", ast.NewArray(trusted...),
		"rules", ast.NewObject(),
	)
}

func text(s string) *ast.Term { return ast.StringTerm(s) }

// object makes an object of alternating keys and values.
func object(members ...any) ast.Object {
	items := make([][2]*ast.Term, 0, len(members)/2)
	for i := 0; i+1 < len(members); i += 2 {
		key, _ := members[i].(string)
		items = append(items, ast.Item(ast.InternedTerm(key), term(members[i+1])))
	}
	return ast.NewObject(items...)
}

func term(v any) *ast.Term {
	switch v := v.(type) {
	case string:
		return text(v)
	case int32:
		return ast.IntNumberTerm(int(v))
	case int:
		return ast.IntNumberTerm(v)
	case bool:
		return ast.InternedTerm(v)
	case ast.Value:
		return ast.NewTerm(v)
	case *graph.Node:
		if v == nil {
			return ast.NullTerm()
		}
		return text(v.ID)
	default:
		return ast.NullTerm()
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func nodeObject(r *facts.Result, node *graph.Node) ast.Object {
	items := make([][2]*ast.Term, 0, len(node.Attributes))
	for _, attribute := range node.Attributes {
		items = append(items, ast.Item(ast.InternedTerm(attribute.Name), valueTerm(attribute.Value)))
	}
	attributes := ast.NewObject(items...)
	o := object(
		"kind", string(node.Kind), "address", node.Address, "label", node.Label(), "unit", node.Unit,
		"language", string(r.Graph.Unit(node.Unit).Language), "parent", orNull(node.Parent), "attributes", attributes,
	)
	set := func(name string, v any) { o.Insert(ast.InternedTerm(name), term(v)) }
	if node.External != "" {
		set("external", node.External)
	}
	if node.Assumed != "" {
		set("assumed", node.Assumed)
		set("anonymous", node.Anonymous())
	}
	if node.ConstructPath != "" {
		set("construct_path", node.ConstructPath)
	}
	if node.Unnamed() {
		set("unnamed", true)
	}
	if r.Graph.Unit(node.Unit).Synthesized {
		set("synthesized", true)
	}
	if node.Kind == graph.Policy || node.Kind == graph.Statement {
		set("key", orNull(r.Keys[node.ID]))
	}
	if node.Statement != nil {
		set("sid", node.Statement.Sid)
		set("index", node.Statement.Index)
		set("policy", node.Parent)
		readers := []*ast.Term{}
		for _, distribution := range r.Readers[r.Keys[node.ID]] {
			readers = append(readers, text(distribution.ID))
		}
		set("readers", ast.NewArray(readers...))
		if policy := r.Graph.Node(node.Parent); policy != nil {
			role, _ := policy.Attribute("role").Literal()
			set("role", role)
		}
	}
	return o
}

func pathObject(p *facts.Path) ast.Object {
	address := any(nil)
	if p.Identity != nil {
		address = p.Identity.Address
	}
	unknowns := make([]*ast.Term, len(p.Unknowns))
	for i, unknown := range p.Unknowns {
		unknowns[i] = text(unknown)
	}
	return object(
		"kind", "path", "request", string(p.Request), "verdict", orNull(string(p.Verdict)),
		"distribution", p.Distribution, "origin", p.Origin, "origin_id", p.OriginID,
		"identity", object("kind", string(p.IdentityKind), "node", p.Identity, "address", address, "principal", p.Principal),
		"bucket", p.Bucket, "bucket_name", p.BucketName, "encryption", p.Encryption, "algorithm", p.Algorithm, "bucket_key", p.BucketKey,
		"bucket_policy", p.BucketPolicy, "key", p.Key, "managed_by", p.ManagedBy, "key_policy", p.KeyPolicy,
		"unknowns", ast.NewArray(unknowns...),
	)
}

func factsObject(all facts.Facts) ast.Object {
	items := make([][2]*ast.Term, len(all))
	for i, fact := range all {
		items[i] = ast.Item(ast.InternedTerm(fact.Name), factTerm(fact.Fact))
	}
	return ast.NewObject(items...)
}

func factTerm(fact facts.Fact) *ast.Term {
	if len(fact.Reasons) == 0 {
		return bareFacts()[fact.Verdict]
	}
	reasons := make([]*ast.Term, len(fact.Reasons))
	for i, reason := range fact.Reasons {
		reasons[i] = ast.NewTerm(object("code", reason.Code, "text", reason.Text, "node", reason.Node, "path", reason.Path))
	}
	return ast.NewTerm(object("verdict", fact.Verdict.String(), "reasons", ast.NewArray(reasons...)))
}

// bareFacts holds the facts without reasons, which most are.
var bareFacts = sync.OnceValue(func() map[iam.Truth]*ast.Term {
	bare := map[iam.Truth]*ast.Term{}
	for _, verdict := range []iam.Truth{iam.No, iam.Unknown, iam.Yes} {
		bare[verdict] = ast.NewTerm(object("verdict", verdict.String(), "reasons", ast.NewArray()))
	}
	return bare
})

// edgesObject groups the edges of one node as {relation: [id]}. It is nil where
// there are none.
func edgesObject(edges iter.Seq[graph.Edge], other func(graph.Edge) string) ast.Object {
	relations := map[string][]*ast.Term{}
	for edge := range edges {
		relations[edge.Relation] = append(relations[edge.Relation], text(other(edge)))
	}
	if len(relations) == 0 {
		return nil
	}
	byRelation := ast.NewObject()
	for _, name := range slices.Sorted(maps.Keys(relations)) {
		byRelation.Insert(text(name), ast.ArrayTerm(relations[name]...))
	}
	return byRelation
}

// valueTerm writes a symbolic value: what is known as plain data, a reference as
// {"reference", "attribute", "text"}, what is not known as {"unknown"}, a text
// with several parts as {"parts"}, and a choice as {"either"}.
func valueTerm(v value.Value) *ast.Term {
	if literal, ok := v.Literal(); ok && v.Kind == value.String {
		return text(literal)
	}
	switch v.Kind {
	case value.Bool:
		return ast.InternedTerm(v.Bool)
	case value.Number:
		return text(v.Digits())
	case value.String:
		written := v.Parts()
		parts := make([]*ast.Term, len(written))
		for i, part := range written {
			parts[i] = partTerm(part)
		}
		if len(parts) == 1 {
			return parts[0]
		}
		return ast.NewTerm(object("parts", ast.NewArray(parts...)))
	case value.List:
		items := make([]*ast.Term, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = valueTerm(item)
		}
		return ast.ArrayTerm(items...)
	case value.Map:
		members := ast.NewObject()
		for _, member := range v.Members() {
			members.Insert(text(member.Key), valueTerm(member.Value))
		}
		return ast.NewTerm(members)
	case value.Choice:
		return ast.NewTerm(object("either", ast.NewArray(valueTerm(*v.Then()), valueTerm(*v.Else()))))
	case value.Absent:
		return ast.NullTerm()
	default:
		return ast.NewTerm(object("unknown", v.Reason()))
	}
}

func partTerm(part value.Part) *ast.Term {
	switch part.Kind {
	case value.Literal:
		return text(part.Text)
	case value.ReferenceTo:
		return ast.NewTerm(object("reference", part.Reference.Node, "attribute", string(part.Reference.Attribute), "text", part.Text))
	case value.JSONOf:
		return ast.NewTerm(object("json", valueTerm(*part.JSON).Value))
	default:
		return ast.NewTerm(object("unknown", part.Text))
	}
}
