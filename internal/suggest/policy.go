package suggest

import (
	"fmt"
	"path"
	"strings"

	"github.com/originkey/originkey/internal/graph"
)

// wholePolicy writes a complete policy for a key or bucket that has none of its
// own.
func (s *suggester) wholePolicy(statement map[string]any, target *graph.Node, scope *scope) string {
	statements := []any{statement}
	if target.Kind == graph.Key {
		statements = []any{s.administration(target, scope), statement}
		s.advise("the key has AWS's default policy; a policy of its own replaces it, so that the default's statement is repeated here")
	}
	policy := map[string]any{"Version": "2012-10-17", "Statement": statements}
	switch scope.form {
	case templateYAML:
		if target.Kind == graph.Key {
			return "KeyPolicy:\n" + indent(render(policy, scope.form), "  ")
		}
		return fmt.Sprintf("%sPolicy:\n  Type: AWS::S3::BucketPolicy\n  Properties:\n    Bucket: !Ref %s\n    PolicyDocument:\n%s",
			logicalID(target), logicalID(target), indent(render(policy, scope.form), "      "))
	case templateJSON:
		if target.Kind == graph.Key {
			return `"KeyPolicy": ` + render(policy, scope.form)
		}
		return fmt.Sprintf("\"%sPolicy\": {\n  \"Type\": \"AWS::S3::BucketPolicy\",\n  \"Properties\": {\n    \"Bucket\": { \"Ref\": %q },\n    \"PolicyDocument\": %s\n  }\n}",
			logicalID(target), logicalID(target), hang(render(policy, scope.form), "    "))
	case plainJSON, templateFile:
		return render(policy, plainJSON)
	default:
		return s.policyResource(policy, target, scope)
	}
}

// administration is the statement of AWS's default key policy, which lets the
// account administer the key.
func (s *suggester) administration(key *graph.Node, scope *scope) map[string]any {
	return scope.resolve(map[string]any{
		"Sid": "EnableIAMPolicies", "Effect": "Allow",
		"Principal": map[string]any{"AWS": map[string]any{"reference": key.ID, "attribute": "root"}},
		"Action":    "kms:*", "Resource": "*",
	}).(map[string]any)
}

// policyResource writes the resource of Terraform that holds the policy of a key
// or bucket. Terraform reads it from a file in its native syntax also beside files
// in its JSON syntax.
func (s *suggester) policyResource(policy map[string]any, target *graph.Node, scope *scope) string {
	if isTerraformJSON(scope.file) {
		s.advise("write this into a .tf file beside the .tf.json file")
	}
	kind, argument := "aws_kms_key_policy", "key_id"
	if target.Kind == graph.Bucket {
		kind, argument = "aws_s3_bucket_policy", "bucket"
	}
	local := localAddress(target)
	header := ""
	if account, known := scope.account(target); target.Kind == graph.Key && !known && account == "" && callerIdentityName(s.graph, path.Dir(scope.file)) == "" {
		header = "data \"aws_caller_identity\" \"current\" {}\n\n"
	}
	width := max(len(argument), len("policy"))
	return fmt.Sprintf("%sresource %q %q {\n  %-*s = %s.id\n  %-*s = jsonencode(%s)\n}",
		header, kind, resourceName(local), width, argument, local, width, "policy", hang(renderHCL(policy, ""), "  "))
}

// hang indents all lines but the first.
func hang(text, by string) string { return strings.ReplaceAll(text, "\n", "\n"+by) }

// logicalID is the name of a resource of a template, without the stacks that lead
// to it.
func logicalID(node *graph.Node) string { return path.Base(node.Address) }

// resourceName is the last name of a Terraform address, without an index.
func resourceName(address string) string {
	address, _, _ = strings.Cut(address, "[")
	return address[strings.LastIndex(address, ".")+1:]
}
