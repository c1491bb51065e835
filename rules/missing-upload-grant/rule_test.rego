package rules["missing-upload-grant_test"]

import data.rules["missing-upload-grant"] as rule

graph_with(facts) := {
	"nodes": {
		"path:o": {
			"kind": "path", "request": "read", "verdict": "readable", "distribution": "d", "origin": "o", "bucket": "b", "bucket_name": "aws_s3_bucket.b",
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
	"facts": {"path:o": facts},
}

missing(code) := {
	"uploads": {"verdict": "yes", "reasons": []},
	"upload_grant": {"verdict": "no", "reasons": [{"code": code, "text": "because", "node": "p", "path": "x"}]},
	"decrypt": {"verdict": "yes", "reasons": []},
	"signed": {"verdict": "yes", "reasons": []},
}

subject := {"id": "path:o", "kind": "path"}

test_reports_the_place_of_the_reason if {
	some finding in rule.report with input as subject with data.graph as graph_with(missing("upload-not-granted"))
	finding.node == "p"
	finding.path == "x"
	finding.message == "the key policy of aws_kms_key.k does not allow kms:GenerateDataKey to cloudfront.amazonaws.com for aws_cloudfront_distribution.d; uploads to aws_s3_bucket.b through it end in an error"
	finding.suggestion.statements[0].statement.Action == "kms:GenerateDataKey"
	finding.suggestion.advice == "add this statement to the key policy of aws_kms_key.k, or kms:GenerateDataKey to the one that allows kms:Decrypt"
}

test_says_what_denies if {
	some finding in rule.report with input as subject with data.graph as graph_with(missing("upload-denied"))
	contains(finding.message, "denies kms:GenerateDataKey to cloudfront.amazonaws.com for aws_cloudfront_distribution.d: because")
	not finding.suggestion.statements
}

test_says_why_a_statement_never_applies if {
	some finding in rule.report with input as subject with data.graph as graph_with(missing("upload-grant-ineffective"))
	startswith(finding.message, "because, so that cloudfront.amazonaws.com for")
}

test_names_the_default_policy if {
	default_policy := json.patch(graph_with(missing("upload-not-granted")), [
		{"op": "replace", "path": "/nodes/path:o/key_policy", "value": null},
		{"op": "replace", "path": "/nodes/path:o/request", "value": "upload"},
		{"op": "replace", "path": "/nodes/path:o/verdict", "value": null},
	])
	some finding in rule.report with input as subject with data.graph as default_policy
	contains(finding.message, "AWS's default key policy")
	finding.suggestion.statements[0].policy == null
}

test_an_origin_for_uploads_alone_has_no_statement_to_extend if {
	upload := json.patch(graph_with(missing("upload-not-granted")), [{"op": "replace", "path": "/nodes/path:o/request", "value": "upload"}])
	some finding in rule.report with input as subject with data.graph as upload
	finding.suggestion.statements[0].policy == "p"
}

test_silent_where_nothing_is_uploaded if {
	every verdict in {"no", "unknown"} {
		without := json.patch(missing("upload-not-granted"), [{"op": "replace", "path": "/uploads/verdict", "value": verdict}])
		count(rule.report) == 0 with input as subject with data.graph as graph_with(without)
	}
}

test_silent_where_the_grant_is_there_or_not_known if {
	every verdict in {"yes", "unknown"} {
		granted := json.patch(missing("upload-not-granted"), [{"op": "replace", "path": "/upload_grant/verdict", "value": verdict}])
		count(rule.report) == 0 with input as subject with data.graph as graph_with(granted)
	}
}

test_silent_where_another_rule_reports_the_cause if {
	every fact in {"decrypt", "signed"} {
		broken := json.patch(missing("upload-not-granted"), [{"op": "replace", "path": sprintf("/%s/verdict", [fact]), "value": "no"}])
		count(rule.report) == 0 with input as subject with data.graph as graph_with(broken)
	}
}
