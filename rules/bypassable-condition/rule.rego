# METADATA
# title: A condition that should restrict who may decrypt can be bypassed
# description: |
#   ## What it does
#   Reports a statement of a key policy that allows `kms:Decrypt` to everyone or to `cloudfront.amazonaws.com`, with a condition on a key that restricts who may call (`aws:SourceArn`, `aws:SourceAccount`, `aws:PrincipalOrgID` and the like) which restricts nobody: an operator that ends in `IfExists`, the qualifier `ForAllValues:`, a value such as `*` or `arn:aws:cloudfront::*:distribution/*`, or `Null`. Where another condition of the statement does restrict who, nothing is reported.
#
#   ## Why is this bad?
#   The statement looks restricted and is not. `IfExists` and `ForAllValues:` hold for requests that do not have the key at all; a value without an account holds for the distributions of every account; `Null` only asks whether the key is there. A `Null` condition with `false` beside the other one on the same key makes that one count, and is not reported.
#
#   ## Example
#   ```hcl
#   condition {
#     test     = "StringEqualsIfExists"
#     variable = "AWS:SourceArn"
#     values   = [aws_cloudfront_distribution.cdn.arn]
#   }
#   ```
#
#   ```yaml
#   Condition:
#     ArnLike:
#       AWS:SourceArn: arn:aws:cloudfront::*:distribution/*
#   ```
#
#   ## Use instead
#   ```hcl
#   condition {
#     test     = "StringEquals"
#     variable = "AWS:SourceArn"
#     values   = [aws_cloudfront_distribution.cdn.arn]
#   }
#   ```
#
#   ```yaml
#   Condition:
#     StringEquals:
#       AWS:SourceArn: !Sub arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
#     description: "IAM JSON policy elements: Condition operators"
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
#     description: Single-valued vs. multivalued context keys
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html
#     description: Permissions for AWS services in key policies
# custom:
#   level: warning
#   subject: grant
#   reports: []
#   needs: [allows_decrypt=yes, void_conditions=yes]
#   since: 0.1.0
#   tags: [security, kms, cloudfront]
#   precision: very-high
#   cwe: [CWE-284, CWE-441]
#   security_severity: "5.5"
#   access_analyzer: ["ForAllValues with single valued key"]
package rules["bypassable-condition"]

import data.lib.grant
import data.lib.suggest

report contains finding if {
	grant.allows_decrypt
	grant.bypassable
	finding := {
		"message": sprintf("%s of %s does not restrict %s may decrypt: %s; %s", [grant.name, grant.policy, who, causes, repair[first.code]]),
		"node": input.id,
		"path": first.path,
		"related": grant.related,
		"suggestion": suggest.instead(grant.statement, "write the condition so that it fails for all requests but the intended ones"),
	}
}

first := grant.facts.void_conditions.reasons[0]

causes := concat(", and ", [reason.text | some reason in grant.facts.void_conditions.reasons])

who := "who" if {
	grant.facts.names_everyone.verdict == "yes"
} else := "whose distributions" if {
	grant.facts.names_cloudfront.verdict == "yes"
}

repair := {
	"if-exists": "leave out IfExists",
	"for-all-values": "leave out ForAllValues",
	"null": "compare its value with the one that is meant",
	"any-value": "write the one that is meant",
}
