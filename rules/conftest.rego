# METADATA
# description: |
#   The findings as conftest expects them: conftest test over what is written by
#   "originkey graph --format json".
package main

# METADATA
# description: Findings of level error.
# entrypoint: true
deny contains failure if {
	some finding in data.originkey.findings
	finding.level == "error"
	failure := placed(finding)
}

# METADATA
# description: Findings of level warning and note.
# entrypoint: true
warn contains failure if {
	some finding in data.originkey.findings
	finding.level != "error"
	failure := placed(finding)
}

placed(finding) := object.union(finding, {"msg": sprintf("%s:%d:%d: %s: %s [%s]", [
	place.file,
	place.line,
	place.column,
	finding.level,
	finding.message,
	finding.rule,
])}) if {
	places := input.locations[finding.node]
	place := object.get(places, finding.path, places[""])
}
