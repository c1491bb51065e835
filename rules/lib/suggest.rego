# METADATA
# description: |
#   Statements that rules suggest. A reference stands for what the stack calls the
#   node; it is written in the language of the file that has to change.
package lib.suggest

import data.lib.path

# The statement that lets exactly one distribution decrypt through an origin
# access control, and encrypt what is uploaded where its path takes uploads.
decrypt_statement(distribution) := statement(arn(distribution), "AllowCloudFrontDecrypt", actions)

default actions := "kms:Decrypt"

actions := ["kms:Decrypt", "kms:GenerateDataKey"] if data.graph.facts[input.id].uploads.verdict == "yes"

# A statement for what AWS:SourceArn is compared with.
statement(source, sid, action) := {
	"Sid": sid,
	"Effect": "Allow",
	"Principal": {"Service": "cloudfront.amazonaws.com"},
	"Action": action,
	"Resource": "*",
	"Condition": {"StringEquals": {"AWS:SourceArn": source}},
}

arn(distribution) := {"reference": distribution, "attribute": "arn"}

# What grants the path's distribution the use of its key.
grant(advice) := {
	"statement": decrypt_statement(path.subject.distribution),
	"key": path.subject.key,
	"policy": path.subject.key_policy,
	"advice": advice,
}

# What lets the path's distribution encrypt what is uploaded.
upload(advice) := object.union(grant(advice), {"statement": statement(arn(path.subject.distribution), "AllowCloudFrontEncrypt", "kms:GenerateDataKey")})

# What a statement of a key policy should be instead: the one for the distributions
# that read through the key, where they are known.
instead(written, advice) := {
	"statement": statement(sources(written.readers), "AllowCloudFrontDecrypt", "kms:Decrypt"),
	"key": written.key,
	"policy": written.policy,
	"advice": sprintf("%s; for CloudFront that is", [advice]),
} if {
	count(written.readers) > 0
} else := {"advice": advice}

sources(distributions) := arn(distributions[0]) if count(distributions) == 1

sources(distributions) := [arn(distribution) | some distribution in distributions] if count(distributions) > 1

# The same as grant after the origin is given an origin access control.
migrate(advice) := object.union(grant(advice), {"origin": path.subject.origin})
