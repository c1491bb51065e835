package rules["invalid-policy-document_test"]

import data.rules["invalid-policy-document"] as rule

graph_with(verdict) := {
	"nodes": {"p": {"kind": "policy", "address": "aws_kms_key_policy.k"}},
	"facts": {"p": {"problems": {"verdict": verdict, "reasons": [{"code": "no-effect", "text": "statement 1 has no Effect", "node": "p", "path": "problem/0"}]}}},
}

test_reports_each_problem_at_its_place if {
	some finding in rule.report with input as {"id": "p", "kind": "document"} with data.graph as graph_with("yes")
	finding.path == "problem/0"
	contains(finding.message, "statement 1 has no Effect")
}

test_silent_for_valid_documents if {
	count(rule.report) == 0 with input as {"id": "p", "kind": "document"} with data.graph as graph_with("no")
}
