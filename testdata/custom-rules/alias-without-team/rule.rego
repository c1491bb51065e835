# METADATA
# title: The alias of a key does not begin with the team that owns it
# description: |
#   Our keys are called `alias/<team>-<purpose>`, so that whoever finds one in a bill
#   or in CloudTrail knows whom to ask.
# custom:
#   level: error
#   subject: alias
package custom["alias-without-team"]

import data.lib.resource

beginnings := {"alias/web-", "alias/media-", "alias/platform-"}

report contains finding if {
	name := resource.beginning(resource.node.attributes.name)
	not may_begin_right(name)
	finding := {
		"message": sprintf("the name of %s begins with no team", [resource.label]),
		"node": input.id,
		"path": "name",
		"suggestion": {"advice": sprintf("begin it with one of %s", [concat(", ", beginnings)])},
	}
}

may_begin_right(name) if strings.any_prefix_match(name, beginnings)

# Of "alias/${var.name}" only "alias/" is known: it may go on with a team.
may_begin_right(name) if {
	not is_string(resource.node.attributes.name)
	strings.any_prefix_match(beginnings, name)
}
