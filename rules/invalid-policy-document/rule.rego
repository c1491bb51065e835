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
#   needs: [problems=yes]
#   since: 0.1.0
#   tags: [correctness, iam, kms]
#   precision: very-high
package rules["invalid-policy-document"]

import data.lib.path

report contains finding if {
	input.kind == "document"
	problems := data.graph.facts[input.id].problems
	problems.verdict == "yes"
	some reason in problems.reasons
	finding := {
		"message": sprintf("%s is not valid: %s", [policy, reason.text]),
		"node": reason.node,
		"path": reason.path,
		"related": [],
		"suggestion": {"advice": object.get(advice, reason.code, "write the policy in the grammar of IAM policies, in which names are case-sensitive")},
	}
}

document := data.graph.nodes[input.id]

default policy := "the policy"

policy := path.key_policy_of(document.key) if {
	document.attributes.role == "key"
	document.key != null
}

policy := sprintf("the key policy %s", [path.address(input.id)]) if {
	document.attributes.role == "key"
	document.key == null
}

policy := sprintf("the bucket policy %s", [path.address(input.id)]) if document.attributes.role == "bucket"

policy := sprintf("the policy %s", [path.address(input.id)]) if not document.attributes.role in {"key", "bucket"}

advice := {
	"repeated-key": "write the key once; where several are meant, make its value a list",
	"unknown-element": "a policy has Version, Id and Statement; a statement has Sid, Effect, Principal, Action, Resource, Condition, and NotPrincipal, NotAction, NotResource, each with capitals. Those of data.aws_iam_policy_document are written in the data source alone",
	"unknown-operator": "the operators are String, Numeric, Date, Bool, Binary, IpAddress, Arn and Null ones, such as StringEquals, ArnLike and Bool",
	"invalid-principal": "write \"*\", or an object of types, such as {\"Service\": \"cloudfront.amazonaws.com\"}",
	"no-effect": "write Effect with Allow or Deny",
	"invalid-effect": "write Allow or Deny",
	"no-principal": "name in Principal who is meant: the policy of a key or bucket has to",
	"principal-in-identity-policy": "leave Principal out: who has the policy is meant; or write the statement into the policy of the bucket or key",
	"no-action": "list the actions in Action",
	"no-resource": "write Resource; in a key policy it is \"*\"",
	"no-statement": "write the statements into a list under Statement",
}
