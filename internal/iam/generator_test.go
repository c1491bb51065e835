package iam

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// A generator makes random policies of few words, so that they often match.
type generator struct{ *rand.Rand }

// A written document, statement and condition are what a generator makes of it:
// they can be changed before they are rendered.
type (
	writtenDocument struct {
		version    string
		statements []writtenStatement
	}
	writtenStatement struct {
		effect                               string
		notPrincipal, notAction, notResource bool
		principals                           map[string][]string
		actions, resources                   []string
		conditions                           []writtenCondition
	}
	writtenCondition struct {
		operator, key string
		values        []string
	}
)

func (d writtenDocument) text() string {
	statements := make([]string, len(d.statements))
	for i, s := range d.statements {
		statements[i] = s.text()
	}
	version := ""
	if d.version != "" {
		version = fmt.Sprintf(`"Version": %q, `, d.version)
	}
	return fmt.Sprintf(`{%s"Statement": [%s]}`, version, strings.Join(statements, ", "))
}

func (s writtenStatement) text() string {
	not := func(is bool, element string) string {
		if is {
			return "Not" + element
		}
		return element
	}
	principals := any(s.principals)
	if _, everyone := s.principals["*"]; everyone {
		principals = "*"
	}
	members := map[string]any{
		"Effect": s.effect, not(s.notPrincipal, "Principal"): principals,
		not(s.notAction, "Action"): s.actions, not(s.notResource, "Resource"): s.resources,
	}
	if len(s.conditions) > 0 {
		conditions := map[string]map[string][]string{}
		for _, c := range s.conditions {
			if conditions[c.operator] == nil {
				conditions[c.operator] = map[string][]string{}
			}
			conditions[c.operator][c.key] = c.values
		}
		members["Condition"] = conditions
	}
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (g generator) pick(words ...string) string { return words[g.IntN(len(words))] }

// chance is true once in n times.
func (g generator) chance(n int) bool { return g.IntN(n) == 0 }

// some is one to three of words, or, rarely, none.
func (g generator) some(words []string) []string {
	some := []string{}
	if g.chance(40) {
		return some
	}
	for range 1 + g.IntN(3)/2 + g.IntN(2) {
		some = append(some, g.pick(words...))
	}
	return some
}

// document is a random policy that often speaks of a request. Without unknown it
// holds nothing that is not known or not documented.
func (g generator) document(q Request, unknown bool) writtenDocument {
	d := writtenDocument{version: g.pick("2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", "")}
	for range 1 + g.IntN(3) {
		d.statements = append(d.statements, g.statement(g.pick("Allow", "Allow", "Allow", "Deny"), q, unknown))
	}
	return d
}

func (g generator) statement(effect string, q Request, unknown bool) writtenStatement {
	s := writtenStatement{effect: effect, principals: map[string][]string{}}
	s.notPrincipal = effect == "Deny" && g.chance(6)
	kinds := map[PrincipalType][]string{
		Service:       {"cloudfront.amazonaws.com", "cloudfront.amazonaws.com", "cloudfront.amazonaws.com.cn", "s3.amazonaws.com", "cloudfront*"},
		AWS:           {"111122223333", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/app", "AIDACKCEVSQ6C2EXAMPLE", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity *", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2EXAMPLE", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2EXAMPLE", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E3EXAMPLE"},
		CanonicalUser: {"79a59df9", "00000000"},
		Federated:     {"cognito-identity.amazonaws.com"},
	}
	everyone := unknown || effect == "Deny" || q.Role == "bucket" && q.Caller.Type == AWS
	if everyone {
		kinds[AWS] = append(kinds[AWS], "*")
	}
	if unknown {
		kinds[AWS] = append(kinds[AWS], "$UNKNOWN")
		kinds[Service] = append(kinds[Service], "$UNKNOWN")
	}
	if everyone && g.chance(8) {
		s.principals["*"] = nil
	} else {
		s.principals[string(q.Caller.Type)] = g.some(kinds[q.Caller.Type])
		if g.chance(3) {
			kind := g.pick("AWS", "Service", "CanonicalUser", "Federated")
			s.principals[kind] = g.some(kinds[PrincipalType(kind)])
		}
	}
	service, name, _ := strings.Cut(q.Action, ":")
	s.notAction = g.chance(8)
	s.actions = g.some([]string{q.Action, q.Action, strings.ToUpper(q.Action), "*", service + ":*", service + ":" + name[:2] + "*", g.patternOf(q.Action), "kms:Encrypt", "s3:List*"})
	s.notResource = g.chance(8)
	name, _ = q.Resources[0].Literal()
	resources := []string{"*", name, g.patternOf(name), "arn:aws:kms:*:*:key/*", "arn:aws:s3:::assets/*", "arn:aws:s3:::assets", "arn:aws:s3:::media/*", "arn:aws:s3:::${aws:PrincipalOrgID, 'assets'}/*", "arn:aws:s3:::assets/${aws:PrincipalOrgID}*"}
	if name == "" {
		resources = append(resources[3:], "*", "*")
	}
	s.resources = g.some(resources)
	for range g.IntN(3) {
		s.conditions = append(s.conditions, g.condition(q, unknown))
	}
	return s
}

// patternOf puts wildcards into a text that it still matches, mostly.
func (g generator) patternOf(text string) string {
	for range 1 + g.IntN(2) {
		if text == "" {
			return "*"
		}
		from := g.IntN(len(text))
		if g.chance(2) && text[from] != '*' {
			text = text[:from] + "?" + text[from+1:]
			continue
		}
		text = text[:from] + "*" + text[min(len(text), from+g.IntN(8)):]
	}
	return text
}

func (g generator) condition(q Request, unknown bool) writtenCondition {
	families := []struct {
		operators []string
		values    []string
	}{
		{[]string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"},
			[]string{"true", "False", "Red*Green?Blue", "red*green?blue", "Red${*}Green${?}Blue", "${test:text}", "${aws:PrincipalOrgID}", "${aws:PrincipalOrgID, 'false'}", "${$}", "aws:s3:arn", "${"}},
		{[]string{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"},
			[]string{"17", "17.0", "16.5", "-3", "18", "seventeen"}},
		{[]string{"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"},
			[]string{"2024-05-06T07:08:09Z", "2024-05-06T09:08:09+02:00", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "1714979289", "17000", "soon"}},
		{[]string{"Bool"}, []string{"true", "false", "TRUE", "yes"}},
		{[]string{"BinaryEquals"}, []string{"c2VjcmV0", "c2VjcmV1", "c2Vj!"}},
		{[]string{"IpAddress", "NotIpAddress"}, []string{"203.0.113.0/24", "203.0.113.7", "203.0.113.9/24", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::/0", "office"}},
		{[]string{"ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"},
			[]string{"arn:aws:cloudfront:*", "arn:aws:cloudfront::*:distribution/*", "arn:*:*:*:*:*", "*:*:*:*:*:*", "arn:aws:s3:::assets*", "arn:aws:s3:::*/*", "arn:aws:cloudfront::${aws:SourceAccount, '111122223333'}:distribution/?1*", "E1EXAMPLE"}},
		{[]string{"Null"}, []string{"true", "false"}},
	}
	family := families[g.IntN(len(families))]
	if g.chance(3) {
		family = families[g.pickIndex(0, 0, 6)]
	}
	context := q.Context
	if q.Read != nil {
		context = q.Read.context(q.Caller.Type, q.Action)
	}
	var keys []string
	for key, carried := range context {
		if carried.Presence != Undocumented && !strings.Contains(key, "*") && (unknown || len(carried.Values) < 2 || !carried.unknown()) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	c := writtenCondition{operator: g.pick(family.operators...), key: g.pick(keys...)}
	values := family.values
	// Most conditions compare with something like what is sent.
	if sent := context[c.key]; len(sent.Values) > 0 && c.operator != "Null" && g.chance(2) {
		if text, literal := sent.Values[g.IntN(len(sent.Values))].Literal(); literal {
			values = append(slices.Clone(values), text, text, text)
			if strings.Contains(c.operator, "Like") {
				values = append(values, g.segmentsPattern(text), g.segmentsPattern(text))
			}
			if strings.HasPrefix(c.operator, "String") {
				values = append(values, g.patternOf(text), g.patternOf(text))
			}
		}
	}
	if unknown && c.operator != "Null" && g.chance(5) {
		values = []string{"$UNKNOWN", "arn:aws:cloudfront::111122223333:distribution/$UNKNOWN"}
	}
	if unknown && g.chance(8) {
		c.key = g.pick("kms:ViaService", "kms:CallerAccount", "aws:SourceIp")
	}
	c.values = g.some(values)
	if c.operator != "Null" {
		if g.chance(6) {
			c.operator += "IfExists"
		}
		c.operator = g.pick("", "", "", "", "ForAllValues:", "ForAnyValue:") + c.operator
	}
	if g.chance(3) {
		c.key = strings.ToUpper(c.key)
	}
	return c
}

func (v ContextValue) unknown() bool {
	return slices.ContainsFunc(v.Values, func(each value.Value) bool { return len(each.Reasons()) > 0 })
}

func (g generator) pickIndex(indexes ...int) int { return indexes[g.IntN(len(indexes))] }

// segmentsPattern puts wildcards into the segments of a text that has colons.
func (g generator) segmentsPattern(text string) string {
	segments := strings.Split(text, ":")
	at := g.IntN(len(segments))
	segments[at] = g.patternOf(segments[at])
	if pattern := strings.Join(segments, ":"); pattern != "*" {
		return pattern
	}
	return text
}

// blurred makes a piece of one text of a document unknown. It returns texts that
// may stand in its place.
func (g generator) blurred(d writtenDocument) (document string, texts []string) {
	var places []*string
	for i := range d.statements {
		s := &d.statements[i]
		for _, list := range [][]string{s.actions, s.resources} {
			for k := range list {
				places = append(places, &list[k])
			}
		}
		for _, names := range s.principals {
			for k := range names {
				places = append(places, &names[k])
			}
		}
		for _, c := range s.conditions {
			if !strings.Contains(c.operator, "Null") {
				for k := range c.values {
					places = append(places, &c.values[k])
				}
			}
		}
	}
	if len(places) == 0 {
		return d.text(), []string{""}
	}
	place := places[g.IntN(len(places))]
	from := g.IntN(len(*place) + 1)
	to := from + g.IntN(len(*place)-from+1)
	removed := (*place)[from:to]
	*place = (*place)[:from] + "$UNKNOWN" + (*place)[to:]
	return d.text(), []string{removed, "", "x", "1", removed + "x", g.pick("17", "true", "s", "E1EXAMPLE")}
}
