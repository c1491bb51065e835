package iam

import (
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// oaiPrefix is what an OAI's principal consists of besides partition and id:
// "Giving an origin access identity permission" in the CloudFront Developer
// Guide.
const oaiPrefix = ":iam::cloudfront:user/CloudFront Origin Access Identity "

// matchPrincipal says whether a statement is about the caller.
func (s *Statement) matchPrincipal(e evaluation) Result {
	element, principals := "Principal", s.Principals
	if principals == nil && s.NotPrincipals != nil {
		element, principals = "NotPrincipal", s.NotPrincipals
	}
	if element == "NotPrincipal" && s.Allow != No {
		// "Using NotPrincipal with Effect Allow is not supported", says
		// the IAM User Guide; what AWS does with it is not documented.
		return result(Unknown, s.reason(CodePrincipalUnknown, element, "AWS does not document what an Allow with NotPrincipal does"))
	}
	answer, why := No, ""
	code := CodePrincipalUnknown
	for _, principal := range principals {
		each := s.matchOne(e, principal)
		if each.Truth > answer {
			answer = each.Truth
			for _, reason := range each.Reasons {
				code, why = reason.Code, reason.Text
			}
		}
	}
	if gap := s.Gaps[element]; gap != "" && answer == No {
		answer, why = Unknown, gap
	}
	if answer == Unknown {
		return result(Unknown, s.reason(code, element, "%s", why))
	}
	switch {
	case element == "NotPrincipal" && answer == No:
		return yes()
	case element == "NotPrincipal":
		return result(No, s.reason(CodePrincipal, element, "its NotPrincipal exempts %s", e.request.caller()))
	case answer == Yes:
		return yes()
	default:
		return result(No, s.reason(CodePrincipal, element, "it does not name %s", e.request.caller()))
	}
}

// matchOne says whether one principal is the caller. Principals have no wildcards
// but a "*" alone, and an account takes in only its own users and roles, of which
// neither a service nor an origin access identity is one.
func (s *Statement) matchOne(e evaluation, p Principal) Result {
	caller := e.request.Caller
	written := e.request.Expand(p.Value)
	answer := No
	switch {
	case p.Type == Service && caller.Type == Service:
		if text, literal := written.Literal(); literal && text == "*" {
			return result(Unknown, s.reason(CodeEveryone, "Principal", "AWS does not document what a Service principal of \"*\" takes in"))
		}
		answer = matchService(e.comparison(), written, caller.Service)
	case p.Type == AWS && caller.Type == AWS:
		answer = s.matchIdentity(e, written, caller.ARN)
	case p.Type == CanonicalUser && caller.Type == AWS:
		answer = s.matchIdentity(e, written, caller.CanonicalUser)
	}
	switch everyone := isEveryone(e.comparison(), p.Type, written); {
	case everyone == Yes:
		return s.matchEveryone(e)
	case answer == Yes:
		return yes()
	case answer == Unknown || everyone == Unknown:
		unknown := s.reason(CodePrincipalUnknown, "Principal", "whether the principal %s is %s is not known", p.Value, e.request.caller())
		if reasons := p.Value.Reasons(); len(reasons) > 0 {
			unknown.Text = reasons[0]
		}
		return result(Unknown, unknown)
	default:
		return result(No)
	}
}

// isEveryone says whether a principal is "*" or {"AWS": "*"}. A reference is to
// something that has a name of its own.
func isEveryone(c comparison, kind PrincipalType, written value.Value) Truth {
	if kind == Everyone {
		return Yes
	}
	if kind != AWS {
		return No
	}
	if text, sole := written.SoleLiteral(); sole {
		return truthOf(text == "*")
	}
	if written.Kind == value.String && len(written.Reasons()) == 0 && !isLiteral(written) {
		return No
	}
	var first, second tokenBuffer
	return c.matchText(c.tokenize(first[:0], written, false), c.tokenizeLiteral(second[:0], "*", false))
}

func isLiteral(v value.Value) bool {
	_, literal := v.Literal()
	return literal
}

// matchEveryone says whether "*" takes in the caller. In a Deny it does, also
// for service principals: AWS's data perimeter examples exempt those on purpose.
// In an Allow of a key policy AWS does not say whether it takes in a service
// principal or an OAI.
func (s *Statement) matchEveryone(e evaluation) Result {
	if s.Allow == No || e.request.Role == "bucket" && e.request.Caller.Type == AWS {
		return yes()
	}
	return result(Unknown, s.reason(CodeEveryone, "Principal", "AWS does not document whether the principal \"*\" of an Allow takes in %s", e.request.caller()))
}

// matchService compares a service principal, which may have the suffix of the
// China Regions. What AWS does with other spellings of it, such as one with a
// Region, is not documented.
func matchService(c comparison, written value.Value, service string) Truth {
	const china = ".cn"
	var first, second tokenBuffer
	text, literal := written.Literal()
	var answer Truth
	if literal {
		answer = truthOf(text == service || strings.TrimSuffix(text, china) == service)
	} else {
		pattern, name := c.tokenize(first[:0], written, false), c.tokenizeLiteral(second[:0], service, false)
		answer = max(c.matchText(pattern, name), c.matchText(pattern, c.tokenizeLiteral(name, china, false)))
	}
	if answer == No && literal {
		name, _ := strings.CutSuffix(strings.ToLower(text), china)
		prefix, suffix, _ := strings.Cut(service, ".")
		if name == service || strings.HasPrefix(name, prefix+".") && strings.HasSuffix(name, "."+suffix) {
			return Unknown
		}
	}
	return answer
}

// matchIdentity compares a principal with an OAI.
func (s *Statement) matchIdentity(e evaluation, written, identity value.Value) Truth {
	if identity.Kind != value.String {
		return No
	}
	if reference, alone := written.SoleReference(); alone && reference.Attribute == value.ARN {
		// The ARN of a role or another resource; that of an OAI is not its
		// principal.
		return No
	}
	c := e.comparison()
	if answer, decided := c.matchPlain(written, e.request.Expand(identity), false); decided {
		return answer
	}
	var first, second tokenBuffer
	return c.matchWhole(c.tokenize(first[:0], written, false), e.text(second[:0], c, identity))
}

// NamesEveryone says whether a principal is "*" or {"AWS": "*"}.
func (s *Statement) NamesEveryone() Truth {
	for _, p := range s.Principals {
		if text, literal := p.Value.Literal(); literal && text == "*" && (p.Type == Everyone || p.Type == AWS) {
			return Yes
		}
	}
	if s.Gaps["Principal"] != "" {
		return Unknown
	}
	return No
}

// NamesService says whether a principal is a service.
func (s *Statement) NamesService(service string) Truth {
	answer := No
	for _, p := range s.Principals {
		if p.Type != Service {
			continue
		}
		answer = Or(answer, matchService(comparison{generated: func(string) bool { return false }}, p.Value, service))
	}
	if s.Gaps["Principal"] != "" {
		answer = Or(answer, Unknown)
	}
	return answer
}

// OAIPrincipal returns the principal of an OAI with an id.
func OAIPrincipal(partition, id value.Value) value.Value {
	at := id.Location
	return value.Concat(at, value.Text("arn:", at), partition, value.Text(oaiPrefix, at), id)
}
