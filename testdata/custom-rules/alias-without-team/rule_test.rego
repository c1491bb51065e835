package custom["alias-without-team_test"]

import data.custom["alias-without-team"] as rule

alias := {"id": "a", "kind": "alias"}

graph_with(name) := {"nodes": {"a": {"kind": "alias", "label": "aws_kms_alias.a", "attributes": {"name": name}}}}

unknown := {"unknown": "var.name has no default"}

test_reports_another_name if {
	some finding in rule.report with input as alias with data.graph as graph_with("alias/assets")
	finding.message == "the name of aws_kms_alias.a begins with no team"
}

test_silent_for_a_team if {
	count(rule.report) == 0 with input as alias with data.graph as graph_with("alias/web-assets")
}

test_a_beginning_is_enough if {
	count(rule.report) == 1 with input as alias with data.graph as graph_with({"parts": ["alias/assets-", unknown]})
	count(rule.report) == 0 with input as alias with data.graph as graph_with({"parts": ["alias/web-", unknown]})
}

test_silent_where_the_beginning_is_not_known if {
	count(rule.report) == 0 with input as alias with data.graph as graph_with({"parts": ["alias/", unknown]})
	count(rule.report) == 0 with input as alias with data.graph as graph_with(unknown)
}
