// Package suggest writes what a rule suggests in the language of the file that
// has to change, with the stack's own references, and never in a form that
// would close a dependency cycle or name something that is out of scope there.
package suggest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// Suggest renders the suggestion of a rule. Its members are
//
//	statement  a policy statement; where a text is expected it may hold
//	           {"reference": <node id>, "attribute": "arn"}
//	key        the id of the key whose policy the statement is for
//	policy     the id of that policy, or null where AWS's default is in force
//	condition  conditions to be added to a statement of the policy, in the same form; a bucket has
//	           the attributes "arn" and "objects"
//	origin     the id of an origin that should use an origin access control
//	advice     sentences for a person
//
// all of them optional. It returns nil where there is nothing to say.
func Suggest(r *facts.Result, suggestion map[string]any) *finding.Suggestion {
	s := &suggester{graph: r.Graph}
	s.advise(text(suggestion, "advice"))
	if origin := r.Graph.Node(text(suggestion, "origin")); origin != nil {
		s.replaceIdentity(origin)
	}
	if statement, ok := suggestion["statement"].(map[string]any); ok {
		s.addStatement(statement, r.Graph.Node(text(suggestion, "key")), r.Graph.Node(text(suggestion, "policy")))
	}
	if condition, ok := suggestion["condition"].(map[string]any); ok {
		s.addCondition(condition, r.Graph.Node(text(suggestion, "policy")))
	}
	if len(s.advice) == 0 && len(s.snippets) == 0 {
		return nil
	}
	return &finding.Suggestion{
		Statement: s.statement,
		Text:      strings.Join(s.snippets, "\n\n"),
		Advice:    strings.Join(s.advice, "\n"),
	}
}

func text(members map[string]any, name string) string {
	content, _ := members[name].(string)
	return content
}

type suggester struct {
	graph     *graph.Graph
	advice    []string
	snippets  []string
	statement map[string]any
}

func (s *suggester) advise(sentence string) {
	if sentence != "" {
		s.advice = append(s.advice, strings.TrimSuffix(sentence, "."))
	}
}

// A form is a way of writing a policy statement.
type form int

const (
	// statementBlock is a block of data.aws_iam_policy_document.
	statementBlock form = iota
	// hclObject is an argument of jsonencode.
	hclObject
	// jsonTemplate is JSON in a Terraform string, with ${} interpolation.
	jsonTemplate
	// plainJSON is a JSON file, in which nothing can be referred to.
	plainJSON
	templateYAML
	templateJSON
)

// addStatement writes a statement for a key's policy.
func (s *suggester) addStatement(statement map[string]any, key, policy *graph.Node) {
	if key == nil {
		return
	}
	place := key
	if policy != nil {
		place = policy
	}
	writing := s.formOf(place, policy)
	statement = s.avoidCycle(statement, place, writing)
	scope := scope{graph: s.graph, at: place, form: writing}
	statement = scope.resolve(statement).(map[string]any)
	for _, sentence := range scope.advice {
		s.advise(sentence)
	}
	s.statement = display(statement).(map[string]any)
	if policy == nil {
		s.snippets = append(s.snippets, s.wholePolicy(statement, key, writing))
		return
	}
	s.snippets = append(s.snippets, render(statement, writing))
}

// addCondition writes conditions for a statement that is there.
func (s *suggester) addCondition(condition map[string]any, policy *graph.Node) {
	if policy == nil {
		return
	}
	writing := s.formOf(policy, policy)
	scope := scope{graph: s.graph, at: policy, form: writing}
	resolved, _ := scope.resolve(condition).(map[string]any)
	for _, sentence := range scope.advice {
		s.advise(sentence)
	}
	s.snippets = append(s.snippets, renderCondition(resolved, writing))
}

// formOf looks at how the policy that has to change is written.
func (s *suggester) formOf(place, policy *graph.Node) form {
	switch s.graph.Unit(place.Unit).Language {
	case graph.CloudFormation:
		return templateYAML
	case graph.TemplateJSON:
		return templateJSON
	case graph.TerraformJSON:
		return jsonTemplate
	case graph.PolicyJSON:
		return plainJSON
	case graph.Terraform:
	}
	if policy == nil {
		return hclObject
	}
	document := policy.Attribute("document")
	for _, statement := range policy.Document.Statements {
		file := s.graph.Files[statement.Location.File]
		switch {
		case file == nil:
		case strings.HasSuffix(file.Path, ".json"):
			return plainJSON
		case strings.HasPrefix(strings.TrimSpace(file.Line(statement.Location.Line)), "statement"):
			return statementBlock
		case strings.HasPrefix(strings.TrimSpace(file.Line(statement.Location.Line)), `dynamic "statement"`):
			return statementBlock
		}
	}
	encoded := false
	document.Walk(func(v value.Value) {
		encoded = encoded || slices.ContainsFunc(v.Parts, func(part value.Part) bool { return part.Kind == value.JSONOf })
	})
	if encoded {
		return hclObject
	}
	return jsonTemplate
}

