package iam

import (
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// Codes of reasons about the other elements.
const (
	CodePrincipal        = "principal"
	CodePrincipalUnknown = "principal-unknown"
	// CodeEveryone: whether "*" takes in a service principal is undocumented.
	CodeEveryone        = "everyone"
	CodeAction          = "action"
	CodeNoAction        = "no-action"
	CodeActionUnknown   = "action-unknown"
	CodeResource        = "resource"
	CodeNoResource      = "no-resource"
	CodeResourceAlias   = "resource-alias"
	CodeEffectUnknown   = "effect-unknown"
	CodePolicyUnknown   = "policy-unknown"
	CodeResourceUnknown = "resource-unknown"
)

// A Match is what each element of a statement says of a request.
type Match struct {
	Statement *Statement
	Principal Result
	Action    Result
	Resource  Result
	Condition Result
}

// Applies says whether the statement speaks of the request, whatever its effect.
func (m Match) Applies() Truth {
	return And(m.Principal.Truth, m.Action.Truth, m.Resource.Truth, m.Condition.Truth)
}

// Reasons returns why Applies is not Yes: those of the elements that say so.
func (m Match) Reasons() []Reason {
	answer := m.Applies()
	var reasons []Reason
	for _, element := range []Result{m.Principal, m.Action, m.Resource, m.Condition} {
		if element.Truth == answer {
			reasons = append(reasons, element.Reasons...)
		}
	}
	return reasons
}

// A Decision is what a document says of a request.
type Decision struct {
	// Allowed is Yes where a statement allows and none denies for certain.
	Allowed Truth
	// Denied is Yes where a statement denies explicitly for certain.
	Denied Truth
	// Matches holds every statement of the world, in written order.
	Matches []Match
	// Reasons say why Allowed is Unknown.
	Reasons []Reason
}

// Match compares a statement with a request, element by element.
func (s *Statement) Match(r Request) Match {
	return s.match(&r)
}

func (s *Statement) match(r *Request) Match {
	e := evaluation{request: r, variables: s.Variables}
	return Match{
		Statement: s,
		Principal: s.matchPrincipal(e),
		Action:    s.matchAction(e.request.Action),
		Resource:  s.matchResource(e),
		Condition: s.matchConditions(e),
	}
}

// MatchResource compares the resources of a statement with those of a request.
func (s *Statement) MatchResource(r Request) Result {
	return s.matchResource(evaluation{request: &r, variables: s.Variables})
}

// Evaluate decides a request as it is in a world: an explicit Deny wins, then an
// Allow, and what no statement speaks of is denied ("Policy evaluation logic" in
// the IAM User Guide). What is unknown stays so.
//
// Where a request may carry one value or another, each is also judged by itself:
// one statement may speak of the one and another of the other.
func (d *Document) Evaluate(r Request, world *value.World) Decision {
	var statements []*Statement
	for _, s := range d.Statements {
		if s.When.In(world) {
			statements = append(statements, s)
		}
	}
	decision := d.evaluate(statements, &r, world)
	if decision.Allowed != Unknown && decision.Denied != Unknown {
		return decision
	}
	variants := r.variants(statements)
	if len(variants) == 1 {
		return decision
	}
	allowed, denied := map[Truth]bool{}, map[Truth]bool{}
	for _, variant := range variants {
		each := d.evaluate(statements, &variant, world)
		allowed[each.Allowed], denied[each.Denied] = true, true
	}
	decision.Denied = agreed(denied)
	decision.Allowed = agreed(allowed)
	if decision.Allowed != Unknown {
		decision.Reasons = nil
	}
	return decision
}

// agreed is the answer that all gave, or Unknown.
func agreed(answers map[Truth]bool) Truth {
	if len(answers) == 1 {
		for answer := range answers {
			return answer
		}
	}
	return Unknown
}

func (d *Document) evaluate(statements []*Statement, r *Request, world *value.World) Decision {
	allowed, denied := No, No
	decision := Decision{Matches: make([]Match, 0, len(statements))}
	var mayAllow, mayDeny []Reason
	for _, s := range statements {
		match := s.match(r)
		decision.Matches = append(decision.Matches, match)
		applies := match.Applies()
		if s.Allow != No {
			allows := And(applies, s.Allow)
			if allows == Unknown {
				mayAllow = append(mayAllow, s.doubts(match)...)
			}
			allowed = Or(allowed, allows)
		}
		if s.Allow != Yes {
			denies := And(applies, Not(s.Allow))
			if denies == Unknown {
				mayDeny = append(mayDeny, s.doubts(match)...)
			}
			denied = Or(denied, denies)
		}
	}
	for _, gap := range d.Gaps {
		if gap.When.In(world) {
			// An unknown statement may allow as well as deny.
			reason := Reason{Code: CodePolicyUnknown, Text: gap.Reason, Location: gap.Location}
			mayAllow, mayDeny = append(mayAllow, reason), append(mayDeny, reason)
			allowed, denied = Or(allowed, Unknown), Or(denied, Unknown)
		}
	}
	decision.Denied = denied
	decision.Allowed = And(allowed, Not(denied))
	if decision.Allowed == Unknown {
		if allowed == Unknown {
			decision.Reasons = append(decision.Reasons, mayAllow...)
		}
		if denied == Unknown {
			decision.Reasons = append(decision.Reasons, mayDeny...)
		}
	}
	return decision
}

// doubts says why a statement may or may not apply.
func (s *Statement) doubts(match Match) []Reason {
	reasons := match.Reasons()
	if s.Allow == Unknown {
		reasons = append(reasons, Reason{Code: CodeEffectUnknown, Text: s.EffectReason, Path: "Effect", Location: s.place("Effect")})
	}
	for i := range reasons {
		reasons[i].Text = s.name() + ": " + reasons[i].Text
	}
	return reasons
}

func (s *Statement) name() string {
	if s.Sid != "" {
		return fmt.Sprintf("statement %q", s.Sid)
	}
	return fmt.Sprintf("statement %d", s.Index+1)
}

func (s *Statement) reason(code, element, format string, arguments ...any) Reason {
	return Reason{Code: code, Text: fmt.Sprintf(format, arguments...), Path: element, Location: s.place(element)}
}

// matchAction compares action patterns, in which case does not matter.
func (s *Statement) matchAction(action string) Result {
	element := "Action"
	switch {
	case s.Actions != nil:
	case s.NotActions != nil:
		element = "NotAction"
	default:
		return result(No, Reason{Code: CodeNoAction, Text: "it has no Action, so that it has no effect", Location: s.Location})
	}
	switch s.answersAction(action) {
	case Yes:
		return yes()
	case Unknown:
		return result(Unknown, s.reason(CodeActionUnknown, element, "whether %s takes in %s is not known", element, action))
	default:
		return result(No, s.reason(CodeAction, element, "it does not speak of %s", action))
	}
}

// answersAction is matchAction without the reasons.
func (s *Statement) answersAction(action string) Truth {
	switch {
	case s.Actions != nil:
		return max(matchesAny(s.Actions, action), unknownGap(s.Gaps["Action"]))
	case s.NotActions != nil:
		return Not(max(matchesAny(s.NotActions, action), unknownGap(s.Gaps["NotAction"])))
	default:
		return No
	}
}

func unknownGap(gap string) Truth {
	if gap != "" {
		return Unknown
	}
	return No
}

func matchesAny(patterns []value.Value, action string) Truth {
	answer := No
	for _, pattern := range patterns {
		answer = max(answer, matchesAction(pattern, action))
	}
	return answer
}

// matchesAction says whether a pattern takes in an action.
func matchesAction(pattern value.Value, action string) Truth {
	c := comparison{ignoreCase: true, generated: func(string) bool { return false }}
	if text, sole := pattern.SoleLiteral(); sole {
		if answer, decided := c.matchASCII(text, action, true); decided {
			return answer
		}
	}
	var first, second tokenBuffer
	return c.matchText(c.tokenize(first[:0], pattern, true), c.tokenizeLiteral(second[:0], action, false))
}

// TakesIn reports whether a statement certainly speaks of an action.
func (s *Statement) TakesIn(action string) bool { return s.answersAction(action) == Yes }

// AllowsAction says whether the statement is an Allow that takes in an action.
func (s *Statement) AllowsAction(action string) Result {
	if s.Allow != Yes {
		return result(s.Allow, s.reason(CodeEffectUnknown, "Effect", "it is no Allow"))
	}
	return s.matchAction(action)
}

// matchResource compares the resource element with the names of the resource.
func (s *Statement) matchResource(e evaluation) Result {
	switch {
	case s.Resources != nil:
		return s.matchResources(e, s.Resources, "Resource", false)
	case s.NotResources != nil:
		return s.matchResources(e, s.NotResources, "NotResource", true)
	case len(e.request.Resources) == 0:
		return yes()
	default:
		return result(No, Reason{Code: CodeNoResource, Text: "it has no Resource, so that it has no effect", Location: s.Location})
	}
}

func (s *Statement) matchResources(e evaluation, patterns []value.Value, element string, negated bool) Result {
	answer := No
	alias := false
	for _, pattern := range patterns {
		expanded := e.request.Expand(pattern)
		if text, sole := expanded.SoleLiteral(); sole && text == "*" {
			answer = Yes
			continue
		}
		if e.request.Role == "key" && namesAlias(expanded) {
			// An alias cannot stand for a key in a policy, but AWS documents
			// that for identity policies only.
			alias = true
			answer = Or(answer, Unknown)
			continue
		}
		for i := range e.request.Resources {
			answer = max(answer, e.matchName(expanded, i))
		}
	}
	if s.Gaps[element] != "" {
		answer = Or(answer, Unknown)
	}
	if negated {
		answer = Not(answer)
	}
	switch answer {
	case Yes:
		return yes()
	case Unknown:
		if alias {
			return result(Unknown, s.reason(CodeResourceAlias, element, "AWS does not document what an alias as %s of a key policy matches", element))
		}
		return result(Unknown, s.reason(CodeResourceUnknown, element, "whether %s %s takes it in is not known before it is deployed", element, list(patterns)))
	default:
		return result(No, s.reason(CodeResource, element, "its %s is %s, not %s", element, list(patterns), list(e.request.Resources)))
	}
}

// matchName compares an expanded pattern with one of the names of the resource.
func (e evaluation) matchName(pattern value.Value, resource int) Truth {
	c := e.comparison()
	if e.isPlain(pattern) {
		if answer, decided := c.matchPlain(pattern, e.request.name(resource), true); decided {
			return answer
		}
	}
	var first, second tokenBuffer
	tokens, ok := e.pattern(first[:0], c, pattern, true)
	if !ok {
		return No
	}
	return c.matchWhole(tokens, c.tokenize(second[:0], e.request.name(resource), false))
}

// name is one of the expanded Resources.
func (r *Request) name(resource int) value.Value {
	if r.names == nil {
		r.names = make([]value.Value, len(r.Resources))
		for i, v := range r.Resources {
			r.names[i] = r.Expand(v)
		}
	}
	return r.names[resource]
}

func namesAlias(v value.Value) bool {
	for _, part := range v.Parts() {
		if part.Kind == value.Literal && (strings.Contains(part.Text, ":alias/") || strings.HasPrefix(part.Text, "alias/")) {
			return true
		}
	}
	return false
}
