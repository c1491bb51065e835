package facts

import (
	"slices"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/value"
)

// policies makes subjects of all policy documents and of the statements of all
// key policies.
func (c *computation) policies() {
	var policies []*graph.Node
	for _, node := range c.graph.Nodes {
		if node.Kind == graph.Policy && node.Document != nil {
			policies = append(policies, node)
		}
	}
	judgements := make([]judgement, len(policies))
	c.report(each(policies, nameNode, func(i int, policy *graph.Node) {
		its := judgement{subjects: make([]judged, 0, 1+len(policy.Document.Statements))}
		c.judge(policy, &its)
		judgements[i] = its
	}))
	count := 0
	for _, its := range judgements {
		count += len(its.subjects)
	}
	c.subjects = slices.Grow(c.subjects, count)
	for _, its := range judgements {
		c.subjects = append(c.subjects, its.subjects...)
		if its.key == nil {
			continue
		}
		for _, subject := range its.subjects {
			c.result.Keys[subject.ID] = its.key.ID
		}
	}
}

func nameNode(node *graph.Node) (at *graph.Node, text string) { return node, node.Label() }

// A judgement holds the subjects that one policy makes.
type judgement struct {
	subjects []judged
	// key is the key that a key policy is attached to, where that is known.
	key *graph.Node
}

func (j *judgement) subject(node *graph.Node, kind SubjectKind, facts Facts) {
	j.subjects = append(j.subjects, judged{Subject{ID: node.ID, Kind: kind}, facts})
}

func (c *computation) judge(policy *graph.Node, its *judgement) {
	its.subject(policy, DocumentSubject, document(policy))
	switch role, _ := policy.Attribute("role").Literal(); role {
	case graph.KeyPolicy:
		its.key = c.attachedKey(policy)
		asked := keyPolicy{policy: policy, key: its.key, decrypt: c.anyDecrypt(its.key)}
		asked.account, asked.accountCode = c.ownAccount(policy, its.key)
		for _, node := range c.graph.Children(policy.ID, graph.Statement) {
			its.subject(node, StatementSubject, c.statement(node.Statement, &asked))
		}
	case graph.BucketPolicy:
		c.bucketPolicy(policy, its)
	case graph.IdentityPolicy:
		c.identityPolicy(policy, its)
	}
}

// noProblems, noEveryKey and wellFormed are the facts of most documents and of most
// statements of identities and buckets, in one list for all. wellFormed is by the verdict
// of NamesCloudFront.
var (
	noProblems = Facts{{Problems, Fact{Verdict: iam.No}}}
	noEveryKey = Facts{{DecryptsEveryKey, Fact{Verdict: iam.No}}}
	wellFormed = [...]Facts{
		iam.No:      {{MalformedOAI, Fact{Verdict: iam.No}}, {NamesCloudFront, Fact{Verdict: iam.No}}},
		iam.Unknown: {{MalformedOAI, Fact{Verdict: iam.No}}, {NamesCloudFront, Fact{Verdict: iam.Unknown}}},
		iam.Yes:     {{MalformedOAI, Fact{Verdict: iam.No}}, {NamesCloudFront, Fact{Verdict: iam.Yes}}},
	}
)

func document(policy *graph.Node) Facts {
	role, _ := policy.Attribute("role").Literal()
	problems := policy.Document.ProblemsFor(role)
	if len(problems) == 0 {
		return noProblems
	}
	fact := Fact{Verdict: iam.Yes}
	for i, problem := range problems {
		fact.Reasons = append(fact.Reasons, Reason{Code: problem.Code, Text: problem.Text, Node: policy.ID, Path: graph.ProblemPlace(i)})
	}
	return Facts{{Problems, fact}}
}

// bucketPolicy makes subjects of the statements of a bucket policy. It is judged only
// for principals that S3 does not know.
func (c *computation) bucketPolicy(policy *graph.Node, its *judgement) {
	for _, node := range c.graph.Children(policy.ID, graph.Statement) {
		malformed, named := c.malformedOAI(node.Statement, policy), node.Statement.NamesService(cloudFront)
		facts := wellFormed[named]
		if malformed.Verdict != iam.No {
			facts = Facts{{MalformedOAI, malformed}, {NamesCloudFront, Fact{Verdict: named}}}
		}
		its.subject(node, StatementSubject, facts)
	}
}

// identityPolicy makes subjects of the statements of a policy of an identity, where that
// has to do with what is followed: beside a path, or on its own as raw JSON. A
// permissions boundary allows nothing by itself ("Permissions boundaries for IAM
// entities" in the IAM User Guide).
func (c *computation) identityPolicy(policy *graph.Node, its *judgement) {
	if !c.walked[policy.Unit] && c.graph.Unit(policy.Unit).Language != graph.PolicyJSON {
		return
	}
	for edge := range c.graph.In(policy.ID) {
		if edge.Relation == "permissions_boundary" {
			return
		}
	}
	for _, node := range c.graph.Children(policy.ID, graph.Statement) {
		facts := noEveryKey
		if actions := policy.Document.DecryptsEveryKey(node.Statement, c.graph.Expand); len(actions) > 0 {
			facts = Facts{{DecryptsEveryKey, listed(actions)}}
		}
		its.subject(node, StatementSubject, facts)
	}
}

