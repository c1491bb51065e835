package facts

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// Compute follows every path of a graph and collects the facts about its paths,
// key policy statements and policy documents. Its cost grows with the number of
// paths and statements, not with their product.
//
// Paths are walked and policies are judged on all processors. What is known of all
// paths together is joined between these steps, in the order of the graph.
func Compute(g *graph.Graph) *Result { return newComputation(g).compute() }

func newComputation(g *graph.Graph) *computation {
	ix, diagnostics := newIndex(g)
	return &computation{
		index: ix,
		result: &Result{
			Graph: g, Keys: map[string]string{}, Readers: map[string][]*graph.Node{}, Accounts: map[string]string{}, Diagnostics: diagnostics,
		},
		serves: map[*iam.Statement]bool{}, readWith: map[*iam.Statement][]*graph.Node{}, ineffective: map[*iam.Statement]bool{}, meantFor: map[*iam.Statement]*graph.Node{}, walked: map[string]bool{},
		ambiguous: sync.OnceValue(func() map[kindAddress]bool { return ambiguous(g) }),
	}
}

func (c *computation) compute() *Result {
	walked := c.walks()
	c.paths(walked)
	c.used = newUsage(c.graph, walked)
	// A path that could not be followed may use anything.
	c.used.complete = c.used.complete && len(c.result.Diagnostics) == 0
	c.encrypted()
	c.policies()
	c.leaveOutContext()
	c.result.Facts = make(map[string]Facts, len(c.subjects))
	c.result.Subjects = make([]Subject, len(c.subjects))
	for i, its := range c.subjects {
		c.result.Subjects[i] = its.Subject
		c.result.Facts[its.ID] = its.facts
	}
	return c.result
}

// report notes what could not be judged.
func (c *computation) report(diagnostics []source.Diagnostic) {
	c.result.Diagnostics = append(c.result.Diagnostics, diagnostics...)
}

// walks walks all origins in all worlds, and notes what that says of statements.
func (c *computation) walks() []*walkedOrigin {
	var origins []*originWalk
	for _, node := range c.graph.Nodes {
		if node.Kind != graph.Distribution || c.isDescribed(node) {
			continue
		}
		for _, origin := range c.graph.Children(node.ID, graph.Origin) {
			for branch := range c.branches(origin) {
				origins = append(origins, &originWalk{distribution: node, origin: origin, branch: branch})
			}
		}
	}
	c.report(each(origins, (*originWalk).name, func(_ int, walk *originWalk) { c.walkOrigin(walk) }))
	var walked []*walkedOrigin
	for _, walk := range origins {
		for _, meant := range walk.malformed {
			c.meantFor[meant.statement] = meant.node
		}
		for _, served := range walk.served {
			c.serves[served.statement] = true
			if !slices.Contains(c.readWith[served.statement], served.node) {
				c.readWith[served.statement] = append(c.readWith[served.statement], served.node)
			}
		}
		walked = append(walked, walk.byRequest...)
	}
	return walked
}

// paths collects the paths of all origins, those first that had to wait.
func (c *computation) paths(walked []*walkedOrigin) {
	var waiting []*walkedOrigin
	for _, origin := range walked {
		if origin.waits {
			waiting = append(waiting, origin)
		}
	}
	c.subjects = make([]judged, 0, len(walked))
	c.report(each(waiting, (*walkedOrigin).name, func(_ int, origin *walkedOrigin) { c.path(origin) }))
	for _, origin := range walked {
		path := origin.path
		if path == nil {
			continue
		}
		for _, statement := range origin.ineffective {
			c.ineffective[statement] = true
		}
		c.assumeAccounts(origin)
		if path.Request == UploadRequest {
			c.result.Uploads = append(c.result.Uploads, path)
		} else {
			c.result.Paths = append(c.result.Paths, path)
			c.reader(path)
		}
		c.involve(path)
		c.subjects = append(c.subjects, judged{Subject{ID: path.ID, Kind: PathSubject}, path.Facts})
	}
}

