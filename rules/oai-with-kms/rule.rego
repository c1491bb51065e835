# METADATA
# title: An origin access identity in front of an SSE-KMS bucket
# description: |
#   ## What it does
#   Reports an origin that reads an SSE-KMS bucket through an origin access identity (OAI).
#
#   ## Why is this bad?
#   CloudFront cannot read SSE-KMS objects through an OAI, whatever the key policy says: the OAI is a user of a pseudo-account that AWS KMS cannot resolve, and requests end in `KMS.UnrecognizedClientException: No account found for the given parameters`. Objects that were written before the bucket was switched to SSE-KMS keep working, so that the failure comes with the next upload. AWS recommends origin access control (OAC) instead.
#
#   ## Example
#   ```hcl
#   origin {
#     domain_name = aws_s3_bucket.assets.bucket_regional_domain_name
#     origin_id   = "assets"
#
#     s3_origin_config {
#       origin_access_identity = aws_cloudfront_origin_access_identity.assets.cloudfront_access_identity_path
#     }
#   }
#   ```
#
#   ## Use instead
#   ```hcl
#   resource "aws_cloudfront_origin_access_control" "assets" {
#     name                              = "assets"
#     origin_access_control_origin_type = "s3"
#     signing_behavior                  = "always"
#     signing_protocol                  = "sigv4"
#   }
#
#   origin {
#     domain_name              = aws_s3_bucket.assets.bucket_regional_domain_name
#     origin_id                = "assets"
#     origin_access_control_id = aws_cloudfront_origin_access_control.assets.id
#   }
#   ```
#
#   The bucket policy and the key policy then have to allow `cloudfront.amazonaws.com`, each with `AWS:SourceArn` of the distribution. In CloudFormation, set `OriginAccessControlId` and leave `S3OriginConfig.OriginAccessIdentity` empty.
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
#   - ref: https://repost.aws/knowledge-center/s3-rest-api-cloudfront-error-403
#     description: Resolve 403 errors from an S3 REST API endpoint behind CloudFront
#   - ref: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html
#     description: Security Hub control CloudFront.13
#   - ref: https://github.com/originkey/originkey/blob/main/docs/oai-to-oac-migration.md
#     description: From an origin access identity to an origin access control, step by step
# custom:
#   level: error
#   subject: path
#   reports: [oai-with-kms]
#   needs: [verdict=unreadable, identity_supports_kms=no]
#   since: 0.1.0
#   tags: [availability, kms, cloudfront]
#   precision: very-high
#   security_hub: [CloudFront.13]
package rules["oai-with-kms"]

import data.lib.path
import data.lib.suggest

report contains finding if {
	some reason in path.failures("identity_supports_kms", {"oai-with-kms"})
	finding := {
		"message": sprintf("CloudFront cannot read the SSE-KMS objects of %s through %s, whatever the key policy says; use an origin access control%s", [path.bucket, path.caller, path.assuming]),
		"node": reason.node,
		"path": reason.path,
		"related": path.related_but(reason.node),
		"suggestion": suggestion,
	}
}

suggestion := suggest.migrate("replace the origin access identity by an origin access control, and let cloudfront.amazonaws.com read the bucket and decrypt")
