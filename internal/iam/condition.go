package iam

import (
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// Codes of reasons about conditions.
const (
	// CodeCondition: a condition compares with another value than is sent.
	CodeCondition = "condition"
	// CodeMissingKey: the request does not carry the condition key.
	CodeMissingKey = "condition-key-missing"
	// CodeUndocumentedKey: nobody documents whether it carries the key.
	CodeUndocumentedKey = "condition-key-undocumented"
	// CodeUnknownValue: the value written or sent is not known.
	CodeUnknownValue = "condition-value-unknown"
)

// matchConditions says whether all conditions of a statement hold.
func (s *Statement) matchConditions(e evaluation) Result {
	combined := yes()
	for _, c := range s.Conditions {
		combined = both(combined, c.match(e))
	}
	if reason, gap := s.Gaps["Condition"]; gap {
		combined = both(combined, result(Unknown, Reason{Code: CodeUnknownValue, Text: reason, Path: "Condition", Location: s.Places["Condition"]}))
	}
	return combined
}

// both is the conjunction of two results, with the reasons of the lesser one.
func both(x, y Result) Result {
	switch {
	case x.Truth < y.Truth:
		return x
	case y.Truth < x.Truth:
		return y
	default:
		x.Reasons = append(x.Reasons[:len(x.Reasons):len(x.Reasons)], y.Reasons...)
		return x
	}
}

// name is the operator and key as a person writes them.
func (c Condition) name() string {
	operator := c.Operator
	if c.Qualifier != "" {
		operator = c.Qualifier + ":" + operator
	}
	if c.IfExists {
		operator += "IfExists"
	}
	return operator + " " + c.Key
}

func (c Condition) reason(code, format string, arguments ...any) Reason {
	return Reason{Code: code, Text: fmt.Sprintf(format, arguments...), Path: c.Path, Location: c.Location}
}

// match says whether a condition holds for a request.
func (c Condition) match(e evaluation) Result {
	context := e.request.Context[strings.ToLower(c.Key)]
	if context.Presence == Undocumented {
		why := context.Reason
		if why == "" {
			why = fmt.Sprintf("AWS does not document whether %s sends %s", e.request.caller(), c.Key)
		}
		return result(Unknown, c.reason(CodeUndocumentedKey, "%s: %s", c.name(), why))
	}
	if c.Operator == "Null" {
		return c.matchNull(context)
	}
	if context.Presence == Missing {
		return c.matchMissing(e)
	}
	return c.matchPresent(e, context)
}

// matchNull compares whether the key is absent with "true" or "false".
func (c Condition) matchNull(context ContextValue) Result {
	answer := No
	for _, written := range c.Values {
		text, literal := written.Literal()
		if !literal {
			answer = Or(answer, Unknown)
			continue
		}
		answer = Or(answer, truthOf(strings.EqualFold(text, "true") == (context.Presence == Missing)))
	}
	if answer == Yes {
		return yes()
	}
	return result(answer, c.reason(CodeCondition, "%s does not hold for this request", c.name()))
}

// matchMissing says what holds of a key that the request does not carry: see
// "Condition operators with a missing key" in the IAM User Guide.
func (c Condition) matchMissing(e evaluation) Result {
	holds := c.IfExists || c.Qualifier == "ForAllValues" || operators[c.Operator].negated && c.Qualifier == ""
	if holds {
		return yes()
	}
	return result(No, c.reason(CodeMissingKey, "%s never holds, since %s sends no %s", c.name(), e.request.caller(), c.Key))
}

func (c Condition) matchPresent(e evaluation, context ContextValue) Result {
	someYes, someNo, someUnknown := false, false, false
	note := ""
	for _, sent := range context.Values {
		answer := No
		for _, written := range c.Values {
			each, odd := operators[c.Operator].compare(e, written, sent)
			answer = Or(answer, each)
			if odd != "" {
				note = odd
			}
		}
		if operators[c.Operator].negated {
			answer = Not(answer)
		}
		someYes, someNo, someUnknown = someYes || answer == Yes, someNo || answer == No, someUnknown || answer == Unknown
	}
	switch {
	case someYes && !someNo && !someUnknown:
		return yes()
	case someNo && !someYes && !someUnknown:
		return result(No, c.reason(CodeCondition, "%s", c.compared(e, context, note)))
	case someYes && someNo && context.Reason != "":
		return result(Unknown, c.reason(CodeUnknownValue, "%s matches only some of what may be sent: %s", c.name(), context.Reason))
	default:
		return result(Unknown, c.reason(CodeUnknownValue, "%s", c.undecided(context)))
	}
}

// compared says what is compared with what.
func (c Condition) compared(e evaluation, context ContextValue, note string) string {
	text := fmt.Sprintf("%s is %s, but %s sends %s", c.name(), list(c.Values), e.request.caller(), list(context.Values))
	if context.Reason != "" {
		text += " (" + context.Reason + ")"
	}
	if note != "" {
		text += "; " + note
	}
	return text
}

// undecided says why a comparison is not decided.
func (c Condition) undecided(context ContextValue) string {
	for _, written := range c.Values {
		if reasons := written.Reasons(); len(reasons) > 0 && reasons[0] != "" {
			return fmt.Sprintf("%s: %s", c.name(), reasons[0])
		}
	}
	for _, written := range c.Values {
		if _, literal := written.Literal(); literal {
			return fmt.Sprintf("%s is the literal %s, which cannot be compared with %s before it is deployed", c.name(), list(c.Values), list(context.Values))
		}
	}
	return fmt.Sprintf("whether %s %s is %s is not known before it is deployed", c.name(), list(c.Values), list(context.Values))
}

func list(values []value.Value) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.String()
	}
	return strings.Join(texts, " or ")
}

// caller names who asks, for messages.
func (r Request) caller() string {
	if r.Caller.Type == Service {
		return "CloudFront"
	}
	return "the origin access identity"
}

// DemandsKMS reports whether the statement denies uploads whose encryption header
// is not aws:kms.
func (s *Statement) DemandsKMS() bool {
	if s.Allow != No || s.matchAction("s3:PutObject").Truth == No {
		return false
	}
	for _, c := range s.Conditions {
		if !strings.EqualFold(c.Key, "s3:x-amz-server-side-encryption") || !operators[c.Operator].negated {
			continue
		}
		for _, written := range c.Values {
			if text, literal := written.Literal(); literal && strings.HasPrefix(text, "aws:kms") {
				return true
			}
		}
	}
	return false
}

func firstOf(values []value.Value) value.Value {
	if len(values) == 0 {
		return value.Value{}
	}
	return values[0]
}
