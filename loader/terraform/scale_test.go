package terraform

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/graph/graphtest"
	"github.com/originkey/originkey/internal/source"
)

// moduleTree calls a site module through three levels of for_each, so that it
// has sites instances: 2 regions of 5 teams each.
func moduleTree(sites int) graphtest.Tree {
	tree := graphtest.Tree{}
	add := func(name, text string) { tree[name] = source.NewFile(name, []byte(text)) }
	names := make([]string, sites/10)
	for i := range names {
		names[i] = fmt.Sprintf("%q", fmt.Sprintf("site%d", i))
	}
	list := strings.Join(names, ", ")
	add("main.tf", `
module "region" {
  source   = "./region"
  for_each = toset(["a", "b"])
  region   = each.key
}
locals {
  ids = [for r in module.region : r.ids]
}
`)
	add("region/main.tf", `
variable "region" {}
module "team" {
  source   = "../team"
  for_each = toset(["1", "2", "3", "4", "5"])
  prefix   = "${var.region}-${each.key}"
}
output "ids" {
  value = flatten([for t in module.team : t.ids])
}
`)
	add("team/main.tf", `
variable "prefix" {}
module "site" {
  source   = "../site"
  for_each = toset([`+list+`])
  name     = "${var.prefix}-${each.key}"
}
output "ids" {
  value = [for s in module.site : s.id]
}
`)
	add("site/main.tf", `
variable "name" {}
locals {
  bucket = lower(var.name)
}
resource "aws_kms_key" "k" {}
resource "aws_s3_bucket" "b" {
  bucket = local.bucket
}
resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.k.arn
    }
  }
}
data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]
  }
}
resource "aws_kms_key_policy" "p" {
  key_id = aws_kms_key.k.id
  policy = data.aws_iam_policy_document.p.json
}
resource "aws_kms_alias" "all" {
  name          = "alias/${local.bucket}"
  target_key_id = aws_kms_key.k.id
}
output "id" {
  value = aws_kms_key.k.key_id
}
`)
	return tree
}

// TestWorkGrowsWithTheNumberOfModules counts evaluations, not time: a module
// instance costs the same among 200 as among 50.
func TestWorkGrowsWithTheNumberOfModules(t *testing.T) {
	perSite := func(sites int) float64 {
		l := NewParser(moduleTree(sites)).newLoader(t.Context(), ".", Options{})
		if !l.load(".") || len(l.diagnostics) > 0 {
			t.Fatalf("diagnostics = %v", l.diagnostics)
		}
		if got := len(l.builder.Freeze().Nodes); got < sites*6 {
			t.Fatalf("%d sites have %d nodes", sites, got)
		}
		return float64(l.evaluations) / float64(sites)
	}
	few, many := perSite(50), perSite(200)
	if many > few*1.05 {
		t.Errorf("a site takes %.1f evaluations among 50 and %.1f among 200", few, many)
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, sites := range []int{50, 200, 800} {
		tree := moduleTree(sites)
		b.Run(fmt.Sprint(sites), func(b *testing.B) {
			for b.Loop() {
				builder, _ := NewParser(tree).Load(b.Context(), ".", Options{})
				builder.Freeze()
			}
		})
	}
}

// rootsTree has root modules that call one module, and that read the state of the
// first one where they are told to.
func rootsTree(roots int, state bool) graphtest.Tree {
	tree := graphtest.Tree{}
	add := func(name, text string) { tree[name] = source.NewFile(name, []byte(text)) }
	add("modules/site/main.tf", "variable \"name\" {}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = var.name\n}\noutput \"id\" {\n  value = aws_s3_bucket.b.id\n}\n")
	for i := range roots {
		folder := fmt.Sprintf("roots/r%d/", i)
		text := "variable \"name\" {}\nmodule \"site\" {\n  source = \"../../modules/site\"\n  name   = var.name\n}\noutput \"id\" {\n  value = module.site.id\n}\n"
		if state && i > 0 {
			text += "data \"terraform_remote_state\" \"first\" {\n  backend = \"local\"\n  config  = { path = \"../r0/terraform.tfstate\" }\n}\n" +
				"resource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = data.terraform_remote_state.first.outputs.id\n  policy = \"{}\"\n}\n"
		}
		add(folder+"main.tf", text)
		add(folder+"terraform.tfvars", fmt.Sprintf("name = \"site-%d\"\n", i))
	}
	return tree
}

// TestWorkGrowsWithTheNumberOfRoots counts the files that are read, the blocks that
// are parsed and the expressions that are evaluated: one more root module costs its
// own files only, and its syntax trees go when it is loaded.
func TestWorkGrowsWithTheNumberOfRoots(t *testing.T) {
	work := func(roots int, state bool) (read, parsed, evaluations int) {
		p := NewParser(rootsTree(roots, state))
		p.SetRoots(folders(roots))
		for _, root := range folders(roots) {
			if got := p.Calls(root); !slices.Equal(got, []string{"modules/site"}) {
				t.Fatalf("%s calls %v", root, got)
			}
			p.Expect(root, []string{root, "modules/site"})
		}
		if p.read > 0 || p.parsed.Load() > 0 {
			t.Errorf("%d blocks were parsed to find calls", p.parsed.Load())
		}
		given := source.NewFile("given.tfvars", []byte("other = 1\n"))
		for _, root := range folders(roots) {
			l := p.newLoader(t.Context(), root, Options{VariableFiles: []*source.File{given}})
			if !l.load(root) || len(l.diagnostics) > 0 {
				t.Fatalf("diagnostics = %v", l.diagnostics)
			}
			p.release(root, l.visited)
			evaluations += l.evaluations
		}
		for name, folder := range p.folders {
			// What is read for a state is kept for the others that read it.
			isRead := name == "roots/r0" || name == "modules/site"
			if len(folder.files) > 0 && (!state || !isRead) {
				t.Errorf("%s is kept", name)
			}
		}
		return p.read, int(p.parsed.Load()), evaluations
	}
	for _, state := range []bool{false, true} {
		few, parsedFew, evaluatedFew := work(10, state)
		many, parsedMany, evaluatedMany := work(40, state)
		if files := 2 * 30; many-few != files {
			t.Errorf("30 more root modules of %d files read %d", files, many-few)
		}
		// The output is not asked for.
		blocks := 2 * 30
		if state {
			blocks = 4 * 30
		}
		if parsedMany-parsedFew != blocks {
			t.Errorf("30 more root modules parse %d blocks, want %d", parsedMany-parsedFew, blocks)
		}
		if each := perUnit(evaluatedFew, 10); perUnit(evaluatedMany, 40) > each*1.2 {
			t.Errorf("a root module takes %.1f evaluations among 10 and %.1f among 40", each, perUnit(evaluatedMany, 40))
		}
	}
}

func perUnit(total, units int) float64 { return float64(total) / float64(units) }

func folders(roots int) []string {
	names := make([]string, roots)
	for i := range names {
		names[i] = fmt.Sprintf("roots/r%d", i)
	}
	return names
}
