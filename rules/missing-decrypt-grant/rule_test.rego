package rules["missing-decrypt-grant_test"]

import data.rules["missing-decrypt-grant"] as rule

graph_with(fact) := {
	"nodes": {
		"path:o": {
			"kind": "path", "verdict": "unreadable", "distribution": "d", "origin": "o", "bucket": "b", "bucket_name": "aws_s3_bucket.b",
			"encryption": "e", "key": "k", "key_policy": "p", "bucket_policy": null, "algorithm": "aws:kms",
			"identity": {"kind": "oac", "node": "i", "principal": "cloudfront.amazonaws.com", "address": "i"},
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

failing := {"decrypt": {"verdict": "no", "reasons": [{"code": "decrypt-not-granted", "text": "because", "node": "p", "path": "x"}]}}

subject := {"id": "path:o", "kind": "path"}

test_reports_the_place_of_the_reason if {
	some finding in rule.report with input as subject with data.graph as graph_with(failing)
	finding.node == "p"
	finding.path == "x"
	contains(finding.message, "does not allow kms:Decrypt to cloudfront.amazonaws.com for aws_cloudfront_distribution.d")
}

test_reports_once if {
	count(rule.report) == 1 with input as subject with data.graph as graph_with(failing)
}

test_silent_where_the_fact_is_not_decided if {
	unknown := {"decrypt": {"verdict": "unknown", "reasons": [{"code": "decrypt-not-granted", "text": "because", "node": "p", "path": "x"}]}}
	count(rule.report) == 0 with input as subject with data.graph as graph_with(unknown)
}

test_silent_where_the_path_is_undecided if {
	undecided := json.patch(graph_with(failing), [{"op": "replace", "path": "/nodes/path:o/verdict", "value": "undecided"}])
	count(rule.report) == 0 with input as subject with data.graph as undecided
}

test_leads_an_origin_access_identity_to_a_control if {
	through_identity := json.patch(graph_with(failing), [{"op": "replace", "path": "/nodes/path:o/identity", "value": {"kind": "oai", "node": "i", "principal": "aws_cloudfront_origin_access_identity.i", "address": "i"}}])
	some finding in rule.report with input as subject with data.graph as through_identity
	contains(finding.message, "a grant alone would not make objects readable")
	{"Service": "cloudfront.amazonaws.com"} in {each.statement.Principal | some each in finding.suggestion.statements}
	finding.suggestion.origin == "o"
}

test_names_the_default_policy if {
	default_policy := json.patch(graph_with(failing), [{"op": "replace", "path": "/nodes/path:o/key_policy", "value": null}])
	some finding in rule.report with input as subject with data.graph as default_policy
	contains(finding.message, "AWS's default key policy")
}

test_says_on_which_assumption_it_rests if {
	assumed := json.patch(graph_with(failing), [
		{"op": "add", "path": "/nodes/e/assumed", "value": "bucket/b is taken to be encrypted with the key of key.json"},
		{"op": "add", "path": "/nodes/o/anonymous", "value": true},
	])
	some finding in rule.report with input as subject with data.graph as assumed
	endswith(finding.message, "; bucket/b is taken to be encrypted with the key of key.json")
	not "o" in {place.node | some place in finding.related}
}

test_suggests_what_uploads_need_too if {
	uploading := object.union(failing, {"uploads": {"verdict": "yes", "reasons": []}})
	some finding in rule.report with input as subject with data.graph as graph_with(uploading)
	finding.suggestion.statements[0].statement.Action == ["kms:Decrypt", "kms:GenerateDataKey"]
}
