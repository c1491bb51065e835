package iam

import (
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/value"
)

// TestHostilePatterns compares what would take a matcher that backtracks, or one
// that keeps every answer, out of time or memory.
func TestHostilePatterns(t *testing.T) {
	t.Parallel()
	c := comparison{generated: func(string) bool { return true }}
	match := func(pattern, text string) Truth {
		return c.matchText(c.tokenizeLiteral(nil, pattern, true), c.tokenizeLiteral(nil, text, false))
	}
	long := strings.Repeat("a", 300)
	if got := match(strings.Repeat("*a", 10_000), long); got != No {
		t.Errorf("many stars: %v", got)
	}
	if got := match(strings.Repeat("*", 50_000)+"a", long); got != Yes {
		t.Errorf("only stars: %v", got)
	}
	if got := match(strings.Repeat("a*", 1<<20), strings.Repeat("a", 1<<20)); got != Unknown {
		t.Errorf("longer than any policy: %v", got)
	}
	if got := match("\xff*", "\xffa"); got != Yes {
		t.Errorf("text that is not UTF-8: %v", got)
	}
	var unknowns []token
	for range 2000 {
		unknowns = append(unknowns, token{kind: unknownToken}, token{literal: 'a'})
	}
	if got := c.matchText(unknowns, c.tokenizeLiteral(nil, long, false)); got != No {
		t.Errorf("many unknown pieces: %v", got)
	}
}

