package iam

import (
	"bytes"
	"encoding/base64"
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/originkey/originkey/internal/value"
)

// An operator compares one value of a policy with one value of a request.
type operator struct {
	compare func(e evaluation, written, sent value.Value) (Truth, string)
	// negated operators hold where the comparison does not, for every value
	// written, and where the key is missing.
	negated bool
}

// operators are those of "IAM JSON policy elements: Condition operators" in the
// IAM User Guide. ArnEquals and ArnLike behave identically.
var operators = map[string]operator{
	"StringEquals":              {compare: compareString(false, false)},
	"StringNotEquals":           {compare: compareString(false, false), negated: true},
	"StringEqualsIgnoreCase":    {compare: compareString(false, true)},
	"StringNotEqualsIgnoreCase": {compare: compareString(false, true), negated: true},
	"StringLike":                {compare: compareString(true, false)},
	"StringNotLike":             {compare: compareString(true, false), negated: true},
	"NumericEquals":             {compare: compareNumber(func(order int) bool { return order == 0 })},
	"NumericNotEquals":          {compare: compareNumber(func(order int) bool { return order == 0 }), negated: true},
	"NumericLessThan":           {compare: compareNumber(func(order int) bool { return order < 0 })},
	"NumericLessThanEquals":     {compare: compareNumber(func(order int) bool { return order <= 0 })},
	"NumericGreaterThan":        {compare: compareNumber(func(order int) bool { return order > 0 })},
	"NumericGreaterThanEquals":  {compare: compareNumber(func(order int) bool { return order >= 0 })},
	"DateEquals":                {compare: compareDate(func(order int) bool { return order == 0 })},
	"DateNotEquals":             {compare: compareDate(func(order int) bool { return order == 0 }), negated: true},
	"DateLessThan":              {compare: compareDate(func(order int) bool { return order < 0 })},
	"DateLessThanEquals":        {compare: compareDate(func(order int) bool { return order <= 0 })},
	"DateGreaterThan":           {compare: compareDate(func(order int) bool { return order > 0 })},
	"DateGreaterThanEquals":     {compare: compareDate(func(order int) bool { return order >= 0 })},
	"Bool":                      {compare: compareBool},
	"BinaryEquals":              {compare: compareBinary},
	"IpAddress":                 {compare: compareAddress},
	"NotIpAddress":              {compare: compareAddress, negated: true},
	"ArnEquals":                 {compare: compareARN},
	"ArnLike":                   {compare: compareARN},
	"ArnNotEquals":              {compare: compareARN, negated: true},
	"ArnNotLike":                {compare: compareARN, negated: true},
	"Null":                      {},
}

// parseOperator reads a condition operator with its qualifier and suffix.
// Operator names are not case-sensitive.
func parseOperator(written string) (Condition, bool) {
	c := Condition{}
	name := written
	if qualifier, rest, ok := strings.Cut(written, ":"); ok {
		for _, known := range []string{"ForAllValues", "ForAnyValue"} {
			if strings.EqualFold(qualifier, known) {
				c.Qualifier = known
			}
		}
		if c.Qualifier == "" {
			return c, false
		}
		name = rest
	}
	if len(name) > len("IfExists") && strings.EqualFold(name[len(name)-len("IfExists"):], "IfExists") {
		c.IfExists = true
		name = name[:len(name)-len("IfExists")]
	}
	for known := range operators {
		if strings.EqualFold(known, name) {
			c.Operator = known
		}
	}
	if c.Operator == "Null" && c.IfExists {
		return c, false
	}
	return c, c.Operator != ""
}

// compareString returns the comparison of the string operators. The note of a
// comparison says what is odd about the value written.
func compareString(wildcards, ignoreCase bool) func(evaluation, value.Value, value.Value) (Truth, string) {
	return func(e evaluation, written, sent value.Value) (Truth, string) {
		c := e.comparison()
		c.ignoreCase = ignoreCase
		pattern := e.request.Expand(written)
		if e.isPlain(pattern) {
			if answer, decided := c.matchPlain(pattern, e.request.Expand(sent), wildcards); decided {
				return answer, noteOnStar(!wildcards && answer != Yes && holdsStar(pattern))
			}
		}
		var first, second tokenBuffer
		tokens, ok := e.pattern(first[:0], c, pattern, wildcards)
		if !ok {
			return No, noValue
		}
		answer := c.matchWhole(tokens, e.text(second[:0], c, sent))
		return answer, noteOnStar(!wildcards && answer != Yes && slices.Contains(tokens, token{literal: '*'}))
	}
}

