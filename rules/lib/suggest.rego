# METADATA
# description: |
#   Statements that rules suggest. A reference stands for what the stack calls the
#   node; it is written in the language of the file that has to change.
package lib.suggest

import data.lib.grant as grants
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

# What the statement of a key policy should be instead: the one for the distributions
# that read through the key, where they are known.
instead(advice) := {
	"statement": statement(sources, "AllowCloudFrontDecrypt", "kms:Decrypt"),
	"key": grants.statement.key,
	"policy": grants.statement.policy,
	"advice": sprintf("%s; for CloudFront that is", [advice]),
} if {
	count(grants.statement.readers) > 0
} else := {"advice": advice}

sources := arn(grants.statement.readers[0]) if count(grants.statement.readers) == 1

sources := [arn(distribution) | some distribution in grants.statement.readers] if count(grants.statement.readers) > 1

# The same as grant after the origin is given an origin access control.
migrate(advice) := object.union(grant(advice), {"origin": path.subject.origin})
