# METADATA
# title: A key policy lets a whole other account decrypt
# description: |
#   ## What it does
#   Reports a statement of a key policy that allows `kms:Decrypt` to another AWS account as a whole, by its root or its id, with no condition that restricts who may call. Roles and users that are named are never reported, nor are the accounts under `trusted_accounts` in `.originkey.yaml`. Nothing is reported where the key's own account is not known: it is known from the configuration, the provider or a snapshot, and taken to be the account whose root alone the key policy lets administer the key.
#
#   ## Why is this bad?
#   The administrators of the other account decide which of its users and roles may decrypt. Nothing in your own account shows who they are, or that they change.
#
#   ## Example
#   ```hcl
#   principals {
#     type        = "AWS"
#     identifiers = ["arn:aws:iam::444455556666:root"]
#   }
#   ```
#
#   ```yaml
#   Principal:
#     AWS: "444455556666"
#   Action: kms:Decrypt
#   ```
#
#   ## Use instead
#   ```hcl
#   principals {
#     type        = "AWS"
#     identifiers = ["arn:aws:iam::444455556666:role/reports"]
#   }
#   ```
#
#   ```yaml
#   Principal:
#     AWS: arn:aws:iam::444455556666:role/reports
#   Action: kms:Decrypt
#   ```
#
#   An account of your own may be trusted as a whole; say so in `.originkey.yaml`:
#   ```yaml
#   trusted_accounts:
#     - "444455556666"
#   ```
# related_resources:
#   - ref: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
#     description: Allowing users in other accounts to use a KMS key
#   - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
#     description: "AWS JSON policy elements: Principal"
# custom:
#   level: note
#   subject: grant
#   reports: []
#   needs: [allows_decrypt=yes, restricts_who=no, names_everyone=no, other_accounts=yes]
#   since: 0.1.0
#   tags: [security, kms]
#   precision: high
#   cwe: [CWE-284]
#   security_severity: "3.0"
package rules["cross-account-decrypt"]

import data.lib.grant

report contains finding if {
	grant.allows_decrypt
	grant.facts.restricts_who.verdict == "no"
	grant.facts.names_everyone.verdict == "no"
	count(accounts) > 0
	finding := {
		"message": sprintf("%s of %s lets the whole %s decrypt; name the roles that need the key, or list what you trust under trusted_accounts in .originkey.yaml%s", [grant.name, grant.policy, whom, assumed]),
		"node": input.id,
		"path": "Principal",
		"related": grant.related,
		"suggestion": {"advice": advice},
	}
}

accounts := sort({reason.text |
	grant.facts.other_accounts.verdict == "yes"
	some reason in grant.facts.other_accounts.reasons
	not reason.text in data.config.trusted_accounts
})

whom := sprintf("account %s", [accounts[0]]) if count(accounts) == 1

whom := sprintf("accounts %s", [concat(", ", accounts)]) if count(accounts) > 1

default assumed := ""

assumed := "; the key's own account is taken to be the one whose root administers it" if {
	some reason in grant.facts.other_accounts.reasons
	reason.code == "other-than-administrator"
}

advice := sprintf("write arn:aws:iam::%s:role/<role> for each role that needs the key, or add a condition on aws:PrincipalArn or aws:PrincipalOrgID", [accounts[0]])
