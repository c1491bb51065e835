package iam

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/originkey/originkey/internal/value"
)

// The twin is a second evaluator, slow and obvious: it reads JSON with the
// standard library, knows texts only, and answers true or false. It shares
// nothing with the evaluator but the documentation.

// A twinRequest is a request in plain texts. A key that is not in context is
// missing.
type twinRequest struct {
	service   string
	oai       string
	canonical string
	role      string
	action    string
	resource  string
	context   map[string]string
}

type twinPolicy struct {
	Version   string
	Statement []map[string]any
}

func twinAllows(t *testing.T, document string, q twinRequest) bool {
	t.Helper()
	var policy twinPolicy
	if err := json.Unmarshal([]byte(document), &policy); err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	allowed := false
	for _, s := range policy.Statement {
		if !twinApplies(s, policy.Version, q) {
			continue
		}
		if s["Effect"] == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

func twinApplies(s map[string]any, version string, q twinRequest) bool {
	if principal, ok := s["Principal"]; ok {
		if !twinNames(principal, s["Effect"], q) {
			return false
		}
	} else if not, ok := s["NotPrincipal"]; !ok || twinNames(not, s["Effect"], q) {
		return false
	}
	if actions, ok := s["Action"]; ok {
		if !twinAction(actions, q.action) {
			return false
		}
	} else if not, ok := s["NotAction"]; !ok || twinAction(not, q.action) {
		return false
	}
	if resources, ok := s["Resource"]; ok {
		if !twinResource(resources, version, q) {
			return false
		}
	} else if not, ok := s["NotResource"]; !ok || twinResource(not, version, q) {
		return false
	}
	conditions, _ := s["Condition"].(map[string]any)
	for operator, keys := range conditions {
		for key, values := range keys.(map[string]any) {
			if !twinCondition(operator, key, twinTexts(values), version, q) {
				return false
			}
		}
	}
	return true
}

func twinTexts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var texts []string
		for _, item := range v {
			texts = append(texts, item.(string))
		}
		return texts
	default:
		panic(fmt.Sprintf("%T", v))
	}
}

func twinNames(principal, effect any, q twinRequest) bool {
	everyone := effect == "Deny" || q.role == "bucket" && q.oai != ""
	if principal == "*" {
		return everyone
	}
	for kind, names := range principal.(map[string]any) {
		for _, name := range twinTexts(names) {
			switch {
			case kind == "AWS" && name == "*" && everyone:
				return true
			case kind == "AWS" && q.oai != "" && name == q.oai:
				return true
			case kind == "CanonicalUser" && q.oai != "" && name == q.canonical:
				return true
			case kind == "Service" && q.service != "" && (name == q.service || name == q.service+".cn"):
				return true
			}
		}
	}
	return false
}

// twinGlob tries every text that a * may stand for.
func twinGlob(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		for i := range len(text) + 1 {
			if twinGlob(pattern[1:], text[i:]) {
				return true
			}
		}
		return false
	case text == "":
		return false
	default:
		return (pattern[0] == '?' || pattern[0] == text[0]) && twinGlob(pattern[1:], text[1:])
	}
}

func twinAction(patterns any, action string) bool {
	for _, pattern := range twinTexts(patterns) {
		if twinGlob(strings.ToLower(pattern), strings.ToLower(action)) {
			return true
		}
	}
	return false
}

func twinResource(patterns any, version string, q twinRequest) bool {
	for _, written := range twinTexts(patterns) {
		if pattern, ok := twinVariables(written, version, q); ok && twinGlobEscaped(pattern, q.resource) {
			return true
		}
	}
	return false
}

// What variables stand for is no pattern: the letters that would be wildcards are
// written as these until the pattern is compared.
const (
	literalStar = "\x01"
	literalMark = "\x02"
)

var twinVariable = regexp.MustCompile(`\$\{([^}]*)\}`)

func twinVariables(written, version string, q twinRequest) (pattern string, ok bool) {
	if version != "2012-10-17" {
		return written, true
	}
	ok = true
	pattern = twinVariable.ReplaceAllStringFunc(written, func(found string) string {
		name := found[2 : len(found)-1]
		text := ""
		switch name {
		case "*", "?", "$":
			text = name
		default:
			key, fallback, has := strings.Cut(name, ", ")
			sent, present := q.context[strings.ToLower(key)]
			switch {
			case present:
				text = sent
			case has:
				text = strings.Trim(fallback, "'")
			default:
				ok = false
			}
		}
		return strings.NewReplacer("*", literalStar, "?", literalMark).Replace(text)
	})
	return pattern, ok
}

