# METADATA
# description: What rules about statements of key policies share.
package lib.grant

import data.lib.path

statement := data.graph.nodes[input.id]

facts := data.graph.facts[input.id]

# The statement certainly allows kms:Decrypt.
allows_decrypt if {
	input.kind == "statement"
	facts.allows_decrypt.verdict == "yes"
}

# The statement certainly allows kms:Decrypt, and no condition restricts who, or is
# meant to.
unrestricted_decrypt if {
	allows_decrypt
	facts.restricts_who.verdict == "no"
	not bypassable
}

# Conditions are meant to restrict who, and do not.
bypassable if facts.void_conditions.verdict == "yes"

# The policy that holds the statement, for a person.
policy := path.key_policy_of(statement.key) if statement.key != null

policy := sprintf("the key policy %s", [path.address(input.id)]) if statement.key == null

related := [place |
	statement.key != null
	place := {"node": statement.key, "path": "", "message": "the key"}
]

# The statement's name, for a person.
name := sprintf("statement %q", [statement.sid]) if statement.sid != ""

name := sprintf("statement %d", [statement.index + 1]) if statement.sid == ""

# The identity of CloudFront that the statement names, for a person.
cloudfront_identity := "CloudFront" if {
	facts.names_cloudfront.verdict == "yes"
} else := "the origin access identity" if {
	facts.names_oai.verdict == "yes"
}

# Another rule reports the statement as a whole.
reported_otherwise if bypassable

reported_otherwise if facts.names_everyone.verdict == "yes"

reported_otherwise if facts.inverted.verdict == "yes"

reported_otherwise if facts.malformed_oai.verdict == "yes"

# METADATA
# description: |
#   The statement as it is written, where the policy is known. Values in it are
#   symbolic.
written := listed(document.Statement)[statement.index] if {
	document := parsed(data.graph.nodes[statement.policy].attributes.document)
}

# A document is a text where it was read from a file, and data where the input
# builds it.
parsed(document) := json.unmarshal(document) if {
	is_string(document)
	json.is_valid(document)
}

parsed(document) := document.json if is_object(document.json)

parsed(document) := document if {
	is_object(document)
	document.Statement
}

# METADATA
# description: The actions of the statement that are known, in lower case.
actions contains lower(action) if {
	some action in listed(written.Action)
	is_string(action)
}

listed(value) := value if is_array(value)

listed(value) := [value] if not is_array(value)
