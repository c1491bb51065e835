package terraform

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// TestTooComplex tells what must not be parsed from what is only long.
func TestTooComplex(t *testing.T) {
	tests := map[string]struct{ text, says string }{
		"long lists":         {"x = [" + strings.Repeat(`"a-b/c.d", `, 20_000) + "]\n", ""},
		"many attributes":    {strings.Repeat("x = a.b.c + 1\n", 5_000), ""},
		"many blocks":        {strings.Repeat("a \"b\" {\n  c = d[0].e ? 1 : -2\n}\n", 5_000), ""},
		"a long heredoc":     {"x = <<E\n" + strings.Repeat("${a.b} {[(!? %{ if x }a%{ endif }\n", 400) + "E\n", ""},
		"many templates":     {"x = \"" + strings.Repeat("${a}", 5_000) + "\"\n", ""},
		"a comment":          {"# " + strings.Repeat("[({!-?.", 5_000) + "\n/* " + strings.Repeat("[({!-?.", 5_000) + "*/\n", ""},
		"text":               {"x = \"" + strings.Repeat("[({!-?.", 5_000) + "\"\n", ""},
		"brackets":           {"x = " + strings.Repeat("[", 5_000), "levels deep"},
		"blocks":             {strings.Repeat("a {\n", 5_000), "levels deep"},
		"blocks and others":  {strings.Repeat("a {\n]\n", 5_000), "levels deep"},
		"hidden closers":     {"x = " + strings.Repeat("[ /* ] */ # ]\n", 5_000), "levels deep"},
		"templates":          {"x = " + strings.Repeat(`"${`, 5_000), "levels deep"},
		"directives":         {"x = \"" + strings.Repeat("%{if true}", 5_000), "operators and steps"},
		"signs":              {"x = " + strings.Repeat("-", 5_000) + "1\n", "operators and steps"},
		"conditionals":       {"x = " + strings.Repeat("a ? 1 : ", 5_000) + "1\n", "operators and steps"},
		"attributes":         {"x = a" + strings.Repeat(".a", 5_000) + "\n", "operators and steps"},
		"indexes":            {"x = a" + strings.Repeat("[0]", 5_000) + "\n", "operators and steps"},
		"lines in brackets":  {"x = (" + strings.Repeat("1 +\n", 5_000) + "1)\n", "operators and steps"},
		"a long number":      {"x = " + strings.Repeat("9", 5_000) + "\n", "digits"},
		"tokens":             {strings.Repeat("[]\n", 300_000), "tokens"},
		"bytes of no letter": {strings.Repeat("\xff", 500_000), "tokens"},
	}
	for name, test := range tests {
		problem := tooComplex([]byte(test.text), "main.tf", hcl.InitialPos, hclsyntax.LexConfig)
		switch {
		case problem == nil && test.says != "":
			t.Errorf("%s: nothing is said", name)
		case problem != nil && (test.says == "" || !strings.Contains(problem.Detail, test.says)):
			t.Errorf("%s: it says %q", name, problem.Detail)
		}
	}
}