// noteOnStar is what is odd about a * under an operator without wildcards.
func noteOnStar(odd bool) string {
	if !odd {
		return ""
	}
	return "the * in it stands for itself under this operator, use ArnLike or StringLike"
}

func holdsStar(v value.Value) bool {
	return slices.ContainsFunc(v.Parts(), func(part value.Part) bool {
		return part.Kind == value.Literal && strings.Contains(part.Text, "*")
	})
}

// noValue is why a value with a policy variable equals nothing.
const noValue = "a policy variable in it has no value in this request"

func compareARN(e evaluation, written, sent value.Value) (Truth, string) {
	c := e.comparison()
	var first, second tokenBuffer
	pattern, ok := e.pattern(first[:0], c, e.request.Expand(written), true)
	if !ok {
		return No, noValue
	}
	if len(pattern) == 1 && pattern[0].kind == anyText {
		// AWS compares each of the six components of an ARN. Whether a
		// lone * counts as an ARN is not documented.
		return Unknown, "AWS does not document whether * alone is an ARN"
	}
	answer, isARN := c.matchARN(pattern, e.text(second[:0], c, sent))
	if !isARN {
		return No, "that is no ARN"
	}
	return answer, ""
}

// literals returns the texts of two values where both are known.
func literals(e evaluation, written, sent value.Value) (x, y string, ok bool) {
	x, xKnown := e.request.Expand(written).Literal()
	y, yKnown := e.request.Expand(sent).Literal()
	return x, y, xKnown && yKnown
}

func compareNumber(holds func(order int) bool) func(evaluation, value.Value, value.Value) (Truth, string) {
	return func(e evaluation, written, sent value.Value) (Truth, string) {
		x, y, ok := literals(e, written, sent)
		if !ok {
			return Unknown, ""
		}
		wanted, ok := parseNumber(x)
		if !ok {
			return No, "that is no number"
		}
		got, ok := parseNumber(y)
		if !ok {
			return No, ""
		}
		return truthOf(holds(got.Cmp(wanted))), ""
	}
}

// number is how IAM writes numbers: no exponents of other bases, no NaN.
var number = regexp.MustCompile(`^[+-]?[0-9]{1,40}(\.[0-9]{1,40})?$`)

func parseNumber(text string) (*big.Rat, bool) {
	if !number.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func compareDate(holds func(order int) bool) func(evaluation, value.Value, value.Value) (Truth, string) {
	return func(e evaluation, written, sent value.Value) (Truth, string) {
		x, y, ok := literals(e, written, sent)
		if !ok {
			return Unknown, ""
		}
		wanted, err := parseDate(x)
		if err != nil {
			return No, "that is no date"
		}
		got, err := parseDate(y)
		if err != nil {
			return No, ""
		}
		return truthOf(holds(got.Compare(wanted))), ""
	}
}

// parseDate reads the W3C profile of ISO 8601, or seconds since 1970.
func parseDate(text string) (time.Time, error) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) != len("2006") {
		return time.Unix(seconds, 0), nil
	}
	var date time.Time
	var err error
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"} {
		if date, err = time.Parse(layout, text); err == nil {
			return date, nil
		}
	}
	return date, err
}

func compareBool(e evaluation, written, sent value.Value) (Truth, string) {
	x, y, ok := literals(e, written, sent)
	if !ok {
		return Unknown, ""
	}
	return truthOf(strings.EqualFold(x, y)), ""
}

func compareBinary(e evaluation, written, sent value.Value) (Truth, string) {
	x, y, ok := literals(e, written, sent)
	if !ok {
		return Unknown, ""
	}
	wanted, err := base64.StdEncoding.DecodeString(x)
	if err != nil {
		return No, "that is not base64"
	}
	got, err := base64.StdEncoding.DecodeString(y)
	return truthOf(err == nil && bytes.Equal(wanted, got)), ""
}

func compareAddress(e evaluation, written, sent value.Value) (Truth, string) {
	x, y, ok := literals(e, written, sent)
	if !ok {
		return Unknown, ""
	}
	network, err := parseNetwork(x)
	if err != nil {
		return No, "that is no address range"
	}
	address, err := netip.ParseAddr(y)
	if err != nil {
		return No, ""
	}
	return truthOf(network.Contains(address)), ""
}

// parseNetwork reads a CIDR range; an address alone is a range of one.
func parseNetwork(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, err
		}
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}
