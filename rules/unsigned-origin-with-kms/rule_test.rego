package rules["unsigned-origin-with-kms_test"]

import data.rules["unsigned-origin-with-kms"] as rule

graph_with(fact) := {
	"nodes": {
		"path:o": {
			"kind": "path", "verdict": "unreadable", "distribution": "d", "origin": "o", "bucket": "b", "bucket_name": "aws_s3_bucket.b",
			"encryption": "e", "key": "k", "key_policy": "p", "bucket_policy": null, "algorithm": "aws:kms",
			"identity": {"kind": "none", "node": "i", "principal": "cloudfront.amazonaws.com", "address": "i"},
		},
		"d": {"kind": "distribution", "address": "aws_cloudfront_distribution.d"},
		"o": {"kind": "origin", "address": "aws_cloudfront_distribution.d"},
		"i": {"kind": "oac", "address": "aws_cloudfront_origin_access_control.i"},
		"b": {"kind": "bucket", "address": "aws_s3_bucket.b"},
		"e": {"kind": "encryption", "address": "aws_s3_bucket_server_side_encryption_configuration.b"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
		"p": {"kind": "policy", "address": "aws_kms_key_policy.k"},
	},
	"facts": {"path:o": fact},
}

failing := {"signed": {"verdict": "no", "reasons": [{"code": "no-identity", "text": "because", "node": "o", "path": "x"}]}}

subject := {"id": "path:o", "kind": "path"}

test_reports_the_place_of_the_reason if {
	some finding in rule.report with input as subject with data.graph as graph_with(failing)
	finding.node == "o"
	finding.path == "x"
	contains(finding.message, "unsigned")
}

test_reports_once if {
	count(rule.report) == 1 with input as subject with data.graph as graph_with(failing)
}

test_silent_where_the_fact_is_not_decided if {
	unknown := {"signed": {"verdict": "unknown", "reasons": [{"code": "no-identity", "text": "because", "node": "o", "path": "x"}]}}
	count(rule.report) == 0 with input as subject with data.graph as graph_with(unknown)
}

test_silent_where_the_path_is_undecided if {
	undecided := json.patch(graph_with(failing), [{"op": "replace", "path": "/nodes/path:o/verdict", "value": "undecided"}])
	count(rule.report) == 0 with input as subject with data.graph as undecided
}

test_tells_how_to_sign_through_a_control_that_never_does if {
	never := {"signed": {"verdict": "no", "reasons": [{"code": "never-signs", "text": "because", "node": "i", "path": "signing_behavior"}]}}
	some finding in rule.report with input as subject with data.graph as graph_with(never)
	contains(finding.suggestion.advice, "to always")
}
