# METADATA
# title: A key policy lets everyone decrypt
# description: |
#   ## What it does
#   Reports a statement of a key policy that allows `kms:Decrypt` to `"*"` or `{"AWS": "*"}` with no condition that restricts who may call.
#
#   ## Why is this bad?
#   Every principal of every AWS account may then use the key. Conditions such as `kms:ViaService`, an encryption context or TLS do not change that: they say how the key is used, not by whom. Whether such a statement admits CloudFront at all is not documented.
#
#   ## Example
#   ```json
#   {
#     "Effect": "Allow",
#     "Principal": { "AWS": "*" },
#     "Action": "kms:Decrypt",
#     "Resource": "*"
#   }
#   ```
#
#   ## Use instead
#   ```hcl
#   statement {
#     sid       = "AllowCloudFrontDecrypt"
#     actions   = ["kms:Decrypt"]
#     resources = ["*"]
#
#     principals {
#       type        = "Service"
#       identifiers = ["cloudfront.amazonaws.com"]
#     }
#
#     condition {
#       test     = "StringEquals"
#       variable = "AWS:SourceArn"
#       values   = [aws_cloudfront_distribution.cdn.arn]
#     }
#   }
#   ```
#
#   ```yaml
#   - Sid: AllowCloudFrontDecrypt
#     Effect: Allow
#     Principal:
#       Service: cloudfront.amazonaws.com
#     Action: kms:Decrypt
#     Resource: "*"
#     Condition:
#       StringEquals:
#         AWS:SourceArn: !Sub arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
#     description: Create a key policy
#   - ref: https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html
#     description: Security Hub control KMS.5
# custom:
#   level: error
#   subject: grant
#   reports: []
#   needs: [allows_decrypt=yes, restricts_who=no, names_everyone=yes]
#   since: 0.1.0
#   tags: [security, kms]
#   precision: very-high
#   cwe: [CWE-732]
#   security_severity: "9.1"
#   security_hub: [KMS.5]
package rules["public-decrypt"]

import data.lib.grant
import data.lib.suggest

report contains finding if {
	grant.unrestricted_decrypt
	grant.facts.names_everyone.verdict == "yes"
	finding := {
		"message": sprintf("%s of %s lets everyone decrypt; name the principals that need it, or add a condition that restricts who", [grant.name, grant.policy]),
		"node": input.id,
		"path": "Principal",
		"related": grant.related,
		"suggestion": suggest.narrow(grant.statement, "name the principals that need the key; for CloudFront that is cloudfront.amazonaws.com with AWS:SourceArn of the distribution", false),
	}
}
