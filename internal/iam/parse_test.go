package iam

import (
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

func parseText(t *testing.T, text string) *Document {
	t.Helper()
	file := source.NewFile("p.json", []byte(text))
	return Parse(value.Text(text, file.Location(0, len(text))))
}

func TestProblems(t *testing.T) {
	const good = `"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"`
	tests := []struct{ name, text, role, code, place, message string }{
		{"not JSON", `{"Statement": [}`, "key", "not-json", "1:16", "unexpected '}'"},
		{"a list", `[]`, "key", "not-an-object", "1:1", "not a JSON object"},
		{"no statement", `{"Version": "2012-10-17"}`, "key", "no-statement", "1:1", "no Statement"},
		{"bad version", `{"Version": "2012-10-18", "Statement": []}`, "key", "invalid-version", "1:13", "2012-10-18"},
		{"no effect", `{"Statement": {"Principal": "*", "Action": "kms:*", "Resource": "*"}}`, "key", "no-effect", "1:15", "has no Effect"},
		{"effect in lower case", `{"Statement": {` + strings.Replace(good, "Allow", "allow", 1) + `}}`, "key", "invalid-effect", "1:26", `"allow"`},
		{"unknown element", `{"Statement": {` + good + `, "Conditions": {}}}`, "key", "unknown-element", "1:89", `"Condition" is meant`},
		{"unknown element of the policy", `{"Statements": [], "Statement": []}`, "key", "unknown-element", "1:2", `"Statement" is meant`},
		{"repeated key", `{"Statement": [], "Statement": []}`, "key", "repeated-key", "1:19", "repeats"},
		{"principal of a data source", `{"Statement": {"Effect": "Allow", "Principal": {"type": "Service", "identifiers": ["x"]}, "Action": "kms:*", "Resource": "*"}}`, "key", "invalid-principal", "1:49", `"type"`},
		{"principal as text", `{"Statement": {"Effect": "Allow", "Principal": "cloudfront.amazonaws.com", "Action": "kms:*", "Resource": "*"}}`, "key", "invalid-principal", "1:48", "cloudfront.amazonaws.com"},
		{"unknown operator", `{"Statement": {` + good + `, "Condition": {"StringEqual": {"a": "b"}}}}`, "key", "unknown-operator", "1:103", "StringEqual"},
		{"condition without operator", `{"Statement": {` + good + `, "Condition": {"StringEquals": "b"}}}`, "key", "invalid-condition", "1:103", "needs an object"},
		{"both action elements", `{"Statement": {` + good + `, "NotAction": "kms:*"}}`, "key", "both-elements", "1:89", "both Action and NotAction"},
		{"key policy without principal", `{"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}`, "key", "no-principal", "1:15", "has no Principal"},
		{"identity policy with principal", `{"Statement": {` + good + `}}`, "identity", "principal-in-identity-policy", "1:15", "must not have"},
		{"encryption context for all values", `{"Statement": {` + good + `, "Condition": {"ForAllValues:StringEquals": {"kms:EncryptionContext:aws:s3:arn": "b"}}}}`, "key", "overly-permissive-condition", "1:133", "ForAllValues"},
		{"request tag for all values", `{"Statement": {` + good + `, "Condition": {"forallvalues:StringLike": {"AWS:RequestTag/team": "b"}}}}`, "key", "overly-permissive-condition", "1:131", "ForAllValues"},
		{"bucket policy without resource", `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*"}}`, "bucket", "no-resource", "1:15", "has no Resource"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, problem := range parseText(t, test.text).ProblemsFor(test.role) {
				if problem.Code != test.code {
					continue
				}
				if got := strings.TrimPrefix(problem.Location.String(), "p.json:"); got != test.place {
					t.Errorf("at %s, want %s", got, test.place)
				}
				if !strings.Contains(problem.Text, test.message) {
					t.Errorf("text is %q, want %q in it", problem.Text, test.message)
				}
				return
			}
			t.Errorf("no problem %s in %+v", test.code, parseText(t, test.text).ProblemsFor(test.role))
		})
	}
}

