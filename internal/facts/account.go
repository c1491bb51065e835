package facts

import (
	"regexp"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/value"
)

// accountForm matches the principals that stand for a whole account.
var accountForm = regexp.MustCompile(`^(?:arn:[^:]*:iam::)?([0-9]{12})(?::root)?$`)

// wholeAccount returns the id of the account that a principal stands for, where it
// is text; the partition need not be.
func wholeAccount(expanded value.Value) (string, bool) {
	if expanded.Kind != value.String {
		return "", false
	}
	text, _ := flatten(expanded)
	match := accountForm.FindStringSubmatch(text)
	if match == nil {
		return "", false
	}
	return match[1], true
}

// standsForAccount reports whether a principal is an account whose id is not text.
func standsForAccount(expanded value.Value) bool {
	if _, literal := expanded.Literal(); literal || expanded.Kind != value.String {
		return false
	}
	if reference, alone := expanded.SoleReference(); alone {
		return reference.Attribute == value.Account
	}
	return strings.HasSuffix(expanded.String(), ":root")
}

// administrator is the only account whose root a key policy gives every action, or
// "": without that statement AWS would refuse most policies as locking their
// authors out, so that the account is the key's own.
func administrator(document *iam.Document, expand func(value.Value) value.Value) string {
	account := ""
	for _, statement := range document.Statements {
		if statement.Allow != iam.Yes || len(statement.Conditions) > 0 || !statement.TakesIn("kms:PutKeyPolicy") {
			continue
		}
		for _, principal := range statement.Principals {
			if principal.Type != iam.AWS {
				continue
			}
			expanded := expand(principal.Value)
			found, isText := wholeAccount(expanded)
			if !isText && standsForAccount(expanded) || isText && account != "" && account != found {
				return ""
			}
			if isText {
				account = found
			}
		}
	}
	return account
}

// ownAccount is the account of the key of a policy, or "", and the code of the reasons
// that others are not it.
func (c *computation) ownAccount(policy, key *graph.Node) (account, code string) {
	at := policy
	if key != nil {
		at = key
	}
	if account = c.place(at).account; account != "" {
		return account, "other-account"
	}
	return administrator(policy.Document, c.graph.Expand), "other-than-administrator"
}

// otherAccounts is the fact that a statement names whole accounts that are not the
// key's own. The text of each reason is the id of one.
func (c *computation) otherAccounts(s *iam.Statement, its *keyPolicy) Fact {
	if its.account == "" {
		return Fact{Verdict: iam.Unknown, Reasons: []Reason{{Code: "account-unknown", Text: "the account of the key is not known", Node: its.policy.ID}}}
	}
	var others []iam.Reason
	for _, principal := range s.Principals {
		if principal.Type != iam.AWS {
			continue
		}
		if account, ok := wholeAccount(c.graph.Expand(principal.Value)); ok && account != its.account {
			others = append(others, iam.Reason{Code: its.accountCode, Text: account, Path: "Principal"})
		}
	}
	return listed(others)
}
