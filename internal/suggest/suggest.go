// Package suggest writes what a rule suggests in the language of the file that
// has to change, with the stack's own references, and never in a form that
// would close a dependency cycle or name something that is out of scope there.
package suggest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

// Suggest renders the suggestion of a rule. Its members are
//
//	advice      a sentence for a person
//	origin      the id of an origin that should use an origin access control
//	statements  a list of statements for policies, each an object of
//	              statement  a policy statement; where a text is expected it may
//	                         hold {"reference": <node id>, "attribute": "arn"}
//	              target     the id of the key or bucket that the policy is for
//	              policy     the id of that policy, or null where there is none
//	              replaces   the id of the statement that it replaces, or null
//	              exact      true where all distributions of the account instead
//	                         of the one would be no improvement
//	condition   a condition to be added to a statement, an object of
//	              statement  the id of the statement
//	              condition  the Condition element
//	encryption  the id of an encryption that should use a key of its own, through
//	            which distribution reads
//	distribution
//
// all of them optional. It returns nil where there is nothing to say, and an error
// where the suggestion has another form.
func Suggest(r *facts.Result, suggestion map[string]any) (*finding.Suggestion, error) {
	if err := (checker{r.Graph}).suggestion(suggestion); err != nil {
		return nil, err
	}
	s := &suggester{graph: r.Graph, accounts: r.Accounts}
	s.advise(text(suggestion, "advice"))
	if origin := r.Graph.Node(text(suggestion, "origin")); origin != nil {
		s.replaceIdentity(origin)
	}
	if encryption := r.Graph.Node(text(suggestion, "encryption")); encryption != nil {
		s.replaceKey(encryption, r.Graph.Node(text(suggestion, "distribution")))
	}
	statements, _ := suggestion["statements"].([]any)
	if s.complete {
		statements = nil
	}
	for _, item := range statements {
		if each, ok := item.(map[string]any); ok {
			s.addStatement(each)
		}
	}
	if condition, ok := suggestion["condition"].(map[string]any); ok {
		s.addCondition(condition)
	}
	if len(s.advice) == 0 && len(s.snippets) == 0 {
		return nil, nil
	}
	suggested := &finding.Suggestion{
		Statement: s.statement,
		Text:      s.text(),
		Advice:    strings.Join(s.advice, "\n"),
	}
	if len(s.snippets) == 1 {
		suggested.Edit = s.snippets[0].edit
	}
	return suggested, nil
}

func text(members map[string]any, name string) string {
	content, _ := members[name].(string)
	return content
}

type suggester struct {
	graph *graph.Graph
	// accounts holds the accounts that environments are taken to be.
	accounts  map[string]string
	advice    []string
	snippets  []snippet
	statement map[string]any
	// complete is true where what is written so far brings its statements.
	complete bool
	// manual is true where more has to be done than to write the texts.
	manual bool
}

// A snippet is text to be written at one place.
type snippet struct {
	// heading says where. That of the only snippet for a policy is left out,
	// since the advice says it.
	heading string
	policy  bool
	text    string
	// comments is true where the language has comments that begin with #.
	comments bool
	// edit writes the text at its place, or is nil.
	edit *finding.Edit
}

func (s *suggester) advise(sentence string) {
	if sentence = strings.TrimSuffix(sentence, "."); sentence != "" && !slices.Contains(s.advice, sentence) {
		s.advice = append(s.advice, sentence)
	}
}

func (s *suggester) add(heading, text string, writing form) {
	s.snippets = append(s.snippets, snippet{heading: heading, text: text, comments: writing.hasComments()})
}

func (s *suggester) addPolicy(heading, text string, writing form) {
	s.snippets = append(s.snippets, snippet{heading: heading, policy: true, text: text, comments: writing.hasComments()})
}

