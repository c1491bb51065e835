# METADATA
# description: |
#   What rules about paths share. The input is the subject {id, kind}; everything
#   else is looked up by id.
package lib.path

subject := data.graph.nodes[input.id]

# The reasons with one of the codes for which a fact of the path fails, where the
# path is broken under every combination of conditions.
failures(fact, codes) := {reason |
	input.kind == "path"
	subject.verdict == "unreadable"
	failed := data.graph.facts[input.id][fact]
	failed.verdict == "no"
	some reason in failed.reasons
	reason.code in codes
}

# The parts of the path, to be shown beside a finding.
related := [place |
	some [id, path, message] in [
		[subject.distribution, "", "the distribution"],
		[subject.origin, "domain_name", "the origin of"],
		[subject.identity.node, "", "its requests are signed by"],
		[subject.bucket, "", "the bucket"],
		[subject.encryption, "algorithm", "its encryption is set in"],
		[subject.key, "", "the key"],
	]
	id != null
	not data.graph.nodes[id].anonymous
	place := {"node": id, "path": path, "message": message}
]

# related without one node, which the finding itself points at.
related_but(node) := [place | some place in related; place.node != node]

# What a person calls a node: its address, and its construct path in the CDK.
address(id) := object.get(data.graph.nodes[id], "label", data.graph.nodes[id].address)

distribution := address(subject.distribution)

bucket := subject.bucket_name

key := address(subject.key)

key_policy := key_policy_of(subject.key)

# The policy of a key, for a person. A key that nobody named has the name of the file
# that holds its policy.
key_policy_of(id) := sprintf("the key policy %s", [address(id)]) if {
	data.graph.nodes[id].unnamed
} else := sprintf("the key policy of %s", [address(id)])

# Who asks for the objects, for a person.
caller := sprintf("cloudfront.amazonaws.com for %s", [distribution]) if subject.identity.kind == "oac"

caller := subject.identity.principal if subject.identity.kind == "oai"

# assuming ends the message about a bucket whose encryption nobody wrote down.
default assuming := ""

assuming := sprintf("; %s", [data.graph.nodes[subject.encryption].assumed])
