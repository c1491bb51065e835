package iam

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
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

// matchConditions says whether all conditions of a statement hold. Where a
// request may carry one value or another, they are also judged together for each:
// two conditions that are unknown by themselves may exclude one another.
func (s *Statement) matchConditions(e evaluation) Result {
	combined := s.conditionsHold(e)
	if combined.Truth != Unknown {
		return combined
	}
	variants := e.request.variants([]*Statement{s})
	if len(variants) == 1 {
		return combined
	}
	var common Result
	for i, variant := range variants {
		each := s.conditionsHold(evaluation{request: &variant, variables: e.variables})
		if each.Truth == Unknown || i > 0 && each.Truth != common.Truth {
			return combined
		}
		common.Truth = each.Truth
		for _, reason := range each.Reasons {
			if !slices.Contains(common.Reasons, reason) {
				common.Reasons = append(common.Reasons, reason)
			}
		}
	}
	return common
}

func (s *Statement) conditionsHold(e evaluation) Result {
	combined := yes()
	for _, c := range s.Conditions {
		combined = both(combined, c.match(e))
	}
	if reason, gap := s.Gaps["Condition"]; gap {
		combined = both(combined, result(Unknown, Reason{Code: CodeUnknownValue, Text: reason, Path: "Condition", Location: s.place("Condition")}))
	}
	return combined
}

// variants returns the request once for each combination of the values that it
// may carry for keys that the statements compare.
func (r *Request) variants(statements []*Statement) []Request {
	variants := []Request{*r}
	split := map[string]bool{}
	for _, s := range statements {
		for _, c := range s.Conditions {
			key := strings.ToLower(c.Key)
			context := r.context(key)
			if split[key] || len(context.Values) < 2 {
				continue
			}
			split[key] = true
			var next []Request
			for _, variant := range variants {
				for _, sent := range context.Values {
					one := variant
					single := context
					single.Values = []value.Value{sent}
					one.Context = map[string]ContextValue{key: single}
					maps.Copy(one.Context, variant.Context)
					one.Context[key] = single
					next = append(next, one)
				}
			}
			variants = next
		}
	}
	return variants
}

// context is what the request carries for a condition key, whose name is not
// case-sensitive. A family of keys, such as those of tags, is in it with a * for
// the end of its names.
func (r *Request) context(key string) ContextValue {
	key = strings.ToLower(key)
	if known, ok := r.carries(key); ok {
		return known
	}
	for i := len(key) - 1; i >= 0; i-- {
		if key[i] == ':' || key[i] == '/' {
			if known, ok := r.carries(key[:i+1] + "*"); ok {
				return known
			}
		}
	}
	return ContextValue{}
}

// carries is what the request carries for a key, or family, in small letters.
func (r *Request) carries(key string) (ContextValue, bool) {
	if known, ok := r.Context[key]; ok {
		return known, true
	}
	if r.Read == nil {
		return ContextValue{}, false
	}
	return r.Read.carries(r.Caller.Type, r.Action, key)
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
	context := e.request.context(c.Key)
	switch {
	case context.Presence == Undocumented:
		return c.matchUndocumented(e, context)
	case c.Operator == "Null":
		return c.matchNull(context)
	case context.Presence == Missing:
		return c.matchMissing(e, context)
	default:
		return c.matchPresent(e, context)
	}
}

// matchUndocumented judges a key that may be missing or have any value: only a
// condition that does not care is decided.
func (c Condition) matchUndocumented(e evaluation, context ContextValue) Result {
	anything := value.Concat(c.Location, value.NotKnown("", c.Location))
	present := c
	present.IfExists = false
	missing := ContextValue{Presence: Missing}
	var answers [2]Truth
	if c.Operator == "Null" {
		answers = [2]Truth{c.matchNull(missing).Truth, c.matchNull(ContextValue{Presence: Present}).Truth}
	} else {
		answers = [2]Truth{c.matchMissing(e, missing).Truth, present.matchPresent(e, ContextValue{Presence: Present, Values: []value.Value{anything}}).Truth}
	}
	if answers == [2]Truth{Yes, Yes} {
		return yes()
	}
	why := context.Reason
	if why == "" {
		why = fmt.Sprintf("AWS does not document whether %s sends %s", e.request.caller(), c.Key)
	}
	return result(Unknown, c.reason(CodeUndocumentedKey, "%s: %s", c.name(), why))
}

