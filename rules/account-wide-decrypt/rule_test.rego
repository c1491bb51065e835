package rules["account-wide-decrypt_test"]

import data.rules["account-wide-decrypt"] as rule

graph_with(statement, facts) := {
	"nodes": {
		"s": object.union({"kind": "statement", "sid": "Site", "index": 0, "policy": "p", "key": "k", "address": "Key", "language": "terraform"}, statement),
		"k": {"kind": "key", "address": "Key"},
	},
	"facts": {"s": object.union(
		{
			"allows_decrypt": {"verdict": "yes", "reasons": []},
			"names_cloudfront": {"verdict": "yes", "reasons": []},
			"restricts_who": {"verdict": "yes", "reasons": []},
			"admits_other_distributions": {"verdict": "yes", "reasons": [{"code": "condition", "text": "ArnLike AWS:SourceArn is distribution/*", "path": "Condition/ArnLike/AWS:SourceArn", "node": ""}]},
		},
		facts,
	)},
}

subject := {"id": "s", "kind": "statement"}

test_reports_the_condition if {
	some finding in rule.report with input as subject with data.graph as graph_with({}, {})
	finding.path == "Condition/ArnLike/AWS:SourceArn"
	contains(finding.message, "every distribution of the account")
	contains(finding.suggestion.advice, "the ARN of the distribution")
}

test_suggests_the_distributions_that_read if {
	some finding in rule.report with input as subject with data.graph as graph_with({"readers": ["d"]}, {})
	some suggested in finding.suggestion.statements
	suggested.replaces == "s"
	suggested.exact
	suggested.statement.Condition == {"StringEquals": {"AWS:SourceArn": {"reference": "d", "attribute": "arn"}}}
}

test_speaks_to_users_of_the_cdk if {
	some finding in rule.report with input as subject with data.graph as graph_with({"language": "cloudformation-json", "synthesized": true}, {})
	contains(finding.suggestion.advice, "escape hatch")
}

test_silent_where_one_distribution_is_named if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({}, {"admits_other_distributions": {"verdict": "no", "reasons": []}})
}

test_silent_where_nothing_restricts_who if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({}, {"restricts_who": {"verdict": "no", "reasons": []}})
}
