# METADATA
# title: CloudFront may encrypt with the key of a site that nobody uploads to
# description: |
#   `excess-key-actions` accepts all actions that AWS documents for CloudFront, on
#   every site. We allow `kms:Encrypt` and `kms:GenerateDataKey` only where something
#   is uploaded through the distribution.
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
# custom:
#   level: warning
#   subject: grant
#   tags: [security]
package custom["upload-actions-on-read-only-site"]

import data.lib.grant

report contains finding if {
	grant.allows_decrypt
	grant.facts.names_cloudfront.verdict == "yes"
	surplus := {action |
		some action in grant.actions
		strings.any_prefix_match(action, {"kms:encrypt", "kms:generatedatakey"})
	}
	count(surplus) > 0
	nobody_uploads
	finding := {
		"message": sprintf("%s of %s lets CloudFront write (%s), and nothing is uploaded", [grant.name, grant.policy, concat(", ", surplus)]),
		"node": input.id,
		"path": "Action",
		"related": grant.related,
		"suggestion": {"advice": "allow kms:Decrypt alone"},
	}
}

# Only where that is certain of every path to the key.
nobody_uploads if {
	paths := {id |
		some id, path in data.graph.nodes
		path.kind == "path"
		path.key == grant.statement.key
	}
	count(paths) > 0
	every id in paths {
		data.graph.nodes[id].request == "read"
		data.graph.facts[id].uploads.verdict == "no"
	}
}
