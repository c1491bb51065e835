package hostile

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// rule is a custom rule with a body.
func rule(name, body string) string {
	return `# METADATA
# title: A rule
# description: A rule.
# custom:
#   level: error
#   subject: key
package custom["` + name + `"]

` + body + "\n"
}

// ruled is a repository that is linted with one custom rule, which fails.
func ruled(body string) repository {
	r := tf(site(`"x"`)).with("rules/hostile-rule.rego", rule("hostile-rule", body)).saying("hostile-rule")
	r.flags = []string{"--rules", "rules"}
	return r
}

// refused is a repository whose custom rule is not taken.
func refused(body string) repository {
	r := ruled(body)
	r.alone = true
	return r
}

// limited lets a rule run for little time.
func limited(body string) repository {
	r := ruled(body)
	return r.with(".originkey.yaml", "limits:\n  rule_seconds: 1\n").saying("the rule hostile-rule")
}

func customRules() map[string]repository {
	report := func(expression string) string {
		return `report contains {"message": "x", "node": input.id} if count(` + expression + `) > 0`
	}
	return map[string]repository{
		"a rule that loops": limited(`report contains {"message": "x", "node": input.id} if {
	some a in numbers.range(1, 1000)
	some b in numbers.range(1, 1000)
	some c in numbers.range(1, 1000)
	a + b + c < 0
}`),
		"a rule with a long range":           ruled(report(`numbers.range(1, 1000000000)`)),
		"a rule with a range of steps":       ruled(report(`numbers.range_step(1, 1000000000, 1)`)),
		"a rule with a wide format":          ruled(report(`sprintf("%1000000000d", [1])`)),
		"a rule with a width argument":       ruled(report(`sprintf("%*d", [1000000000, 1])`)),
		"a rule with a precise format":       ruled(report(`sprintf("%.1000000000f", [1])`)),
		"a rule that shifts":                 ruled(report(`[bits.lsh(1, 100000000000)]`)),
		"a rule that formats a large number": refused(report(`format_int(1e1000000000, 10)`)),
		"a rule that squares": ruled(`a0 := 99999999999
` + chain(40, "a# := mul_of(a@)\n") + `mul_of(x) := x * x
` + report(`[a40]`)),
		"a rule that replaces": ruled(`a0 := "xxxxxxxxxx"
` + chain(20, `a# := strings.replace_n({"x": "xxxxxxxxxx"}, a@)
`) + report(`a20`)),
		"a rule that replaces one": ruled(`a0 := "xxxxxxxxxx"
` + chain(20, `a# := replace(a@, "x", "xxxxxxxxxx")
`) + report(`a20`)),
		"a rule that replaces by a regular expression": ruled(`a0 := "xxxxxxxxxx"
` + chain(20, `a# := regex.replace(a@, "(x)", "$1$1$1$1$1$1$1$1$1")
`) + report(`a20`)),
		"a rule that joins": ruled(`a0 := "xxxxxxxxxx"
` + chain(60, `a# := concat("", [a@, a@])
`) + report(`a60`)),
		"a rule that formats": ruled(`a0 := "xxxxxxxxxx"
` + chain(60, `a# := sprintf("%s%s", [a@, a@])
`) + report(`a60`)),
		"a rule that interpolates": ruled(`a0 := "xxxxxxxxxx"
` + chain(60, `a# := $"{a@}{a@}"
`) + report(`a60`)),
		"a rule that encodes": ruled(`a0 := "xxxxxxxxxx"
` + chain(200, `a# := base64.encode(a@)
`) + report(`a200`)),
		"a rule that marshals": ruled(`a0 := "\"\"\"\""
` + chain(60, `a# := json.marshal([a@, a@])
`) + report(`a60`)),
		"a rule that appends": ruled(`a0 := ["x"]
` + chain(60, `a# := array.concat(a@, a@)
`) + report(`a60`)),
		"a rule that flattens": ruled(`a0 := ["x"]
` + chain(60, `a# := array.flatten([a@, a@])
`) + report(`a60`)),
		"a rule that builds sets": limited(`a := {x | some x in numbers.range(1, 2000)}
report contains {"message": "x", "node": input.id} if {
	all := {[x, y] | some x in a; some y in a}
	count(all) > 0
}`),
		"a rule that builds text": limited(`report contains {"message": "x", "node": input.id} if {
	all := [t | some x in numbers.range(1, 5000); some y in numbers.range(1, 5000); t := sprintf("%d-%d-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", [x, y])]
	count(all) > 0
}`),
		"a rule that walks": limited(`a0 := ["x"]
` + chain(40, "a# := [a@, a@]\n") + `report contains {"message": "x", "node": input.id} if {
	some path
	walk(a40, [path, "y"])
}`),
		"a rule that unmarshals YAML":            ruled(report("yaml.unmarshal(`a0: &a0 [x, x]\n" + chain(40, "a#: &a# [*a@, *a@]\n") + "`)")),
		"a rule with a large regular expression": ruled(report(`regex.find_n("((x{1,30}){1,30}){1,30}", "xxxxxxxxxxxxxxxxxxxxxxxxxxx", -1)`)),
		"a rule over many pieces": ruled(`a0 := "xxxxxxxxxx"
` + chain(16, "a# := concat(\"\", [a@, a@])\n") + report(`regex.find_n("(x*)*y|x", a16, -1)`)),
		"a rule of paths in a graph": refused(`nodes := {sprintf("%d", [i]): [sprintf("%d", [j]) | some j in numbers.range(1, 30); j != i] | some i in numbers.range(1, 30)}
` + report(`graph.reachable_paths(nodes, {"1"})`)),
		"a rule of products":                ruled(report(`[product([x | some x in numbers.range(1, 10000)])]`)).saying(""),
		"a rule that merges networks":       ruled(report(`net.cidr_merge([sprintf("10.%d.%d.0/24", [a, b]) | some a in numbers.range(0, 90); some b in numbers.range(0, 90)])`)).saying(""),
		"a rule that fails":                 ruled(`report contains {"message": "x", "node": input.id} if 1 / 0 > 0`),
		"a rule with many results":          ruled(`report contains {"message": sprintf("%d", [i]), "node": input.id} if some i in numbers.range(1, 5000)`),
		"a rule with a long message":        ruled(`report contains {"message": concat("", [x | some i in numbers.range(1, 9000); x := "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]), "node": input.id}`),
		"a rule that calls itself":          refused(`f(x) := f(x)` + "\n" + report(`f(1)`)),
		"a rule that reads the network":     refused(report(`http.send({"method": "get", "url": "http://localhost"})`)),
		"a rule that reads the environment": refused(report(`opa.runtime()`)),
		"a rule that looks names up":        refused(report(`net.lookup_ip_addr("localhost")`)),
		"a rule that expands networks":      refused(report(`net.cidr_expand("0.0.0.0/0")`)),
		"a rule in brackets":                refused(`report contains x if x := ` + nested("[", "]", 100_000)),
		"a rule that is linked from outside": func() repository {
			r := tf(site(`"x"`)).linked("rules/outside.rego", "../../secret.txt")
			r.flags, r.alone = []string{"--rules", "rules"}, true
			return r
		}(),
		"a rule in a named pipe": func() repository {
			r := ruled(report(`[1]`))
			r.make = makePipe("rules/pipe.rego")
			r.alone, r.says = true, "pipe.rego"
			return r
		}(),
		"a rule over the limit": refused("# " + many(300_000, func(int) string { return "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }) + "\n" + report(`[1]`)),
	}
}

// chain writes a line for each step: # is its number and @ that of the one before.
func chain(count int, line string) string {
	return many(count, func(i int) string {
		return strings.NewReplacer("#", fmt.Sprint(i+1), "@", fmt.Sprint(i)).Replace(line)
	})
}

func nested(open, closing string, count int) string {
	return strings.Repeat(open, count) + strings.Repeat(closing, count)
}

func makePipe(name string) func(t *testing.T, folder string) {
	return func(t *testing.T, folder string) { pipe(t, filepath.Join(folder, filepath.FromSlash(name))) }
}
