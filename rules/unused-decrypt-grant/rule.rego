# METADATA
# title: A key policy lets CloudFront decrypt what it does not serve
# description: |
#   ## What it does
#   Reports a statement of a key policy that allows `kms:Decrypt` to distributions or origin access identities, none of which reads a bucket whose default encryption is this key. It speaks only where everything is known: the statement names nobody else, all that it names and all that they read is in the input, and nothing that could not be read, no module that is not on disk and no function at the edge may use it.
#
#   ## Why is this bad?
#   A grant that nothing uses is a permission that nobody watches. It stays behind when a distribution moves to another bucket, a bucket to another key, or an origin from an origin access identity to an origin access control, and is found again by whoever may point the distribution at other objects.
#
#   A default encryption speaks for new objects. Keep the grant while older objects that the key encrypted are still served, or while a migration is not complete.
#
#   ## Example
#   ```hcl
#   # media_key encrypts no bucket that the distribution reads
#   data "aws_iam_policy_document" "media_key" {
#     statement {
#       sid       = "AllowCloudFrontDecrypt"
#       actions   = ["kms:Decrypt"]
#       resources = ["*"]
#
#       principals {
#         type        = "Service"
#         identifiers = ["cloudfront.amazonaws.com"]
#       }
#
#       condition {
#         test     = "StringEquals"
#         variable = "AWS:SourceArn"
#         values   = [aws_cloudfront_distribution.cdn.arn]
#       }
#     }
#   }
#   ```
#
#   ## Use instead
#   Remove the statement when nothing that the key encrypted is served any more.
# related_resources:
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
#     description: Security best practices in IAM, remove unused permissions
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
#     description: Setting default server-side encryption behavior for Amazon S3 buckets
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
# custom:
#   level: note
#   subject: grant
#   reports: []
#   needs: [allows_decrypt=yes, serves_bucket=no]
#   since: 0.1.0
#   tags: [security, kms, cloudfront]
#   precision: high
#   cwe: [CWE-272]
#   security_severity: "1.0"
package rules["unused-decrypt-grant"]

import data.lib.grant

report contains finding if {
	grant.allows_decrypt
	grant.facts.serves_bucket.verdict == "no"
	not grant.reported_otherwise
	some reason in grant.facts.serves_bucket.reasons
	finding := {
		"message": sprintf("%s of %s lets CloudFront decrypt for nothing: %s", [grant.name, grant.policy, reason.text]),
		"node": input.id,
		"path": reason.path,
		"related": grant.related,
		"suggestion": {"advice": "remove the statement; keep it while older objects that the key encrypted are still served, or a migration needs it"},
	}
}
