package rules["cross-account-decrypt_test"]

import data.rules["cross-account-decrypt"] as rule

fact(verdict) := {"verdict": verdict, "reasons": []}

others(code) := {"verdict": "yes", "reasons": [
	{"code": code, "text": "777788889999", "path": "Principal", "node": ""},
	{"code": code, "text": "444455556666", "path": "Principal", "node": ""},
]}

graph_with(facts) := {
	"nodes": {
		"s": {"kind": "statement", "sid": "Share", "index": 0, "policy": "p", "key": "k", "address": "aws_kms_key_policy.k"},
		"k": {"kind": "key", "address": "aws_kms_key.k"},
	},
	"facts": {"s": object.union(
		{"allows_decrypt": fact("yes"), "names_everyone": fact("no"), "restricts_who": fact("no"), "other_accounts": others("other-account")},
		facts,
	)},
}

trusting(accounts) := {"trusted_accounts": accounts}

subject := {"id": "s", "kind": "statement"}

test_reports_all_accounts_at_once if {
	count(rule.report) == 1 with input as subject with data.graph as graph_with({}) with data.config as trusting([])
	some finding in rule.report with input as subject with data.graph as graph_with({}) with data.config as trusting([])
	finding.path == "Principal"
	contains(finding.message, "lets the whole accounts 444455556666, 777788889999 decrypt")
	endswith(finding.message, "in .originkey.yaml")
}

test_leaves_out_trusted_accounts if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({}) with data.config as trusting(["444455556666", "777788889999"])
	some finding in rule.report with input as subject with data.graph as graph_with({}) with data.config as trusting(["777788889999"])
	contains(finding.message, "lets the whole account 444455556666 decrypt")
}

test_says_what_is_assumed if {
	some finding in rule.report with input as subject with data.graph as graph_with({"other_accounts": others("other-than-administrator")}) with data.config as trusting([])
	endswith(finding.message, "is taken to be the one whose root administers it")
}

test_silent_where_a_condition_restricts_who if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"restricts_who": fact("yes")}) with data.config as trusting([])
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"restricts_who": fact("unknown")}) with data.config as trusting([])
}

test_silent_where_everyone_is_named if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"names_everyone": fact("yes")}) with data.config as trusting([])
}

test_silent_on_others if {
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"other_accounts": fact("no")}) with data.config as trusting([])
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"other_accounts": fact("unknown")}) with data.config as trusting([])
	count(rule.report) == 0 with input as subject with data.graph as graph_with({"allows_decrypt": fact("no")}) with data.config as trusting([])
}