// text joins the snippets, each under its heading where there are several.
func (s *suggester) text() string {
	texts := make([]string, len(s.snippets))
	for i, each := range s.snippets {
		texts[i] = each.text
		if len(s.snippets) == 1 && each.policy || each.heading == "" {
			continue
		}
		heading := each.heading + ":"
		if each.comments {
			heading = "# " + heading
		}
		texts[i] = heading + "\n" + each.text
	}
	return strings.Join(texts, "\n\n")
}

// addStatement writes a statement for the policy of a key or bucket.
func (s *suggester) addStatement(member map[string]any) {
	statement, ok := member["statement"].(map[string]any)
	target := s.graph.Node(text(member, "target"))
	if !ok || target == nil {
		return
	}
	policy := s.graph.Node(text(member, "policy"))
	replaced := s.graph.Node(text(member, "replaces"))
	place := target
	if policy != nil {
		place = policy
	}
	if replaced != nil && !isAlone(replaced) && grantsElsewhere(policy, replaced) {
		s.advise(fmt.Sprintf("limit %s to the principals that need the key; CloudFront has a statement of its own", describeStatement(replaced)))
		return
	}
	scope := s.scope(place, policy, replaced)
	exact, _ := member["exact"].(bool)
	statement, remark := s.avoidCycle(statement, place, scope.form, exact)
	if statement == nil {
		s.advise(remark)
		return
	}
	statement = s.fit(statement, policy, replaced)
	rendered := scope.resolve(statement).(map[string]any)
	if target.Kind == graph.Key || s.statement == nil {
		s.statement = display(rendered).(map[string]any)
	}
	s.adviseWhere(target, policy, replaced)
	s.advise(remark)
	heading := fmt.Sprintf("in %s", describePolicy(target, policy))
	if scope.form == cdkApp {
		s.advise(fmt.Sprintf("the CDK wrote this template: change the app. In TypeScript, %s is %s; the other languages have the same names", constructName(target), target.Label()))
		s.addPolicy(heading, renderConstruct(rendered, constructName(target)), scope.form)
		return
	}
	if policy == nil {
		s.addPolicy("a policy for "+target.Address, s.wholePolicy(rendered, target, scope), scope.form)
	} else {
		written := render(rendered, scope.form)
		s.addPolicy(heading, written, scope.form)
		if s.isCertain(scope, replaced) {
			s.snippets[len(s.snippets)-1].edit = s.edit(written, scope.form, policy, replaced)
		}
	}
	for _, sentence := range scope.advice {
		s.advise(sentence)
	}
}

// adviseWhere says what to do with a statement.
func (s *suggester) adviseWhere(target, policy, replaced *graph.Node) {
	switch {
	case replaced == nil && len(s.advice) > 0:
		// The rule says it, and the headings where each text goes.
	case replaced != nil && isAlone(replaced):
		s.advise(fmt.Sprintf("replace %s by this one", describeStatement(replaced)))
	case replaced != nil && replaced.Statement.NamesEveryone() == iam.Yes:
		s.advise(fmt.Sprintf("limit %s to the principals that need the key, and add this one for CloudFront", describeStatement(replaced)))
	case replaced != nil && replaced.Statement.NotPrincipals != nil:
		s.advise("add this one for CloudFront")
	case replaced != nil:
		s.advise(fmt.Sprintf("take CloudFront out of %s, and add this one", describeStatement(replaced)))
	case policy == nil:
		s.advise(fmt.Sprintf("give %s a policy with this statement", target.Label()))
	default:
		s.advise(fmt.Sprintf("add this statement to %s", describePolicy(target, policy)))
	}
}

func describeStatement(node *graph.Node) string {
	if node.Statement.Sid != "" {
		return fmt.Sprintf("statement %q", node.Statement.Sid)
	}
	return fmt.Sprintf("statement %d", node.Statement.Index+1)
}

