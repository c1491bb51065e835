# METADATA
# title: CloudFront reads an SSE-KMS bucket unsigned
# description: |
#   ## What it does
#   Reports an origin in front of an SSE-KMS bucket whose requests are not signed: it has neither an origin access control nor an origin access identity, its origin access control never signs, or it is an S3 website endpoint.
#
#   ## Why is this bad?
#   S3 decrypts only for signed requests: an anonymous request for an SSE-KMS object fails, even where the bucket policy lets everyone read. Website endpoints are always read anonymously.
#
#   ## Example
#   ```hcl
#   origin {
#     domain_name = aws_s3_bucket.assets.bucket_regional_domain_name
#     origin_id   = "assets"
#   }
#   ```
#
#   ## Use instead
#   ```hcl
#   origin {
#     domain_name              = aws_s3_bucket.assets.bucket_regional_domain_name
#     origin_id                = "assets"
#     origin_access_control_id = aws_cloudfront_origin_access_control.assets.id
#   }
#   ```
#
#   with `signing_behavior = "always"`. In CloudFormation, set `OriginAccessControlId`.
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
#   - ref: https://repost.aws/knowledge-center/s3-kms-signature-version-error
#     description: Requests specifying SSE-KMS require Signature Version 4
# custom:
#   level: error
#   subject: path
#   reports: [no-identity, never-signs, website-endpoint]
#   needs: [verdict=unreadable, signed=no]
#   since: 0.1.0
#   tags: [availability, kms, cloudfront]
#   precision: high
package rules["unsigned-origin-with-kms"]

import data.lib.path
import data.lib.suggest

report contains finding if {
	some reason in path.failures("signed", {"no-identity", "never-signs", "website-endpoint"})
	finding := {
		"message": sprintf("CloudFront reads the SSE-KMS objects of %s unsigned, which S3 refuses: %s; use an origin access control that always signs", [path.bucket, reason.text]),
		"node": reason.node,
		"path": reason.path,
		"related": path.related_but(reason.node),
		"suggestion": suggestion(reason.code),
	}
}

suggestion("never-signs") := {"advice": sprintf("set %s of %s to always", [setting, path.address(path.subject.identity.node)])}

suggestion("website-endpoint") := suggest.migrate("use the bucket's regional domain name as an S3 origin instead of its website endpoint as a custom one, give the origin an origin access control, and let cloudfront.amazonaws.com read the bucket and decrypt; index documents and redirects of the website then have to come from CloudFront")

suggestion("no-identity") := suggest.migrate("give the origin an origin access control, and let cloudfront.amazonaws.com read the bucket and decrypt")

default setting := "SigningBehavior"

setting := "signing_behavior" if startswith(data.graph.nodes[path.subject.identity.node].language, "terraform")