// leaveOutContext leaves out what involves no unit but those that were read as
// context. Before this they count as all others do: what serves a path of theirs
// is not unused.
func (c *computation) leaveOutContext() {
	if !slices.ContainsFunc(c.graph.Units, func(unit graph.Unit) bool { return unit.Context }) {
		return
	}
	reported := func(nodes ...*graph.Node) bool {
		return slices.ContainsFunc(nodes, func(node *graph.Node) bool {
			return node != nil && !c.graph.Unit(node.Unit).Context
		})
	}
	paths := map[string]bool{}
	isContext := func(path *Path) bool {
		paths[path.ID] = reported(path.Distribution, path.Identity, path.Bucket, path.Encryption, path.BucketPolicy, path.Key, path.KeyPolicy)
		return !paths[path.ID]
	}
	c.result.Paths = slices.DeleteFunc(c.result.Paths, isContext)
	c.result.Uploads = slices.DeleteFunc(c.result.Uploads, isContext)
	c.subjects = slices.DeleteFunc(c.subjects, func(subject judged) bool {
		if subject.Kind == PathSubject {
			return !paths[subject.ID]
		}
		return !reported(c.graph.Node(subject.ID), c.graph.Node(c.result.Keys[subject.ID]))
	})
}

// isDescribed reports whether another node describes a distribution that is only
// assumed.
func (c *computation) isDescribed(distribution *graph.Node) bool {
	if distribution.Assumed == "" {
		return false
	}
	id, _ := c.identity(distribution).Literal()
	return slices.ContainsFunc(c.literals[literalIdentity{graph.Distribution, id}], func(other *graph.Node) bool {
		return other.Assumed == "" && other.External == ""
	})
}

type computation struct {
	*index
	result *Result
	// subjects are those of the result with their facts.
	subjects []judged
	// serves holds the statements that let, or may let, some path decrypt, or
	// encrypt what it uploads.
	serves map[*iam.Statement]bool
	// readWith holds the buckets of the paths that a statement serves.
	readWith map[*iam.Statement][]*graph.Node
	// ineffective holds the statements that are meant for a path and never
	// apply.
	ineffective map[*iam.Statement]bool
	used        usage
	// encrypts holds the buckets that each key certainly encrypts by default: those
	// that exist, with it, under every combination of conditions.
	encrypts map[*graph.Node][]*graph.Node
	// ambiguous returns the addresses that do not name one node.
	ambiguous func() map[kindAddress]bool
	// meantFor holds the identity that a statement with a malformed principal
	// is meant for.
	meantFor map[*iam.Statement]*graph.Node
	// walked holds the units that a path to a KMS key leads through, or may.
	walked map[string]bool
}

// A judged subject has facts.
type judged struct {
	Subject
	facts Facts
}

// An originWalk is what there is to see of an origin.
type originWalk struct {
	distribution, origin *graph.Node
	branch               int
	// seen holds the views in which there is a path, in the order of the worlds, and
	// byRequest the same for each kind of request.
	seen      []*view
	byRequest []*walkedOrigin
	// served holds the statements that let, or may let, a request through, with the
	// bucket, and malformed those that are meant for an identity and name none.
	served, malformed []statementFor
}

// A statementFor is a statement with the node that it is for.
type statementFor struct {
	statement *iam.Statement
	node      *graph.Node
}

func (w *originWalk) name() (*graph.Node, string) { return nameOrigin(w.distribution, w.origin) }

func nameOrigin(distribution, origin *graph.Node) (at *graph.Node, text string) {
	return origin, fmt.Sprintf("the origin %s of %s", origin.Attribute("origin_id"), distribution.Address)
}

// A walkedOrigin holds an origin's views in all worlds in which it has a path for
// one kind of request.
type walkedOrigin struct {
	distribution, origin *graph.Node
	branch               int
	request              RequestKind
	views                []*view
	worlds               []*value.World
	complete             bool

	// waits says that the path can only be made once all origins are walked.
	waits bool
	path  *Path
	// ineffective holds the statements that are meant for the path and never apply.
	ineffective []*iam.Statement
}

func (o *walkedOrigin) name() (*graph.Node, string) { return nameOrigin(o.distribution, o.origin) }

