package rules["inverted-decrypt-grant_test"]

import data.rules["inverted-decrypt-grant"] as rule

fact(verdict) := {"verdict": verdict, "reasons": []}

by(code, path) := {"verdict": "yes", "reasons": [{"code": code, "text": "", "path": path, "node": ""}]}

graph_with(readers, facts) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "Site", "index": 0, "policy": "p", "key": "k", "readers": readers, "address": "aws_kms_key_policy.k"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
	},
	"facts": {"s": object.union(
		{"allows_decrypt": fact("yes"), "names_everyone": fact("no"), "names_cloudfront": fact("no"), "names_oai": fact("no"), "inverted": fact("no")},
		facts,
	)},
}

subject := {"id": "s", "kind": "statement"}

test_reports_not_principal if {
	some finding in rule.report with input as subject with data.graph as graph_with([], {"inverted": by("not-principal", "NotPrincipal")})
	finding.path == "NotPrincipal"
	contains(finding.message, "lets everyone except the principals that it lists decrypt")
	not finding.suggestion.statements[0].statement
}

test_reports_not_action_for_cloudfront if {
	some finding in rule.report with input as subject with data.graph as graph_with(["d"], {"names_cloudfront": fact("yes"), "inverted": by("not-action", "NotAction")})
	finding.path == "NotAction"
	contains(finding.message, "allows CloudFront every action that it does not list")
	finding.suggestion.statements[0].statement.Action == "kms:Decrypt"
	finding.suggestion.statements[0].statement.Condition.StringEquals["AWS:SourceArn"] == {"reference": "d", "attribute": "arn"}
	finding.suggestion.statements[0].policy == "p"
}

test_suggests_all_distributions_that_read if {
	some finding in rule.report with input as subject with data.graph as graph_with(["d", "e"], {"names_cloudfront": fact("yes"), "inverted": by("not-action", "NotAction")})
	count(finding.suggestion.statements[0].statement.Condition.StringEquals["AWS:SourceArn"]) == 2
}

test_reports_not_action_for_an_identity_and_everyone if {
	some identity in rule.report with input as subject with data.graph as graph_with([], {"names_oai": fact("yes"), "inverted": by("not-action", "NotAction")})
	contains(identity.message, "allows the origin access identity every action")
	some everyone in rule.report with input as subject with data.graph as graph_with([], {"names_everyone": fact("yes"), "inverted": by("not-action", "NotAction")})
	contains(everyone.message, "allows everyone every action")
}

test_silent_on_not_action_for_others if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with([], {"inverted": by("not-action", "NotAction")})
}

test_silent_where_it_does_not_take_in_decrypt if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with([], {"allows_decrypt": fact("no"), "names_cloudfront": fact("yes"), "inverted": by("not-action", "NotAction")})
	count(rule.report) == 0 with input as subject with data.graph as graph_with([], {"allows_decrypt": {"verdict": "unknown", "reasons": []}, "inverted": by("not-principal", "NotPrincipal")})
}

test_silent_on_others if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with([], {"names_cloudfront": fact("yes")})
}
