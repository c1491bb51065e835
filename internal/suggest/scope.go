package suggest

import (
	"cmp"
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

// A scope resolves references for one place in one file. The attributes of a
// reference are
//
//	arn      of a distribution, its ARN
//	any      of a distribution, the pattern of all of its account
//	root     the root of the account that a node is in
//	arn, objects
//	         of a bucket, its ARN and the pattern of its objects
type scope struct {
	graph    *graph.Graph
	accounts map[string]string
	// at is the policy that is written, or what has none, and file where it is.
	at   *graph.Node
	file string
	form form
	// isTemplate is true where form is templateFile and the file is read by
	// templatefile already.
	isTemplate bool
	advice     []string
}

func (s *scope) advise(format string, arguments ...any) {
	if sentence := fmt.Sprintf(format, arguments...); !slices.Contains(s.advice, sentence) {
		s.advice = append(s.advice, sentence)
	}
}

// resolve replaces {"reference": ...} by expressions, deeply.
func (s *scope) resolve(element any) any {
	switch element := element.(type) {
	case map[string]any:
		if id, ok := element["reference"].(string); ok {
			return s.expression(id, text(element, "attribute"))
		}
		resolved := make(map[string]any, len(element))
		// In the order of what is rendered, which is that of the advice.
		for _, name := range sortedNames(element) {
			resolved[name] = s.resolve(element[name])
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
	switch s.form {
	case templateYAML, templateJSON:
		return s.templateExpression(node, attribute)
	case cdkApp:
		return constructExpression(node, attribute)
	case plainJSON:
		return s.plainText(node, attribute)
	case templateFile:
		return s.passedIn(node, attribute)
	default:
		return s.terraformExpression(node, attribute)
	}
}

// account returns the account of a node where it is known or taken to be known.
func (s *scope) account(node *graph.Node) (string, bool) {
	account, literal := s.graph.Expand(value.To(value.Reference{Node: node.Environment, Attribute: value.Account}, "", node.Location)).Literal()
	if literal {
		return account, true
	}
	environment := node.Environment
	if same := s.graph.Environments[environment].SameAccountAs; same != "" {
		environment = same
	}
	account = s.accounts[environment]
	return account, account != ""
}

// plainText writes what is known of a node and names the rest in angle brackets,
// since a JSON file cannot refer to anything.
func (s *scope) plainText(node *graph.Node, attribute string) string {
	fillIn := func(what string) string {
		s.advise("fill in the parts in angle brackets: a JSON file cannot refer to the stack")
		return "<" + what + ">"
	}
	named := func(attribute value.Attribute, what string) string {
		text, literal := s.graph.Expand(value.To(value.Reference{Node: node.ID, Attribute: attribute}, "", node.Location)).Literal()
		if literal {
			return text
		}
		return fillIn(what + " of " + node.Address)
	}
	partition, known := s.graph.Expand(value.To(value.Reference{Node: node.Environment, Attribute: value.Partition}, "", node.Location)).Literal()
	if !known {
		partition = "aws"
	}
	if node.Kind == graph.Bucket {
		return fmt.Sprintf("arn:%s:s3:::%s%s", partition, named(value.Name, "name"), pattern(attribute))
	}
	account, known := s.account(node)
	if !known {
		// The policy and what it names are in one account, or the account of
		// the one is known.
		if account, known = s.account(s.at); !known {
			account = fillIn("account id")
		}
	}
	switch attribute {
	case "root":
		return fmt.Sprintf("arn:%s:iam::%s:root", partition, account)
	case "any":
		return fmt.Sprintf("arn:%s:cloudfront::%s:distribution/*", partition, account)
	default:
		return fmt.Sprintf("arn:%s:cloudfront::%s:distribution/%s", partition, account, named(value.ID, "id"))
	}
}

// pattern ends the ARN of a bucket where its objects are meant.
func pattern(attribute string) string {
	if attribute == "objects" {
		return "/*"
	}
	return ""
}

// templateExpression is a Fn::Sub: AWS::CloudFront::Distribution has no ARN
// attribute. What another stack defines has to be passed in, and so has the name of
// a bucket that depends on what is written.
func (s *scope) templateExpression(node *graph.Node, attribute string) any {
	stack, name := path.Split(node.Address)
	here, _ := path.Split(s.at.Address)
	elsewhere := node.Unit != s.at.Unit || stack != here
	if node.Kind == graph.Bucket {
		return s.substitution("arn:${AWS::Partition}:s3:::" + s.templateBucket(node, name, elsewhere) + pattern(attribute))
	}
	if attribute == "arn" && elsewhere {
		name = "DistributionId"
		s.advise("%s is defined in another template; pass its id in as the parameter DistributionId", node.Label())
	}
	return s.substitution(map[string]string{
		"arn":  "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${" + name + "}",
		"any":  "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*",
		"root": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root",
	}[attribute])
}

// templateBucket is the name of a bucket inside a Fn::Sub.
func (s *scope) templateBucket(bucket *graph.Node, name string, elsewhere bool) string {
	resource := s.graph.Resource(s.at.ID)
	cyclic := resource != bucket.ID && s.graph.DependsOn(bucket.ID, resource)
	if !elsewhere && !cyclic {
		return "${" + name + "}"
	}
	if written, literal := s.graph.Expand(bucket.Attribute("name")).Literal(); literal && len(bucket.Defaults) == 0 {
		return written
	}
	if elsewhere {
		s.advise("%s is defined in another template; pass its name in as the parameter %sName", bucket.Label(), name)
	} else {
		s.advise("name %s by a parameter, here %sName, since %s cannot refer to a bucket that refers to it", bucket.Label(), name, s.at.Label())
	}
	return "${" + name + "Name}"
}

// substitution is a Fn::Sub.
func (s *scope) substitution(text string) expression {
	code := "!Sub " + text
	if s.form == templateJSON {
		code = `{ "Fn::Sub": "` + text + `" }`
	}
	return expression{code: code, template: text, display: text}
}

// interpolated is text with expressions inside.
func interpolated(template string) expression {
	return expression{code: `"` + template + `"`, template: template, display: template}
}

func (s *scope) terraformExpression(node *graph.Node, attribute string) any {
	if attribute == "root" || attribute == "any" {
		account, known := s.account(node)
		if !known {
			account = "${data.aws_caller_identity." + cmp.Or(callerIdentityName(s.graph, path.Dir(s.file)), "current") + ".account_id}"
		}
		if attribute == "root" {
			return interpolated("arn:aws:iam::" + account + ":root")
		}
		return interpolated("arn:aws:cloudfront::" + account + ":distribution/*")
	}
	name := s.inScope(node)
	if name == "" {
		variable := string(node.Kind) + "_arn"
		s.advise("%s is not in scope in this module; pass its ARN in as the variable %s", node.Address, variable)
		name = "var." + variable
	} else {
		name += ".arn"
	}
	if attribute == "objects" {
		return interpolated("${" + name + "}/*")
	}
	return expression{code: name, template: "${" + name + "}", display: name}
}

// inScope returns what a resource is called in the module whose file is written,
// or "" where it is not in scope.
func (s *scope) inScope(node *graph.Node) string {
	switch {
	case node.Unit != s.at.Unit:
		return ""
	case node.External != "" && !strings.HasPrefix(node.External, "is read by a data source"):
		// A module that is not on disk: its resources have no names here.
		return ""
	case path.Dir(s.file) != path.Dir(s.at.Location.File):
		// The document is written in another module than what uses it.
		if path.Dir(s.file) != path.Dir(node.Location.File) {
			return ""
		}
	case modulePath(node.Address) != modulePath(s.at.Address):
		return ""
	}
	return localAddress(node)
}

// passedIn names a variable of a template file.
func (s *scope) passedIn(node *graph.Node, attribute string) any {
	if attribute == "root" || attribute == "any" {
		return s.plainText(node, attribute)
	}
	outside := *s
	outside.form, outside.file = hclObject, s.at.Location.File
	name := string(node.Kind) + "_arn"
	given, _ := outside.terraformExpression(node, "arn").(expression)
	s.advice = outside.advice
	if s.isTemplate {
		s.advise("pass %s = %s to templatefile in %s", name, given.code, s.at.Address)
	} else {
		s.advise("a JSON file cannot refer to the stack: read %s in %s by templatefile instead of file, with %s = %s", path.Base(s.file), s.at.Address, name, given.code)
	}
	return expression{code: `"${` + name + "}" + pattern(attribute) + `"`, template: "${" + name + "}" + pattern(attribute), display: given.display + pattern(attribute)}
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

// localAddress is how a resource is called inside its own module.
func localAddress(node *graph.Node) string {
	return strings.TrimPrefix(node.Address, modulePath(node.Address))
}

var callerIdentity = regexp.MustCompile(`data\s+"?aws_caller_identity"?\s+"?([A-Za-z0-9_-]+)"?`)

// callerIdentityName returns the name of the data.aws_caller_identity that the
// files of a folder declare, or "".
func callerIdentityName(g *graph.Graph, folder string) string {
	for _, file := range g.FilesIn(folder) {
		if !strings.HasSuffix(file.Path, ".tf") && !strings.HasSuffix(file.Path, ".tofu") {
			continue
		}
		if match := callerIdentity.FindSubmatch(file.Bytes); match != nil {
			return string(match[1])
		}
	}
	return ""
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