// matchNull compares whether the key is absent with "true" or "false".
func (c Condition) matchNull(context ContextValue) Result {
	answer := No
	for _, written := range c.Values {
		text, literal := written.Literal()
		switch {
		case literal && strings.EqualFold(text, "true"):
			answer = Or(answer, truthOf(context.Presence == Missing))
		case literal && strings.EqualFold(text, "false"):
			answer = Or(answer, truthOf(context.Presence == Present))
		default:
			answer = Or(answer, Unknown)
		}
	}
	switch answer {
	case Yes:
		return yes()
	case Unknown:
		return result(Unknown, c.reason(CodeUnknownValue, "%s is %s, which is neither true nor false", c.name(), list(c.Values)))
	}
	code, state := CodeCondition, "is in the request"
	if context.Presence == Missing {
		code, state = CodeMissingKey, "is not in the request"
	}
	return result(No, c.reason(code, "%s is %s, but %s %s", c.name(), list(c.Values), c.Key, state))
}

// matchMissing says what holds of a key that the request does not carry: see
// "Condition operators with a missing key" in the IAM User Guide.
func (c Condition) matchMissing(e evaluation, context ContextValue) Result {
	holds := c.IfExists || c.Qualifier == "ForAllValues" || operators[c.Operator].negated && c.Qualifier == ""
	if holds {
		return yes()
	}
	text := fmt.Sprintf("%s is %s, but %s sends no %s", c.name(), list(c.Values), e.request.caller(), c.Key)
	if context.Reason != "" {
		text += " (" + context.Reason + ")"
	}
	return result(No, c.reason(CodeMissingKey, "%s", text))
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
		return result(Unknown, c.reason(CodeUnknownValue, "%s", c.undecided(e, context, note)))
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
func (c Condition) undecided(e evaluation, context ContextValue, note string) string {
	if note != "" {
		return fmt.Sprintf("%s is %s; %s", c.name(), list(c.Values), note)
	}
	for _, written := range c.Values {
		if reasons := written.Reasons(); len(reasons) > 0 && reasons[0] != "" {
			return fmt.Sprintf("%s: %s", c.name(), reasons[0])
		}
	}
	for _, sent := range context.Values {
		if reasons := sent.Reasons(); len(reasons) > 0 && reasons[0] != "" {
			return fmt.Sprintf("%s: %s", c.name(), reasons[0])
		}
	}
	for _, written := range c.Values {
		text, literal := written.Literal()
		if _, variable, _, found := cutVariable(text); found && e.variables != No {
			return fmt.Sprintf("%s is %s, and what ${%s} stands for is not known", c.name(), list(c.Values), variable)
		}
		if literal {
			return fmt.Sprintf("%s is the literal %s, which cannot be compared with %s before it is deployed", c.name(), list(c.Values), list(context.Values))
		}
	}
	return fmt.Sprintf("whether %s %s is %s is not known before it is deployed", c.name(), list(c.Values), list(context.Values))
}

func list(values []value.Value) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = written(v)
	}
	return strings.Join(texts, " or ")
}

// written is a value for a person. Text that looks like a reference, which was put in
// quotes by mistake, is shown as text.
func written(v value.Value) string {
	if text, literal := v.Literal(); literal && reference.MatchString(text) {
		return fmt.Sprintf("the text %q", text)
	}
	return v.String()
}

var reference = regexp.MustCompile(`^(?:aws_|data\.|module\.|var\.|local\.|!|\$\{)[^:*]*$`)

// caller names who asks, for messages.
func (r *Request) caller() string {
	if r.Caller.Type == Service {
		return "CloudFront"
	}
	return "the origin access identity"
}

// DependsOn reports whether what the statement says of a request may depend on a
// condition key, in small letters: by a condition, or by a policy variable.
func (s *Statement) DependsOn(key string) bool {
	names := func(v value.Value) bool {
		return slices.ContainsFunc(v.Parts(), func(part value.Part) bool {
			return part.Kind == value.Literal && strings.Contains(strings.ToLower(part.Text), key)
		})
	}
	return slices.ContainsFunc(s.Conditions, func(c Condition) bool {
		return strings.EqualFold(c.Key, key) || slices.ContainsFunc(c.Values, names)
	}) || slices.ContainsFunc(s.Resources, names) || slices.ContainsFunc(s.NotResources, names)
}

// DemandsKMS reports whether the statement denies uploads whose encryption header
// is not aws:kms.
func (s *Statement) DemandsKMS() bool {
	if s.Allow != No || s.answersAction("s3:PutObject") == No {
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
