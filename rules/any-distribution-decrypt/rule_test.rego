package rules["any-distribution-decrypt_test"]

import data.rules["any-distribution-decrypt"] as rule

graph_with(facts) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "Site", "index": 0, "policy": "p", "key": "k", "address": "aws_kms_key_policy.k"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
	},
	"facts": {"s": object.union(
		{
			"allows_decrypt": {"verdict": "yes", "reasons": []},
			"names_everyone": {"verdict": "no", "reasons": []},
			"restricts_who": {"verdict": "no", "reasons": []},
			"names_cloudfront": {"verdict": "yes", "reasons": []},
		},
		facts,
	)},
}

subject := {"id": "s", "kind": "statement"}

test_reports_the_principal if {
	some finding in rule.report with input as subject with data.graph as graph_with({})
	finding.node == "s"
	finding.path == "Principal"
	contains(finding.message, "lets every CloudFront distribution")
}

test_silent_where_a_condition_restricts_who if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"restricts_who": {"verdict": "yes", "reasons": []}})
}

test_silent_where_that_is_not_known if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"restricts_who": {"verdict": "unknown", "reasons": []}})
}

test_silent_where_it_does_not_allow_decrypt if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"allows_decrypt": {"verdict": "no", "reasons": []}})
}

test_silent_for_other_principals if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"names_cloudfront": {"verdict": "no", "reasons": []}})
}
