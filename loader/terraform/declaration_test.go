package terraform

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/graph/graphtest"
	"github.com/originkey/originkey/internal/source"
)

// treeOf makes a tree of files by their names.
func treeOf(files map[string]string) graphtest.Tree {
	tree := graphtest.Tree{}
	for name, text := range files {
		tree[name] = source.NewFile(name, []byte(text))
	}
	return tree
}

// loaded describes what loading a root module gives.
func loaded(builder *graph.Builder, diagnostics []source.Diagnostic) string {
	var out strings.Builder
	if builder != nil {
		g := builder.Freeze()
		out.WriteString(graphtest.Dump(g))
		for _, from := range g.Nodes {
			for _, to := range g.Nodes {
				if from.Kind == graph.Distribution && g.DependsOn(from.ID, to.ID) {
					fmt.Fprintf(&out, "%s depends on %s\n", from.ID, to.ID)
				}
			}
		}
	}
	for _, diagnostic := range diagnostics {
		fmt.Fprintf(&out, "%s: %s: %s\n", diagnostic.Location, diagnostic.Severity, diagnostic.Message)
	}
	return out.String()
}

// loadedWhole describes what loading gives where every file is parsed as a whole.
func loadedWhole(t *testing.T, tree graphtest.Tree, folder string) string {
	t.Helper()
	l := NewParser(tree).newLoader(t.Context(), folder, Options{})
	l.whole = true
	if !l.load(folder) {
		return loaded(nil, l.diagnostics)
	}
	return loaded(l.builder, l.diagnostics)
}

const site = `
resource "aws_cloudfront_distribution" "d" {
  origin {
    domain_name = aws_s3_bucket.b.bucket_regional_domain_name
    origin_id   = "b"
  }
  default_cache_behavior {
    target_origin_id = "b"
  }
}
resource "aws_s3_bucket" "b" {}
`

// TestOnlyWhatMattersIsParsed counts blocks: a hundred roles, with what only they
// refer to, cost nothing beside a distribution.
func TestOnlyWhatMattersIsParsed(t *testing.T) {
	text := site + "data \"aws_caller_identity\" \"c\" {}\nresource \"aws_iam_role\" \"bounded\" {\n  permissions_boundary = \"arn:aws:iam::${data.aws_caller_identity.c.account_id}:policy/p\"\n}\n"
	matters := 4
	for i := range 100 {
		text += fmt.Sprintf(`
resource "aws_iam_role" "r%[1]d" {
  assume_role_policy = data.aws_iam_policy_document.r%[1]d.json
  count              = length(aws_cloudfront_distribution.d.arn)
}
data "aws_iam_policy_document" "r%[1]d" {
  statement {
    actions = ["sts:AssumeRole"]
  }
}
output "r%[1]d" {
  value = aws_iam_role.r%[1]d.arn
}
`, i)
	}
	p := NewParser(treeOf(map[string]string{"main.tf": text + "terraform {\n  required_version = \">= 1.5\"\n}\n"}))
	if calls := p.Calls("."); len(calls) > 0 {
		t.Errorf("it calls %v", calls)
	}
	if _, diagnostics := p.Load(t.Context(), ".", Options{}); len(diagnostics) > 0 {
		t.Errorf("diagnostics = %v", diagnostics)
	}
	if got := p.parsed.Load(); got != int64(matters) {
		t.Errorf("%d blocks are parsed, want %d", got, matters)
	}
}

