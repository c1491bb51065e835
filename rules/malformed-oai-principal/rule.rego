# METADATA
# title: A principal is meant as an origin access identity and is none
# description: |
#   ## What it does
#   Reports a principal in a key policy or bucket policy that is meant as an origin access identity and names none: `CloudFront OAI (E...)`, the ARN of the resource instead of that of the principal, underscores instead of spaces, a wildcard in the place of the id, the id of a distribution, or the ARN of another partition.
#
#   ## Why is this bad?
#   One form alone is an identity's principal: `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity <id>`, in the partition of the stack. S3 refuses a bucket policy that holds another one (`Invalid principal in policy`), and so does AWS KMS with principals that it does not know. What is accepted names nobody. Whoever else the policy lets in is refused with it: a path through it is undecided, but in a snapshot, which shows what AWS took.
#
#   ## Example
#   ```hcl
#   principals {
#     type        = "AWS"
#     identifiers = [aws_cloudfront_origin_access_identity.assets.arn]
#   }
#   ```
#
#   ```yaml
#   Principal:
#     AWS: !Sub arn:aws:iam::cloudfront:user/CloudFront OAI (${AssetsIdentity})
#   ```
#
#   ## Use instead
#   ```hcl
#   principals {
#     type        = "AWS"
#     identifiers = [aws_cloudfront_origin_access_identity.assets.iam_arn]
#   }
#   ```
#
#   ```yaml
#   Principal:
#     AWS: !Sub arn:${AWS::Partition}:iam::cloudfront:user/CloudFront Origin Access Identity ${AssetsIdentity}
#   ```
#
#   That makes the principal right. In front of an SSE-KMS bucket it does not help: CloudFront cannot read such objects through an origin access identity, whatever the key policy says. Use an origin access control there; see `oai-with-kms`.
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
#     description: Examples of Amazon S3 bucket policies
#   - ref: https://repost.aws/knowledge-center/s3-invalid-principal-in-policy-error
#     description: How do I resolve the error about an invalid principal when I update a bucket policy?
#   - ref: https://repost.aws/knowledge-center/kms-policy-error-invalid-principals
#     description: How do I resolve the error about invalid principals when I change a key policy?
# custom:
#   level: error
#   subject: grant
#   reports: [read-principal-malformed, decrypt-principal-malformed]
#   needs: [malformed_oai=yes]
#   since: 0.1.0
#   tags: [availability, kms, s3, cloudfront]
#   precision: very-high
#   access_analyzer: ["Unsupported wildcard in principal"]
package rules["malformed-oai-principal"]

import data.lib.grant
import data.lib.path

report contains finding if {
	input.kind == "statement"
	grant.facts.malformed_oai.verdict == "yes"
	some reason in grant.facts.malformed_oai.reasons
	finding := {
		"message": sprintf("in %s of %s, %s", [grant.name, path.address(grant.statement.policy), reason.text]),
		"node": input.id,
		"path": reason.path,
		"related": grant.related,
		"suggestion": {"advice": advice},
	}
}

advice := "replace the principal as the message says; for a bucket that is encrypted with a KMS key, use an origin access control instead and allow cloudfront.amazonaws.com with AWS:SourceArn of the distribution" if {
	grant.statement.role == "bucket"
}

advice := "use an origin access control, and allow kms:Decrypt to cloudfront.amazonaws.com with AWS:SourceArn of the distribution: no key policy lets CloudFront read SSE-KMS objects through an origin access identity" if {
	grant.statement.role == "key"
}
