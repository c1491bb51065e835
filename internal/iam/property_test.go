package iam

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

const generated = 5_000

// stacks are requests in which everything is known, and the symbolic ones of the
// decision table.
func stacks() []Request {
	var all []Request
	for _, stack := range plainRequests() {
		all = append(all, stack.Request)
	}
	return append(all, request("OAC", "key", "off"), request("OAC", "key", "unknown"), request("OAI", "bucket", "off"))
}

func allowed(d writtenDocument, q Request) Truth {
	return Parse(symbolic(d.text())).Evaluate(q, value.NewWorld()).Allowed
}

// with returns a document with one more statement.
func (d writtenDocument) with(s writtenStatement) writtenDocument {
	d.statements = append(slices.Clone(d.statements), s)
	return d
}

func TestStatementsOnlyAdd(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(1, 2))}
	all := stacks()
	for range generated {
		q := all[g.IntN(len(all))]
		d := g.document(q, true)
		before := allowed(d, q)
		if denied := d.with(g.statement("Deny", q, true)); allowed(denied, q) > before {
			t.Fatalf("a Deny widens %v to %v: %s", before, allowed(denied, q), denied.text())
		}
		// Read the other way round: removing an Allow never widens.
		if more := d.with(g.statement("Allow", q, true)); allowed(more, q) < before {
			t.Fatalf("an Allow narrows %v to %v: %s", before, allowed(more, q), more.text())
		}
		g.Shuffle(len(d.statements), func(i, j int) { d.statements[i], d.statements[j] = d.statements[j], d.statements[i] })
		if after := allowed(d, q); after != before {
			t.Fatalf("order changes %v to %v: %s", before, after, d.text())
		}
	}
}

// TestUnknownOnlyWhereSomethingIs asserts that what is known is decided, and that a
// decision that is not names a statement and says why.
func TestUnknownOnlyWhereSomethingIs(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(3, 4))}
	plain, all := plainRequests(), stacks()
	for range generated {
		q := plain[g.IntN(len(plain))].Request
		if d := g.document(q, false); allowed(d, q) == Unknown {
			t.Fatalf("nothing is unknown in %s", d.text())
		}
		q = all[g.IntN(len(all))]
		d := g.document(q, true)
		decision := Parse(symbolic(d.text())).Evaluate(q, value.NewWorld())
		if decision.Allowed == Unknown != (len(decision.Reasons) > 0) {
			t.Fatalf("%v with the reasons %v: %s", decision.Allowed, decision.Reasons, d.text())
		}
		for _, reason := range decision.Reasons {
			if !strings.HasPrefix(reason.Text, "statement ") || strings.HasSuffix(reason.Text, ": ") {
				t.Fatalf("%q names no statement or says nothing: %s", reason.Text, d.text())
			}
		}
	}
}

// TestWiderPatternsMatchMore puts wildcards into actions, resources and conditions.
func TestWiderPatternsMatchMore(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(5, 6))}
	all := stacks()
	widened := 0
	for range generated {
		q := all[g.IntN(len(all))]
		narrow := writtenDocument{version: "2012-10-17", statements: []writtenStatement{g.statement("Allow", q, true)}}
		before := allowed(narrow, q)
		wide, ok := g.widened(narrow.statements[0])
		if !ok {
			continue
		}
		widened++
		if after := allowed(writtenDocument{version: "2012-10-17", statements: []writtenStatement{wide}}, q); after < before {
			t.Fatalf("%v becomes %v:\n%s\n%s", before, after, narrow.text(), wide.text())
		}
	}
	if widened < generated/4 {
		t.Errorf("%d patterns were widened", widened)
	}
}