func twinGlobEscaped(pattern, text string) bool {
	escape := strings.NewReplacer("*", literalStar, "?", literalMark)
	// A wildcard of the pattern takes in any letter, escaped or not.
	return twinGlob(pattern, escape.Replace(text))
}

func twinPlain(pattern string) string {
	return strings.NewReplacer(literalStar, "*", literalMark, "?").Replace(pattern)
}

func twinCondition(operator, key string, values []string, version string, q twinRequest) bool {
	name, ifExists := strings.CutSuffix(operator, "IfExists")
	qualifier, base, qualified := strings.Cut(name, ":")
	if !qualified {
		qualifier, base = "", name
	}
	sent, present := q.context[strings.ToLower(key)]
	if base == "Null" {
		for _, v := range values {
			if (v == "true") == !present {
				return true
			}
		}
		return false
	}
	negative := strings.Contains(base, "Not")
	if !present {
		switch {
		case ifExists || qualifier == "ForAllValues":
			return true
		case qualifier == "ForAnyValue":
			return false
		default:
			return negative
		}
	}
	positive := strings.Replace(base, "Not", "", 1)
	for _, v := range values {
		if twinCompare(positive, v, sent, version, q) {
			return !negative
		}
	}
	return negative
}

func twinCompare(operator, written, sent, version string, q twinRequest) bool {
	pattern := written
	if strings.HasPrefix(operator, "String") || strings.HasPrefix(operator, "Arn") {
		var ok bool
		if pattern, ok = twinVariables(written, version, q); !ok {
			return false
		}
	}
	switch operator {
	case "StringEquals":
		return twinPlain(pattern) == sent
	case "StringEqualsIgnoreCase":
		return strings.EqualFold(twinPlain(pattern), sent)
	case "StringLike":
		return twinGlobEscaped(pattern, sent)
	case "ArnEquals", "ArnLike":
		patterns, texts := strings.SplitN(pattern, ":", 6), strings.SplitN(sent, ":", 6)
		if len(patterns) != 6 || len(texts) != 6 {
			return false
		}
		for i := range patterns {
			if !twinGlobEscaped(patterns[i], texts[i]) {
				return false
			}
		}
		return true
	case "Bool":
		return strings.EqualFold(written, sent)
	case "BinaryEquals":
		x, errX := base64.StdEncoding.DecodeString(written)
		y, errY := base64.StdEncoding.DecodeString(sent)
		return errX == nil && errY == nil && string(x) == string(y)
	case "IpAddress":
		address, err := netip.ParseAddr(sent)
		if err != nil {
			return false
		}
		if network, err := netip.ParsePrefix(written); err == nil {
			return network.Contains(address)
		}
		other, err := netip.ParseAddr(written)
		return err == nil && other == address
	}
	kind, comparison := "Date", strings.TrimPrefix(operator, "Date")
	if strings.HasPrefix(operator, "Numeric") {
		kind, comparison = "Numeric", strings.TrimPrefix(operator, "Numeric")
	}
	x, okX := twinOrdinal(kind, sent)
	y, okY := twinOrdinal(kind, written)
	if !okX || !okY {
		return false
	}
	switch comparison {
	case "Equals":
		return x == y
	case "LessThan":
		return x < y
	case "LessThanEquals":
		return x <= y
	case "GreaterThan":
		return x > y
	case "GreaterThanEquals":
		return x >= y
	default:
		panic(operator)
	}
}

func twinOrdinal(kind, text string) (float64, bool) {
	if kind == "Numeric" {
		number, err := strconv.ParseFloat(text, 64)
		return number, err == nil
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return float64(seconds), true
	}
	date, err := time.Parse(time.RFC3339, text)
	return float64(date.Unix()), err == nil
}

// twinStack is a request of plain texts, for both evaluators.
type twinStack struct {
	Request
	twin twinRequest
}

