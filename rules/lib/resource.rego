# METADATA
# description: |
#   What the input says of the subject of a rule about resources. Values are
#   symbolic: what is not known is an object with the reason, never a text.
package lib.resource

# METADATA
# description: The node of the resource.
node := data.graph.nodes[input.id]

# METADATA
# description: What the user calls the resource.
label := node.label

# METADATA
# description: |
#   The nodes of a kind, by id, that configure the resource: those that are written
#   inside it, and those whose attribute of that name refers to it.
configuring(kind, attribute) := {id: other |
	some id in array.concat(
		object.get(data.graph.out, [input.id, kind], []),
		object.get(data.graph["in"], [input.id, attribute], []),
	)
	other := data.graph.nodes[id]
	other.kind == kind
}

# METADATA
# scope: document
# description: |
#   Where a text is known from its beginning on: all of it, or what stands before
#   its first part that is not known.
beginning(text) := text if is_string(text)

beginning(text) := text.parts[0] if is_string(text.parts[0])
