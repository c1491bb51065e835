package facts

import (
	"fmt"
	"path"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/value"
)

// A malformedPrincipal is a principal that is meant as an origin access identity
// and is none.
type malformedPrincipal struct {
	written, why string
	// identity is the identity that is meant, distribution the distribution
	// whose id stands in its place. Either may be nil.
	identity, distribution *graph.Node
	// id is the id in it, where that is text.
	id string
}

// malformedPrincipals returns those of a statement.
func (ix *index) malformedPrincipals(s *iam.Statement, policy *graph.Node) []malformedPrincipal {
	var found []malformedPrincipal
	for _, principals := range [][]iam.Principal{s.Principals, s.NotPrincipals} {
		for _, principal := range principals {
			if malformed, ok := ix.malformedPrincipal(principal, policy); ok {
				malformed.written = principal.Value.String()
				found = append(found, malformed)
			}
		}
	}
	return found
}

func (ix *index) malformedPrincipal(principal iam.Principal, policy *graph.Node) (malformedPrincipal, bool) {
	if principal.Type != iam.AWS {
		return malformedPrincipal{}, false
	}
	if reference, ok := principal.Value.SoleReference(); ok && reference.Attribute == value.ID {
		if node := ix.graph.Node(reference.Node); node != nil && node.Kind == graph.OAI {
			return malformedPrincipal{identity: node, why: "it is the id alone"}, true
		}
	}
	name, ok := iam.ReadOAI(ix.graph.Expand(principal.Value))
	if !ok {
		return malformedPrincipal{}, false
	}
	malformed := malformedPrincipal{why: name.Defect, id: name.ID}
	node := ix.graph.Node(name.Reference.Node)
	if node == nil && name.ID != "" {
		node = ix.namedByID(name.ID)
	}
	if node != nil {
		switch node.Kind {
		case graph.OAI:
			malformed.identity = node
		case graph.Distribution:
			malformed.distribution = node
		default:
		}
	}
	if malformed.why == "" {
		malformed.why = ix.wrongID(name, node)
	}
	if malformed.why == "" {
		if own := ix.partition(policy); own != "" && name.Partition != "" && own != name.Partition {
			malformed.why = fmt.Sprintf("its partition is %s, and that of the stack is %s", name.Partition, own)
		}
	}
	return malformed, malformed.why != ""
}

// wrongID says why what stands in the place of an id is none of an identity. The ids
// of distributions, controls and identities look alike, and are mistaken for one
// another.
func (ix *index) wrongID(name iam.OAIName, node *graph.Node) string {
	switch {
	case node == nil:
		return ""
	case node.Kind == graph.Distribution || node.Kind == graph.OAC:
		return fmt.Sprintf("the id in it is that of %s", node.Address)
	case node.Kind == graph.OAI && name.Reference.Node != "" && name.Reference.Attribute != value.ID:
		return fmt.Sprintf("what stands in the place of the id is not the id of %s", node.Address)
	default:
		return ""
	}
}

// namedByID returns the identity, distribution or control that has an id: an
// identity where there is one.
func (ix *index) namedByID(id string) *graph.Node {
	for _, node := range ix.literals[literalIdentity{graph.OAI, id}] {
		return node
	}
	for _, kind := range []graph.Kind{graph.Distribution, graph.OAC} {
		for _, node := range ix.literals[literalIdentity{kind, id}] {
			if node.External == "" && node.Assumed == "" {
				return node
			}
		}
	}
	return nil
}

// partition is the partition that a node is in, where that is known.
func (ix *index) partition(node *graph.Node) string {
	at := ix.place(node)
	if at.partition == "" && at.region != "" {
		return graph.PartitionOf(at.region)
	}
	return at.partition
}

// malformed returns, and notes, the statements of a policy that are meant to allow an
// action to the path's identity and whose principal is malformed.
func (w *walker) malformed(policy *graph.Node, action string) []*iam.Statement {
	if w.view.identityKind != OAI {
		return nil
	}
	var statements []*iam.Statement
	for _, statement := range policy.Document.Statements {
		if !statement.When.In(w.world) || statement.Allow != iam.Yes || !statement.TakesIn(action) {
			continue
		}
		for _, malformed := range w.malformedPrincipals(statement, policy) {
			if w.isMeant(malformed) {
				statements = append(statements, statement)
				break
			}
		}
	}
	w.view.malformed = append(w.view.malformed, statements...)
	return statements
}

// isMeant reports whether a malformed principal is meant as the path's identity:
// it is, unless it says another one.
func (w *walker) isMeant(malformed malformedPrincipal) bool {
	switch {
	case malformed.identity != nil:
		return malformed.identity == w.view.identity
	case malformed.distribution != nil:
		return malformed.distribution == w.distribution
	case malformed.id == "":
		return true
	}
	name, _ := flatten(w.expand(w.originAccessIdentity().ARN))
	_, id, _ := strings.Cut(name, "CloudFront Origin Access Identity ")
	return id == malformed.id || strings.ContainsFunc(id, isPlaceholder)
}