// TestSyntaxErrors tells an error in a block that is asked for, in whatever order root
// modules share the file, and none in a block that nobody asks for.
func TestSyntaxErrors(t *testing.T) {
	files := map[string]string{
		"shared/main.tf":    "resource \"aws_s3_bucket\" \"b\" {}\noutput \"good\" {\n  value = aws_s3_bucket.b.id\n}\noutput \"bad\" {\n  value = = 1\n}\noutput \"worse\" {\n  value = aws_s3_bucket.b.\n}\n",
		"asks/main.tf":      "module \"m\" {\n  source = \"../shared\"\n}\nresource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = module.m.bad\n}\n",
		"also/main.tf":      "module \"m\" {\n  source = \"../shared\"\n}\nresource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = module.m.bad\n}\n",
		"does-not/main.tf":  "module \"m\" {\n  source = \"../shared\"\n}\nresource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = module.m.good\n}\n",
		"needed/main.tf":    "resource \"aws_iam_role\" \"r\" {\n  name = = 1\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = = 1\n}\n",
		"swallowed/main.tf": "resource \"aws_iam_role\" \"r\" {\n  tags = [{\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n}\n",
		"indented/main.tf":  "  resource \"aws_iam_role\" \"r\" {\n    tags = {\n\n  resource \"aws_s3_bucket\" \"b\" {\n  }\n  }\n  }\n",
		"nested/main.tf":    "resource \"aws_iam_role\" \"r\" {\n  tags = { # {\n    data  \"aws_s3_bucket\" \"b\" {\n    }\n  }\n}\n",
		"values/main.tf":    "output \"o\" {\n  value = [{\n\t\tlocals {\n\t}\n  }]\n}\n",
		"headless/main.tf":  "resource \"aws_s3_bucket\" \"b\" {}\nresource \"aws_s3_bucket_versioning\" \"v\" {\n  bucket = aws_s3_bucket.b.id\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n  bucket = aws_s3_bucket.b.id\n  rule {\n  }\n}\n",
		"role/main.tf":      "resource \"aws_iam_role\" \"r\" {\n  name = = 1\n}\nresource \"aws_s3_bucket\" \"b\" {}\n",
		"object/main.tf":    "resource \"aws_iam_role\" \"r\" {\n  name = = 1\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = aws_iam_role.r.name\n}\n",
	}
	tree := treeOf(files)
	silent := []string{"does-not", "role"}
	roots := []string{"also", "asks", "does-not", "headless", "indented", "needed", "nested", "object", "role", "swallowed", "values"}
	check := func(p *Parser, root string) {
		builder, diagnostics := p.Load(t.Context(), root, Options{})
		got, want := loaded(builder, diagnostics), loadedWhole(t, tree, root)
		if slices.Contains(silent, root) {
			if len(diagnostics) > 0 || strings.Contains(got, "incomplete") {
				t.Errorf("%s: what nobody asks for gives\n%s", root, got)
			}
			return
		}
		if got != want || !strings.Contains(want, "incomplete") {
			t.Errorf("%s is\n%s\nwant\n%s", root, got, want)
		}
	}
	for _, backwards := range []bool{false, true} {
		p := NewParser(tree)
		ordered := slices.Clone(roots)
		if backwards {
			slices.Reverse(ordered)
		}
		for _, root := range ordered {
			check(p, root)
		}
	}
	p := NewParser(tree)
	var group sync.WaitGroup
	for _, root := range append(roots, roots...) {
		group.Go(func() { check(p, root) })
	}
	group.Wait()
}

// TestSyntaxErrorsOfStates tells an error in an output that only another root module
// asks for.
func TestSyntaxErrorsOfStates(t *testing.T) {
	tree := treeOf(map[string]string{
		"reads/main.tf":  "data \"terraform_remote_state\" \"s\" {\n  backend = \"local\"\n  config  = { path = \"../writes/terraform.tfstate\" }\n}\nresource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = data.terraform_remote_state.s.outputs.bucket\n}\n",
		"writes/main.tf": "module \"m\" {\n  source = \"../m\"\n}\noutput \"bucket\" {\n  value = module.m.id\n}\n",
		"m/main.tf":      "output \"id\" {\n  value = = 1\n}\n",
	})
	p := NewParser(tree)
	p.SetRoots([]string{"reads", "writes"})
	if _, diagnostics := p.Load(t.Context(), "writes", Options{}); len(diagnostics) > 0 {
		t.Errorf("the root module itself tells %v", diagnostics)
	}
	_, diagnostics := p.Load(t.Context(), "reads", Options{})
	if len(diagnostics) != 1 || diagnostics[0].File != "m/main.tf" || diagnostics[0].Line != 2 {
		t.Errorf("diagnostics = %v", diagnostics)
	}
}

