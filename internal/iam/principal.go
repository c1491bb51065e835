package iam

import (
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// oaiPrefix is what an OAI's principal consists of besides partition and id:
// "Giving an origin access identity permission" in the CloudFront Developer
// Guide.
const oaiPrefix = ":iam::cloudfront:user/CloudFront Origin Access Identity "

// matchPrincipal says whether a statement is about the caller.
func (s *Statement) matchPrincipal(e evaluation) Result {
	answer, reason := No, Reason{}
	element := "Principal"
	principals := s.Principals
	if principals == nil && s.NotPrincipals != nil {
		element, principals = "NotPrincipal", s.NotPrincipals
	}
	for _, principal := range principals {
		each, why := s.matchOne(e, principal)
		if each > answer {
			answer, reason = each, why
		}
	}
	if gap := s.Gaps[element]; gap != "" && answer == No {
		answer, reason = Unknown, s.reason(CodePrincipalUnknown, element, "%s", gap)
	}
	if element == "NotPrincipal" {
		if s.Allow == Yes {
			// "Using NotPrincipal with Effect Allow is not supported", says
			// the IAM User Guide; what AWS does with it is not documented.
			return result(Unknown, s.reason(CodePrincipalUnknown, element, "AWS does not document what an Allow with NotPrincipal does"))
		}
		answer = Not(answer)
	}
	switch answer {
	case Yes:
		return yes()
	case Unknown:
		return result(Unknown, reason)
	default:
		return result(No, s.reason(CodePrincipal, element, "it does not name %s", e.request.caller()))
	}
}

// matchOne says whether one principal is the caller.
func (s *Statement) matchOne(e evaluation, p Principal) (Truth, Reason) {
	text, literal := e.request.Expand(p.Value).Literal()
	if p.Type == Everyone || p.Type == AWS && literal && text == "*" {
		return s.matchEveryone(e)
	}
	caller := e.request.Caller
	unknown := s.reason(CodePrincipalUnknown, "Principal", "whether the principal %s is %s is not known", p.Value, e.request.caller())
	if reasons := p.Value.Reasons(); len(reasons) > 0 {
		unknown.Text = reasons[0]
	}
	switch {
	case p.Type == Service && caller.Type == Service:
		return matchService(e.comparison(), e.request.Expand(p.Value), caller.Service), unknown
	case p.Type == AWS && caller.Type == AWS:
		return s.matchIdentity(e, p.Value, caller.ARN), unknown
	case p.Type == CanonicalUser && caller.Type == AWS:
		return s.matchIdentity(e, p.Value, caller.CanonicalUser), unknown
	case p.Type == AWS && caller.Type == Service && !literal && hasUnknownPart(p.Value):
		// A principal of unknown text may be "*".
		return Unknown, unknown
	default:
		return No, Reason{}
	}
}

// matchEveryone says whether "*" takes in the caller. In a Deny it does, also
// for service principals: AWS's data perimeter examples exempt those on purpose.
// In an Allow of a key policy AWS does not say whether it takes in a service
// principal or an OAI.
func (s *Statement) matchEveryone(e evaluation) (Truth, Reason) {
	if s.Allow == No || e.request.Role == "bucket" && e.request.Caller.Type == AWS {
		return Yes, Reason{}
	}
	return Unknown, s.reason(CodeEveryone, "Principal", "AWS does not document whether the principal \"*\" of an Allow takes in %s", e.request.caller())
}

// matchService compares a service principal, which may have the suffix of the
// China Regions.
func matchService(c comparison, written value.Value, service string) Truth {
	pattern := c.tokenize(written, false, false)
	answer := No
	for _, name := range []string{service, service + ".cn"} {
		answer = Or(answer, c.matchText(pattern, c.tokenizeLiteral(name, false, false)))
	}
	return answer
}

// matchIdentity compares a principal with an OAI. Principals have no wildcards.
func (s *Statement) matchIdentity(e evaluation, written, identity value.Value) Truth {
	if identity.Kind != value.String {
		return No
	}
	c := e.comparison()
	return c.matchWhole(c.tokenize(e.request.Expand(written), false, false), c.tokenize(e.request.Expand(identity), false, false))
}

func hasUnknownPart(v value.Value) bool { return v.Kind != value.String || len(v.Reasons()) > 0 }

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

func patternsLocation(patterns []value.Value) source.Location {
	if len(patterns) == 0 {
		return source.Location{}
	}
	return patterns[0].Location
}
