package rules["unused-decrypt-grant_test"]

import data.rules["unused-decrypt-grant"] as rule

no := {"verdict": "no", "reasons": []}

yes := {"verdict": "yes", "reasons": []}

subject := {"id": "s", "kind": "statement"}

unused := {"verdict": "no", "reasons": [{"code": "unused", "text": "aws_cloudfront_distribution.d reads no bucket that aws_kms_key.k encrypts by default", "path": "Principal", "node": ""}]}

facts := {
	"allows_decrypt": yes, "names_everyone": no, "inverted": no, "malformed_oai": no, "void_conditions": no,
	"serves_bucket": unused,
}

graph_with(given) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "Site", "index": 0, "policy": "p", "key": "k", "address": "aws_kms_key_policy.k"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
	},
	"facts": {"s": given},
}

test_reports_who_reads_nothing if {
	some finding in rule.report with input as subject with data.graph as graph_with(facts)
	finding.message == "statement \"Site\" of the key policy of aws_kms_key.k lets CloudFront decrypt for nothing: aws_cloudfront_distribution.d reads no bucket that aws_kms_key.k encrypts by default"
	finding.path == "Principal"
	contains(finding.suggestion.advice, "keep it while older objects")
}

test_silent_where_it_serves_a_bucket_or_may if {
	every verdict in ["yes", "unknown"] {
		used := object.union(facts, {"serves_bucket": {"verdict": verdict, "reasons": []}})
		count(rule.report) == 0 with input as subject with data.graph as graph_with(used)
	}
}

test_silent_where_another_rule_reports_the_statement if {
	every fact in ["names_everyone", "inverted", "malformed_oai", "void_conditions"] {
		count(rule.report) == 0 with input as subject with data.graph as graph_with(object.union(facts, {fact: yes}))
	}
}

test_silent_where_it_does_not_allow_decrypt if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with(object.union(facts, {"allows_decrypt": no}))
}
