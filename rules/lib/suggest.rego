# METADATA
# description: |
#   Statements that rules suggest. A reference stands for what the stack calls the
#   node; it is written in the language of the file that has to change, and so is
#   where the statement goes.
package lib.suggest

import data.lib.path

# A statement that lets exactly these distributions use a key through an origin
# access control.
key_statement(distributions, sid, action) := {
	"Sid": sid,
	"Effect": "Allow",
	"Principal": {"Service": "cloudfront.amazonaws.com"},
	"Action": action,
	"Resource": "*",
	"Condition": exactly(distributions),
}

# What the path's distribution needs: to encrypt as well where it takes uploads.
default actions := "kms:Decrypt"

actions := ["kms:Decrypt", "kms:GenerateDataKey"] if data.graph.facts[input.id].uploads.verdict == "yes"

# The statement that lets a distribution read the objects of a bucket.
read_statement(distribution, bucket) := {
	"Sid": "AllowCloudFrontRead",
	"Effect": "Allow",
	"Principal": {"Service": "cloudfront.amazonaws.com"},
	"Action": "s3:GetObject",
	"Resource": {"reference": bucket, "attribute": "objects"},
	"Condition": exactly([distribution]),
}

exactly(distributions) := {"StringEquals": {"AWS:SourceArn": arn(distributions[0])}} if count(distributions) == 1

exactly(distributions) := {"StringEquals": {"AWS:SourceArn": [arn(id) | some id in distributions]}} if {
	count(distributions) > 1
}

arn(distribution) := {"reference": distribution, "attribute": "arn"}

decrypt(replaced) := {
	"statement": key_statement([path.subject.distribution], "AllowCloudFrontDecrypt", actions),
	"target": path.subject.key,
	"policy": path.subject.key_policy,
	"replaces": replaced,
}

read := {
	"statement": read_statement(path.subject.distribution, path.subject.bucket),
	"target": path.subject.bucket,
	"policy": object.get(path.subject, "bucket_policy", null),
}

# What grants the path's distribution the use of its key.
grant := {"statements": [decrypt(null)]}

# The same in place of a statement.
regrant(replaced) := {"statements": [decrypt(replaced)]}

# What lets the path's distribution read its bucket.
grant_read := {"statements": [read]}

# All of it after the origin is given an origin access control.
migrate(advice) := {"origin": path.subject.origin, "advice": advice, "statements": statements} if {
	statements := array.concat(
		[read |
			may_write(path.subject.bucket, read.policy, "read", "no")
			not allowed("read_through_control")
		],
		[decrypt(null) |
			may_write(path.subject.key, path.subject.key_policy, "policy_valid", "yes")
			not allowed("decrypt_through_control")
		],
	)
}

allowed(fact) if data.graph.facts[input.id][fact].verdict == "yes"

# A statement can be written where the policy is known, or where there is none for
# certain, as a fact says.
may_write(target, policy, _, _) if {
	target != null
	policy != null
}

may_write(target, null, fact, verdict) if {
	target != null
	data.graph.facts[input.id][fact].verdict == verdict
}

# What lets the path's distribution encrypt what is uploaded, in place of a statement
# or beside the others.
upload(replaced) := {"statements": [{
	"statement": key_statement([path.subject.distribution], "AllowCloudFrontEncrypt", "kms:GenerateDataKey"),
	"target": path.subject.key,
	"policy": path.subject.key_policy,
	"replaces": replaced,
}]}

# What lets exactly those distributions decrypt that read through the key of a
# statement, in its place; where there are none, the advice. exact is true where all
# distributions of the account would be no improvement.
narrow(written, advice, exact) := {"statements": [narrowed(written, exact)]} if {
	count(object.get(written, "readers", [])) > 0
} else := {"advice": advice}

# The same beside the advice.
instead(written, advice) := {"advice": advice, "statements": [narrowed(written, false)]} if {
	count(object.get(written, "readers", [])) > 0
} else := {"advice": advice}

narrowed(written, exact) := {
	"statement": key_statement(written.readers, "AllowCloudFrontDecrypt", "kms:Decrypt"),
	"target": written.key,
	"policy": written.policy,
	"replaces": input.id,
	"exact": exact,
}

# What keeps a Deny from CloudFront. A Deny that names CloudFront is meant; one of
# everyone is narrowed by a condition that services fail.
exempt(denying) := {"advice": sprintf("take cloudfront.amazonaws.com out of %s, or remove the statement", [denies(denying)])} if {
	data.graph.facts[denying].names_cloudfront.verdict == "yes"
} else := {
	"advice": sprintf("exempt AWS services from %s by one more condition, beside those in its Condition%s", [denies(denying), control]),
	"condition": {"statement": denying, "condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}},
} if {
	data.graph.nodes[denying].kind == "statement"
} else := {"advice": "exempt CloudFront from the Deny"}

default control := ""

control := ", and use an origin access control: no policy lets CloudFront read SSE-KMS objects through an origin access identity" if {
	path.subject.identity.kind == "oai"
}

denies(id) := sprintf("statement %q", [data.graph.nodes[id].sid]) if {
	data.graph.nodes[id].sid != ""
} else := "the Deny"
