# METADATA
# title: A key policy lets every CloudFront distribution decrypt
# description: |
#   ## What it does
#   Reports a statement of a key policy that allows `kms:Decrypt` to `cloudfront.amazonaws.com` with no condition that restricts for whom.
#
#   ## Why is this bad?
#   The service principal stands for CloudFront as a whole. Without `aws:SourceArn` or `aws:SourceAccount`, a distribution of any AWS account can make CloudFront use the key: the confused deputy problem. The bucket policy may still stop it, and is then the only thing that does.
#
#   ## Example
#   ```json
#   {
#     "Effect": "Allow",
#     "Principal": { "Service": "cloudfront.amazonaws.com" },
#     "Action": "kms:Decrypt",
#     "Resource": "*"
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
# related_resources:
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
#     description: The confused deputy problem
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html
#     description: Permissions for AWS services in key policies
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
# custom:
#   level: warning
#   subject: grant
#   reports: []
#   needs: [allows_decrypt=yes, restricts_who=no, names_cloudfront=yes]
#   since: 0.1.0
#   tags: [security, kms, cloudfront]
#   precision: very-high
#   cwe: [CWE-441]
#   security_severity: "5.5"
#   access_analyzer: ["Restrict access to service principal"]
package rules["any-distribution-decrypt"]

import data.lib.grant
import data.lib.suggest

report contains finding if {
	grant.unrestricted_decrypt
	grant.facts.names_cloudfront.verdict == "yes"
	not everyone
	finding := {
		"message": sprintf("%s of %s lets every CloudFront distribution of every account decrypt; add a condition on AWS:SourceArn", [grant.name, grant.policy]),
		"node": input.id,
		"path": "Principal",
		"related": grant.related,
		"suggestion": suggest.narrow(grant.statement, "add the condition StringEquals AWS:SourceArn with the ARN of the distribution that reads through this key", false),
	}
}

# public-decrypt reports those.
everyone if grant.facts.names_everyone.verdict == "yes"
