package iam

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/value"
)

// A generator makes random statements of few words, so that they often match.
type generator struct{ *rand.Rand }

func (g generator) pick(words ...string) string { return words[g.IntN(len(words))] }

// statement is a random statement. Without unknown it holds nothing that is not
// known or not documented.
func (g generator) statement(effect string, unknown bool) string {
	principals := []string{`{"Service": "cloudfront.amazonaws.com"}`, `{"Service": ["s3.amazonaws.com", "cloudfront.amazonaws.com"]}`, `{"AWS": "111122223333"}`, `{"Service": "s3.amazonaws.com"}`}
	if effect == "Deny" {
		principals = append(principals, `"*"`)
	}
	conditions := []string{
		``, ``, `, "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::$ACCOUNT:distribution/$CDN"}}`,
		`, "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::$ACCOUNT:distribution/$OTHER"}}`,
		`, "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}`,
		`, "Condition": {"ArnLike": {"kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::assets", "arn:aws:s3:::media/*"]}}`,
		`, "Condition": {"Null": {"aws:PrincipalOrgID": "true"}, "Bool": {"aws:SecureTransport": "true"}}`,
	}
	if unknown {
		conditions = append(conditions, `, "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}`, `, "Condition": {"StringEquals": {"AWS:SourceArn": "$UNKNOWN"}}`)
		principals = append(principals, `{"Service": "$UNKNOWN"}`)
	}
	return fmt.Sprintf(`{"Effect": %q, "Principal": %s, "Action": %q, "Resource": %q%s}`, effect, g.pick(principals...),
		g.pick("kms:Decrypt", "kms:*", "*", "kms:De*", "kms:Encrypt", "s3:GetObject"),
		g.pick("*", "*", "arn:aws:kms:$REGION:$ACCOUNT:key/$KEY", "arn:aws:kms:$REGION:$ACCOUNT:key/$OTHER"), g.pick(conditions...))
}

func (g generator) statements(unknown bool) []string {
	all := make([]string, g.IntN(5))
	for i := range all {
		all[i] = g.statement(g.pick("Allow", "Allow", "Deny"), unknown)
	}
	return all
}

const documents = 5000

func allowed(t *testing.T, statements []string, bucketKey string) Truth {
	t.Helper()
	return statement(t, strings.Join(statements, ", ")).Evaluate(request("OAC", "key", bucketKey), value.NewWorld()).Allowed
}

func TestProperties(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for range documents {
		bucketKey := g.pick("on", "off")
		all := g.statements(true)
		before := allowed(t, all, bucketKey)

		if after := allowed(t, append([]string{g.statement("Deny", true)}, all...), bucketKey); after > before {
			t.Fatalf("a Deny widens %v to %v: %v", before, after, all)
		}
		if after := allowed(t, append([]string{g.statement("Allow", true)}, all...), bucketKey); after < before {
			t.Fatalf("an Allow narrows %v to %v: %v", before, after, all)
		}
		shuffled := append([]string(nil), all...)
		g.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if after := allowed(t, shuffled, bucketKey); after != before {
			t.Fatalf("order changes %v to %v: %v", before, after, all)
		}
	}
}

func TestUnknownOnlyWhereSomethingIs(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(3, 4))}
	for range documents {
		all := g.statements(false)
		if got := allowed(t, all, g.pick("on", "off")); got == Unknown {
			t.Fatalf("nothing is unknown in %v", all)
		}
	}
}

func TestStarTakesInEverything(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(5, 6))}
	for range documents {
		one := g.statement("Allow", true)
		wide := regexp.MustCompile(`"Resource": "[^"]*"`).ReplaceAllString(one, `"Resource": "*"`)
		wide = regexp.MustCompile(`"Action": "[^"]*"`).ReplaceAllString(wide, `"Action": "*"`)
		if narrow, wide := allowed(t, []string{one}, "off"), allowed(t, []string{wide}, "off"); wide < narrow {
			t.Fatalf("* matches less than %s", one)
		}
	}
}

// TestMatcherAgreesWithItsTwin compares the matcher with a slow, obvious one:
// patterns as regular expressions.
func TestMatcherAgreesWithItsTwin(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(7, 8))}
	c := comparison{generated: func(string) bool { return true }}
	word := func(alphabet string) string {
		var b strings.Builder
		for range g.IntN(7) {
			b.WriteByte(alphabet[g.IntN(len(alphabet))])
		}
		return b.String()
	}
	for range 100_000 {
		pattern, text := word("ab:*?"), word("ab:")
		expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
		want := truthOf(regexp.MustCompile("^" + expression + "$").MatchString(text))
		got := c.matchText(c.tokenizeLiteral(pattern, true), c.tokenizeLiteral(text, false))
		if got != want {
			t.Fatalf("%q against %q: %v, want %v", pattern, text, got, want)
		}
	}
}

// TestUnknownPiecesCoverEveryText asserts that replacing a piece of a text by
// unknown text never turns an answer around.
func TestUnknownPiecesCoverEveryText(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(9, 10))}
	c := comparison{generated: func(string) bool { return true }}
	for range 50_000 {
		words := []string{"", "a", "b", "ab", "a:b", "*", "a*", "?b", "aba"}
		pattern, text := g.pick(words...)+g.pick(words...), strings.NewReplacer("*", "", "?", "").Replace(g.pick(words...)+g.pick(words...))
		certain := c.matchText(c.tokenizeLiteral(pattern, true), c.tokenizeLiteral(text, false))
		from := g.IntN(len(text) + 1)
		to := from + g.IntN(len(text)-from+1)
		blurred := append(c.tokenizeLiteral(text[:from], false), token{kind: unknownToken})
		blurred = append(blurred, c.tokenizeLiteral(text[to:], false)...)
		if got := c.matchText(c.tokenizeLiteral(pattern, true), blurred); got != certain && got != Unknown {
			t.Fatalf("%q against %q with [%d:%d] unknown: %v, but certain is %v", pattern, text, from, to, got, certain)
		}
	}
}