// TestStatesOfBrokenRootModules reads the state of a root module with syntax errors: a
// backend that is told is known, and that there is none is not.
func TestStatesOfBrokenRootModules(t *testing.T) {
	reads := "data \"terraform_remote_state\" \"s\" {\n  backend = \"s3\"\n  config  = { bucket = \"b\", key = \"k\" }\n}\n" +
		"resource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = data.terraform_remote_state.s.outputs.bucket\n}\n"
	output := "output \"bucket\" {\n  value = \"x\"\n}\n"
	backend := "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key    = \"k\"\n  }\n}\n"
	tests := map[string]struct{ writes, want string }{
		"told":        {backend + output + "resource \"aws_kms_key\" \"k\" {\n  policy = 'x'\n}\n", `target = "x"`},
		"broken":      {strings.Replace(backend, `"k"`, `'k'`, 1) + output, "may be that of the root module in writes, which could not be read whole"},
		"lost":        {"terraform é {\n}\n" + output + "resource \"aws_kms_key\" \"k\" {\n  policy = 'x'\n}\n", "may be that of the root module in writes, which could not be read whole"},
		"another one": {strings.Replace(backend, `"k"`, `"l"`, 1) + output + "resource \"aws_kms_key\" \"k\" {\n  policy = 'x'\n}\n", "is written by no root module"},
	}
	for name, test := range tests {
		p := NewParser(treeOf(map[string]string{"reads/main.tf": reads, "writes/main.tf": test.writes}))
		p.SetRoots([]string{"reads", "writes"})
		if got := loaded(p.Load(t.Context(), "reads", Options{})); !strings.Contains(got, test.want) {
			t.Errorf("%s: the graph is\n%s\nwant %s in it", name, got, test.want)
		}
	}
}

// TestDependenciesOfStates follows what a distribution depends on into the root module
// whose state it reads, in which nothing says so.
func TestDependenciesOfStates(t *testing.T) {
	reads := "data \"terraform_remote_state\" \"s\" {\n  backend = \"local\"\n  config  = { path = \"../writes/terraform.tfstate\" }\n}\n" +
		"resource \"aws_cloudfront_distribution\" \"d\" {\n  origin {\n    origin_id   = \"b\"\n    domain_name = data.terraform_remote_state.s.outputs.domain\n  }\n}\n"
	writes := "resource \"aws_s3_bucket\" \"b\" {\n  depends_on = [aws_foo.x]\n}\nresource \"aws_foo\" \"x\" {\n  key = aws_kms_key.k.id\n}\nresource \"aws_kms_key\" \"k\" {}\n" +
		"output \"domain\" {\n  value = aws_s3_bucket.b.bucket_regional_domain_name\n}\n"
	tests := map[string]map[string]string{
		"a root module": {"reads/main.tf": reads, "writes/main.tf": writes},
		"a module":      {"reads/main.tf": "module \"m\" {\n  source = \"./m\"\n}\n", "reads/m/main.tf": reads, "writes/main.tf": writes},
	}
	for name, files := range tests {
		p := NewParser(treeOf(files))
		for file := range files {
			p.Calls(path.Dir(file))
		}
		p.SetRoots([]string{"reads", "writes"})
		all := graph.NewBuilder()
		for _, root := range []string{"writes", "reads"} {
			builder, diagnostics := p.Load(t.Context(), root, Options{})
			if err := all.Merge(builder); err != nil || len(diagnostics) > 0 {
				t.Fatalf("%s: %v, %v", name, err, diagnostics)
			}
		}
		g := all.Freeze()
		distributions := 0
		for _, node := range g.Nodes {
			if node.Kind == graph.Distribution {
				distributions++
				if !g.DependsOn(node.ID, "terraform:writes#aws_kms_key.k") {
					t.Errorf("%s: the distribution does not depend on the key", name)
				}
			}
		}
		if distributions != 1 {
			t.Errorf("%s has %d distributions", name, distributions)
		}
	}
}

