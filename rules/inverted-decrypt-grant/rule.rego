# METADATA
# title: A key policy allows what it does not list
# description: |
#   ## What it does
#   Reports a statement of a key policy that allows `kms:Decrypt` with `NotPrincipal`, or with `NotAction` to CloudFront, an origin access identity or everyone.
#
#   ## Why is this bad?
#   An Allow with `NotPrincipal` lets in everyone but the principals that it lists, those of other accounts among them; AWS does not support it. An Allow with `NotAction` gives every action but those that it lists: what the key policy then lets CloudFront do is written nowhere, and grows with every action that AWS adds.
#
#   ## Example
#   ```hcl
#   statement {
#     effect      = "Allow"
#     not_actions = ["kms:ScheduleKeyDeletion"]
#     resources   = ["*"]
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
#   - Effect: Allow
#     NotPrincipal:
#       AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/guest
#     Action: kms:Decrypt
#     Resource: "*"
#   ```
#
#   ## Use instead
#   ```hcl
#   statement {
#     effect    = "Allow"
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
#   - Effect: Allow
#     Principal:
#       Service: cloudfront.amazonaws.com
#     Action: kms:Decrypt
#     Resource: "*"
#     Condition:
#       StringEquals:
#         AWS:SourceArn: !Sub arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
#     description: "IAM JSON policy elements: NotPrincipal"
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
#     description: "IAM JSON policy elements: NotAction"
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
#     description: Create a key policy
# custom:
#   level: error
#   subject: grant
#   reports: []
#   needs: [allows_decrypt=yes, inverted=yes]
#   since: 0.1.0
#   tags: [security, kms, cloudfront]
#   precision: very-high
#   cwe: [CWE-284, CWE-732]
#   security_severity: "8.1"
#   access_analyzer: ["Allow with NotPrincipal"]
package rules["inverted-decrypt-grant"]

import data.lib.grant
import data.lib.suggest

report contains finding if {
	grant.allows_decrypt
	some reason in grant.facts.inverted.reasons
	finding := {
		"message": messages[reason.code],
		"node": input.id,
		"path": reason.path,
		"related": grant.related,
		"suggestion": suggest.instead(grant.statement, advice[reason.code]),
	}
}

messages["not-principal"] := sprintf("%s of %s lets everyone except the principals that it lists decrypt; name those that need the key in Principal, since AWS does not support an Allow with NotPrincipal", [grant.name, grant.policy])

messages["not-action"] := sprintf("%s of %s allows %s every action that it does not list, kms:Decrypt among them; list in Action what is needed, instead of NotAction what is not", [grant.name, grant.policy, whom])

advice := {
	"not-principal": "replace NotPrincipal by Principal with those that need the key",
	"not-action": "replace NotAction by Action with kms:Decrypt",
}

whom := "everyone" if {
	grant.facts.names_everyone.verdict == "yes"
} else := grant.cloudfront_identity
