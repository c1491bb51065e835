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
