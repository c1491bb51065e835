package rules["bypassable-condition_test"]

import data.rules["any-distribution-decrypt"] as any_distribution
import data.rules["bypassable-condition"] as rule
import data.rules["public-decrypt"] as public

fact(verdict) := {"verdict": verdict, "reasons": []}

void := [
	{"code": "if-exists", "text": "StringEqualsIfExists AWS:SourceArn also holds for requests that have no AWS:SourceArn", "path": "Condition/StringEqualsIfExists/AWS:SourceArn", "node": ""},
	{"code": "null", "text": "Null aws:SourceAccount asks whether a request has the key, not what it holds", "path": "Condition/Null/aws:SourceAccount", "node": ""},
]

graph_with(facts) := graph_of(facts, void)

graph_of(facts, reasons) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "Site", "index": 0, "policy": "p", "key": "k", "readers": ["d"], "address": "aws_kms_key_policy.k"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
	},
	"facts": {"s": object.union(
		{"allows_decrypt": fact("yes"), "names_everyone": fact("no"), "names_cloudfront": fact("no"), "restricts_who": fact("no"), "void_conditions": {"verdict": "yes", "reasons": reasons}},
		facts,
	)},
}

subject := {"id": "s", "kind": "statement"}

test_reports_the_first_condition_and_names_all if {
	some finding in rule.report with input as subject with data.graph as graph_with({"names_cloudfront": fact("yes")})
	finding.path == "Condition/StringEqualsIfExists/AWS:SourceArn"
	contains(finding.message, "does not restrict whose distributions may decrypt")
	contains(finding.message, "also holds for requests that have no AWS:SourceArn, and Null aws:SourceAccount asks")
	endswith(finding.message, "; leave out IfExists")
	finding.suggestion.statements[0].statement.Principal == {"Service": "cloudfront.amazonaws.com"}
}

test_reports_everyone if {
	some finding in rule.report with input as subject with data.graph as graph_with({"names_everyone": fact("yes")})
	contains(finding.message, "does not restrict who may decrypt")
}

test_stands_alone if {
	count(public.report) == 0 with input as subject with data.graph as graph_with({"names_everyone": fact("yes")})
	count(any_distribution.report) == 0 with input as subject with data.graph as graph_with({"names_cloudfront": fact("yes")})
}

test_silent_for_named_principals if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({})
}

test_silent_where_it_does_not_allow_decrypt if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"names_cloudfront": fact("yes"), "allows_decrypt": fact("no")})
}

test_silent_on_others if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"names_cloudfront": fact("yes"), "void_conditions": fact("no")})
}
