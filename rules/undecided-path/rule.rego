# METADATA
# title: The input does not decide whether CloudFront can read
# description: |
#   ## What it does
#   Reports each path that is `undecided`, with what is missing to decide it. It speaks only with `--show-undecided`; `originkey explain` shows the same reasons among the hops of the path.
#
#   ## Why is this bad?
#   It need not be. A verdict is never guessed, so that a path which rests on a value that only the deployment knows is neither called readable nor broken. Nobody has checked it either: what this rule lists is what a review has to look at by hand, or what the configuration can bind.
#
#   ## Example
#   ```hcl
#   variable "distribution_id" {}
#
#   condition {
#     test     = "StringEquals"
#     variable = "AWS:SourceArn"
#     values   = ["arn:aws:cloudfront::111122223333:distribution/${var.distribution_id}"]
#   }
#   ```
#
#   ## Use instead
#   Refer to the resource where it is in the repository:
#   ```hcl
#   condition {
#     test     = "StringEquals"
#     variable = "AWS:SourceArn"
#     values   = [aws_cloudfront_distribution.cdn.arn]
#   }
#   ```
#
#   Give values that are known before the deployment with `--var`, `--var-file` or `--parameters`, put modules on disk with `terraform get`, and bind ids that AWS made in `.originkey.yaml`:
#   ```yaml
#   distributions:
#     aws_cloudfront_distribution.cdn: E2A7WGX4Q1M3TZ
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
#     description: Restrict access to an Amazon S3 origin
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
#     description: Policy evaluation logic
#   - ref: https://github.com/originkey/originkey/blob/main/docs/how-it-decides.md#why-a-path-is-undecided-and-what-you-can-do
#     description: Why a path is undecided, and what you can do
# custom:
#   level: note
#   subject: path
#   reports: []
#   needs: [verdict=undecided]
#   since: 0.1.0
#   tags: [availability, kms, cloudfront]
#   precision: very-high
#   only_with: show-undecided
package rules["undecided-path"]

import data.lib.path

report contains finding if {
	input.kind == "path"
	path.subject.verdict == "undecided"
	finding := {
		"message": sprintf("whether %s can read %s is not decided: %s%s", [path.distribution, path.bucket, concat("; ", path.subject.unknowns), path.assuming]),
		"node": path.subject.origin,
		"path": "domain_name",
		"related": path.related_but(path.subject.origin),
	}
}
