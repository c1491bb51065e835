# METADATA
# title: The bucket is encrypted with the AWS managed key aws/s3
# description: |
#   ## What it does
#   Reports an origin whose bucket encrypts with the AWS managed key: `alias/aws/s3`, or `aws:kms` without a key.
#
#   ## Why is this bad?
#   The policy of an AWS managed key cannot be changed, and it does not admit CloudFront: it lets only identities of the own account use the key through S3. No policy can repair the path.
#
#   ## Example
#   ```hcl
#   apply_server_side_encryption_by_default {
#     sse_algorithm = "aws:kms"
#   }
#   ```
#
#   ## Use instead
#   ```hcl
#   apply_server_side_encryption_by_default {
#     sse_algorithm     = "aws:kms"
#     kms_master_key_id = aws_kms_key.assets.arn
#   }
#   ```
#
#   with a customer managed key whose policy lets CloudFront decrypt, or `AES256` where no key of one's own is needed. Objects that are already there keep the old encryption until they are written again.
# related_resources:
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
#     description: AWS KMS keys
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
#     description: Setting default server-side encryption behavior
# custom:
#   level: error
#   subject: path
#   reports: [aws-managed-key]
#   needs: [verdict=unreadable, key_manageable=no]
#   since: 0.1.0
#   tags: [availability, kms, cloudfront]
#   precision: very-high
package rules["aws-managed-key"]

import data.lib.path

report contains finding if {
	some reason in path.failures("key_manageable", {"aws-managed-key"})
	finding := {
		"message": sprintf("%s is encrypted with the AWS managed key aws/s3, whose policy cannot be changed to let %s decrypt; use a customer managed key", [path.bucket, who]),
		"node": reason.node,
		"path": reason.path,
		"related": path.related_but(reason.node),
		"suggestion": {
			"encryption": path.subject.encryption,
			"distribution": path.subject.distribution,
			"advice": "encrypt with a customer managed key whose policy lets the distribution decrypt, or with AES256; objects that are already there keep their encryption until they are written again",
		},
	}
}

who := path.caller if path.subject.identity.kind != "none"

who := "CloudFront" if path.subject.identity.kind == "none"