// TestVersionOfAlternatives reads policies whose Version is not the same on both
// sides of a condition, or not known.
func TestVersionOfAlternatives(t *testing.T) {
	t.Parallel()
	policy := func(version string) value.Value {
		return symbolic(`{"Version": "` + version + `", "Statement": [` + condition("StringEquals", "aws:SourceAccount", `"${aws:SourceAccount}"`) + `]}`)
	}
	variables := value.Variables{}
	choice := variables.Boolean("new", "var.new")
	either := value.If(choice, policy("2012-10-17"), policy("2008-10-17"), nowhere)
	for _, test := range []struct {
		name   string
		policy value.Value
		world  *value.World
		want   Truth
	}{
		{"a variable", policy("2012-10-17"), value.NewWorld(), Yes},
		{"a text", policy("2008-10-17"), value.NewWorld(), No},
		{"not known", policy("$UNKNOWN"), value.NewWorld(), Unknown},
		{"the one side", either, value.NewWorld().With("new", "true"), Yes},
		{"the other side", either, value.NewWorld().With("new", "false"), No},
	} {
		if got := Parse(test.policy).Evaluate(request("OAC", "key", "off"), test.world).Allowed; got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestStatementMatchKnowsItsVersion asserts that a statement by itself says what
// the document says.
func TestStatementMatchKnowsItsVersion(t *testing.T) {
	t.Parallel()
	d := statement(t, condition("StringEquals", "aws:SourceAccount", `"${aws:SourceAccount}"`))
	if got := d.Statements[0].Match(request("OAC", "key", "off")).Applies(); got != Yes {
		t.Errorf("%v, want yes", got)
	}
}

// TestInvalidElementsWidenNothing asserts that an element that AWS rejects is not
// read as if it were not there.
func TestInvalidElementsWidenNothing(t *testing.T) {
	t.Parallel()
	for _, invalid := range []string{
		`{` + decrypt + `, "Condition": {"StringEquals": "b"}}`,
		`{` + decrypt + `, "Condition": "b"}`,
		`{` + decrypt + `, "Condition": {"StringEquals": {"aws:SourceAccount": {}}}}`,
		`{"Effect": "Allow", "Principal": "cloudfront.amazonaws.com", "Action": "kms:Decrypt", "Resource": "*"}`,
		`{"Effect": "Allow", "Principal": {"type": "Service"}, "Action": "kms:Decrypt", "Resource": "*"}`,
		`{"Effect": "Allow", "Principal": ["*"], "Action": "kms:Decrypt", "Resource": "*"}`,
	} {
		d := Parse(symbolic(`{"Statement": [` + invalid + `]}`))
		if got := d.Evaluate(request("OAC", "key", "off"), value.NewWorld()).Allowed; got != Unknown || len(d.Problems) == 0 {
			t.Errorf("%s: %v, %d problems", invalid, got, len(d.Problems))
		}
	}
}

// TestPrincipalByReference asserts that the ARN of a role is no origin access
// identity, although its text is not known.
func TestPrincipalByReference(t *testing.T) {
	t.Parallel()
	s := statement(t, allow(`"Sid": "a"`)).Statements[0]
	for _, test := range []struct {
		name      string
		principal value.Value
		want      Truth
	}{
		{"the ARN of a role", ref("aws_iam_role.app", value.ARN), No},
		{"an account that is not known", symbolic("arn:aws:iam::$UNKNOWN:root"), No},
		{"what is not known at all", symbolic("$UNKNOWN"), Unknown},
		{"the principal of the identity", symbolic("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"), Yes},
	} {
		s.Principals = []Principal{{Type: AWS, Value: test.principal}}
		q := request("OAI", "key", "off")
		q.Generated = func(node string) bool { return node != "env" && node != "aws_iam_role.app" }
		if got := s.Match(q).Principal.Truth; got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestIdentityOutsideTheInput asserts that an origin access identity that is known
// by its id only is the one that a policy names by that id.
func TestIdentityOutsideTheInput(t *testing.T) {
	t.Parallel()
	q := request("OAI", "key", "off")
	q.Caller.ARN = OAIPrincipal(ref("env", value.Partition), text("E1EXAMPLE"))
	s := statement(t, allow(`"Sid": "a"`)).Statements[0]
	for principal, want := range map[string]Truth{
		"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE":        Yes,
		"arn:$PARTITION:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE": Yes,
		"arn:aws-cn:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE":     Unknown,
		"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2EXAMPLE":        No,
		"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI":             Unknown,
		"arn:aws:iam::111122223333:user/CloudFront Origin Access Identity E1EXAMPLE":      No,
		"arn:aws:cloudfront::111122223333:origin-access-identity/E1EXAMPLE":               No,
	} {
		s.Principals = []Principal{{Type: AWS, Value: symbolic(principal)}}
		if got := s.Match(q).Principal.Truth; got != want {
			t.Errorf("%s: %v, want %v", principal, got, want)
		}
	}
}

// TestEitherEncryptionContext asserts that what holds with bucket keys as well as
// without holds where the setting is not known, whichever statement says so.
func TestEitherEncryptionContext(t *testing.T) {
	t.Parallel()
	const key = "kms:EncryptionContext:aws:s3:arn"
	bucket, objects := condition("ArnLike", key, `"arn:aws:s3:::assets"`), condition("ArnLike", key, `"arn:aws:s3:::assets/*"`)
	both := allow(`"Condition": {"ArnLike": {"` + key + `": "arn:aws:s3:::assets"}, "StringLike": {"` + key + `": "arn:aws:s3:::assets/*"}}`)
	deny := strings.Replace(bucket, "Allow", "Deny", 1)
	for _, test := range []struct {
		name, statements string
		want             Truth
	}{
		{"one statement for each", bucket + "," + objects, Yes},
		{"one statement for one", bucket, Unknown},
		{"two conditions that exclude one another", both, No},
		{"allowed for one, denied for the other", objects + "," + deny, Unknown},
		{"allowed for what is denied", bucket + "," + deny, No},
	} {
		got := statement(t, test.statements).Evaluate(request("OAC", "key", "unknown"), value.NewWorld())
		if got.Allowed != test.want || (len(got.Reasons) > 0) != (test.want == Unknown) {
			t.Errorf("%s: %v, want %v; reasons %v", test.name, got.Allowed, test.want, got.Reasons)
		}
	}
}
