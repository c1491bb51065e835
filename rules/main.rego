# METADATA
# description: |
#   Collects what the rules report: results about one subject, which is the input,
#   and findings about all subjects of an input that is written by
#   "originkey graph --format json".
package originkey

# METADATA
# description: What the rules report about the subject, by the name of the rule.
# entrypoint: true
results[name] contains result if {
	some name in data.originkey.catalogue.by_kind[input.kind]
	some result in data.rules[name].report
}

results[name] contains result if {
	some name in data.originkey.catalogue.by_kind[input.kind]
	some result in data.custom[name].report
}

# METADATA
# scope: document
# description: |
#   What there is to judge: the subjects of the graph, and the resources of the
#   kinds that rules ask for where the input defines them.
subjects contains subject if some subject in input.subjects

subjects contains {"id": id, "kind": node.kind} if {
	some id, node in input.graph.nodes
	node.kind in data.originkey.catalogue.resources
	not node.external
	not node.assumed
}

# METADATA
# description: |
#   What all rules report about all subjects. Rules that speak only with an option
#   are left out.
# entrypoint: true
findings contains finding if {
	written := input
	some subject in subjects
	reported := results with input as subject
		with data.graph as written.graph
		with data.config as written.config
	some name, result
	reported[name][result]
	rule := data.originkey.catalogue.rules[name]
	rule.only_with == ""
	finding := {
		"rule": name,
		"level": rule.level,
		"message": result.message,
		"node": result.node,
		"path": object.get(result, "path", ""),
	}
}
