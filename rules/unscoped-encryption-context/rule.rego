# METADATA
# title: CloudFront may decrypt for every bucket under a shared key
# description: |
#   ## What it does
#   Reports a statement of a key policy that lets a distribution or an origin access identity use a key for every bucket that it encrypts, while there is more than one: nothing in the policy compares `kms:EncryptionContext:aws:s3:arn`. It speaks of statements that name exactly who may decrypt and serve a path; where that is left open, another rule says so first.
#
#   ## Why is this bad?
#   The key policy is the second lock. Without a condition on the encryption context it opens for all buckets under the key, so that one bucket policy that is too wide exposes what another team keeps under the same key.
#
#   ## Example
#   ```hcl
#   # the key encrypts the buckets assets and reports; the distribution reads assets
#   condition {
#     test     = "StringEquals"
#     variable = "AWS:SourceArn"
#     values   = [aws_cloudfront_distribution.cdn.arn]
#   }
#   ```
#
#   ## Use instead
#   S3 sends the ARN of the object, and of the bucket where bucket keys are on. Name both: both kinds of objects can be in one bucket, since bucket keys speak for new objects only. `ArnLike` takes patterns, `StringEquals` does not.
#   ```hcl
#   condition {
#     test     = "StringEquals"
#     variable = "AWS:SourceArn"
#     values   = [aws_cloudfront_distribution.cdn.arn]
#   }
#
#   condition {
#     test     = "ArnLike"
#     variable = "kms:EncryptionContext:aws:s3:arn"
#     values   = [aws_s3_bucket.assets.arn, "${aws_s3_bucket.assets.arn}/*"]
#   }
#   ```
#
#   In CloudFormation name the bucket by a parameter: the bucket refers to the key, so that the key policy cannot refer to the bucket.
#   ```yaml
#   ArnLike:
#     kms:EncryptionContext:aws:s3:arn:
#       - !Sub arn:${AWS::Partition}:s3:::${BucketName}
#       - !Sub arn:${AWS::Partition}:s3:::${BucketName}/*
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
#     description: Using server-side encryption with AWS KMS keys, encryption context
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
#     description: Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html
#     description: Permissions for AWS services in key policies
# custom:
#   level: note
#   subject: grant
#   reports: []
#   needs: [allows_decrypt=yes, every_bucket=yes]
#   since: 0.1.0
#   tags: [security, kms, cloudfront]
#   precision: high
#   cwe: [CWE-732]
#   security_severity: "1.0"
package rules["unscoped-encryption-context"]

import data.lib.grant

report contains finding if {
	grant.allows_decrypt
	grant.facts.every_bucket.verdict == "yes"
	exact
	not grant.reported_otherwise
	finding := {
		"message": sprintf("%s of %s lets %s decrypt for all %d buckets that the key encrypts, %s; compare kms:EncryptionContext:aws:s3:arn with those that it reads", [grant.name, grant.policy, grant.cloudfront_identity, count(buckets), concat(", ", [reason.text | some reason in buckets])]),
		"node": input.id,
		"path": "",
		"related": array.concat(grant.related, [place |
			some reason in buckets
			place := {"node": reason.node, "path": "", "message": "the bucket"}
		]),
		"suggestion": {
			"advice": concat("", [advice, ", which holds with bucket keys (the bucket's ARN) and without (the ARN of an object)"]),
			"condition": {"statement": input.id, "condition": {"ArnLike": {"kms:EncryptionContext:aws:s3:arn": patterns}}},
		},
	}
}

buckets := grant.facts.every_bucket.reasons

# Both forms for each bucket that the identity reads.
patterns := [pattern |
	some reason in buckets
	reason.code == "reads"
	some attribute in ["arn", "objects"]
	pattern := {"reference": reason.node, "attribute": attribute}
]

advice := "add this condition" if grant.facts.names_cloudfront.verdict == "yes"

# No key policy lets CloudFront read through an origin access identity.
advice := "use an origin access control (see oai-with-kms), and give the statement for it this condition" if {
	grant.facts.names_cloudfront.verdict == "no"
}

# Whoever else may decrypt is what another rule is about.
exact if grant.facts.admits_other_distributions.verdict == "no"

exact if {
	grant.facts.names_oai.verdict == "yes"
	grant.facts.names_cloudfront.verdict == "no"
}