// isMalformed says of statements that their principal is malformed.
func (w *walker) isMalformed(statements []*iam.Statement, policy *graph.Node, code string) []Reason {
	reasons := make([]Reason, len(statements))
	for i, statement := range statements {
		reasons[i] = Reason{
			Code: code, Text: fmt.Sprintf("%s of %s is meant for %s, but its principal is malformed", describeStatement(statement), policy.Address, w.view.principal),
			Node: w.statementNode(policy, statement), Path: "Principal",
		}
	}
	return reasons
}

// withholdRefused withholds a yes where the policy names a principal that is meant as
// an origin access identity and is none: Amazon S3 and AWS KMS refuse policies with
// principals that do not exist, and then none of its statements is in force. What an
// account says of itself, AWS took.
func (w *walker) withholdRefused(name string, policy *graph.Node) {
	if w.view.facts.Get(name).Verdict != iam.Yes || policy.Parent != "" && w.isObserved(policy) {
		return
	}
	var reasons []Reason
	for _, statement := range policy.Document.Statements {
		if !statement.When.In(w.world) {
			continue
		}
		for _, malformed := range w.malformedPrincipals(statement, policy) {
			reasons = append(reasons, Reason{
				Code: "malformed-principal", Node: w.statementNode(policy, statement), Path: principalElement(statement),
				Text: fmt.Sprintf("AWS may refuse the policy %s as a whole: in %s, %s is no origin access identity (%s)", policy.Label(), describeStatement(statement), malformed.written, malformed.why),
			})
		}
	}
	if len(reasons) > 0 {
		w.set(name, iam.Unknown, reasons...)
	}
}

// principalElement is the element of a statement that holds its principals.
func principalElement(s *iam.Statement) string {
	if s.Principals == nil {
		return "NotPrincipal"
	}
	return "Principal"
}

// malformedOAI is the fact that a statement names an origin access identity in a
// form that names none.
func (c *computation) malformedOAI(s *iam.Statement, policy *graph.Node) Fact {
	fact := Fact{Verdict: iam.No}
	element := principalElement(s)
	for _, malformed := range c.malformedPrincipals(s, policy) {
		identity := malformed.identity
		if identity == nil && malformed.id == "" || malformed.distribution != nil {
			identity = c.meantIdentity(s, policy)
			malformed.id = ""
		}
		fact.Verdict = iam.Yes
		fact.Reasons = append(fact.Reasons, Reason{
			Code: "malformed-oai", Node: policy.ID, Path: element,
			Text: fmt.Sprintf("%s is no origin access identity: %s; write %s", malformed.written, malformed.why, c.principalOf(identity, malformed.id, policy)),
		})
	}
	return fact
}

// meantIdentity is the identity of the path that a statement is meant for, else the
// only one of the unit, or nil.
func (c *computation) meantIdentity(s *iam.Statement, policy *graph.Node) *graph.Node {
	if identity := c.meantFor[s]; identity != nil {
		return identity
	}
	if identities := c.nodes(policy.Unit, graph.OAI); len(identities) == 1 {
		return identities[0]
	}
	return nil
}

// principalOf writes the principal of an identity as it is written in a policy.
func (c *computation) principalOf(identity *graph.Node, id string, policy *graph.Node) string {
	partition := c.partition(policy)
	if partition == "" {
		partition = "aws"
	}
	language := c.graph.Unit(policy.Unit).Language
	if identity == nil || identity.Assumed != "" {
		if id == "" && identity != nil {
			id, _ = c.identity(identity).Literal()
		}
		if id == "" {
			id = "<id of the identity>"
		}
		return fmt.Sprintf("arn:%s:iam::cloudfront:user/CloudFront Origin Access Identity %s", partition, id)
	}
	switch language {
	case graph.CloudFormation, graph.TemplateJSON:
		if identity.Unit == policy.Unit {
			return fmt.Sprintf("arn:${AWS::Partition}:iam::cloudfront:user/CloudFront Origin Access Identity ${%s} with Fn::Sub", path.Base(identity.Address))
		}
	case graph.Terraform, graph.TerraformJSON:
		return identity.Address + ".iam_arn"
	case graph.PolicyJSON:
	}
	if text, literal := c.graph.Expand(refer(identity, value.IAMARN, identity.Address)).Literal(); literal {
		return text
	}
	if text, literal := c.identity(identity).Literal(); literal {
		return fmt.Sprintf("arn:%s:iam::cloudfront:user/CloudFront Origin Access Identity %s", partition, text)
	}
	return fmt.Sprintf("arn:%s:iam::cloudfront:user/CloudFront Origin Access Identity <id of %s>", partition, identity.Address)
}
