# METADATA
# title: A bucket that is encrypted with AWS KMS has no bucket key
# description: |
#   Without a bucket key, Amazon S3 asks AWS KMS for every object that is written or
#   read, and every request is charged.
#
#   Set `bucket_key_enabled = true` (`BucketKeyEnabled: true` in CloudFormation).
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
#     description: Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys
# custom:
#   level: warning
#   subject: bucket
package custom["bucket-without-bucket-key"]

import data.lib.resource

report contains finding if {
	some id, encryption in resource.configuring("encryption", "bucket")
	encryption.attributes.algorithm == "aws:kms"

	# Where the setting is not known, its value is an object with the reason.
	object.get(encryption.attributes, "bucket_key_enabled", false) in {false, null}
	finding := {
		"message": sprintf("%s is encrypted with AWS KMS and has no bucket key", [resource.label]),
		"node": id,
		"path": "algorithm",
		"related": [{"node": input.id, "path": "", "message": "the bucket"}],
		"suggestion": {"advice": "enable the bucket key beside the algorithm"},
	}
}