// walkOrigin walks an origin, and makes the paths that need no other origin at once:
// what the views of thousands of origins hold is much more than their paths.
func (c *computation) walkOrigin(walk *originWalk) {
	c.walkWorlds(walk)
	for _, seen := range walk.seen {
		for _, statement := range seen.malformed {
			walk.malformed = append(walk.malformed, statementFor{statement, seen.identity})
		}
		walk.serve(seen.bucket, seen.matches)
		if seen.uploads.Truth != iam.No {
			walk.serve(seen.bucket, seen.uploadMatches)
		}
	}
	walk.seen = nil
	for _, walked := range walk.byRequest {
		walked.waits = slices.ContainsFunc(walked.views, func(seen *view) bool {
			return seen.mayRefine(Decrypt, seen.matches) || seen.mayRefine(UploadGrant, seen.uploadMatches)
		})
		if !walked.waits {
			c.path(walked)
		}
	}
}

// walkWorlds walks an origin in all worlds. It sees nothing where there is no path in
// any.
func (ix *index) walkWorlds(walk *originWalk) {
	var requests [2]*walkedOrigin
	complete := value.Worlds(ix.graph.Variables,
		func(world *value.World) *view { return ix.walk(walk.distribution, walk.origin, walk.branch, world) },
		func(world *value.World, view *view) {
			if !view.exists {
				return
			}
			walk.seen = append(walk.seen, view)
			walked := &requests[0]
			if view.request == UploadRequest {
				walked = &requests[1]
			}
			if *walked == nil {
				*walked = &walkedOrigin{distribution: walk.distribution, origin: walk.origin, branch: walk.branch, request: view.request}
			}
			(*walked).views = append((*walked).views, view)
			(*walked).worlds = append((*walked).worlds, world)
		})
	for _, walked := range requests {
		if walked != nil {
			walked.complete = complete
			walk.byRequest = append(walk.byRequest, walked)
		}
	}
}

// serve notes the statements that let, or may let, a request through.
func (w *originWalk) serve(bucket *graph.Node, matches []iam.Match) {
	for _, match := range matches {
		if match.Statement.Allow == iam.Yes && match.Applies() != iam.No {
			w.served = append(w.served, statementFor{match.Statement, bucket})
		}
	}
}

// path joins the views of all worlds to one answer.
func (c *computation) path(walked *walkedOrigin) {
	for _, seen := range walked.views {
		walked.ineffective = append(walked.ineffective, c.refine(seen, Decrypt, seen.matches, "decrypt-grant-ineffective")...)
		walked.ineffective = append(walked.ineffective, c.refine(seen, UploadGrant, seen.uploadMatches, "upload-grant-ineffective")...)
	}
	path := join(walked)
	if walked.request == UploadRequest {
		path.joinFacts(slices.DeleteFunc(slices.Clone(PathFacts), func(name string) bool { return name == Read || name == Decrypt }), walked)
	} else {
		c.decide(path, walked)
		path.remarkOlderObjects()
	}
	path.joinFacts(UploadFacts, walked)
	c.describe(path, walked)
	walked.path, walked.worlds = path, nil
	for _, seen := range walked.views {
		seen.forget()
	}
}

// joinFacts says what holds of facts in all worlds, where all were looked at.
func (p *Path) joinFacts(names []string, walked *walkedOrigin) {
	for _, name := range names {
		fact := Fact{Verdict: iam.Unknown}
		if walked.complete {
			fact = joinFact(name, walked.views, "")
		}
		p.Facts.Set(name, fact)
	}
}

// join makes a path of an origin's views, without what it decides.
func join(walked *walkedOrigin) *Path {
	first := walked.views[0]
	path := &Path{
		ID:           walked.pathID(),
		Request:      walked.request,
		Distribution: walked.distribution,
		Origin:       walked.origin,
		OriginID:     walked.origin.Attribute("origin_id").String(),
		IdentityKind: first.identityKind,
		Identity:     first.identity,
		Principal:    first.principal,
		Bucket:       first.bucket,
		Encryption:   first.encryption,
		BucketName:   first.bucketName,
		Algorithm:    first.algorithm,
		BucketKey:    first.bucketKey,
		BucketPolicy: first.bucketPolicy,
		Key:          first.key,
		ManagedBy:    first.managedBy,
		KeyPolicy:    first.keyPolicy,
		Facts:        make(Facts, 0, len(PathFacts)+len(UploadFacts)),
	}
	for _, seen := range walked.views[1:] {
		path.blur(seen)
	}
	for _, seen := range walked.views {
		path.Assumed = union(path.Assumed, seen.assumed)
		path.Remarks = union(path.Remarks, seen.remarks)
	}
	return path
}