// widened puts a wildcard into one pattern of a statement.
func (g generator) widened(s writtenStatement) (writtenStatement, bool) {
	s.actions, s.resources, s.conditions = slices.Clone(s.actions), slices.Clone(s.resources), slices.Clone(s.conditions)
	var texts []*string
	var arns []bool
	add := func(list []string, isARN bool) {
		for i := range list {
			// A wildcard inside of a variable would make it another one.
			if !strings.Contains(list[i], "$") {
				texts, arns = append(texts, &list[i]), append(arns, isARN)
			}
		}
	}
	if !s.notAction {
		add(s.actions, false)
	}
	if !s.notResource {
		add(s.resources, false)
	}
	for i, c := range s.conditions {
		if arn := strings.Contains(c.operator, "Arn"); (arn || strings.Contains(c.operator, "StringLike")) && !strings.Contains(c.operator, "Not") {
			s.conditions[i].values = slices.Clone(c.values)
			add(s.conditions[i].values, arn)
		}
	}
	if len(texts) == 0 {
		return s, false
	}
	at := g.IntN(len(texts))
	if arns[at] {
		*texts[at] = g.segmentsPattern(*texts[at])
	} else {
		*texts[at] = g.patternOf(*texts[at])
	}
	return s, true
}

// TestMatcherAgreesWithItsTwin compares the matcher with a slow, obvious one:
// patterns as regular expressions.
func TestMatcherAgreesWithItsTwin(t *testing.T) {
	t.Parallel()
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
		got := c.matchText(c.tokenizeLiteral(nil, pattern, true), c.tokenizeLiteral(nil, text, false))
		bytes, decided := c.matchASCII(pattern, text, true)
		if got != want || bytes != want || !decided {
			t.Fatalf("%q against %q: %v by tokens and %v by bytes, want %v", pattern, text, got, bytes, want)
		}
	}
}

// TestUnknownPiecesCoverEveryText asserts that replacing a piece of a text by
// unknown text never turns an answer around.
func TestUnknownPiecesCoverEveryText(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(9, 10))}
	c := comparison{generated: func(string) bool { return true }}
	for range 50_000 {
		words := []string{"", "a", "b", "ab", "a:b", "*", "a*", "?b", "aba"}
		pattern, text := g.pick(words...)+g.pick(words...), strings.NewReplacer("*", "", "?", "").Replace(g.pick(words...)+g.pick(words...))
		certain := c.matchText(c.tokenizeLiteral(nil, pattern, true), c.tokenizeLiteral(nil, text, false))
		from := g.IntN(len(text) + 1)
		to := from + g.IntN(len(text)-from+1)
		blurred := append(c.tokenizeLiteral(nil, text[:from], false), token{kind: unknownToken})
		blurred = append(blurred, c.tokenizeLiteral(nil, text[to:], false)...)
		if got := c.matchText(c.tokenizeLiteral(nil, pattern, true), blurred); got != certain && got != Unknown {
			t.Fatalf("%q against %q with [%d:%d] unknown: %v, but certain is %v", pattern, text, from, to, got, certain)
		}
	}
}

// TestBytesAgreeWithTokens asserts that what a look at the bytes of two texts decides
// is what comparing all of them says.
func TestBytesAgreeWithTokens(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(11, 12))}
	pieces := []value.Value{
		text("arn:"), text("aws"), text("Aws"), text(":s3:::"), text("a*"), text("?"), text("é"), text("\xff"), text(""),
		ref("env", value.Partition), ref("env", value.Account), ref("key", value.ID), value.NotKnown("", source.Location{}),
	}
	decided := 0
	for range 50_000 {
		written := func() value.Value {
			var parts []value.Value
			for range 1 + g.IntN(3) {
				parts = append(parts, pieces[g.IntN(len(pieces))])
			}
			return value.Concat(source.Location{}, parts...)
		}
		pattern, sent, wildcards := written(), written(), g.chance(2)
		c := comparison{generated: func(node string) bool { return node != "env" }, ignoreCase: g.chance(2)}
		got, ok := c.matchPlain(pattern, sent, wildcards)
		if !ok {
			continue
		}
		decided++
		if want := c.matchWhole(c.tokenize(nil, pattern, wildcards), c.tokenize(nil, sent, false)); got != want {
			t.Fatalf("%s against %s: %v by bytes, %v by tokens", pattern, sent, got, want)
		}
	}
	if decided < 5_000 {
		t.Errorf("only %d pairs were decided by their bytes", decided)
	}
}
