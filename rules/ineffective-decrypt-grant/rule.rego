# METADATA
# title: A statement is meant to let CloudFront decrypt and never applies
# description: |
#   ## What it does
#   Reports a statement of the key policy that names the identity and takes in `kms:Decrypt`, yet can never apply to its requests and serves no other origin: an `aws:SourceArn` that is another distribution's or no ARN at all, a wildcard under `StringEquals`, an encryption context that the bucket's settings never produce, a `Resource` that names another key or another service, no `Resource` or `Action` at all. It replaces `missing-decrypt-grant` for the path.
#
#   ## Why is this bad?
#   The policy looks right in review and is wrong in production. The two most frequent causes: a reference that was put in quotes, so that the condition compares with the text `aws_cloudfront_distribution.cdn.arn`; and `kms:EncryptionContext:aws:s3:arn` compared with the bucket's ARN while bucket keys are off, where S3 sends the ARN of each object.
#
#   ## Example
#   ```hcl
#   condition {
#     test     = "StringEquals"
#     variable = "AWS:SourceArn"
#     values   = ["aws_cloudfront_distribution.cdn.arn"]
#   }
#   ```
#
#   ## Use instead
#   ```hcl
#   condition {
#     test     = "StringEquals"
#     variable = "AWS:SourceArn"
#     values   = [aws_cloudfront_distribution.cdn.arn]
#   }
#   ```
#
#   Where the encryption context is compared, name both forms, under an operator that takes patterns. In CloudFormation name the bucket by a parameter: it refers to the key, so that the key policy cannot refer to it.
#   ```yaml
#   ArnLike:
#     kms:EncryptionContext:aws:s3:arn:
#       - !Sub arn:${AWS::Partition}:s3:::${BucketName}
#       - !Sub arn:${AWS::Partition}:s3:::${BucketName}/*
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
#     description: Using server-side encryption with AWS KMS keys
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
#     description: Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
#     description: Create a key policy
# custom:
#   level: error
#   subject: path
#   reports: [decrypt-grant-ineffective]
#   needs: [verdict=unreadable, decrypt=no]
#   since: 0.1.0
#   tags: [availability, kms, cloudfront]
#   precision: high
package rules["ineffective-decrypt-grant"]

import data.lib.path
import data.lib.suggest

report contains finding if {
	some reason in path.failures("decrypt", {"decrypt-grant-ineffective"})
	finding := {
		"message": sprintf("%s; %s cannot be read through %s%s", [reason.text, path.bucket, path.distribution, path.assuming]),
		"node": reason.node,
		"path": reason.path,
		"related": path.related_but(reason.node),
		"suggestion": suggestion(reason.node),
	}
}

suggestion(replaced) := suggest.regrant(replaced) if path.subject.identity.kind == "oac"

suggestion(_) := suggest.migrate("replace the origin access identity by an origin access control, and the statement by one for cloudfront.amazonaws.com") if {
	path.subject.identity.kind == "oai"
}
