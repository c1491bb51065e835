# METADATA
# description: |
#   Statements that rules suggest. A reference stands for what the stack calls the
#   node; it is written in the language of the file that has to change.
package lib.suggest

import data.lib.path

# The statement that lets exactly one distribution decrypt through an origin
# access control.
decrypt_statement(distribution) := {
	"Sid": "AllowCloudFrontDecrypt",
	"Effect": "Allow",
	"Principal": {"Service": "cloudfront.amazonaws.com"},
	"Action": "kms:Decrypt",
	"Resource": "*",
	"Condition": {"StringEquals": {"AWS:SourceArn": {"reference": distribution, "attribute": "arn"}}},
}

# What grants the path's distribution the use of its key.
grant(advice) := {
	"statement": decrypt_statement(path.subject.distribution),
	"key": path.subject.key,
	"policy": path.subject.key_policy,
	"advice": advice,
}

# The same after the origin is given an origin access control.
migrate(advice) := object.union(grant(advice), {"origin": path.subject.origin})
