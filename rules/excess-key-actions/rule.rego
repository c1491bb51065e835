# METADATA
# title: A key policy gives CloudFront more than it uses
# description: |
#   ## What it does
#   Reports a statement of a key policy that allows `cloudfront.amazonaws.com` or an origin access identity `kms:*`, `*`, or an action other than `kms:Decrypt`, `kms:Encrypt`, `kms:GenerateDataKey*` and `kms:DescribeKey`. The actions that AWS documents for an origin access control are never reported, also where nothing is uploaded. An action counts for everyone whom its statement names.
#
#   ## Why is this bad?
#   To read, CloudFront needs `kms:Decrypt`; to upload, `kms:GenerateDataKey*` and `kms:Encrypt`. `kms:*` lets it also change the key policy, create grants and schedule the key's deletion, for every distribution that the statement admits.
#
#   ## Example
#   ```hcl
#   statement {
#     actions   = ["kms:*"]
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
#   Principal:
#     Service: cloudfront.amazonaws.com
#   Action: kms:*
#   ```
#
#   ## Use instead
#   ```hcl
#   statement {
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
#   Principal:
#     Service: cloudfront.amazonaws.com
#   Action: kms:Decrypt
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/least-privilege.html
#     description: Least-privilege permissions
#   - ref: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
#     description: Actions, resources, and condition keys for AWS Key Management Service
# custom:
#   level: warning
#   subject: grant
#   reports: []
#   needs: [excess_actions=yes, names_cloudfront=yes or names_oai=yes]
#   since: 0.1.0
#   tags: [security, kms, cloudfront]
#   precision: very-high
#   cwe: [CWE-732]
#   security_severity: "5.0"
package rules["excess-key-actions"]

import data.lib.grant
import data.lib.suggest

report contains finding if {
	input.kind == "statement"
	reason := grant.facts.excess_actions.reasons[0]
	not names_nobody
	not inverted
	finding := {
		"message": sprintf("%s of %s allows %s %s; list kms:Decrypt alone, and kms:Encrypt and kms:GenerateDataKey* where it uploads", [grant.name, grant.policy, grant.cloudfront_identity, actions]),
		"node": input.id,
		"path": reason.path,
		"related": grant.related,
		"suggestion": suggest.instead(grant.statement, "allow only what CloudFront uses, and others in statements of their own"),
	}
}

actions := concat(" and ", [reason.text | some reason in grant.facts.excess_actions.reasons])

# malformed-oai-principal reports those.
names_nobody if {
	grant.facts.names_cloudfront.verdict != "yes"
	grant.facts.malformed_oai.verdict == "yes"
}

# inverted-decrypt-grant reports those.
inverted if {
	grant.allows_decrypt
	grant.facts.inverted.verdict == "yes"
}
