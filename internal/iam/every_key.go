package iam

import (
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// Codes of the reasons of DecryptsEveryKey.
const (
	// CodeEveryKey: an action of AWS KMS is allowed on every key.
	CodeEveryKey = "every-key"
	// CodeEveryService: it is so as part of what more services have.
	CodeEveryService = "every-service"
)

// decryptActions are those of the AWS Security Hub controls KMS.1 and KMS.2.
var decryptActions = []string{"kms:Decrypt", "kms:ReEncryptFrom"}

// partitions are those in which CloudFront or its keys may be.
var partitions = []string{"aws", "aws-cn", "aws-us-gov"}

// DecryptsEveryKey returns the actions that show what a key hides which a statement of
// a policy of an identity allows on every key there is: those of every account and
// Region, whatever their policies say. Keys of one account or Region are fewer. The
// text of each reason is an action.
//
// A condition on what the key is or on how it is used makes them fewer, and so may a
// Deny of the document.
func (d *Document) DecryptsEveryKey(s *Statement, expand func(value.Value) value.Value) []Reason {
	element := "Resource"
	if s.Resources == nil {
		element = "NotResource"
	}
	// Few statements of identities speak of keys at all.
	if s.Allow != Yes || len(d.Gaps) > 0 || !slices.ContainsFunc(decryptActions, s.TakesIn) || s.limitsKeys() || !s.coversEveryKey(expand) {
		return nil
	}
	var allowed []Reason
	for _, action := range decryptActions {
		if !s.TakesIn(action) || d.deniesKeys(action, expand) {
			continue
		}
		code := CodeEveryService
		for _, pattern := range s.Actions {
			if strings.HasPrefix(strings.ToLower(pattern.String()), "kms:") && matchesAction(pattern, action) == Yes {
				code = CodeEveryKey
			}
		}
		allowed = append(allowed, s.reason(code, element, "%s", action))
	}
	return allowed
}

// deniesKeys reports whether a Deny may take an action on some keys away. One under
// conditions that have nothing to do with keys, such as MFA, does not.
func (d *Document) deniesKeys(action string, expand func(value.Value) value.Value) bool {
	for _, s := range d.Statements {
		if s.Allow != Yes && s.answersAction(action) != No && s.mayTakeInKeys(expand) && (len(s.Conditions) == 0 || s.limitsKeys()) {
			return true
		}
	}
	return false
}

// limitsKeys reports whether a condition makes a statement hold for some keys or some
// uses of them only, or may do so.
func (s *Statement) limitsKeys() bool {
	if _, gap := s.Gaps["Condition"]; gap {
		return true
	}
	for _, c := range s.Conditions {
		switch key := strings.ToLower(c.Key); {
		case key == "kms:viaservice" || key == "kms:resourcealiases" || key == "kms:requestalias",
			key == "aws:resourceaccount" || key == "aws:resourceorgid" || key == "aws:resourceorgpaths",
			strings.HasPrefix(key, "aws:resourcetag/"), strings.HasPrefix(key, "kms:encryptioncontext"):
			return true
		}
	}
	return false
}

// coversEveryKey reports whether the resources of a statement certainly take in every key.
func (s *Statement) coversEveryKey(expand func(value.Value) value.Value) bool {
	if s.Resources != nil {
		return slices.ContainsFunc(s.Resources, func(written value.Value) bool {
			pattern := expand(written)
			// Without a wildcard it is one resource, which is not known here.
			return hasWildcard(pattern) && keysIn(pattern) == Yes
		})
	}
	if s.NotResources == nil || s.Gaps["NotResource"] != "" {
		return false
	}
	return !slices.ContainsFunc(s.NotResources, func(written value.Value) bool { return keysIn(expand(written)) != No })
}

func hasWildcard(pattern value.Value) bool {
	return slices.ContainsFunc(pattern.Parts(), func(part value.Part) bool {
		return part.Kind == value.Literal && strings.Contains(part.Text, "*")
	})
}

// mayTakeInKeys reports whether the resources of a statement may take in a key.
func (s *Statement) mayTakeInKeys(expand func(value.Value) value.Value) bool {
	if s.Resources == nil || s.Gaps["Resource"] != "" {
		return true
	}
	for _, pattern := range s.Resources {
		if keysIn(expand(pattern)) != No {
			return true
		}
	}
	return false
}

// keysIn says whether a pattern takes in a key of which nothing but the partition is
// known: Yes where it takes in all, No where it takes in none. The stack's own partition
// may be any.
func keysIn(pattern value.Value) Truth {
	if text, sole := pattern.SoleLiteral(); sole && text == "*" {
		return Yes
	}
	answer := No
	var first, second tokenBuffer
	for _, partition := range partitions {
		c := comparison{generated: func(string) bool { return false }, partition: partition}
		answer = max(answer, c.matchText(c.tokenize(first[:0], pattern, true), c.someKey(second[:0])))
	}
	return answer
}

// someKey appends the ARN of a key of which nothing but the partition is known.
func (c comparison) someKey(tokens []token) []token {
	unknown := token{kind: unknownToken}
	for _, text := range []string{"arn:", c.partition, ":kms:"} {
		tokens = c.tokenizeLiteral(tokens, text, false)
	}
	tokens = c.tokenizeLiteral(append(tokens, unknown), ":", false)
	return append(c.tokenizeLiteral(append(tokens, unknown), ":key/", false), unknown)
}
