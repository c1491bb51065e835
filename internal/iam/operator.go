package iam

import (
	"encoding/base64"
	"net/netip"
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

// An evaluation holds what comparisons need besides the two values.
type evaluation struct {
	request   Request
	variables bool
}

func (e evaluation) comparison() comparison { return comparison{generated: e.request.Generated} }

// compareString returns the comparison of the string operators. The note of a
// comparison says what is odd about the value written.
func compareString(wildcards, ignoreCase bool) func(evaluation, value.Value, value.Value) (Truth, string) {
	return func(e evaluation, written, sent value.Value) (Truth, string) {
		c := e.comparison()
		c.ignoreCase = ignoreCase
		expanded := e.request.Expand(written)
		pattern := c.tokenize(expanded, wildcards, e.variables)
		answer := c.matchWhole(pattern, c.tokenize(e.request.Expand(sent), false, false))
		note := ""
		if text, literal := expanded.Literal(); !wildcards && answer != Yes && (literal || expanded.Kind == value.String) && holdsWildcard(expanded, text) {
			note = "the * in it stands for itself under this operator, use ArnLike or StringLike"
		}
		return answer, note
	}
}

func holdsWildcard(v value.Value, text string) bool {
	if strings.Contains(text, "*") {
		return true
	}
	for _, part := range v.Parts {
		if part.Kind == value.Literal && strings.Contains(part.Text, "*") {
			return true
		}
	}
	return false
}

func compareARN(e evaluation, written, sent value.Value) (Truth, string) {
	c := e.comparison()
	pattern := c.tokenize(e.request.Expand(written), true, e.variables)
	answer, isARN := c.matchARN(pattern, c.tokenize(e.request.Expand(sent), false, false))
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
		wanted, err := strconv.ParseFloat(x, 64)
		if err != nil {
			return No, "that is no number"
		}
		got, err := strconv.ParseFloat(y, 64)
		if err != nil {
			return No, ""
		}
		order := 0
		if got < wanted {
			order = -1
		} else if got > wanted {
			order = 1
		}
		return truthOf(holds(order)), ""
	}
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
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
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
	if _, err := base64.StdEncoding.DecodeString(x); err != nil {
		return No, "that is not base64"
	}
	return truthOf(x == y), ""
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
