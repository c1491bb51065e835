package custom["bucket-without-bucket-key_test"]

import data.custom["bucket-without-bucket-key"] as rule

bucket := {"id": "b", "kind": "bucket"}

graph_with(settings) := {
	"nodes": {
		"b": {"kind": "bucket", "label": "aws_s3_bucket.b"},
		"e": {"kind": "encryption", "attributes": object.union({"algorithm": "aws:kms"}, settings)},
	},
	"in": {"b": {"bucket": ["e"]}},
	"out": {},
}

test_reports_a_missing_setting if {
	some finding in rule.report with input as bucket with data.graph as graph_with({})
	finding.node == "e"
}

test_reports_a_setting_that_is_off if {
	count(rule.report) == 1 with input as bucket with data.graph as graph_with({"bucket_key_enabled": false})
}

test_silent_where_it_is_on if {
	count(rule.report) == 0 with input as bucket with data.graph as graph_with({"bucket_key_enabled": true})
}

test_silent_where_it_is_not_known if {
	unknown := {"bucket_key_enabled": {"unknown": "var.bucket_key has no default"}}
	count(rule.report) == 0 with input as bucket with data.graph as graph_with(unknown)
}

test_silent_with_another_algorithm if {
	count(rule.report) == 0 with input as bucket with data.graph as graph_with({"algorithm": "AES256"})
}
