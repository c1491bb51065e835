package iam

import (
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// restrictingKeys are the condition keys that pin who may call to an account, an
// organisation or a network.
var restrictingKeys = map[string]bool{
	"aws:principalarn":      true,
	"aws:principalaccount":  true,
	"aws:principalorgid":    true,
	"aws:principalorgpaths": true,
	"kms:calleraccount":     true,
	"aws:sourcearn":         true,
	"aws:sourceaccount":     true,
	"aws:sourceorgid":       true,
	"aws:sourceorgpaths":    true,
	"aws:sourcevpc":         true,
	"aws:sourcevpce":        true,
	"aws:sourceip":          true,
}

// RestrictsWho says whether a condition pins who may call: by a key that names
// an account, an organisation or a network, with a value that pins one, and an
// operator that fails where the key is absent.
func (s *Statement) RestrictsWho() Result {
	combined := result(No)
	for _, c := range s.Conditions {
		answer := c.restricts(s.demands(c.Key))
		combined.Truth = Or(combined.Truth, answer)
		if answer == Unknown {
			combined.Reasons = append(combined.Reasons, c.reason(CodeUnknownValue, "%s: %s", c.name(), reasonOf(firstOf(c.Values), "its value is not known")))
		}
	}
	if reason, gap := s.Gaps["Condition"]; gap {
		combined.Truth = Or(combined.Truth, Unknown)
		combined.Reasons = append(combined.Reasons, Reason{Code: CodeUnknownValue, Text: reason, Path: "Condition", Location: s.place("Condition")})
	}
	return combined
}

// restricts is RestrictsWho for one condition. present says that another one fails
// where the key is absent.
func (c Condition) restricts(present bool) Truth {
	key := strings.ToLower(c.Key)
	if !restrictingKeys[key] || c.holdsWithout() && !present || operators[c.Operator].negated || c.Operator == "Null" {
		return No
	}
	// Values are alternatives: the widest one decides.
	answer := Yes
	for _, written := range c.Values {
		answer = And(answer, pins(key, written, c.Operator))
	}
	if len(c.Values) == 0 {
		return No
	}
	return answer
}

// holdsWithout reports whether a condition holds in requests without its key because of
// its qualifier or suffix.
func (c Condition) holdsWithout() bool { return c.IfExists || c.Qualifier == "ForAllValues" }

// demands reports whether the statement holds only for requests that carry a key:
// "Null": {"<key>": "false"}.
func (s *Statement) demands(key string) bool {
	for _, c := range s.Conditions {
		if c.Operator != "Null" || !strings.EqualFold(c.Key, key) || len(c.Values) != 1 {
			continue
		}
		if text, literal := c.Values[0].Literal(); literal && strings.EqualFold(text, "false") {
			return true
		}
	}
	return false
}

// Codes of the reasons of VoidConditions.
const (
	// CodeIfExists: the operator holds where the key is absent.
	CodeIfExists = "if-exists"
	// CodeForAllValues: the qualifier holds where the key is absent.
	CodeForAllValues = "for-all-values"
	// CodeNull: Null asks whether the key is there, not what it holds.
	CodeNull = "null"
	// CodeAnyValue: the value admits every account, organisation or network.
	CodeAnyValue = "any-value"
)

// VoidConditions returns the conditions on keys that restrict who may call which do
// not restrict that, with the reason in words. It is empty where another condition
// does. A negated operator is none of them: it names who may not call.
func (s *Statement) VoidConditions() []Reason {
	if s.RestrictsWho().Truth != No {
		return nil
	}
	var void []Reason
	for _, c := range s.Conditions {
		switch {
		case !restrictingKeys[strings.ToLower(c.Key)] || operators[c.Operator].negated:
		case c.Operator == "Null":
			// A pair with another condition on the key is reported there.
			if !s.compares(c.Key) {
				void = append(void, c.reason(CodeNull, "%s asks whether a request has the key, not what it holds", c.name()))
			}
		case c.IfExists && !s.demands(c.Key):
			void = append(void, c.reason(CodeIfExists, "%s also holds for requests that have no %s", c.name(), c.Key))
		case c.Qualifier == "ForAllValues" && !s.demands(c.Key):
			void = append(void, c.reason(CodeForAllValues, "%s also holds for requests that have no %s", c.name(), c.Key))
		case len(c.Values) > 0:
			void = append(void, c.reason(CodeAnyValue, "%s is %s, which takes in every %s", c.name(), list(c.Values), pinned(c.Key)))
		}
	}
	return void
}

// pinned is what a restricting key pins.
func pinned(key string) string {
	key = strings.ToLower(key)
	switch {
	case strings.Contains(key, "org"):
		return "organization"
	case key == "aws:sourceip" || strings.Contains(key, "vpc"):
		return "network"
	default:
		return "account"
	}
}

// compares reports whether a condition compares the value of a key.
func (s *Statement) compares(key string) bool {
	for _, c := range s.Conditions {
		if c.Operator != "Null" && strings.EqualFold(c.Key, key) {
			return true
		}
	}
	return false
}

// pins says whether a value of a restricting key admits one account,
// organisation or network only.
func pins(key string, written value.Value, operator string) Truth {
	text, literal := written.Literal()
	switch key {
	case "aws:sourceip":
		if !literal {
			return Unknown
		}
		network, err := parseNetwork(text)
		return truthOf(err == nil && network.Bits() > 0)
	case "aws:sourcearn", "aws:principalarn":
		return pinsAccount(written, operator)
	}
	if !literal {
		return pinnedUnlessUnknown(written)
	}
	if operator == "StringLike" || strings.HasPrefix(operator, "Arn") {
		if strings.Contains(key, "org") {
			// "o-*" and "o-*/r-ab12/*" take in every organization.
			text, _, _ = strings.Cut(strings.TrimPrefix(text, "o-"), "/")
		}
		return truthOf(strings.Trim(text, "*?") != "")
	}
	return truthOf(text != "")
}

// pinsAccount looks at the account of an ARN pattern. An ARN without an account,
// such as a bucket's, pins the one resource that it names.
func pinsAccount(written value.Value, operator string) Truth {
	if written.Kind != value.String {
		return Unknown
	}
	if _, alone := written.SoleReference(); alone {
		return Yes
	}
	c := comparison{generated: func(string) bool { return true }}
	wildcards := operator != "StringEquals" && operator != "StringEqualsIgnoreCase"
	var buffer tokenBuffer
	pattern := c.tokenize(buffer[:0], written, wildcards)
	parts, count, _ := c.segments(pattern)
	if count < arnSegments {
		switch {
		case len(written.Reasons()) > 0:
			return Unknown
		case operator == "StringLike":
			// Its wildcards span colons.
			return truthOf(!c.takesInStrangers(pattern))
		default:
			// It matches no ARN, so that it admits nobody.
			return truthOf(len(pattern) == 0 || !spellsOnlyWildcards(parts[:count]))
		}
	}
	account := parts[4]
	for _, t := range account {
		switch t.kind {
		case anyText, anyRune:
			return No
		case unknownToken:
			return Unknown
		}
	}
	if len(account) == 0 {
		return truthOf(!onlyWildcards(parts[5]))
	}
	return Yes
}

// takesInStrangers reports whether a pattern matches the distributions, roles or users of
// whatever account.
func (c comparison) takesInStrangers(pattern []token) bool {
	var buffer tokenBuffer
	for _, partition := range partitions {
		for _, form := range [][2]string{{":cloudfront::", ":distribution/"}, {":iam::", ":role/"}, {":iam::", ":user/"}} {
			stranger := c.tokenizeLiteral(c.tokenizeLiteral(c.tokenizeLiteral(buffer[:0], "arn:", false), partition, false), form[0], false)
			stranger = append(c.tokenizeLiteral(append(stranger, token{kind: unknownToken}), form[1], false), token{kind: unknownToken})
			if c.matchText(pattern, stranger) == Yes {
				return true
			}
		}
	}
	return false
}

func spellsOnlyWildcards(parts [][]token) bool {
	for _, part := range parts {
		if !onlyWildcards(part) {
			return false
		}
	}
	return true
}

func onlyWildcards(tokens []token) bool {
	for _, t := range tokens {
		if t.kind != anyText && t.kind != anyRune {
			return false
		}
	}
	return true
}

func pinnedUnlessUnknown(v value.Value) Truth {
	if v.Kind != value.String || len(v.Reasons()) > 0 {
		return Unknown
	}
	return Yes
}

// AdmitsOtherDistributions says whether the conditions of a statement for
// CloudFront leave open which distribution of the account or organisation asks:
// none compares aws:SourceArn with one distribution. The reason of a Yes is the
// condition that comes closest.
func (s *Statement) AdmitsOtherDistributions() Result {
	pinned := No
	var closest []Reason
	for _, c := range s.Conditions {
		answer := c.pinsDistribution(s.demands(c.Key))
		pinned = Or(pinned, answer)
		if answer != Yes && c.restricts(s.demands(c.Key)) == Yes && len(closest) == 0 {
			closest = append(closest, c.reason(CodeCondition, "%s is %s", c.name(), list(c.Values)))
		}
	}
	if reason, gap := s.Gaps["Condition"]; gap {
		pinned = Or(pinned, Unknown)
		closest = append(closest, Reason{Code: CodeUnknownValue, Text: reason, Path: "Condition", Location: s.place("Condition")})
	}
	return result(Not(pinned), closest...)
}

func (c Condition) pinsDistribution(present bool) Truth {
	if !strings.EqualFold(c.Key, "aws:SourceArn") || c.restricts(present) == No {
		return No
	}
	// Values are alternatives: the widest one decides.
	answer := Yes
	for _, written := range c.Values {
		answer = And(answer, pinsResource(written, c.Operator))
	}
	return answer
}

// pinsResource says whether an ARN pattern names one resource. A text that is no
// ARN names none.
func pinsResource(written value.Value, operator string) Truth {
	if written.Kind != value.String {
		return Unknown
	}
	wildcards := !strings.HasPrefix(operator, "StringEquals")
	c := comparison{generated: func(string) bool { return true }}
	var buffer tokenBuffer
	parts, count, _ := c.segments(c.tokenize(buffer[:0], written, wildcards))
	if count < arnSegments {
		if len(written.Reasons()) > 0 {
			return Unknown
		}
		return Yes
	}
	answer := Yes
	for _, t := range parts[arnSegments-1] {
		switch t.kind {
		case anyText, anyRune:
			return No
		case unknownToken:
			answer = Unknown
		}
	}
	return answer
}
