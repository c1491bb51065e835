# METADATA
# title: A key policy lets every distribution of the account decrypt
# description: |
#   ## What it does
#   Reports a statement of a key policy that allows `kms:Decrypt` to `cloudfront.amazonaws.com` for all distributions of an account: `AWS:SourceArn` is compared with `distribution/*`, or the account alone is.
#
#   ## Why is this bad?
#   Whoever may create a distribution in the account, and an origin for the bucket, can use the key. The bucket policy still has to let that distribution read, so this is a note. The CDK writes it on purpose: a key policy that names the distribution refers to it, the distribution refers to the bucket for its domain name, the bucket refers to the key, and CloudFormation refuses the circle.
#
#   ## Example
#   ```yaml
#   Condition:
#     ArnLike:
#       AWS:SourceArn: !Sub arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*
#   ```
#
#   ## Use instead
#   In Terraform a key policy of its own breaks the circle: nothing depends on an `aws_kms_key_policy`.
#   ```hcl
#   condition {
#     test     = "StringEquals"
#     variable = "AWS:SourceArn"
#     values   = [aws_cloudfront_distribution.cdn.arn]
#   }
#   ```
#
#   CloudFormation has no such resource. Name the bucket by a parameter, and build the origin's domain name from it instead of from the bucket; then the key policy may refer to the distribution:
#   ```yaml
#   Condition:
#     StringEquals:
#       AWS:SourceArn: !Sub arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}
#   ```
#
#   In the CDK, deploy once, and then replace the policy by one that holds the distribution's id as text, through the escape hatch `(key.node.defaultChild as CfnKey).keyPolicy`.
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
#   - ref: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront_origins-readme.html
#     description: CloudFront origins for the CDK, using OAC with SSE-KMS encrypted origins
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html
#     description: Permissions for AWS services in key policies
#   - ref: https://github.com/originkey/originkey/blob/main/docs/oai-to-oac-migration.md#the-circle-in-cloudformation
#     description: Key policies without a circular dependency in CloudFormation
# custom:
#   level: note
#   subject: grant
#   reports: []
#   needs: [allows_decrypt=yes, names_cloudfront=yes, restricts_who=yes, admits_other_distributions=yes]
#   since: 0.1.0
#   tags: [security, kms, cloudfront]
#   precision: very-high
#   cwe: [CWE-732]
#   security_severity: "2.0"
package rules["account-wide-decrypt"]

import data.lib.grant
import data.lib.suggest

report contains finding if {
	input.kind == "statement"
	grant.facts.allows_decrypt.verdict == "yes"
	grant.facts.names_cloudfront.verdict == "yes"
	grant.facts.restricts_who.verdict == "yes"
	grant.facts.admits_other_distributions.verdict == "yes"
	some reason in grant.facts.admits_other_distributions.reasons
	finding := {
		"message": sprintf("%s of %s lets every distribution of the account decrypt: %s", [grant.name, grant.policy, reason.text]),
		"node": input.id,
		"path": reason.path,
		"related": grant.related,
		"suggestion": suggestion,
	}
}

suggestion := {"advice": "deploy once, then put the distribution's id as text into the condition through the escape hatch (key.node.defaultChild as CfnKey).keyPolicy; the CDK leaves it open because an exact ARN would refer to the distribution, which refers to the bucket, which refers to this key"} if {
	grant.statement.synthesized
} else := suggest.narrow(grant.statement, "compare AWS:SourceArn with the ARN of the distribution that reads through this key", true)
