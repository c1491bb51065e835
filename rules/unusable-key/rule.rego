# METADATA
# title: The key of the bucket cannot be used by S3
# description: |
#   ## What it does
#   Reports a key that is disabled, is not a symmetric encryption key, or is in another Region than the bucket it encrypts.
#
#   ## Why is this bad?
#   S3 works only with enabled symmetric encryption keys of the bucket's Region. A disabled key makes every object that it encrypts unreadable until it is enabled again; with the other mistakes uploads fail as well.
#
#   ## Example
#   ```hcl
#   resource "aws_kms_key" "assets" {
#     is_enabled = false
#     policy     = data.aws_iam_policy_document.assets_key.json
#   }
#   ```
#
#   ## Use instead
#   ```hcl
#   resource "aws_kms_key" "assets" {
#     is_enabled = true
#     policy     = data.aws_iam_policy_document.assets_key.json
#   }
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
#     description: Using server-side encryption with AWS KMS keys
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html
#     description: Enable and disable keys
# custom:
#   level: error
#   subject: path
#   reports: [key-disabled, key-type, key-region]
#   needs: [verdict=unreadable, key_usable=no]
#   since: 0.1.0
#   tags: [availability, kms]
#   precision: high
package rules["unusable-key"]

import data.lib.path

report contains finding if {
	some reason in path.failures("key_usable", {"key-disabled", "key-type", "key-region"})
	finding := {
		"message": sprintf("S3 cannot use the key of %s: %s", [path.bucket, reason.text]),
		"node": reason.node,
		"path": reason.path,
		"related": path.related_but(reason.node),
		"suggestion": {"advice": advice[reason.code]},
	}
}

advice := {
	"key-disabled": sprintf("enable the key (%s), or encrypt the bucket with another one", [enabling]),
	"key-type": "encrypt the bucket with another key, with the key spec SYMMETRIC_DEFAULT and the usage ENCRYPT_DECRYPT; those of a key cannot be changed",
	"key-region": "encrypt the bucket with a key of its own Region, or with the replica there of a multi-Region key",
}

default enabling := "aws kms enable-key"

enabling := "is_enabled = true" if startswith(key.language, "terraform")

enabling := "Enabled: true" if startswith(key.language, "cloudformation")

enabling := "aws kms cancel-key-deletion, then aws kms enable-key" if {
	key.language == "json"
	key.attributes.state in {"PendingDeletion", "PendingReplicaDeletion"}
}

key := data.graph.nodes[path.subject.key]
