package terraform

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/graph/graphtest"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// TestFunctions evaluates expressions; ref is a reference to a key's id and open
// a variable without a value.
func TestFunctions(t *testing.T) {
	tree := graphtest.Tree{
		"main.tf":     source.NewFile("main.tf", []byte("variable \"open\" {}\nresource \"aws_kms_key\" \"k\" {}\nlocals {\n  ref = aws_kms_key.k.key_id\n}\n")),
		"data/a.json": source.NewFile("data/a.json", []byte(`{"x": [1, 2]}`)),
		"data/b.txt":  source.NewFile("data/b.txt", []byte("b")),
	}
	tests := map[string]string{
		`abs(-1)`:                                            "1",
		`alltrue([true, true])`:                              "true",
		`anytrue([false, var.open == "x"])`:                  "true or false",
		`base64decode(base64encode("x"))`:                    "x",
		`can(local.missing)`:                                 "false",
		`ceil(1.2)`:                                          "2",
		`cidrhost("10.0.0.0/8", 2)`:                          "10.0.0.2",
		`cidrsubnet("10.0.0.0/8", 8, 1)`:                     "10.1.0.0/16",
		`coalesce(null, "", "x")`:                            "x",
		`coalescelist([], ["x"])`:                            "[x]",
		`compact(["", "x", null])`:                           "[x]",
		`concat(["x"], [local.ref])`:                         "[x, aws_kms_key.k.key_id]",
		`contains(["x"], "x")`:                               "true",
		`contains(["x"], var.open)`:                          "true or false",
		`distinct(["x", "x"])`:                               "[x]",
		`element(["x", "y"], 3)`:                             "y",
		`endswith("xy", "y")`:                                "true",
		`file("data/b.txt")`:                                 "b",
		`fileexists("data/c.txt")`:                           "false",
		`fileset("data", "*.json")`:                          "[a.json]",
		`flatten([["x"], [["y"]]])`:                          "[x, y]",
		`format("%s-%03d", "x", 7)`:                          "x-007",
		`format("%s/%s", "x", local.ref)`:                    "x/${aws_kms_key.k.key_id}",
		`formatlist("%s!", ["x", "y"])`:                      "[x!, y!]",
		`join("-", ["x", local.ref])`:                        "x-${aws_kms_key.k.key_id}",
		`jsondecode(file("data/a.json")).x[1]`:               "2",
		`keys({ b = 1, a = 2 })`:                             "[a, b]",
		`length("xyz")`:                                      "3",
		`length([for i in [1, 2, 3] : i if i > 1])`:          "2",
		`lookup({ a = "x" }, "b", "y")`:                      "y",
		`lower("X")`:                                         "x",
		`lower(local.ref)`:                                   "(unknown)",
		`merge({ a = 1 }, { a = 2 }).a`:                      "2",
		`one(["x"])`:                                         "x",
		`one([])`:                                            "(not set)",
		`provider::aws::arn_build("aws", "s3", "", "", "b")`: "arn:aws:s3:::b",
		`provider::aws::arn_parse("arn:aws:iam::123:role/x").account_id`: "123",
		`provider::aws::arn_parse("arn:aws:kms:r:1:key/x:y").resource`:   "key/x:y",
		`provider::other::thing("x")`:                                    "(unknown)",
		`range(2)`:                                                       "[0, 1]",
		`regex("a(.)", "ab")`:                                            "[b]",
		`replace("a-b", "-", "_")`:                                       "a_b",
		`replace("x_${local.ref}", "_", "#")`:                            "x#${aws_kms_key.k.key_id}",
		`reverse(["x", "y"])`:                                            "[y, x]",
		`sensitive("x")`:                                                 "x",
		`setproduct(["x"], ["y", "z"])`:                                  "[[x, y], [x, z]]",
		`setunion(["x"], ["x", "y"])`:                                    "[x, y]",
		`sha256("x")`:                                                    "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
		`slice(["x", "y", "z"], 1, 2)`:                                   "[y]",
		`sort(["y", "x"])`:                                               "[x, y]",
		`split("/", "a/${local.ref}")`:                                   "[a, aws_kms_key.k.key_id]",
		`startswith("xy", "x")`:                                          "true",
		`strcontains("xyz", "y")`:                                        "true",
		`substr("xyz", 0, 2)`:                                            "xy",
		`timestamp()`:                                                    "(unknown)",
		`templatestring("x-$${a}", { a = local.ref })`:                   "x-${aws_kms_key.k.key_id}",
		`matchkeys(["x", "y"], ["a", "b"], ["b"])`:                       "[y]",
		`sum([1, 2.5])`:                                                  "3.5",
		`timecmp("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")`:        "-1",
		`filebase64("data/b.txt")`:                                       "Yg==",
		`filesha1("data/b.txt")`:                                         "e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98",
		`filesha1("data/c.txt")`:                                         "(unknown)",
		`urldecode("a%2Fb")`:                                             "a/b",
		`uuidv5("dns", "www.terraform.io")`:                              "a5008fae-b28c-5ba5-96cd-82b4c53552d6",
		`tobool("true")`:                                                 "true",
		`tonumber("7") + 1`:                                              "8",
		`tostring(7)`:                                                    "7",
		`trimprefix("xy", "x")`:                                          "y",
		`trimspace(" x ")`:                                               "x",
		`try(local.missing, "x")`:                                        "x",
		`upper("x")`:                                                     "X",
		`uuid()`:                                                         "(unknown)",
		`values({ b = 1, a = 2 })`:                                       "[2, 1]",
		`var.open ? "x" : "y"`:                                           "x or y",
		`yamldecode("a: [x]").a[0]`:                                      "x",
		`zipmap(["a"], ["x"]).a`:                                         "x",
		`"%{ for x in ["a", "b"] }${x},%{ endfor }"`:                     "a,b,",
		`"%{ if true }x%{ else }y%{ endif }"`:                            "x",
		`{ for k, v in { a = "x" } : v => k }.x`:                         "a",
		`{ for x in ["ab", "ac"] : substr(x, 0, 1) => x... }.a`:          "[ab, ac]",
		`[for k in toset(["x"]) : upper(k)][0]`:                          "X",
		`1 + 2 * 3 - 4 / 2 % 3`:                                          "5",
		`!(1 > 2) && 2 >= 2`:                                             "true",
		`-3`:                                                             "-3",
	}
	l := NewParser(tree).newLoader(t.Context(), ".", Options{})
	m := l.newModule(".", nil)
	for text, want := range tests {
		expression, problems := hclsyntax.ParseExpression([]byte(text), "test.tf", hcl.InitialPos)
		if problems.HasErrors() {
			t.Errorf("%s: %v", text, problems)
			continue
		}
		l.files["test.tf"] = source.NewFile("test.tf", []byte(text))
		if got := m.evaluate(expression, &scope{module: m}); got.String() != want {
			t.Errorf("%s = %s, want %s (%v)", text, got, want, value.Value.Reasons(got))
		}
	}
}