// plainRequests are requests in which everything is known: the contexts of the
// path, and keys of types that no request of the path has.
func plainRequests() []twinStack {
	extra := map[string]string{
		"test:number": "17", "test:date": "2024-05-06T07:08:09Z", "test:address": "203.0.113.7", "test:address6": "2001:db8::7",
		"test:binary": base64.StdEncoding.EncodeToString([]byte("secret")), "test:text": "Red*Green?Blue", "test:flag": "false",
	}
	var stacks []twinStack
	for _, kind := range []struct {
		caller            PrincipalType
		action, bucketKey string
	}{
		{Service, "kms:Decrypt", "off"},
		{Service, "kms:Decrypt", "on"},
		{Service, "s3:GetObject", "off"},
		{AWS, "kms:Decrypt", "off"},
		{AWS, "s3:GetObject", "off"},
	} {
		r := Read{
			DistributionARN: text("arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"), Account: text("111122223333"),
			OAI:       text("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2EXAMPLE"),
			BucketARN: text("arn:aws:s3:::assets"), BucketKey: kind.bucketKey,
		}
		plain := twinRequest{action: kind.action, role: "key", resource: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd", context: map[string]string{}}
		object := "arn:aws:s3:::assets/css/site.css"
		q := Request{
			Action: kind.action, Role: "key", Context: map[string]ContextValue{},
			Expand: func(v value.Value) value.Value { return v }, Generated: func(string) bool { return true },
		}
		if strings.HasPrefix(kind.action, "s3:") {
			q.Role, plain.role, plain.resource = "bucket", "bucket", object
		}
		q.Resources = []value.Value{text(plain.resource)}
		if kind.caller == Service {
			q.Caller = Caller{Type: Service, Service: "cloudfront.amazonaws.com"}
			plain.service = q.Caller.Service
		} else {
			q.Caller = Caller{Type: AWS, ARN: r.OAI, CanonicalUser: text("79a59df9")}
			plain.oai, _ = r.OAI.Literal()
			plain.canonical = "79a59df9"
		}
		carry := func(key, sent string) {
			q.Context[key] = ContextValue{Presence: Present, Values: []value.Value{text(sent)}}
			plain.context[key] = sent
		}
		for key, carried := range r.context(kind.caller, kind.action) {
			switch {
			case carried.Presence == Missing && !strings.Contains(key, "*"):
				q.Context[key] = carried
			case carried.Presence == Present && len(carried.Values) == 1 && len(carried.Values[0].Reasons()) == 0:
				if sent, literal := carried.Values[0].Literal(); literal {
					carry(key, sent)
				} else {
					carry(key, object)
				}
			}
		}
		for key, sent := range extra {
			carry(key, sent)
		}
		stacks = append(stacks, twinStack{q, plain})
	}
	return stacks
}

const twinDocuments = 100_000

func TestEvaluatorAgreesWithItsTwin(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(11, 12))}
	stacks := plainRequests()
	var answers [3]int
	for range twinDocuments {
		stack := stacks[g.IntN(len(stacks))]
		document := g.document(stack.Request, false).text()
		parsed := Parse(text(document))
		if len(parsed.Problems) > 0 {
			t.Fatalf("%s: %v", document, parsed.Problems)
		}
		got := parsed.Evaluate(stack.Request, value.NewWorld())
		answers[got.Allowed]++
		if want := truthOf(twinAllows(t, document, stack.twin)); got.Allowed != want {
			t.Fatalf("%s of %v: %v, but the twin says %v; %v\n%s", stack.Action, stack.Caller.Type, got.Allowed, want, got.Reasons, document)
		}
	}
	// A generator whose documents all fail would show nothing.
	if answers[Yes] < twinDocuments/10 || answers[No] < twinDocuments/10 || answers[Unknown] != 0 {
		t.Errorf("the answers are one-sided: %v", answers)
	}
}

// TestUnknownTextsCoverEveryText asserts that an answer with a part of a policy
// unknown is that of the twin for every text in its place.
func TestUnknownTextsCoverEveryText(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(13, 14))}
	stacks := plainRequests()
	decided := 0
	for range twinDocuments / 5 {
		stack := stacks[g.IntN(len(stacks))]
		document, texts := g.blurred(g.document(stack.Request, false))
		got := Parse(symbolic(document)).Evaluate(stack.Request, value.NewWorld())
		if got.Allowed == Unknown {
			continue
		}
		decided++
		for _, text := range texts {
			concrete := strings.ReplaceAll(document, "$UNKNOWN", text)
			if want := truthOf(twinAllows(t, concrete, stack.twin)); want != got.Allowed {
				t.Fatalf("%v, but with %q the twin says %v: %s", got.Allowed, text, want, document)
			}
		}
	}
	if decided == 0 {
		t.Error("nothing was decided")
	}
}
