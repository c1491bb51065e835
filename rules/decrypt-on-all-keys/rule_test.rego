package rules["decrypt-on-all-keys_test"]

import data.rules["decrypt-on-all-keys"] as rule

graph_with(language, reasons) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "", "index": 1, "policy": "p", "key": null, "role": "identity", "language": language, "address": "aws_iam_policy.p"},
		"p": {"kind": "policy", "address": "aws_iam_policy.p"},
	},
	"facts": {"s": {"decrypts_every_key": {"verdict": "yes", "reasons": reasons}}},
}

decrypting(code, actions) := [reason |
	some action in actions
	reason := {"code": code, "text": action, "path": "Resource", "node": ""}
]

subject := {"id": "s", "kind": "statement"}

test_reports_once_with_all_actions if {
	reasons := decrypting("every-key", ["kms:Decrypt", "kms:ReEncryptFrom"])
	count(rule.report) == 1 with input as subject with data.graph as graph_with("terraform", reasons)
	some finding in rule.report with input as subject with data.graph as graph_with("terraform", reasons)
	finding.path == "Resource"
	startswith(finding.message, "statement 2 of aws_iam_policy.p allows kms:Decrypt and kms:ReEncryptFrom on every key")
}

test_reports_all_services_in_code if {
	count(rule.report) == 1 with input as subject with data.graph as graph_with("cloudformation-yaml", decrypting("every-service", ["kms:Decrypt"]))
}

test_silent_on_all_services_in_json if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with("json", decrypting("every-service", ["kms:Decrypt"]))
}

test_silent_on_others if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with("terraform", [])
}
