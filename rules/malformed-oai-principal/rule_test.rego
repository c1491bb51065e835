package rules["malformed-oai-principal_test"]

import data.rules["malformed-oai-principal"] as rule

graph_with(role, key, verdict) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "Read", "index": 0, "policy": "p", "key": key, "role": role, "address": "aws_s3_bucket_policy.assets"},
		"p": {"kind": "policy", "address": "aws_s3_bucket_policy.assets"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
	},
	"facts": {"s": {"malformed_oai": {"verdict": verdict, "reasons": [reason | verdict == "yes"; reason := {"code": "malformed-oai", "text": "X is no origin access identity: why; write Y", "node": "p", "path": "Principal"}]}}},
}

subject := {"id": "s", "kind": "statement"}

test_reports_the_principal_of_a_bucket_policy if {
	some finding in rule.report with input as subject with data.graph as graph_with("bucket", null, "yes")
	finding.message == `in statement "Read" of aws_s3_bucket_policy.assets, X is no origin access identity: why; write Y`
	finding.path == "Principal"
	finding.related == []
	startswith(finding.suggestion.advice, "replace the principal")
}

test_leads_to_an_origin_access_control_in_a_key_policy if {
	some finding in rule.report with input as subject with data.graph as graph_with("key", "k", "yes")
	finding.related == [{"node": "k", "path": "", "message": "the key"}]
	startswith(finding.suggestion.advice, "use an origin access control")
}

test_silent_on_others if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with("key", "k", "no")
}
