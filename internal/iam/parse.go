package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// maxAlternatives bounds how many alternatives of one statement are told apart.
const maxAlternatives = 64

// The elements of documents and statements. Element names are case-sensitive:
// "IAM JSON policy elements reference" in the IAM User Guide.
var (
	documentElements  = []string{"Version", "Id", "Statement"}
	statementElements = []string{"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)

// Parse reads a policy from a value: a Map, a String that holds JSON, or a
// Choice of such. It never fails; what is wrong or unknown is noted.
func Parse(v value.Value) *Document {
	d := &Document{Location: v.Location, Place: v.Location, Written: !v.IsAbsent()}
	p := &parser{document: d}
	p.parse(v, value.True())
	return d
}

type parser struct {
	document *Document
	// variables is what the Version of the alternative being read says of
	// policy variables.
	variables Truth
}

// maxProblems bounds how many problems of one document are noted.
const maxProblems = 1000

func (p *parser) problem(code string, at source.Location, when value.Condition, format string, arguments ...any) {
	if len(p.document.Problems) >= maxProblems {
		return
	}
	if at.IsZero() {
		at = p.document.Location
	}
	p.document.Problems = append(p.document.Problems, Problem{Code: code, Text: fmt.Sprintf(format, arguments...), Location: at, When: when})
}

func (p *parser) gap(reason string, at source.Location, when value.Condition) {
	if reason == "" {
		reason = "part of the policy is not known"
	}
	p.document.Gaps = append(p.document.Gaps, Gap{Reason: reason, Location: at, When: when})
}

func (p *parser) parse(v value.Value, when value.Condition) {
	switch v.Kind {
	case value.Absent:
		return
	case value.Choice:
		p.parse(*v.Then(), value.And(when, v.Condition()))
		p.parse(*v.Else(), value.And(when, value.Not(v.Condition())))
		return
	case value.Unknown:
		p.gap(v.Reason(), v.Location, when)
		return
	case value.String:
		decoded, err := value.DecodeJSON(v)
		var syntax *source.SyntaxError
		if errors.As(err, &syntax) {
			p.problem("not-json", syntax.Location, when, "the policy is %s", syntax.Message)
			return
		}
		if decoded.Kind == value.String {
			p.problem("not-an-object", v.Location, when, "the policy is a JSON string, not an object")
			return
		}
		p.parse(decoded, when)
		return
	case value.Map:
	default:
		p.problem("not-an-object", v.Location, when, "the policy is not a JSON object")
		return
	}
	p.repeated(v, "the policy", when)
	for _, member := range v.Members() {
		if member.Value.IsAbsent() {
			continue
		}
		switch member.Key {
		case "Statement":
			if !member.KeyLocation.IsZero() {
				p.document.Place = member.KeyLocation
			}
		case "Version", "Id":
		default:
			p.unknownElement("the policy", member, documentElements, when)
		}
	}
	p.variables = No
	if version, written := v.Get("Version"); written && !version.IsAbsent() {
		p.variables = p.version(version, when)
	}
	statements, written := v.Get("Statement")
	if !written {
		p.problem("no-statement", v.Location, when, "the policy has no Statement")
		return
	}
	index := 0
	p.statements(statements, when, &index)
}

// version says whether a Version knows policy variables: 2012-10-17 does, and the
// older one, which is also that of a document without Version, does not.
func (p *parser) version(v value.Value, when value.Condition) Truth {
	text, literal := v.Literal()
	switch {
	case !literal:
		return Unknown
	case text == "2012-10-17":
		return Yes
	case text != "2008-10-17":
		p.problem("invalid-version", v.Location, when, "Version %q does not exist; it is 2012-10-17 or 2008-10-17", text)
	}
	return No
}

// repeated reports keys that are written twice: decoders keep the last one only,
// so that the first is silently lost.
func (p *parser) repeated(v value.Value, what string, when value.Condition) {
	seen := map[string]bool{}
	for _, member := range v.Members() {
		if seen[member.Key] {
			p.problem("repeated-key", member.KeyLocation, when, "%s repeats the key %q, of which only the last counts", what, member.Key)
		}
		seen[member.Key] = true
	}
}

func (p *parser) unknownElement(what string, member value.Member, known []string, when value.Condition) {
	hint := ""
	for _, name := range known {
		if strings.EqualFold(name, member.Key) || strings.EqualFold(name+"s", member.Key) {
			hint = fmt.Sprintf("; %q is meant", name)
		}
	}
	p.problem("unknown-element", member.KeyLocation, when, "%s has an element %q that IAM does not know%s", what, member.Key, hint)
}

// maxStatements bounds what is read of a policy. AWS takes key policies of 32 KB,
// which hold less.
const maxStatements = 500

func (p *parser) statements(v value.Value, when value.Condition, index *int) {
	switch v.Kind {
	case value.Absent:
	case value.Choice:
		// Both sides begin at the same position of the list.
		start := *index
		p.statements(*v.Then(), value.And(when, v.Condition()), index)
		then := *index
		*index = start
		p.statements(*v.Else(), value.And(when, value.Not(v.Condition())), index)
		*index = max(*index, then)
	case value.List:
		for _, item := range v.Items() {
			if len(p.document.Statements) >= maxStatements {
				p.gap(fmt.Sprintf("only the first %d statements of the policy are read", maxStatements), item.Location, when)
				return
			}
			p.statements(item, when, index)
		}
	case value.Map:
		p.statement(v, when, *index)
		*index++
	case value.Unknown:
		p.gap(v.Reason(), v.Location, when)
	default:
		if v.Kind == value.String && len(v.Reasons()) > 0 {
			p.gap(v.Reasons()[0], v.Location, when)
			return
		}
		if _, isReference := v.SoleReference(); isReference {
			p.gap("the statements "+v.String()+" are not known before they are deployed", v.Location, when)
			return
		}
		p.problem("not-a-statement", v.Location, when, "a statement has to be an object")
	}
}

func (p *parser) statement(v value.Value, when value.Condition, index int) {
	alternatives, ok := expandChoices(v, maxAlternatives)
	if !ok {
		p.gap(fmt.Sprintf("statement %d depends on too many conditions", index+1), v.Location, when)
		return
	}
	for _, alternative := range alternatives {
		p.alternative(alternative.value, value.And(when, alternative.when), index)
	}
}

func (p *parser) alternative(v value.Value, when value.Condition, index int) {
	s := &Statement{Index: index, Places: make(source.Places, 0, countPlaces(v)), Variables: p.variables, When: when, Location: v.Location, Allow: Unknown}
	what := fmt.Sprintf("statement %d", index+1)
	if sid, ok := v.Get("Sid"); ok {
		s.Sid, _ = sid.Literal()
		if s.Sid != "" {
			what = fmt.Sprintf("statement %q", s.Sid)
		}
	}
	p.repeated(v, what, when)
	effect := false
	for _, member := range v.Members() {
		if member.Value.IsAbsent() {
			continue
		}
		at := member.KeyLocation
		if at.IsZero() {
			at = v.Location
		}
		s.Places.Set(member.Key, at)
		switch member.Key {
		case "Sid":
		case "Effect":
			effect = true
			p.effect(s, member.Value, what)
		case "Principal":
			s.Principals = p.principals(s, member, what)
		case "NotPrincipal":
			s.NotPrincipals = p.principals(s, member, what)
		case "Action":
			s.Actions = p.texts(s, member)
		case "NotAction":
			s.NotActions = p.texts(s, member)
		case "Resource":
			s.Resources = p.texts(s, member)
		case "NotResource":
			s.NotResources = p.texts(s, member)
		case "Condition":
			p.conditions(s, member, what)
		default:
			p.unknownElement(what, member, statementElements, when)
			if strings.EqualFold(member.Key, "Condition") {
				s.gap("Condition", "the condition is not valid")
			}
		}
	}
	if !effect {
		p.problem("no-effect", v.Location, when, "%s has no Effect", what)
	}
	for _, element := range []string{"Principal", "Action", "Resource"} {
		if s.writes(element) && s.writes("Not"+element) {
			p.problem("both-elements", s.place("Not"+element), when, "%s has both %s and Not%s", what, element, element)
		}
	}
	p.document.Statements = append(p.document.Statements, s)
}

// countPlaces is how many places a statement has: those of its elements and of its
// conditions.
func countPlaces(v value.Value) int {
	count := len(v.Members())
	conditions, _ := v.Get("Condition")
	for _, operator := range conditions.Members() {
		count += len(operator.Value.Members())
	}
	return count
}

// gap notes why an element is not known.
func (s *Statement) gap(element, why string) {
	if s.Gaps == nil {
		s.Gaps = map[string]string{}
	}
	s.Gaps[element] = why
}

func (p *parser) effect(s *Statement, v value.Value, what string) {
	text, literal := v.Literal()
	switch {
	case !literal:
		s.EffectReason = reasonOf(v, "the effect of "+what+" is not known")
	case text == "Allow":
		s.Allow = Yes
	case text == "Deny":
		s.Allow = No
	default:
		p.problem("invalid-effect", v.Location, s.When, "%s has the effect %q; it is Allow or Deny", what, text)
	}
}

// texts reads an element that is a text or a list of texts.
func (p *parser) texts(s *Statement, member value.Member) []value.Value {
	if items := member.Value.Items(); len(items) > 0 && !slices.ContainsFunc(items, func(v value.Value) bool { return v.Kind != value.String }) {
		// As nearly all are written: there is no need for a copy.
		return items
	}
	texts := []value.Value{}
	var add func(v value.Value)
	add = func(v value.Value) {
		switch v.Kind {
		case value.Absent:
		case value.List:
			for _, item := range v.Items() {
				add(item)
			}
		case value.Unknown:
			s.gap(member.Key, reasonOf(v, "part of "+member.Key+" is not known"))
		case value.String:
			texts = append(texts, v)
		case value.Bool, value.Number:
			text, _ := v.Literal()
			texts = append(texts, value.Text(text, v.Location))
		default:
			p.problem("invalid-element", v.Location, s.When, "%s holds an object where a text is expected", member.Key)
			s.gap(member.Key, "part of "+member.Key+" is not valid")
		}
	}
	add(member.Value)
	return texts
}

var principalTypes = []PrincipalType{AWS, Service, Federated, CanonicalUser}

func (p *parser) principals(s *Statement, member value.Member, what string) []Principal {
	principals := []Principal{}
	switch v := member.Value; v.Kind {
	case value.String:
		text, literal := v.Literal()
		switch {
		case !literal:
			s.gap(member.Key, reasonOf(v, "the principal is not known"))
		case text == "*":
			principals = append(principals, Principal{Type: Everyone, Value: v, Location: v.Location})
		default:
			s.gap(member.Key, "the principal is not valid")
			p.problem("invalid-principal", v.Location, s.When, "%s names the principal %q; it is \"*\" or an object such as {\"AWS\": ...} or {\"Service\": ...}", what, text)
		}
	case value.Unknown:
		s.gap(member.Key, reasonOf(v, "the principal is not known"))
	case value.Map:
		p.repeated(v, "the principal of "+what, s.When)
		for _, entry := range v.Members() {
			kind := PrincipalType(entry.Key)
			if !slices.Contains(principalTypes, kind) {
				if !entry.Value.IsAbsent() {
					s.gap(member.Key, "the principal is not valid")
					p.problem("invalid-principal", entry.KeyLocation, s.When, "%s has a principal of type %q; the types are AWS, Service, Federated and CanonicalUser", what, entry.Key)
				}
				continue
			}
			for _, name := range p.texts(s, value.Member{Key: member.Key, Value: entry.Value}) {
				at := name.Location
				if at.IsZero() {
					at = entry.KeyLocation
				}
				principals = append(principals, Principal{Type: kind, Value: name, Location: at})
			}
		}
	default:
		s.gap(member.Key, "the principal is not valid")
		p.problem("invalid-principal", v.Location, s.When, "the principal of %s is neither \"*\" nor an object", what)
	}
	return principals
}

func (p *parser) conditions(s *Statement, member value.Member, what string) {
	if member.Value.Kind == value.Unknown {
		s.gap("Condition", reasonOf(member.Value, "the conditions are not known"))
		return
	}
	if member.Value.Kind != value.Map {
		if reasons := member.Value.Reasons(); len(reasons) > 0 {
			s.gap("Condition", reasons[0])
			return
		}
		s.gap("Condition", "the condition is not valid")
		p.problem("invalid-condition", member.KeyLocation, s.When, "the Condition of %s is not an object", what)
		return
	}
	p.repeated(member.Value, "the Condition of "+what, s.When)
	for _, operator := range member.Value.Members() {
		if operator.Value.IsAbsent() {
			continue
		}
		condition, ok := parseOperator(operator.Key)
		if !ok {
			p.problem("unknown-operator", operator.KeyLocation, s.When, "%s has the condition operator %q, which IAM does not know", what, operator.Key)
			s.gap("Condition", "a condition is not valid")
			continue
		}
		switch operator.Value.Kind {
		case value.Unknown:
			s.gap("Condition", reasonOf(operator.Value, "a condition is not known"))
			continue
		case value.Map:
		default:
			s.gap("Condition", "a condition is not valid")
			p.problem("invalid-condition", operator.KeyLocation, s.When, "the condition operator %s of %s needs an object of condition keys", operator.Key, what)
			continue
		}
		p.repeated(operator.Value, "the condition "+operator.Key+" of "+what, s.When)
		for _, key := range operator.Value.Members() {
			if key.Value.IsAbsent() {
				continue
			}
			c := condition
			c.Key = key.Key
			c.Path = "Condition/" + operator.Key + "/" + key.Key
			c.Location = key.KeyLocation
			if c.Location.IsZero() {
				c.Location = key.Value.Location
			}
			s.Places.Set(c.Path, c.Location)
			c.Values = p.texts(s, value.Member{Key: c.Path, Value: key.Value})
			if reason, gap := s.Gaps[c.Path]; gap {
				c.Values = append(c.Values, value.Concat(key.Value.Location, value.NotKnown(reason, key.Value.Location)))
				delete(s.Gaps, c.Path)
			}
			s.Conditions = append(s.Conditions, c)
		}
	}
}

// reasonOf says why a value is not known.
func reasonOf(v value.Value, otherwise string) string {
	if reasons := v.Reasons(); len(reasons) > 0 && reasons[0] != "" {
		return reasons[0]
	}
	return otherwise
}

// overlyPermissive returns the conditions for which AWS KMS rejects a key policy:
// those with ForAllValues on a key that has one value at most, and that a request
// without it satisfies ("Using condition keys with set operators" in the Developer
// Guide).
func (s *Statement) overlyPermissive() []Problem {
	var problems []Problem
	for _, condition := range s.Conditions {
		if s.Allow != Yes || condition.Qualifier != "ForAllValues" {
			continue
		}
		key := strings.ToLower(condition.Key)
		if strings.HasPrefix(key, "kms:encryptioncontext:") || strings.HasPrefix(key, "aws:requesttag/") {
			problems = append(problems, Problem{
				Code:     "overly-permissive-condition",
				Text:     fmt.Sprintf("%s uses ForAllValues with %s, which a request without it satisfies; AWS KMS rejects the policy until ForAllValues is removed", s.name(), condition.Key),
				Location: condition.Location, When: s.When,
			})
		}
	}
	return problems
}

// ProblemsFor returns the problems of a document in a role: "key", "bucket" or
// "identity". What a statement must hold depends on it. They must not be changed.
func (d *Document) ProblemsFor(role string) []Problem {
	problems := slices.Clip(d.Problems)
	for _, s := range d.Statements {
		add := func(code, text string) {
			problems = append(problems, Problem{Code: code, Text: s.name() + " " + text, Location: s.Location, When: s.When})
		}
		if hasPrincipal := s.writes("Principal") || s.writes("NotPrincipal"); role == "identity" {
			if hasPrincipal {
				add("principal-in-identity-policy", "has a Principal, which a policy of an identity must not have")
			}
		} else if !hasPrincipal {
			add("no-principal", "has no Principal")
		}
		// AWS KMS accepts a key policy statement without Action or Resource
		// and ignores it: "Overview of key policies" in the Developer Guide.
		if role == "key" {
			problems = append(problems, s.overlyPermissive()...)
			continue
		}
		if !s.writes("Action") && !s.writes("NotAction") {
			add("no-action", "has no Action")
		}
		if !s.writes("Resource") && !s.writes("NotResource") {
			add("no-resource", "has no Resource")
		}
	}
	return problems
}

// writes reports whether an element is written at all.
func (s *Statement) writes(element string) bool {
	_, ok := s.Places.At(element)
	return ok
}

// An alternative is a value under one combination of its conditions.
type alternative struct {
	value value.Value
	when  value.Condition
}

// expandChoices returns v without choices, once for each combination of them. It
// gives up beyond a limit.
func expandChoices(v value.Value, limit int) ([]alternative, bool) {
	pending := []alternative{{value: v, when: value.True()}}
	var done []alternative
	for len(pending) > 0 {
		current := pending[0]
		pending = pending[1:]
		condition, found := firstChoice(current.value)
		if !found {
			done = append(done, current)
			continue
		}
		if len(done)+len(pending)+2 > limit {
			return nil, false
		}
		pending = append(pending,
			alternative{decide(current.value, condition, true), value.And(current.when, condition)},
			alternative{decide(current.value, condition, false), value.And(current.when, value.Not(condition))})
	}
	return done, true
}

func firstChoice(v value.Value) (condition value.Condition, found bool) {
	v.Conditions(func(c value.Condition) {
		if !found {
			condition, found = c, true
		}
	})
	return condition, found
}

// decide replaces every choice of a condition by one side.
func decide(v value.Value, condition value.Condition, holds bool) value.Value {
	switch v.Kind {
	case value.Choice:
		if v.Condition().Same(condition) {
			if holds {
				return decide(*v.Then(), condition, holds)
			}
			return decide(*v.Else(), condition, holds)
		}
		return value.If(v.Condition(), decide(*v.Then(), condition, holds), decide(*v.Else(), condition, holds), v.Location)
	case value.List:
		items := make([]value.Value, 0, len(v.Items()))
		for _, item := range v.Items() {
			if item = decide(item, condition, holds); !item.IsAbsent() {
				items = append(items, item)
			}
		}
		return value.ListOf(items, v.Location)
	case value.Map:
		members := make([]value.Member, 0, len(v.Members()))
		for _, member := range v.Members() {
			if member.Value = decide(member.Value, condition, holds); !member.Value.IsAbsent() {
				members = append(members, member)
			}
		}
		return value.MapOf(members, v.Location)
	case value.String:
		parts := slices.Clone(v.Parts())
		for i, part := range parts {
			if part.Kind == value.JSONOf {
				inner := decide(*part.JSON, condition, holds)
				parts[i].JSON = &inner
			}
		}
		return value.StringOf(parts, v.Location)
	}
	return v
}