func (o *walkedOrigin) pathID() string {
	id := "path:" + o.origin.ID
	if o.branch != 0 {
		id = fmt.Sprintf("%s#branch/%d", id, o.branch)
	}
	if o.request == UploadRequest {
		id += "#upload"
	}
	return id
}

// assumeAccounts notes which accounts the views of an origin took for granted. An
// environment that two paths take for two accounts is none of them.
func (c *computation) assumeAccounts(walked *walkedOrigin) {
	for _, seen := range walked.views {
		for environment, account := range seen.accounts {
			if known, taken := c.result.Accounts[environment]; taken && known != account {
				account = ""
			}
			c.result.Accounts[environment] = account
		}
	}
}

// blur forgets what differs between worlds.
func (p *Path) blur(seen *view) {
	blurNode := func(node **graph.Node, other *graph.Node) {
		if *node != other {
			*node = nil
		}
	}
	blurText := func(text *string, other string) {
		if *text != other {
			*text = unknownText
		}
	}
	blurNode(&p.Identity, seen.identity)
	blurNode(&p.Bucket, seen.bucket)
	blurNode(&p.Encryption, seen.encryption)
	blurNode(&p.BucketPolicy, seen.bucketPolicy)
	blurNode(&p.Key, seen.key)
	blurNode(&p.KeyPolicy, seen.keyPolicy)
	blurText(&p.BucketName, seen.bucketName)
	blurText(&p.Algorithm, seen.algorithm)
	blurText(&p.BucketKey, seen.bucketKey)
	blurText(&p.ManagedBy, seen.managedBy)
	blurText(&p.Principal, seen.principal)
	if p.IdentityKind != seen.identityKind {
		p.IdentityKind = NoIdentity
		p.Unknowns = union(p.Unknowns, []string{"how the origin signs its requests depends on conditions"})
	}
}

// decide sets the verdict, the facts and the unknowns.
func (c *computation) decide(path *Path, walked *walkedOrigin) {
	counts := map[Verdict]int{}
	for _, seen := range walked.views {
		counts[seen.verdict()]++
	}
	total := len(walked.views)
	switch {
	case !walked.complete:
		path.Verdict = Undecided
		path.Unknowns = union(path.Unknowns, []string{fmt.Sprintf("more than %d combinations of conditions decide about this path", value.MaxWorlds)})
	case counts[NotKMS] == total:
		path.Verdict = NotKMS
	case counts[Unreadable] == total:
		path.Verdict = Unreadable
	case counts[Readable]+counts[NotKMS] == total:
		path.Verdict = Readable
	default:
		path.Verdict = Undecided
	}
	for _, name := range PathFacts {
		path.Facts.Set(name, joinFact(name, walked.views, path.Verdict))
	}
	if path.IdentityKind != OAC {
		for _, name := range []string{ReadThroughControl, DecryptThroughControl} {
			path.Facts.Set(name, joinFact(name, walked.views, path.Verdict))
		}
	}
	if path.Verdict != Undecided {
		return
	}
	for i, seen := range walked.views {
		switch seen.verdict() {
		case Unreadable:
			if when := walked.worlds[i].Describe(c.graph.Variables); when != "" {
				broken := "it is broken when " + when + ": " + strings.Join(seen.failures(), "; ")
				path.Unknowns = union(path.Unknowns, []string{broken})
				c.remedies(path, seen, broken)
			}
		case Undecided:
			path.Unknowns = union(path.Unknowns, seen.doubts())
			c.remedies(path, seen, "")
		case Readable, NotKMS:
		}
	}
}

// failures and doubts say why facts are No and Unknown.
func (v *view) failures() []string { return v.texts(iam.No) }

