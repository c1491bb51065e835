package custom["upload-actions-on-read-only-site_test"]

import data.custom["upload-actions-on-read-only-site"] as rule

statement := {"id": "s", "kind": "statement"}

graph_with(actions, uploads) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "CloudFront", "index": 0, "policy": "p", "key": "k"},
		"p": {"kind": "policy", "attributes": {"document": {"json": {"Statement": [{"Action": actions}]}}}},
		"k": {"kind": "key", "label": "aws_kms_key.k", "address": "aws_kms_key.k"},
		"path:o": {"kind": "path", "request": "read", "key": "k"},
	},
	"facts": {
		"s": {"allows_decrypt": {"verdict": "yes"}, "names_cloudfront": {"verdict": "yes"}},
		"path:o": {"uploads": {"verdict": uploads}},
	},
}

test_reports_what_is_not_needed if {
	some finding in rule.report with input as statement
		with data.graph as graph_with(["kms:Decrypt", "kms:GenerateDataKey*"], "no")
	contains(finding.message, "(kms:generatedatakey*)")
}

test_silent_for_decrypt if {
	count(rule.report) == 0 with input as statement with data.graph as graph_with("kms:Decrypt", "no")
}

test_silent_where_something_may_be_uploaded if {
	some verdict in ["yes", "unknown"]
	count(rule.report) == 0 with input as statement
		with data.graph as graph_with(["kms:Decrypt", "kms:Encrypt"], verdict)
}
