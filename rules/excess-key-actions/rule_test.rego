package rules["excess-key-actions_test"]

import data.rules["excess-key-actions"] as rule

fact(verdict) := {"verdict": verdict, "reasons": []}

beyond(actions) := {"verdict": "yes", "reasons": [reason |
	some action in actions
	reason := {"code": "excess-action", "text": action, "path": "Action", "node": ""}
]}

graph_with(facts) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "Site", "index": 0, "policy": "p", "key": "k", "readers": ["d"], "address": "aws_kms_key_policy.k"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
	},
	"facts": {"s": object.union(
		{"allows_decrypt": fact("yes"), "names_cloudfront": fact("yes"), "names_oai": fact("no"), "malformed_oai": fact("no"), "inverted": fact("no"), "excess_actions": beyond(["kms:*"])},
		facts,
	)},
}

subject := {"id": "s", "kind": "statement"}

test_reports_once_with_all_that_is_written if {
	count(rule.report) == 1 with input as subject with data.graph as graph_with({"excess_actions": beyond(["kms:CreateGrant", "kms:ReEncrypt*"])})
	some finding in rule.report with input as subject with data.graph as graph_with({"excess_actions": beyond(["kms:CreateGrant", "kms:ReEncrypt*"])})
	finding.path == "Action"
	contains(finding.message, "allows CloudFront kms:CreateGrant and kms:ReEncrypt*; list kms:Decrypt alone")
	finding.suggestion.statements[0].statement.Action == "kms:Decrypt"
}

test_reports_an_identity if {
	some finding in rule.report with input as subject with data.graph as graph_with({"names_cloudfront": fact("no"), "names_oai": fact("yes")})
	contains(finding.message, "allows the origin access identity kms:*")
}

test_silent_for_others if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"names_cloudfront": fact("no")})
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"names_cloudfront": fact("unknown")})
}

test_silent_where_the_identity_is_malformed if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"names_cloudfront": fact("no"), "names_oai": fact("yes"), "malformed_oai": fact("yes")})
}

test_silent_where_the_grant_is_inverted if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"inverted": fact("yes")})
}

test_reports_what_is_left_of_everything if {
	count(rule.report) == 1 with input as subject with data.graph as graph_with({"inverted": fact("yes"), "allows_decrypt": fact("no")})
}

test_silent_on_what_cloudfront_uses if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"excess_actions": fact("no")})
}
