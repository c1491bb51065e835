package rules["unscoped-encryption-context_test"]

import data.rules["unscoped-encryption-context"] as rule

no := {"verdict": "no", "reasons": []}

yes := {"verdict": "yes", "reasons": []}

subject := {"id": "s", "kind": "statement"}

shared := {"verdict": "yes", "reasons": [
	{"code": "reads", "text": "aws_s3_bucket.b", "path": "", "node": "b"},
	{"code": "encrypts", "text": "aws_s3_bucket.c", "path": "", "node": "c"},
]}

facts := {
	"allows_decrypt": yes, "names_everyone": no, "inverted": no, "malformed_oai": no, "void_conditions": no,
	"names_cloudfront": yes, "names_oai": no, "admits_other_distributions": no, "every_bucket": shared,
}

graph_with(given) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "Site", "index": 0, "policy": "p", "key": "k", "address": "aws_kms_key_policy.k"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
		"b": {"kind": "bucket", "address": "aws_s3_bucket.b"},
		"c": {"kind": "bucket", "address": "aws_s3_bucket.c"},
	},
	"facts": {"s": given},
}

test_names_all_buckets if {
	some finding in rule.report with input as subject with data.graph as graph_with(facts)
	finding.message == "statement \"Site\" of the key policy of aws_kms_key.k lets CloudFront decrypt for all 2 buckets that the key encrypts, aws_s3_bucket.b, aws_s3_bucket.c; compare kms:EncryptionContext:aws:s3:arn with those that it reads"
	{place.node | some place in finding.related} == {"k", "b", "c"}
}

test_suggests_both_forms_of_what_is_read if {
	some finding in rule.report with input as subject with data.graph as graph_with(facts)
	finding.suggestion.condition.condition.ArnLike["kms:EncryptionContext:aws:s3:arn"] == [
		{"reference": "b", "attribute": "arn"},
		{"reference": "b", "attribute": "objects"},
	]
	startswith(finding.suggestion.advice, "add this condition")
}

test_leads_an_origin_access_identity_to_a_control if {
	identity := object.union(facts, {"names_cloudfront": no, "names_oai": yes, "admits_other_distributions": yes})
	some finding in rule.report with input as subject with data.graph as graph_with(identity)
	contains(finding.message, "lets the origin access identity decrypt")
	startswith(finding.suggestion.advice, "use an origin access control")
}

test_silent_where_other_distributions_may_decrypt if {
	every verdict in ["yes", "unknown"] {
		wide := object.union(facts, {"admits_other_distributions": {"verdict": verdict, "reasons": []}})
		count(rule.report) == 0 with input as subject with data.graph as graph_with(wide)
	}
}

test_silent_where_another_rule_reports_the_statement if {
	every fact in ["names_everyone", "inverted", "malformed_oai", "void_conditions"] {
		count(rule.report) == 0 with input as subject with data.graph as graph_with(object.union(facts, {fact: yes}))
	}
}

test_silent_where_it_is_scoped_or_alone if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with(object.union(facts, {"every_bucket": no}))
}
