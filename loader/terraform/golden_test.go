package terraform

import (
	"context"
	"flag"
	"testing"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/graph/graphtest"
	"github.com/originkey/originkey/internal/source"
)

var update = flag.Bool("update", false, "write the golden graphs anew")

func TestGolden(t *testing.T) {
	graphtest.Run(t, "testdata", *update, func(_ *testing.T, tree graphtest.Tree) (*graph.Graph, []source.Diagnostic) {
		builder, diagnostics := NewParser(tree).Load(context.Background(), ".", Options{})
		return builder.Freeze(), diagnostics
	})
}

func FuzzLoad(f *testing.F) {
	f.Add("variable \"x\" {}\nresource \"aws_kms_key\" \"k\" {\n  count  = var.x ? 1 : 0\n  policy = jsonencode({Statement = [for s in [1, 2] : s if s > var.x]})\n}\n")
	f.Add("locals {\n  a = local.b\n  b = local.a\n}\nresource \"aws_s3_bucket\" \"b\" {\n  for_each = toset([\"x\", local.a])\n  bucket   = \"${each.key}-%{if true}y%{endif}\"\n}\n")
	f.Add("data \"aws_iam_policy_document\" \"d\" {\n  dynamic \"statement\" {\n    for_each = [1]\n    content {\n      sid = statement.value\n    }\n  }\n  source_policy_documents = [data.aws_iam_policy_document.d.json]\n}\nresource \"aws_kms_key_policy\" \"p\" {\n  key_id = one(aws_kms_key.k[*].id)\n  policy = data.aws_iam_policy_document.d.json\n}\n")
	f.Add("module \"m\" {\n  source = \"./.\"\n  count  = 2\n}\noutput \"o\" {\n  value = module.m[0].o\n}\nresource \"aws_cloudfront_distribution\" \"d\" {\n  origin {\n    domain_name = module.m[*].o\n  }\n}\n")
	f.Fuzz(func(_ *testing.T, text string) {
		tree := graphtest.Tree{"main.tf": source.NewFile("main.tf", []byte(text))}
		if builder, _ := NewParser(tree).Load(context.Background(), ".", Options{}); builder != nil {
			builder.Freeze()
		}
	})
}

func FuzzLoadJSON(f *testing.F) {
	f.Add(`{"resource": {"aws_kms_key": {"k": {"policy": "${jsonencode({a = [1]})}", "dynamic": {"x": {"for_each": [1], "content": {}}}}}}, "variable": {"v": {"type": "map(string)"}}}`)
	f.Add(`{"module": [{"m": {"source": "./m"}}], "locals": {"a": "\u0041${local.b}\n", "b": null}}`)
	f.Fuzz(func(_ *testing.T, text string) {
		tree := graphtest.Tree{"main.tf.json": source.NewFile("main.tf.json", []byte(text)), "terraform.tfvars.json": source.NewFile("terraform.tfvars.json", []byte(text))}
		if builder, _ := NewParser(tree).Load(context.Background(), ".", Options{}); builder != nil {
			builder.Freeze()
		}
	})
}

// FuzzInputs reads what is given to a module: the file of its variables, a value as a
// flag gives it, and the manifest of the modules that are installed.
func FuzzInputs(f *testing.F) {
	f.Add("a = [1, \"x\"]\nb = { c = null }\n", `{"c" = 1}`, `{"Modules": [{"Key": "m", "Source": "x/y/z", "Dir": ".terraform/modules/m"}]}`)
	f.Add("a = \"${b}\"\n", "x", `{"Modules": [{"Key": "m", "Dir": "../m"}, {"Key": "m.n", "Dir": "/m"}]}`)
	f.Fuzz(func(_ *testing.T, variables, given, manifest string) {
		tree := graphtest.Tree{}
		for name, text := range map[string]string{
			"main.tf":                   "variable \"a\" {\n  type = list(string)\n}\nvariable \"b\" {\n  type = object({ c = optional(number, 1) })\n}\nmodule \"m\" {\n  source = \"x/y/z\"\n  a      = var.a\n}\nresource \"aws_kms_key\" \"k\" {\n  count  = length(var.a)\n  policy = jsonencode(var.b)\n}\n",
			"terraform.tfvars":          variables,
			manifestPath:                manifest,
			".terraform/modules/m/m.tf": "variable \"a\" {}\noutput \"o\" {\n  value = var.a[0]\n}\n",
			"m/m.tf":                    "output \"o\" {\n  value = 1\n}\n",
		} {
			tree[name] = source.NewFile(name, []byte(text))
		}
		if builder, _ := NewParser(tree).Load(context.Background(), ".", Options{Variables: map[string]string{"b": given}}); builder != nil {
			builder.Freeze()
		}
	})
}
