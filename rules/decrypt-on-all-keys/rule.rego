# METADATA
# title: An IAM policy allows decrypting with every key
# description: |
#   ## What it does
#   Reports a statement of a policy of an IAM identity that allows `kms:Decrypt` or `kms:ReEncryptFrom` on every key: `Resource` is `*` or `arn:aws:kms:*:*:key/*`. It is reported in stacks that CloudFront serves SSE-KMS objects from, and in policies in JSON files.
#
#   Keys of one account or one Region are not reported. Neither is a statement with a condition on `kms:ViaService`, `kms:ResourceAliases`, `kms:RequestAlias`, `aws:ResourceTag`, `aws:ResourceAccount` or the encryption context, nor one from which a Deny of the same policy takes keys away, nor a permissions boundary. In JSON files, which may as well hold the policies of an organization, only actions that are written with `kms:` count.
#
#   ## Why is this bad?
#   Whoever has the policy can read what any key protects whose key policy leaves that to IAM, as AWS's default does: not only the objects behind CloudFront, and also with keys that do not exist yet.
#
#   ## Example
#   ```hcl
#   statement {
#     actions   = ["kms:Decrypt"]
#     resources = ["*"]
#   }
#   ```
#
#   ```yaml
#   - Effect: Allow
#     Action: kms:Decrypt
#     Resource: "*"
#   ```
#
#   ## Use instead
#   ```hcl
#   statement {
#     actions   = ["kms:Decrypt"]
#     resources = [aws_kms_key.assets.arn]
#   }
#   ```
#
#   ```yaml
#   - Effect: Allow
#     Action: kms:Decrypt
#     Resource: !GetAtt Key.Arn
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html
#     description: Security Hub controls for AWS KMS, KMS.1 and KMS.2
#   - ref: https://docs.aws.amazon.com/config/latest/developerguide/iam-customer-policy-blocked-kms-actions.html
#     description: AWS Config rule iam-customer-policy-blocked-kms-actions
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html
#     description: Best practices for IAM policies
# custom:
#   level: note
#   subject: grant
#   reports: []
#   needs: [decrypts_every_key=yes]
#   since: 0.1.0
#   tags: [security, kms, iam]
#   precision: high
#   cwe: [CWE-732]
#   security_severity: "3.5"
#   security_hub: [KMS.1, KMS.2]
package rules["decrypt-on-all-keys"]

import data.lib.grant
import data.lib.path

report contains finding if {
	input.kind == "statement"
	count(counted) > 0
	finding := {
		"message": sprintf("%s of %s allows %s on every key; name the keys that are needed in Resource", [grant.name, path.address(grant.statement.policy), actions]),
		"node": input.id,
		"path": counted[0].path,
		"related": [],
		"suggestion": {"advice": "write the ARNs of the keys in Resource, or add a condition on kms:ViaService, kms:ResourceAliases or aws:ResourceTag"},
	}
}

counted := [reason |
	some reason in grant.facts.decrypts_every_key.reasons
	counts(reason.code)
]

counts("every-key") := true

# A JSON file with all of a service may be a policy of an organization.
counts("every-service") if grant.statement.language != "json"

actions := concat(" and ", [reason.text | some reason in counted])