// TestDependencies follows what a distribution depends on, through blocks that make no
// nodes.
func TestDependencies(t *testing.T) {
	tests := map[string]string{
		"a function":     "resource \"aws_lambda_function\" \"x\" {\n  kms_key_arn = aws_kms_key.k.arn\n}\n",
		"two resources":  "resource \"aws_foo\" \"x\" {\n  y = aws_bar.y.arn\n}\nresource \"aws_bar\" \"y\" {\n  depends_on = [aws_kms_key.k]\n}\n",
		"a data source":  "data \"aws_foo\" \"x\" {\n  y = aws_kms_key.k.arn\n}\n",
		"a local value":  "locals {\n  x = aws_kms_key.k.arn\n}\n",
		"a module":       "module \"x\" {\n  source = \"./m\"\n  key    = aws_kms_key.k.arn\n}\n",
		"a bucket":       "resource \"aws_s3_bucket\" \"x\" {\n  depends_on = [aws_kms_key.k]\n}\n",
		"an alias":       "resource \"aws_kms_alias\" \"x\" {\n  target_key_id = aws_kms_key.k.id\n}\n",
		"a policy":       "resource \"aws_iam_role_policy\" \"x\" {\n  role   = \"r\"\n  policy = jsonencode({ Statement = [{ Resource = aws_kms_key.k.arn }] })\n}\n",
		"nothing at all": "",
	}
	refer := map[string]string{
		"a function": "aws_lambda_function.x.arn", "two resources": "aws_foo.x.id", "a data source": "data.aws_foo.x.id", "a local value": "local.x",
		"a module": "module.x.id", "a bucket": "aws_s3_bucket.x.id", "an alias": "aws_kms_alias.x.name", "a policy": "aws_iam_role_policy.x.id", "nothing at all": "1",
	}
	for name, text := range tests {
		tree := treeOf(map[string]string{
			"m/main.tf": "variable \"key\" {}\noutput \"id\" {\n  value = var.key\n}\n",
			"main.tf": text + "resource \"aws_kms_key\" \"k\" {}\nresource \"aws_cloudfront_distribution\" \"d\" {\n  comment = " + refer[name] + "\n}\n" +
				"resource \"aws_iam_role\" \"unrelated\" {\n  name = aws_kms_key.k.id\n}\n",
		})
		builder, diagnostics := NewParser(tree).Load(t.Context(), ".", Options{})
		g := builder.Freeze()
		if got, want := g.DependsOn("terraform:.#aws_cloudfront_distribution.d", "terraform:.#aws_kms_key.k"), text != ""; got != want || len(diagnostics) > 0 {
			t.Errorf("%s: the distribution depends on the key: %v, want %v (%v)", name, got, want, diagnostics)
		}
	}
	// A value leads into another module, whose blocks say the rest.
	tree := treeOf(map[string]string{
		"m/main.tf": "resource \"aws_kms_key\" \"k\" {}\nresource \"aws_foo\" \"x\" {\n  key = aws_kms_key.k.id\n}\nresource \"aws_s3_bucket\" \"b\" {\n  depends_on = [aws_foo.x]\n}\noutput \"domain\" {\n  value = aws_s3_bucket.b.bucket_regional_domain_name\n}\n",
		"main.tf":   "module \"m\" {\n  source = \"./m\"\n}\nresource \"aws_cloudfront_distribution\" \"d\" {\n  origin {\n    origin_id   = \"b\"\n    domain_name = module.m.domain\n  }\n}\n",
	})
	builder, _ := NewParser(tree).Load(t.Context(), ".", Options{})
	if !builder.Freeze().DependsOn("terraform:.#aws_cloudfront_distribution.d", "terraform:.#module.m.aws_kms_key.k") {
		t.Error("the distribution does not depend on the key of the module")
	}
}

// TestDefaultsDoNotDependOnTheOrder asserts that a value which rests on an instance rests
// on the variable that says whether there is one, wherever the blocks stand, and whether
// the one with the instances has nodes itself.
func TestDefaultsDoNotDependOnTheOrder(t *testing.T) {
	blocks := []string{
		"variable \"on\" {\n  default = true\n}\n",
		"resource \"aws_iam_role\" \"r\" {\n  count = var.on ? 1 : 0\n  name  = \"r\"\n}\n",
		"resource \"aws_s3_bucket\" \"of_role\" {\n  bucket = aws_iam_role.r[0].name\n}\n",
		"resource \"aws_kms_key\" \"k\" {\n  count = var.on ? 1 : 0\n}\n",
		"resource \"aws_kms_alias\" \"a\" {\n  target_key_id = aws_kms_key.k[0].id\n}\n",
		"resource \"aws_kms_alias\" \"of_role\" {\n  target_key_id = aws_iam_role.r[0].name\n}\n",
	}
	for range 2 {
		builder, diagnostics := NewParser(treeOf(map[string]string{"main.tf": strings.Join(blocks, "")})).Load(t.Context(), ".", Options{})
		if len(diagnostics) > 0 {
			t.Fatal(diagnostics)
		}
		g := builder.Freeze()
		for _, name := range []string{"aws_s3_bucket.of_role", "aws_kms_alias.a", "aws_kms_alias.of_role"} {
			if got := g.Node("terraform:.#" + name).Defaults; !slices.Equal(got, []string{"var.on"}) {
				t.Errorf("%s rests on the defaults of %v", name, got)
			}
		}
		slices.Reverse(blocks)
	}
}

