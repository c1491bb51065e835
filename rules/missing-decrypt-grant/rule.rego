# METADATA
# title: The key policy does not let CloudFront decrypt what it serves
# description: |
#   ## What it does
#   Follows each origin from its distribution through the bucket to the key of the bucket's default encryption, and reports where the key policy allows `kms:Decrypt` neither to `cloudfront.amazonaws.com` for this distribution (origin access control) nor to the origin access identity. A key without a policy of its own has AWS's default policy, which names only the account.
#
#   ## Why is this bad?
#   S3 decrypts with the key on behalf of whoever CloudFront signs as. That is a service principal or an identity outside the account, so that IAM policies and the statement for the account's root do not help: only the key policy does. Every request for an object that the key encrypts ends in an error, and CloudFront caches it.
#
#   ## Example
#   ```hcl
#   resource "aws_kms_key" "assets" {
#     policy = jsonencode({
#       Version = "2012-10-17"
#       Statement = [{
#         Effect    = "Allow"
#         Principal = { AWS = "arn:aws:iam::111122223333:root" }
#         Action    = "kms:*"
#         Resource  = "*"
#       }]
#     })
#   }
#   ```
#
#   ## Use instead
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
#   ```yaml
#   - Sid: AllowCloudFrontDecrypt
#     Effect: Allow
#     Principal:
#       Service: cloudfront.amazonaws.com
#     Action: kms:Decrypt
#     Resource: "*"
#     Condition:
#       StringEquals:
#         AWS:SourceArn: !Sub arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}
#   ```
#
#   An origin access identity cannot read SSE-KMS objects even with a grant: see `oai-with-kms`.
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html
#     description: Permissions for AWS services in key policies
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
#     description: Default key policy
# custom:
#   level: error
#   subject: path
#   reports: [decrypt-not-granted]
#   needs: [verdict=unreadable, decrypt=no]
#   since: 0.1.0
#   tags: [availability, kms, cloudfront]
#   precision: very-high
package rules["missing-decrypt-grant"]

import data.lib.path
import data.lib.suggest

report contains finding if {
	some reason in path.failures("decrypt", {"decrypt-not-granted"})
	finding := {
		"message": message,
		"node": reason.node,
		"path": reason.path,
		"related": path.related_but(reason.node),
		"suggestion": suggestion,
	}
}

message := sprintf("%s does not allow kms:Decrypt to %s; every request for an object of %s ends in an error%s", [policy, path.caller, path.bucket, path.assuming]) if {
	path.subject.identity.kind == "oac"
}

message := sprintf("%s does not allow kms:Decrypt to %s; a grant alone would not make objects readable, since CloudFront cannot read SSE-KMS objects through an origin access identity%s", [policy, path.caller, path.assuming]) if {
	path.subject.identity.kind == "oai"
}

policy := path.key_policy if path.subject.key_policy != null

policy := sprintf("%s has AWS's default key policy, which names only the account and", [path.key]) if path.subject.key_policy == null

suggestion := suggest.grant if path.subject.identity.kind == "oac"

suggestion := suggest.migrate("replace the origin access identity by an origin access control (see oai-with-kms), and let cloudfront.amazonaws.com read the bucket and decrypt") if {
	path.subject.identity.kind == "oai"
}