// AWS KMS accepts a statement without Action or Resource and ignores it: that is
// an ineffective grant, not an invalid document.
func TestKeyPolicyWithoutResourceIsNoProblem(t *testing.T) {
	d := parseText(t, `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*"}}`)
	if problems := d.ProblemsFor("key"); len(problems) > 0 {
		t.Errorf("problems = %+v", problems)
	}
}

// AWS KMS rejects ForAllValues with keys of one value, which nothing satisfies
// better than a request without them; of a Deny it does not say so, and other keys
// it accepts.
func TestForAllValuesThatIsNoProblem(t *testing.T) {
	for _, text := range []string{
		`{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": "b"}}}}`,
		`{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:SourceArn": "b"}}}}`,
		`{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"kms:EncryptionContext:aws:s3:arn": "b"}}}}`,
		`{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"kms:EncryptionContext:aws:s3:arn": "b"}}}}`,
	} {
		if problems := parseText(t, text).ProblemsFor("key"); len(problems) > 0 {
			t.Errorf("problems of %s are %+v", text, problems)
		}
	}
}

func TestUnknownPartsAreGapsAndNoProblems(t *testing.T) {
	unknown := value.NotKnown("var.x has no default", nowhere)
	d := Parse(value.MapOf([]value.Member{{Key: "Statement", Value: value.ListOf([]value.Value{
		unknown,
		value.MapOf([]value.Member{{Key: "Effect", Value: value.Text("Allow", nowhere)}, {Key: "Principal", Value: unknown}, {Key: "Action", Value: unknown}, {Key: "Resource", Value: unknown}, {Key: "Condition", Value: unknown}}, source.Location{}),
	}, source.Location{})}}, source.Location{}))
	if len(d.ProblemsFor("key")) > 0 || len(d.Gaps) != 1 || len(d.Statements) != 1 {
		t.Fatalf("document = %+v", d)
	}
	if got := d.Evaluate(request("OAC", "key", "off"), value.NewWorld()).Allowed; got != Unknown {
		t.Errorf("allowed = %v", got)
	}
}

func TestChoicesBecomeAlternatives(t *testing.T) {
	variables := value.Variables{}
	create := variables.Boolean("v", "var.open")
	document := Parse(value.MapOf([]value.Member{{Key: "Statement", Value: value.ListOf([]value.Value{
		value.MapOf([]value.Member{
			{Key: "Effect", Value: value.Text("Allow", nowhere)},
			{Key: "Principal", Value: value.MapOf([]value.Member{{Key: "Service", Value: value.Text("cloudfront.amazonaws.com", nowhere)}}, source.Location{})},
			{Key: "Action", Value: value.If(create, value.Text("kms:Decrypt", nowhere), value.Text("kms:Encrypt", nowhere), nowhere)},
			{Key: "Resource", Value: value.Text("*", nowhere)},
		}, source.Location{}),
	}, source.Location{})}}, source.Location{}))
	if len(document.Statements) != 2 || document.Statements[0].Index != document.Statements[1].Index {
		t.Fatalf("statements = %+v", document.Statements)
	}
	answers := map[string]Truth{}
	value.Worlds(variables, func(w *value.World) Truth {
		return document.Evaluate(request("OAC", "key", "off"), w).Allowed
	}, func(w *value.World, answer Truth) { answers[w.Describe(variables)] = answer })
	if answers["var.open is true"] != Yes || answers["var.open is false"] != No {
		t.Errorf("answers = %v", answers)
	}
}

// TestProblemsAreBounded parses a list of many statements that are none.
func TestProblemsAreBounded(t *testing.T) {
	list := value.ListOf(make([]value.Value, 10*maxProblems), source.Location{})
	for i := range list.Items() {
		list.Items()[i] = value.Text("x", source.Location{})
	}
	document := Parse(value.MapOf([]value.Member{{Key: "Statement", Value: list}}, source.Location{}))
	if len(document.Problems) != maxProblems {
		t.Errorf("%d problems are noted, want %d", len(document.Problems), maxProblems)
	}
}