func (v *view) doubts() []string { return union(slices.Clone(v.unknowns), v.texts(iam.Unknown)) }

func (v *view) texts(verdict iam.Truth) []string {
	var texts []string
	for _, name := range PathFacts {
		if fact, checked := v.facts.Find(name); checked && fact.Verdict == verdict {
			for _, reason := range fact.Reasons {
				texts = union(texts, []string{reason.Text})
			}
		}
	}
	return texts
}

// joinFact says what holds of a fact in all worlds. On an unreadable path every
// cause of every world counts, since each world is broken by one of them.
func joinFact(name string, views []*view, verdict Verdict) Fact {
	joined := Fact{Verdict: iam.Yes}
	no := 0
	for i, seen := range views {
		fact, checked := seen.facts.Find(name)
		if !checked {
			fact = Fact{Verdict: iam.Unknown}
		}
		if fact.Verdict == iam.No {
			no++
		}
		if i == 0 {
			joined.Verdict = fact.Verdict
		} else if joined.Verdict != fact.Verdict {
			joined.Verdict, joined.Varies = iam.Unknown, true
		}
		for _, reason := range fact.Reasons {
			if !slices.Contains(joined.Reasons, reason) {
				joined.Reasons = append(joined.Reasons, reason)
			}
		}
	}
	if verdict == Unreadable && no > 0 && joined.Verdict != iam.No {
		joined = Fact{Verdict: iam.No}
		for _, seen := range views {
			if fact, checked := seen.facts.Find(name); checked && fact.Verdict == iam.No {
				for _, reason := range fact.Reasons {
					if !slices.Contains(joined.Reasons, reason) {
						joined.Reasons = append(joined.Reasons, reason)
					}
				}
			}
		}
	}
	return joined
}

// missing are the codes of grants that are not there at all, by the fact.
var missing = map[string]string{Decrypt: "decrypt-not-granted", UploadGrant: "upload-not-granted"}

// mayRefine reports whether a fact says that a grant is missing from a policy which has
// a statement that is meant as one.
func (v *view) mayRefine(name string, matches []iam.Match) bool {
	fact := v.facts.Get(name)
	return fact.Verdict == iam.No && len(fact.Reasons) > 0 && fact.Reasons[0].Code == missing[name] && v.keyPolicy != nil && slices.ContainsFunc(matches, isMeantAsGrant)
}

// refine tells a grant that is missing from one that is written and can never
// apply: a statement that allows this identity the action, fails by its resource
// or conditions, and serves no other path.
func (c *computation) refine(seen *view, name string, matches []iam.Match, code string) (ineffective []*iam.Statement) {
	if !seen.mayRefine(name, matches) {
		return nil
	}
	var reasons []Reason
	for _, match := range matches {
		if !isMeantAsGrant(match) || c.serves[match.Statement] {
			continue
		}
		ineffective = append(ineffective, match.Statement)
		causes := slices.Concat(match.Action.Reasons, match.Resource.Reasons, match.Condition.Reasons)
		reason := Reason{
			Code: code,
			Text: describeStatement(match.Statement) + " of " + keyPolicyOf(seen.key) + " never applies",
			Node: (&walker{index: c.index}).statementNode(seen.keyPolicy, match.Statement),
		}
		if len(causes) > 0 {
			reason.Text += ": " + causes[0].Text
			reason.Path = causes[0].Path
		}
		reasons = append(reasons, reason)
	}
	if len(reasons) > 0 {
		seen.facts.Set(name, Fact{Verdict: iam.No, Reasons: reasons})
	}
	return ineffective
}

// isMeantAsGrant reports whether a statement is written for the identity of the request.
func isMeantAsGrant(match iam.Match) bool {
	if match.Statement.Allow != iam.Yes || match.Principal.Truth != iam.Yes || match.Statement.NamesEveryone() == iam.Yes {
		return false
	}
	// A statement for CloudFront without any Action is accepted by AWS KMS
	// and has no effect; nobody writes it for anything but decrypting.
	noAction := match.Statement.Actions == nil && match.Statement.NotActions == nil
	return match.Action.Truth == iam.Yes || noAction
}
