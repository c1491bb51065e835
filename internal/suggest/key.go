package suggest

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
)

// replaceKey writes a key of the account's own for a bucket that is encrypted with
// the AWS managed one, with a policy that lets a distribution read.
func (s *suggester) replaceKey(encryption, distribution *graph.Node) {
	if distribution == nil {
		return
	}
	scope := s.scope(encryption, nil, nil)
	statement := map[string]any{
		"Sid": "AllowCloudFrontDecrypt", "Effect": "Allow",
		"Principal": map[string]any{"Service": "cloudfront.amazonaws.com"},
		"Action":    "kms:Decrypt", "Resource": "*",
		"Condition": map[string]any{"StringEquals": map[string]any{
			"AWS:SourceArn": map[string]any{"reference": distribution.ID, "attribute": "arn"},
		}},
	}
	if scope.form == cdkApp {
		// This is what its constructs write, for the same reason.
		statement = anyDistribution(statement, distribution.ID)
	} else {
		// The key is referred to by the encryption, thus by the bucket.
		var remark string
		statement, remark = s.avoidCycle(statement, encryption, scope.form, false)
		s.advise(remark)
	}
	resolved := scope.resolve(statement).(map[string]any)
	s.statement = display(resolved).(map[string]any)
	if scope.form == cdkApp {
		s.add("in the bucket", "encryption: s3.BucketEncryption.KMS,\nencryptionKey: new kms.Key(this, 'Key'),", scope.form)
		s.advise("the CDK wrote this template: change the app. S3BucketOrigin.withOriginAccessControl adds the statement for CloudFront to the key's policy")
		return
	}
	policy := map[string]any{"Version": "2012-10-17", "Statement": []any{s.administration(encryption, scope), resolved}}
	switch scope.form {
	case templateYAML:
		logical := s.freeLogicalID(encryption, "Key")
		s.add("a resource", fmt.Sprintf("%s:\n  Type: AWS::KMS::Key\n  Properties:\n    KeyPolicy:\n%s", logical, indent(render(policy, scope.form), "      ")), scope.form)
		s.add("in the encryption of the bucket", fmt.Sprintf("SSEAlgorithm: aws:kms\nKMSMasterKeyID: !GetAtt %s.Arn", logical), scope.form)
	case templateJSON:
		logical := s.freeLogicalID(encryption, "Key")
		s.add("a resource", fmt.Sprintf("%q: {\n  \"Type\": \"AWS::KMS::Key\",\n  \"Properties\": {\n    \"KeyPolicy\": %s\n  }\n}", logical, hang(render(policy, scope.form), "    ")), scope.form)
		s.add("in the encryption of the bucket", fmt.Sprintf("\"SSEAlgorithm\": \"aws:kms\",\n\"KMSMasterKeyID\": { \"Fn::GetAtt\": [%q, \"Arn\"] }", logical), scope.form)
	case plainJSON, templateFile:
		s.addPolicy("the policy of the key", render(policy, plainJSON), plainJSON)
		s.advise("create the key with this policy by aws kms create-key, and name its ARN as KMSMasterKeyID in the encryption of the bucket")
	default:
		name := s.freeName("aws_kms_key", encryption)
		key := &graph.Node{Kind: graph.Key, Address: "aws_kms_key." + name, Unit: encryption.Unit, Location: encryption.Location, Environment: encryption.Environment}
		s.add("a key and its policy", fmt.Sprintf("resource \"aws_kms_key\" %q {}\n\n%s", name, s.policyResource(policy, key, scope)), hclObject)
		setting := fmt.Sprintf("sse_algorithm     = \"aws:kms\"\nkms_master_key_id = aws_kms_key.%s.arn", name)
		if scope.form == jsonTemplate {
			setting = fmt.Sprintf("\"sse_algorithm\": \"aws:kms\",\n\"kms_master_key_id\": \"${aws_kms_key.%s.arn}\"", name)
		}
		s.add("in the encryption of the bucket", setting, scope.form)
	}
}

// freeName is a name for a resource of Terraform in the module of another one, after
// that one, that no resource of the type has yet.
func (s *suggester) freeName(kind string, near *graph.Node) string {
	base := resourceName(localAddress(near))
	name := base
	for i := 2; s.isTaken(near.Unit, modulePath(near.Address)+kind+"."+name); i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	return name
}

// freeLogicalID is the same for a template.
func (s *suggester) freeLogicalID(near *graph.Node, suffix string) string {
	base := near.Address + suffix
	name := base
	for i := 2; s.isTaken(near.Unit, name); i++ {
		name = fmt.Sprintf("%s%d", base, i)
	}
	return path.Base(name)
}

func (s *suggester) isTaken(unit, address string) bool {
	return slices.ContainsFunc(s.graph.InUnit(unit), func(node *graph.Node) bool {
		return node.Address == address || strings.HasPrefix(node.Address, address+"[")
	})
}
