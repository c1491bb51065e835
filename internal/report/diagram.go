package report

import (
	"cmp"
	"slices"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

// A diagram is what a picture of paths shows: each thing once, and an edge for
// each step of a path. Edges that say the same are one.
type diagram struct {
	nodes []diagramNode
	edges []diagramEdge
}

// A diagramNode is one distribution, identity, bucket or key.
type diagramNode struct {
	kind  graph.Kind
	label string
}

// A diagramEdge leads from one node to another, by their indexes.
type diagramEdge struct {
	from, to int
	// verdict is that of the paths that the edge is a step of.
	verdict facts.Verdict
	// holds says whether the step itself works.
	holds iam.Truth
	// rules are those that say why it does not, sorted.
	rules []string
}

// stepFacts returns the names of the facts that the steps of a path to its
// identity, to its bucket and to its key rest on.
func stepFacts(path *facts.Path) (signing, reading, using []string) {
	signing = []string{facts.Signed, facts.IdentitySupportsKMS}
	reading = []string{facts.Read}
	using = []string{facts.KeyManageable, facts.KeyUsable, facts.PolicyValid, facts.Decrypt}
	if path.Request == facts.UploadRequest {
		using = append(using, facts.UploadGrant)
	}
	return signing, reading, using
}

// drawing joins paths to a diagram. ruleOf names the rule that reports a code.
func drawing(paths []*facts.Path, ruleOf func(code string) string) diagram {
	type step struct {
		from, to int
		verdict  facts.Verdict
		holds    iam.Truth
	}
	var d diagram
	nodes, edges := map[string]int{}, map[step]int{}
	node := func(id string, kind graph.Kind, label string) int {
		if _, ok := nodes[id]; !ok {
			nodes[id] = len(d.nodes)
			d.nodes = append(d.nodes, diagramNode{kind: kind, label: label})
		}
		return nodes[id]
	}
	for _, path := range paths {
		at := node(path.Distribution.ID, graph.Distribution, path.Distribution.Label())
		to := func(next int, names ...string) {
			holds, codes := hop(path, names)
			key := step{at, next, path.Verdict, holds}
			at = next
			i, ok := edges[key]
			if !ok {
				i = len(d.edges)
				edges[key] = i
				d.edges = append(d.edges, diagramEdge{from: key.from, to: key.to, verdict: path.Verdict, holds: holds})
			}
			for _, code := range codes {
				if rule := cmp.Or(ruleOf(code), code); !slices.Contains(d.edges[i].rules, rule) {
					d.edges[i].rules = append(d.edges[i].rules, rule)
				}
			}
		}
		signing, reading, using := stepFacts(path)
		switch {
		case path.IdentityKind == facts.NoIdentity:
		case path.Identity == nil || path.Identity.Anonymous():
			to(node("identity "+path.Principal, graph.Kind(path.IdentityKind), path.Principal), signing...)
			signing = nil
		default:
			to(node(path.Identity.ID, graph.Kind(path.IdentityKind), path.Identity.Label()), signing...)
			signing = nil
		}
		reading = slices.Concat(signing, reading)
		if path.Bucket != nil {
			to(node(path.Bucket.ID, graph.Bucket, path.Bucket.Label()), reading...)
		} else {
			to(node("bucket "+path.BucketName, graph.Bucket, path.BucketName), reading...)
		}
		switch {
		case path.Verdict == facts.NotKMS:
		case path.Key != nil:
			to(node(path.Key.ID, graph.Key, path.Key.Label()), using...)
		case path.ManagedBy == "aws":
			to(node("key aws/s3", graph.Key, "aws/s3"), using...)
		case path.Bucket != nil:
			to(node("key of "+path.Bucket.ID, graph.Key, "a key that is not known"), using...)
		}
	}
	for i := range d.edges {
		slices.Sort(d.edges[i].rules)
	}
	return d
}

// hop joins the facts that one step of a path rests on, with the codes of what
// does not hold.
func hop(path *facts.Path, names []string) (iam.Truth, []string) {
	if path.Verdict == facts.NotKMS {
		// No rule speaks of such a path.
		return iam.Yes, nil
	}
	holds := iam.Yes
	var codes []string
	// What fails on a path that is not decided need not matter: an origin access
	// identity where nobody knows whether objects are encrypted with KMS.
	decided := path.Verdict != facts.Undecided
	for _, name := range names {
		fact, ok := path.Facts.Find(name)
		switch {
		case !ok || fact.Verdict == iam.Yes:
		case fact.Verdict == iam.No && decided:
			holds = iam.No
			for _, reason := range fact.Reasons {
				codes = append(codes, reason.Code)
			}
		case holds == iam.Yes:
			holds = iam.Unknown
		}
	}
	return holds, codes
}
