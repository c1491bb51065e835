# METADATA
# title: The key policy does not let CloudFront encrypt what is uploaded
# description: |
#   ## What it does
#   Reports an origin through which viewers upload: a behavior allows PUT or POST, and the bucket policy allows `s3:PutObject` to `cloudfront.amazonaws.com` for this distribution, while the key policy does not allow `kms:GenerateDataKey`. A bucket policy that lets CloudFront write and not read marks an origin for uploads alone, which needs no `kms:Decrypt` and no read grant; `originkey explain` lists it apart from the paths.
#
#   It speaks where nothing else is wrong with the key policy: a grant that is missing, denied or can never apply is reported once, for reading.
#
#   ## Why is this bad?
#   S3 asks the key for a data key on behalf of whoever uploads. Reading works without that, so that everything looks right until the first upload through CloudFront ends in an error.
#
#   ## Example
#   ```hcl
#   statement {
#     sid       = "AllowCloudFrontDecrypt"
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
#   ## Use instead
#   ```hcl
#   statement {
#     sid       = "AllowCloudFrontUse"
#     actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
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
#   Or take `s3:PutObject` out of the bucket policy and PUT and POST out of `allowed_methods`, if nobody is to upload.
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
#     description: Using server-side encryption with AWS KMS keys
# custom:
#   level: warning
#   subject: path
#   reports: [upload-not-granted, upload-grant-ineffective, upload-denied]
#   needs: [uploads=yes, upload_grant=no]
#   since: 0.1.0
#   tags: [availability, kms, cloudfront]
#   precision: high
package rules["missing-upload-grant"]

import data.lib.path
import data.lib.suggest

report contains finding if {
	input.kind == "path"
	facts.uploads.verdict == "yes"
	facts.upload_grant.verdict == "no"
	not broken
	some reason in facts.upload_grant.reasons
	finding := {
		"message": sprintf("%s; uploads to %s through it end in an error%s", [cause(reason), path.bucket, path.assuming]),
		"node": reason.node,
		"path": reason.path,
		"related": path.related_but(reason.node),
		"suggestion": suggestion(reason),
	}
}

facts := data.graph.facts[input.id]

# Something else is wrong with the path, which another rule reports.
broken if {
	some name, fact in facts
	not name in {"uploads", "upload_grant"}
	fact.verdict == "no"
}

cause(reason) := sprintf("%s does not allow kms:GenerateDataKey to %s", [path.key_policy, path.caller]) if {
	reason.code == "upload-not-granted"
	path.subject.key_policy != null
}

cause(reason) := sprintf("%s has AWS's default key policy, which names only the account and does not allow kms:GenerateDataKey to %s", [path.key, path.caller]) if {
	reason.code == "upload-not-granted"
	path.subject.key_policy == null
}

cause(reason) := sprintf("%s denies kms:GenerateDataKey to %s: %s", [path.key_policy, path.caller, reason.text]) if {
	reason.code == "upload-denied"
}

cause(reason) := sprintf("%s, so that %s may not use kms:GenerateDataKey", [reason.text, path.caller]) if {
	reason.code == "upload-grant-ineffective"
}

suggestion(reason) := object.union(suggest.upload(null), advice) if reason.code == "upload-not-granted"

suggestion(reason) := suggest.upload(reason.node) if reason.code == "upload-grant-ineffective"

suggestion(reason) := suggest.exempt(reason.node) if reason.code == "upload-denied"

default advice := {}

advice := {"advice": sprintf("add this statement to %s, or kms:GenerateDataKey to the one that allows kms:Decrypt", [path.key_policy])} if {
	path.subject.key_policy != null
	path.subject.request == "read"
}
