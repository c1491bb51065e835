package suggest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// An expression is text of the target language that is not a literal.
type expression struct {
	// code is the expression itself; template is how it stands inside a
	// text, and display how a person reads it.
	code, template, display string
}

// A scope resolves references for one place in one file.
type scope struct {
	graph  *graph.Graph
	at     *graph.Node
	form   form
	advice []string
}

// resolve replaces {"reference": ...} by expressions, deeply.
func (s *scope) resolve(element any) any {
	switch element := element.(type) {
	case map[string]any:
		if id, ok := element["reference"].(string); ok {
			return s.expression(id, text(element, "attribute"))
		}
		resolved := make(map[string]any, len(element))
		for name, inner := range element {
			resolved[name] = s.resolve(inner)
		}
		return resolved
	case []any:
		resolved := make([]any, len(element))
		for i, inner := range element {
			resolved[i] = s.resolve(inner)
		}
		return resolved
	default:
		return element
	}
}

func (s *scope) expression(id, attribute string) any {
	node := s.graph.Node(id)
	if node == nil {
		return "<the " + attribute + " of " + id + ">"
	}
	if node.Kind == graph.Bucket {
		return s.bucketARN(node, attribute == "objects")
	}
	switch s.form {
	case templateYAML, templateJSON:
		return s.templateExpression(node, attribute)
	case plainJSON:
		return s.plainText(node, attribute)
	default:
		return s.terraformExpression(node, attribute)
	}
}

// bucketARN writes the ARN of a bucket or of its objects. A template names the
// bucket instead of referring to it: the bucket refers to the key.
func (s *scope) bucketARN(bucket *graph.Node, objects bool) any {
	suffix := ""
	if objects {
		suffix = "/*"
	}
	name, literal := s.graph.Expand(bucket.Attribute("name")).Literal()
	literal = literal && len(bucket.Defaults) == 0
	advise := func(sentence string) {
		if !slices.Contains(s.advice, sentence) {
			s.advice = append(s.advice, sentence)
		}
	}
	switch s.form {
	case plainJSON:
		if !literal {
			name = "<name of " + bucket.Address + ">"
		}
		return "arn:aws:s3:::" + name + suffix
	case templateYAML, templateJSON:
		if !literal {
			name = "${" + bucket.Address + "Name}"
			advise(fmt.Sprintf("name %s by a parameter, here %sName, since the key policy cannot refer to a bucket that refers to the key", bucket.Address, bucket.Address))
		}
		return s.substitution("arn:${AWS::Partition}:s3:::" + name + suffix)
	default:
		code := localAddress(bucket, s.at) + ".arn"
		if bucket.Unit != s.at.Unit || modulePath(bucket.Address) != modulePath(s.at.Address) {
			code = "var.bucket_arn"
			advise(fmt.Sprintf("%s is not in scope in this module; pass its ARN in as the variable bucket_arn", bucket.Address))
		}
		if !objects {
			return expression{code: code, template: "${" + code + "}", display: code}
		}
		template := "${" + code + "}/*"
		return expression{code: `"` + template + `"`, template: template, display: template}
	}
}

// substitution is a Fn::Sub.
func (s *scope) substitution(text string) expression {
	code := "!Sub " + text
	if s.form == templateJSON {
		code = `{ "Fn::Sub": "` + text + `" }`
	}
	return expression{code: code, template: text, display: text}
}

// plainText writes what is known of a node and names the rest in angle brackets,
// since a JSON file cannot refer to anything.
func (s *scope) plainText(node *graph.Node, attribute string) string {
	const fillIn = "fill in the parts in angle brackets: a JSON file cannot refer to the stack"
	part := func(reference value.Reference, otherwise string) string {
		text, literal := s.graph.Expand(value.To(reference, otherwise, node.Location)).Literal()
		if literal {
			return text
		}
		if !slices.Contains(s.advice, fillIn) {
			s.advice = append(s.advice, fillIn)
		}
		return "<" + otherwise + ">"
	}
	account := part(value.Reference{Node: node.Environment, Attribute: value.Account}, "account id")
	partition, known := s.graph.Expand(value.To(value.Reference{Node: node.Environment, Attribute: value.Partition}, "", node.Location)).Literal()
	if !known {
		partition = "aws"
	}
	switch attribute {
	case "root":
		return fmt.Sprintf("arn:%s:iam::%s:root", partition, account)
	case "any":
		return fmt.Sprintf("arn:%s:cloudfront::%s:distribution/*", partition, account)
	default:
		id := part(value.Reference{Node: node.ID, Attribute: value.ID}, "id of "+node.Address)
		return fmt.Sprintf("arn:%s:cloudfront::%s:distribution/%s", partition, account, id)
	}
}

// templateExpression is a Fn::Sub: AWS::CloudFront::Distribution has no ARN
// attribute. A distribution of another stack has to be passed in.
func (s *scope) templateExpression(node *graph.Node, attribute string) any {
	stack, name := path.Split(node.Address)
	if here, _ := path.Split(s.at.Address); attribute == "arn" && (node.Unit != s.at.Unit || stack != here) {
		name = "DistributionId"
		s.advice = append(s.advice, fmt.Sprintf("%s is defined in another template; pass its id in as the parameter DistributionId", node.Address))
	}
	text := map[string]string{
		"arn":  "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${" + name + "}",
		"any":  "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*",
		"root": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root",
	}[attribute]
	return s.substitution(text)
}

func (s *scope) terraformExpression(node *graph.Node, attribute string) any {
	if attribute == "root" {
		name := callerIdentityName(s.graph, s.at)
		if name == "" {
			name = "current"
		}
		template := "arn:aws:iam::${data.aws_caller_identity." + name + ".account_id}:root"
		return expression{code: `"` + template + `"`, template: template, display: template}
	}
	if node.Unit != s.at.Unit {
		s.advice = append(s.advice, fmt.Sprintf("%s is defined in another root module; pass its ARN in as the variable distribution_arn", node.Address))
		return expression{code: "var.distribution_arn", template: "${var.distribution_arn}", display: "var.distribution_arn"}
	}
	if modulePath(node.Address) != modulePath(s.at.Address) {
		s.advice = append(s.advice, fmt.Sprintf("%s is not in scope in this module; pass its ARN in as the variable distribution_arn", node.Address))
		return expression{code: "var.distribution_arn", template: "${var.distribution_arn}", display: "var.distribution_arn"}
	}
	code := localAddress(node, s.at) + "." + attribute
	if node.Attribute("id").Kind != value.Absent && node.External != "" {
		code = node.Address + "." + attribute
	}
	return expression{code: code, template: "${" + code + "}", display: code}
}

var moduleStep = regexp.MustCompile(`^module\.[^.\[]+(\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\])?\.`)

// modulePath is the leading module steps of a Terraform address.
func modulePath(address string) string {
	steps := ""
	for {
		step := moduleStep.FindString(address)
		if step == "" {
			return steps
		}
		steps += step
		address = address[len(step):]
	}
}

// localAddress is how a resource is called inside the module of at.
func localAddress(node, at *graph.Node) string {
	return strings.TrimPrefix(node.Address, modulePath(at.Address))
}

// display replaces expressions by what a person reads.
func display(element any) any {
	switch element := element.(type) {
	case expression:
		return element.display
	case map[string]any:
		shown := make(map[string]any, len(element))
		for name, inner := range element {
			shown[name] = display(inner)
		}
		return shown
	case []any:
		shown := make([]any, len(element))
		for i, inner := range element {
			shown[i] = display(inner)
		}
		return shown
	default:
		return element
	}
}
