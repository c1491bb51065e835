# METADATA
# title: The key policy denies CloudFront the use of the key
# description: |
#   ## What it does
#   Reports an explicit Deny in the key policy that covers `kms:Decrypt` for the identity of an origin.
#
#   ## Why is this bad?
#   An explicit Deny wins over every Allow. Frequent causes are perimeter statements that deny everyone outside an organisation, a network or a VPC endpoint: CloudFront's requests carry none of those keys, and negated operators hold where a key is missing.
#
#   ## Example
#   ```hcl
#   statement {
#     effect    = "Deny"
#     actions   = ["kms:*"]
#     resources = ["*"]
#
#     principals {
#       type        = "AWS"
#       identifiers = ["*"]
#     }
#
#     condition {
#       test     = "StringNotEquals"
#       variable = "aws:PrincipalOrgID"
#       values   = ["o-a1b2c3d4e5"]
#     }
#   }
#   ```
#
#   ## Use instead
#   Exempt AWS services from the Deny; all conditions of a statement have to hold for it to apply:
#   ```hcl
#   statement {
#     effect    = "Deny"
#     actions   = ["kms:*"]
#     resources = ["*"]
#
#     principals {
#       type        = "AWS"
#       identifiers = ["*"]
#     }
#
#     condition {
#       test     = "StringNotEquals"
#       variable = "aws:PrincipalOrgID"
#       values   = ["o-a1b2c3d4e5"]
#     }
#
#     condition {
#       test     = "Bool"
#       variable = "aws:PrincipalIsAWSService"
#       values   = ["false"]
#     }
#   }
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
#     description: Policy evaluation logic
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-aws.html
#     description: AWS global condition keys
# custom:
#   level: error
#   subject: path
#   reports: [decrypt-denied]
#   needs: [verdict=unreadable, decrypt=no]
#   since: 0.1.0
#   tags: [availability, kms, cloudfront]
#   precision: high
package rules["denied-decrypt"]

import data.lib.path
import data.lib.suggest

report contains finding if {
	some reason in path.failures("decrypt", {"decrypt-denied"})
	finding := {
		"message": sprintf("%s denies kms:Decrypt to %s: %s%s", [path.key_policy, path.caller, reason.text, path.assuming]),
		"node": reason.node,
		"path": reason.path,
		"related": path.related_but(reason.node),
		"suggestion": suggest.exempt(reason.node),
	}
}
