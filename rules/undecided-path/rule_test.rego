package rules["undecided-path_test"]

import data.rules["undecided-path"] as rule

graph_with(verdict) := {
	"nodes": {
		"path:o": {
			"kind": "path", "verdict": verdict, "distribution": "d", "origin": "o", "bucket": "b", "bucket_name": "aws_s3_bucket.b",
			"encryption": "e", "key": "k", "key_policy": "p", "bucket_policy": null, "algorithm": "aws:kms",
			"identity": {"kind": "oac", "node": null, "principal": "cloudfront.amazonaws.com", "address": null},
			"unknowns": ["var.id has no value", "var.key has no value"],
		},
		"d": {"kind": "distribution", "address": "aws_cloudfront_distribution.d"},
		"o": {"kind": "origin", "address": "aws_cloudfront_distribution.d"},
		"b": {"kind": "bucket", "address": "aws_s3_bucket.b"},
		"e": {"kind": "encryption", "address": "aws_s3_bucket_server_side_encryption_configuration.b"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
		"p": {"kind": "policy", "address": "aws_kms_key_policy.k"},
	},
	"facts": {"path:o": {}},
}

subject := {"id": "path:o", "kind": "path"}

test_says_all_that_is_missing if {
	some finding in rule.report with input as subject with data.graph as graph_with("undecided")
	finding.message == "whether aws_cloudfront_distribution.d can read aws_s3_bucket.b is not decided: var.id has no value; var.key has no value"
	finding.node == "o"
	finding.path == "domain_name"
	{place.node | some place in finding.related} == {"d", "b", "e", "k"}
}

test_silent_where_the_verdict_is_known if {
	every verdict in {"readable", "unreadable", "not-kms"} {
		count(rule.report) == 0 with input as subject with data.graph as graph_with(verdict)
	}
}

test_silent_about_other_subjects if {
	count(rule.report) == 0 with input as {"id": "k", "kind": "statement"} with data.graph as graph_with("undecided")
}