// involve notes the units that a path to a key leads through.
func (c *computation) involve(path *Path) {
	for _, node := range []*graph.Node{path.Distribution, path.Bucket, path.Key, path.KeyPolicy} {
		if node != nil && path.Verdict != NotKMS {
			c.walked[node.Unit] = true
		}
	}
}

// reader notes the distribution of a path to a key.
func (c *computation) reader(path *Path) {
	if path.IdentityKind != OAC || path.Key == nil || slices.Contains(c.result.Readers[path.Key.ID], path.Distribution) {
		return
	}
	c.result.Readers[path.Key.ID] = append(c.result.Readers[path.Key.ID], path.Distribution)
}

// attachedKey is the key that a policy is written for, where that does not
// depend on conditions.
func (c *computation) attachedKey(policy *graph.Node) *graph.Node {
	var keys []*graph.Node
	complete := value.Worlds(c.graph.Variables,
		func(world *value.World) *graph.Node {
			if !policy.When.In(world) {
				return nil
			}
			return c.key(policy.Attribute("target"), policy, world).node
		},
		func(_ *value.World, key *graph.Node) {
			if key != nil && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		})
	if !complete || len(keys) != 1 {
		return nil
	}
	return keys[0]
}

// A keyPolicy is what the statements of a policy of a key have in common.
type keyPolicy struct {
	policy, key *graph.Node
	// decrypt is a request for decrypting with the key, by no one in particular.
	decrypt iam.Request
	// account and accountCode are those of ownAccount.
	account, accountCode string
}

// statement collects the facts about one statement of a key policy.
func (c *computation) statement(s *iam.Statement, its *keyPolicy) Facts {
	c.work.evaluate(1)
	policy, key := its.policy, its.key
	resource := s.MatchResource(its.decrypt)
	return Facts{
		{AllowsDecrypt, allowsDecrypt(s, resource)},
		{NamesEveryone, Fact{Verdict: s.NamesEveryone()}},
		{NamesCloudFront, Fact{Verdict: s.NamesService(cloudFront)}},
		{NamesOAI, Fact{Verdict: s.NamesOAI(c.graph.Expand)}},
		{Inverted, inverted(s)},
		{OtherAccounts, c.otherAccounts(s, its)},
		{ExcessActions, excessActions(s, resource)},
		{RestrictsWho, fromResult(s.RestrictsWho())},
		{VoidConditions, listed(s.VoidConditions())},
		{MalformedOAI, c.malformedOAI(s, policy)},
		{AdmitsOtherDistributions, fromResult(s.AdmitsOtherDistributions())},
		{ServesBucket, c.servesBucket(s, policy, key)},
		{EveryBucket, c.everyBucket(s, policy, key)},
	}
}

// allowsDecrypt and excessActions are handed what the statement says of its key.
func allowsDecrypt(s *iam.Statement, key iam.Result) Fact {
	if s.Allow == iam.No {
		return Fact{Verdict: iam.No}
	}
	fact := fromResult(s.AllowsAction("kms:Decrypt"))
	resource := fromResult(key)
	fact.Verdict = min(fact.Verdict, resource.Verdict, s.Allow)
	fact.Reasons = append(fact.Reasons, resource.Reasons...)
	return fact
}

// excessActions is the fact that a statement gives more of its key than CloudFront uses.
func excessActions(s *iam.Statement, key iam.Result) Fact {
	if key.Truth != iam.Yes {
		return Fact{Verdict: iam.No}
	}
	return listed(s.ExcessActions())
}

// inverted is the fact that a statement says what it does not mean.
func inverted(s *iam.Statement) Fact {
	var reasons []iam.Reason
	if s.Principals == nil && s.NotPrincipals != nil {
		reasons = append(reasons, iam.Reason{Code: "not-principal", Path: "NotPrincipal", Text: "it has NotPrincipal"})
	}
	if s.Actions == nil && s.NotActions != nil {
		reasons = append(reasons, iam.Reason{Code: "not-action", Path: "NotAction", Text: "it has NotAction"})
	}
	return listed(reasons)
}

// listed is a fact that holds where there is a reason.
func listed(reasons []iam.Reason) Fact {
	if len(reasons) == 0 {
		return Fact{Verdict: iam.No}
	}
	return fromResult(iam.Result{Truth: iam.Yes, Reasons: reasons})
}

func fromResult(result iam.Result) Fact {
	fact := Fact{Verdict: result.Truth}
	for _, reason := range result.Reasons {
		fact.Reasons = append(fact.Reasons, Reason{Code: reason.Code, Text: reason.Text, Path: reason.Path})
	}
	return fact
}
