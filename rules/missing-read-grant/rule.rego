# METADATA
# title: The bucket policy does not let CloudFront read
# description: |
#   ## What it does
#   Reports an origin of an SSE-KMS bucket whose bucket policy does not allow `s3:GetObject` to the identity that CloudFront signs as, or denies it. A bucket policy that lets the identity write and not read marks an origin for uploads, which needs no read grant.
#
#   ## Why is this bad?
#   Both policies have to allow the request: the bucket's and the key's. Without the first, CloudFront answers 403 whatever the key policy says.
#
#   ## Example
#   ```hcl
#   resource "aws_s3_bucket_policy" "assets" {
#     bucket = aws_s3_bucket.assets.id
#     policy = data.aws_iam_policy_document.without_cloudfront.json
#   }
#   ```
#
#   ## Use instead
#   ```hcl
#   statement {
#     actions   = ["s3:GetObject"]
#     resources = ["${aws_s3_bucket.assets.arn}/*"]
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
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
# custom:
#   level: error
#   subject: path
#   reports: [read-not-granted, read-denied]
#   needs: [verdict=unreadable, read=no]
#   since: 0.1.0
#   tags: [availability, s3, cloudfront]
#   precision: high
package rules["missing-read-grant"]

import data.lib.path
import data.lib.suggest

report contains finding if {
	some reason in path.failures("read", {"read-not-granted", "read-denied"})
	finding := {
		"message": sprintf("%s may not read %s: %s%s", [path.caller, path.bucket, reason.text, path.assuming]),
		"node": reason.node,
		"path": reason.path,
		"related": path.related_but(reason.node),
		"suggestion": suggestion(reason),
	}
}

suggestion(reason) := suggest.exempt(reason.node) if reason.code == "read-denied"

suggestion(reason) := suggest.grant_read if {
	reason.code == "read-not-granted"
	path.subject.identity.kind == "oac"
}

suggestion(reason) := suggest.migrate("replace the origin access identity by an origin access control, since no policy makes SSE-KMS objects readable through an identity, and let cloudfront.amazonaws.com read the bucket and decrypt") if {
	reason.code == "read-not-granted"
	path.subject.identity.kind == "oai"
}