// describePolicy names a policy for a person.
func describePolicy(target, policy *graph.Node) string {
	what := map[graph.Kind]string{graph.Key: "the key policy", graph.Bucket: "the bucket policy"}[target.Kind]
	if policy == nil || policy.Address == target.Address && !target.Unnamed() {
		return what + " of " + target.Label()
	}
	return what + " " + policy.Label()
}

// fit gives a statement a Sid that the policy does not have yet, or that of the
// statement which it replaces, with that one's actions as far as AWS documents
// them for CloudFront.
func (s *suggester) fit(statement map[string]any, policy, replaced *graph.Node) map[string]any {
	fitted := map[string]any{}
	for name, element := range statement {
		fitted[name] = element
	}
	if replaced != nil && isAlone(replaced) {
		if sid := replaced.Statement.Sid; sid != "" {
			fitted["Sid"] = sid
		}
		if actions := documentedActions(replaced); len(actions) > 1 {
			fitted["Action"] = actions
		}
		return fitted
	}
	if policy == nil {
		return fitted
	}
	taken := map[any]bool{}
	for _, each := range policy.Document.Statements {
		taken[each.Sid] = true
	}
	sid, _ := fitted["Sid"].(string)
	for i := 2; taken[fitted["Sid"]]; i++ {
		fitted["Sid"] = fmt.Sprintf("%s%d", sid, i)
	}
	return fitted
}

// isAlone reports whether a statement names no one but CloudFront, so that another
// one for CloudFront can take its place.
func isAlone(node *graph.Node) bool {
	if len(node.Statement.Principals) == 0 {
		return false
	}
	for _, principal := range node.Statement.Principals {
		text, _ := principal.Value.Literal()
		if !strings.EqualFold(text, "cloudfront.amazonaws.com") && !strings.Contains(principal.Value.String(), "CloudFront Origin Access Identity") && !strings.Contains(principal.Value.String(), "origin_access_identity") {
			return false
		}
	}
	return true
}

// grantsElsewhere reports whether another statement of a policy lets exactly some
// distributions decrypt.
func grantsElsewhere(policy, but *graph.Node) bool {
	if policy == nil || policy.Document == nil {
		return false
	}
	return slices.ContainsFunc(policy.Document.Statements, func(each *iam.Statement) bool {
		return each != but.Statement && each.NamesService("cloudfront.amazonaws.com") == iam.Yes && each.NotPrincipals == nil &&
			each.AllowsAction("kms:Decrypt").Truth == iam.Yes && each.RestrictsWho().Truth == iam.Yes
	})
}

// documented are the actions that AWS documents for CloudFront with SSE-KMS, see
// "Restrict access to an Amazon S3 origin" in the CloudFront Developer Guide.
var documented = []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:GenerateDataKey", "kms:DescribeKey"}

// documentedActions returns those actions of a statement that AWS documents, in
// their usual spelling, where kms:Decrypt is one of them.
func documentedActions(node *graph.Node) []any {
	var actions []any
	for _, action := range node.Statement.Actions {
		text, _ := action.Literal()
		i := slices.IndexFunc(documented, func(known string) bool { return strings.EqualFold(known, text) })
		if i < 0 {
			continue
		}
		actions = append(actions, documented[i])
	}
	if !slices.Contains(actions, any("kms:Decrypt")) {
		return nil
	}
	return actions
}

