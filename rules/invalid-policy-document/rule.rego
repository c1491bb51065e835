# METADATA
# title: A policy document that AWS rejects
# description: |
#   ## What it does
#   Reports a key policy, bucket policy or identity policy that is not valid: broken JSON, no or a misspelt Effect, an element or condition operator that IAM does not know, a principal of an unknown type, a repeated key, a key policy statement without Principal.
#
#   ## Why is this bad?
#   AWS rejects the whole document, at deployment at the latest, or it means something else than it seems to: of a repeated key only the last one counts, so that whole statements get lost. Terraform's data source syntax (`principals { type, identifiers }`, `condition { test, variable, values }`) inside `jsonencode` is a frequent cause.
#
#   ## Example
#   ```hcl
#   policy = jsonencode({
#     Version = "2012-10-17"
#     Statement = [{
#       Effect    = "Allow"
#       Principal = { type = "Service", identifiers = ["cloudfront.amazonaws.com"] }
#       Action    = "kms:Decrypt"
#       Resource  = "*"
#       condition = { test = "StringEquals", variable = "AWS:SourceArn", values = [aws_cloudfront_distribution.cdn.arn] }
#     }]
#   })
#   ```
#
#   ## Use instead
#   ```hcl
#   policy = jsonencode({
#     Version = "2012-10-17"
#     Statement = [{
#       Effect    = "Allow"
#       Principal = { Service = "cloudfront.amazonaws.com" }
#       Action    = "kms:Decrypt"
#       Resource  = "*"
#       Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.cdn.arn } }
#     }]
#   })
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
#     description: Grammar of the IAM JSON policy language
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
#     description: Create a key policy
# custom:
#   level: error
#   subject: document
#   reports: [invalid-bucket-policy, invalid-key-policy]
#   since: 0.1.0
#   tags: [correctness, iam, kms]
#   precision: very-high
package rules["invalid-policy-document"]

report contains finding if {
	input.kind == "document"
	problems := data.graph.facts[input.id].problems
	problems.verdict == "yes"
	some reason in problems.reasons
	finding := {
		"message": sprintf("the policy %s is not valid: %s", [data.graph.nodes[input.id].address, reason.text]),
		"node": reason.node,
		"path": reason.path,
		"related": [],
		"suggestion": {"advice": "write the policy in the grammar of IAM policies, in which names are case-sensitive"},
	}
}