// TestPolicyWithoutDocument has no document, not one that is null.
func TestPolicyWithoutDocument(t *testing.T) {
	builder, _ := NewParser(treeOf(map[string]string{"main.tf": "resource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = \"b\"\n}\n"})).Load(t.Context(), ".", Options{})
	for _, attribute := range builder.Freeze().Node("terraform:.#aws_s3_bucket_policy.p").Attributes {
		if attribute.Name == "document" {
			t.Errorf("its document is %v", attribute.Value)
		}
	}
}

// checkParts compares the blocks of a file that are parsed one by one with those of
// the whole, and what loading gives. It reports whether there was something to compare.
func checkParts(t *testing.T, name string, text []byte) bool {
	t.Helper()
	parsed, problems := parseConfig(text, name, hcl.InitialPos)
	tree := treeOf(map[string]string{"main.tf": string(text)})
	builder, diagnostics := NewParser(tree).Load(t.Context(), ".", Options{})
	got := loaded(builder, diagnostics)
	if len(problems) > 0 {
		return false
	}
	if want := loadedWhole(t, tree, "."); got != want {
		t.Fatalf("%s\nis loaded as\n%s\nwant\n%s", text, got, want)
	}
	sections, ok := outline(text)
	if !ok {
		return false
	}
	f := &parsedFile{file: source.NewFile(name, text), count: new(atomic.Int64)}
	if !f.readParts() {
		t.Fatalf("%s\nis not parsed in parts", text)
	}
	whole := parsed.Body.(*hclsyntax.Body).Blocks
	for i, block := range whole {
		if alone := f.parsePart(sections[i].start, sections[i].end); len(alone) != 1 || !reflect.DeepEqual(alone[0], block) {
			t.Fatalf("block %d of\n%s\nalone is\n%#v\nwant\n%#v", i, text, alone, block)
		}
		if d := &f.blocks[i]; !reflect.DeepEqual(d.parse(), block) {
			t.Fatalf("block %d of\n%s\nis\n%#v\nwant\n%#v", i, text, d.parse(), block)
		}
	}
	return true
}

func TestPartsOfFixtures(t *testing.T) {
	compared := 0
	err := filepath.WalkDir("../../testdata", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".tf") {
			return err
		}
		text, err := os.ReadFile(name)
		if err == nil && checkParts(t, name, text) {
			compared++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if compared < 50 {
		t.Errorf("%d files are compared", compared)
	}
}

func FuzzParts(f *testing.F) {
	for _, text := range outlined {
		f.Add([]byte(text))
	}
	f.Add([]byte(site + "/* e\u0301 */\nresource \"aws_kms_key\" \"k\" {\n  policy = \"e\u0301\u00e9 ${aws_iam_role.r.arn} \U0001F469\u200D\U0001F680 ${local.x}\"\n}\nlocals { x = \"\u00e9\" }\n" +
		"resource \"aws_iam_role\" \"r\" {\n  count = var.n\n  name  = <<-E\n    e\u0301 ${var.n}\n  E\n}\nvariable \"n\" {}\n"))
	f.Add([]byte("resource \"aws_iam_role\" \"r\" {\r\n  inline_policy {\r\n    policy = \"{}\"\r\n  }\r\n}\r\noutput \"o\" { value = module.m.x }\r\nmodule \"m\" {\r\n  source = \"./.\"\r\n}\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) { checkParts(t, "main.tf", text) })
}