// avoidCycle widens an exact distribution to all of the account's where naming
// it would make the policy depend on what depends on it, and says so. Where that is
// no help widened is nil.
func (s *suggester) avoidCycle(statement map[string]any, place *graph.Node, writing form, exact bool) (widened map[string]any, remark string) {
	if place.Kind == graph.Bucket || place.Kind == graph.Key && !writing.isSynthesis() || writing == plainJSON {
		// A bucket's policy is a resource of its own, and so is what Terraform
		// is given for a key; a file depends on nothing.
		return statement, ""
	}
	resource := s.graph.Resource(place.ID)
	var cyclic *graph.Node
	references(statement, func(id string) {
		if node := s.graph.Node(id); node != nil && node.Kind == graph.Distribution && s.graph.DependsOn(node.ID, resource) {
			cyclic = node
		}
	})
	if cyclic == nil {
		return statement, ""
	}
	if !writing.isSynthesis() {
		s.manual = true
		if place.Parent == "" {
			return statement, fmt.Sprintf("%s depends on %s, so that naming it there makes a cycle: take the dependency out", cyclic.Address, place.Address)
		}
		kind := "aws_kms_key_policy"
		if role, _ := place.Attribute("role").Literal(); role == graph.BucketPolicy {
			kind = "aws_s3_bucket_policy"
		}
		return statement, fmt.Sprintf("naming %s in %s would make a cycle, since it depends on it through its bucket; move the whole policy to an %s resource, on which nothing depends, and write the statement there", cyclic.Address, place.Address, kind)
	}
	remark = fmt.Sprintf("naming %s alone would make a circular dependency, since it depends on %s through its bucket", cyclic.Label(), place.Label())
	narrower := "name the bucket by a parameter, build the origin's DomainName from that parameter, and compare AWS:SourceArn with the distribution's ARN"
	if writing == cdkApp {
		narrower = "deploy once, and then put its id as text into the condition"
	}
	if exact {
		return nil, fmt.Sprintf("%s; to admit it alone, %s", remark, narrower)
	}
	return anyDistribution(statement, cyclic.ID), fmt.Sprintf("%s; the statement admits all distributions of the account instead. To admit it alone, %s", remark, narrower)
}

// anyDistribution replaces a reference to a distribution by the pattern of all
// distributions of its account, under an operator that takes patterns.
func anyDistribution(statement map[string]any, distribution string) map[string]any {
	widened := map[string]any{}
	for name, element := range statement {
		widened[name] = element
	}
	widened["Condition"] = map[string]any{"ArnLike": map[string]any{
		"AWS:SourceArn": map[string]any{"reference": distribution, "attribute": "any"},
	}}
	return widened
}

// references calls f with the id of every reference inside a statement.
func references(element any, f func(id string)) {
	switch element := element.(type) {
	case map[string]any:
		if id, ok := element["reference"].(string); ok {
			f(id)
			return
		}
		for _, inner := range element {
			references(inner, f)
		}
	case []any:
		for _, inner := range element {
			references(inner, f)
		}
	}
}

// addCondition writes a condition that a statement has to have as well. All
// conditions of a statement have to hold.
func (s *suggester) addCondition(member map[string]any) {
	node := s.graph.Node(text(member, "statement"))
	condition, ok := member["condition"].(map[string]any)
	if node == nil || !ok {
		return
	}
	policy := s.graph.Node(node.Parent)
	scope := s.scope(policy, policy, node)
	condition, _ = scope.resolve(condition).(map[string]any)
	for _, sentence := range scope.advice {
		s.advise(sentence)
	}
	if scope.form == cdkApp {
		s.add("in the conditions of the iam.PolicyStatement", strings.Join(constructConditions(condition), "\n"), scope.form)
		return
	}
	written := map[string]bool{}
	for _, each := range node.Statement.Conditions {
		written[each.Operator] = true
	}
	inner := map[string]any{}
	for _, operator := range sortedNames(condition) {
		if written[operator] && !scope.form.isBlock() {
			// An object cannot hold the operator twice.
			s.advise(fmt.Sprintf("the statement has the operator %s: write this into it", operator))
			keys, _ := condition[operator].(map[string]any)
			for key, value := range keys {
				inner[key] = value
			}
			continue
		}
		inner[operator] = condition[operator]
	}
	if len(node.Statement.Conditions) == 0 && !scope.form.isBlock() {
		inner = map[string]any{"Condition": inner}
	}
	s.addPolicy("in the Condition of "+describeStatement(node), renderFragment(inner, scope.form), scope.form)
}