// avoidCycle widens an exact distribution to all of the account's where naming
// it would make the key depend on what depends on the key.
func (s *suggester) avoidCycle(statement map[string]any, place *graph.Node, writing form) map[string]any {
	resource := s.graph.Resource(place.ID)
	var cyclic *graph.Node
	references(statement, func(id string) {
		if node := s.graph.Node(id); node != nil && s.graph.DependsOn(node.ID, resource) {
			cyclic = node
		}
	})
	if cyclic == nil {
		return statement
	}
	if writing == templateYAML || writing == templateJSON {
		s.advise(fmt.Sprintf("naming %s alone would make a circular dependency, since it depends on %s through its bucket; the statement admits all distributions of the account instead. To admit this one alone, name the bucket by a parameter, build the origin's DomainName from that parameter, and compare AWS:SourceArn with its ARN", cyclic.Address, place.Address))
		return anyDistribution(statement, cyclic.ID)
	}
	s.advise(fmt.Sprintf("naming %s in %s would make a cycle, since it depends on it through its bucket; move the whole policy to an aws_kms_key_policy resource, on which nothing depends, and add the statement there", cyclic.Address, place.Address))
	return statement
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

// wholePolicy writes a complete policy for a key that has only AWS's default.
// The default's own statement comes first: a policy replaces the default.
func (s *suggester) wholePolicy(statement map[string]any, key *graph.Node, writing form) string {
	root := scope{graph: s.graph, at: key, form: writing}
	administration := root.resolve(map[string]any{
		"Sid": "EnableIAMPolicies", "Effect": "Allow",
		"Principal": map[string]any{"AWS": map[string]any{"reference": key.ID, "attribute": "root"}},
		"Action":    "kms:*", "Resource": "*",
	}).(map[string]any)
	policy := map[string]any{"Version": "2012-10-17", "Statement": []any{administration, statement}}
	s.advise("the key has AWS's default policy; a policy of its own replaces it, so that the default's statement is repeated here")
	switch writing {
	case templateYAML:
		return "KeyPolicy:\n" + indent(render(policy, writing))
	case templateJSON:
		return `"KeyPolicy": ` + render(policy, writing)
	case jsonTemplate, plainJSON:
		return render(policy, writing)
	case hclObject, statementBlock:
	}
	local := localAddress(key, key)
	header := ""
	if !s.declaresCallerIdentity(key) {
		header = "data \"aws_caller_identity\" \"current\" {}\n\n"
	}
	return fmt.Sprintf("%sresource \"aws_kms_key_policy\" %q {\n  key_id = %s.id\n  policy = jsonencode(%s)\n}",
		header, resourceName(local), local, strings.TrimLeft(indent(render(policy, hclObject)), " "))
}

var callerIdentity = regexp.MustCompile(`data\s+"?aws_caller_identity"?\s+"?([A-Za-z0-9_-]+)"?`)

// declaresCallerIdentity reports whether data.aws_caller_identity.current is
// declared in the module of a node.
func (s *suggester) declaresCallerIdentity(node *graph.Node) bool {
	return callerIdentityName(s.graph, node) != ""
}

func callerIdentityName(g *graph.Graph, node *graph.Node) string {
	folder := path.Dir(node.Location.File)
	names := make([]string, 0, len(g.Files))
	for name := range g.Files {
		if path.Dir(name) == folder && (strings.HasSuffix(name, ".tf") || strings.HasSuffix(name, ".tofu")) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if match := callerIdentity.FindSubmatch(g.Files[name].Bytes); match != nil {
			return string(match[1])
		}
	}
	return ""
}

// replaceIdentity writes the origin access control for an origin that reads
// through an origin access identity or unsigned.
func (s *suggester) replaceIdentity(origin *graph.Node) {
	language := s.graph.Unit(origin.Unit).Language
	distribution := s.graph.Node(origin.Parent)
	if distribution == nil {
		return
	}
	name := resourceName(localAddress(distribution, distribution))
	control := []member{
		{"Name", name}, {"OriginAccessControlOriginType", "s3"}, {"SigningBehavior", "always"}, {"SigningProtocol", "sigv4"},
	}
	switch language {
	case graph.CloudFormation:
		logical := distribution.Address + "OriginAccessControl"
		var text strings.Builder
		fmt.Fprintf(&text, "%s:\n  Type: AWS::CloudFront::OriginAccessControl\n  Properties:\n    OriginAccessControlConfig:\n", logical)
		for _, m := range control {
			fmt.Fprintf(&text, "      %s: %s\n", m.name, m.text)
		}
		fmt.Fprintf(&text, "\n# in the origin, instead of the origin access identity:\nOriginAccessControlId: !GetAtt %s.Id\nS3OriginConfig:\n  OriginAccessIdentity: \"\"", logical)
		s.snippets = append(s.snippets, text.String())
	case graph.TemplateJSON:
		logical := distribution.Address + "OriginAccessControl"
		var text strings.Builder
		fmt.Fprintf(&text, "%q: {\n  \"Type\": \"AWS::CloudFront::OriginAccessControl\",\n  \"Properties\": {\n    \"OriginAccessControlConfig\": {\n", logical)
		for i, m := range control {
			fmt.Fprintf(&text, "      %q: %q%s\n", m.name, m.text, map[bool]string{true: ",", false: ""}[i < len(control)-1])
		}
		fmt.Fprintf(&text, "    }\n  }\n}\n\nin the origin, instead of the origin access identity:\n\n\"OriginAccessControlId\": { \"Fn::GetAtt\": [%q, \"Id\"] },\n\"S3OriginConfig\": { \"OriginAccessIdentity\": \"\" }", logical)
		s.snippets = append(s.snippets, text.String())
	case graph.Terraform, graph.TerraformJSON:
		s.snippets = append(s.snippets, fmt.Sprintf(`resource "aws_cloudfront_origin_access_control" %q {
  name                              = %q
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# in the origin, instead of s3_origin_config:
origin_access_control_id = aws_cloudfront_origin_access_control.%s.id`, name, name, name))
	case graph.PolicyJSON:
	}
}

type member struct{ name, text string }

// resourceName is the last name of a Terraform address, without an index.
func resourceName(address string) string {
	address, _, _ = strings.Cut(address, "[")
	return address[strings.LastIndex(address, ".")+1:]
}
