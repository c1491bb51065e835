package terraform

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// checkOutline compares the outline of a text with what the parser finds. It
// reports whether there was an outline of a text without errors.
func checkOutline(t *testing.T, name string, text []byte) bool {
	t.Helper()
	sections, ok := outline(text)
	parsed, problems := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	if !ok || problems.HasErrors() {
		return false
	}
	body := parsed.Body.(*hclsyntax.Body)
	if len(body.Attributes) > 0 || len(body.Blocks) != len(sections) {
		t.Fatalf("%s: the outline of\n%s\nhas %d blocks, the parser finds %d and %d attributes", name, text, len(sections), len(body.Blocks), len(body.Attributes))
	}
	for i, block := range body.Blocks {
		got, want := &sections[i], sectionOf(block)
		want.start, want.end = block.TypeRange.Start, block.CloseBraceRange.End.Byte
		want.holds = got.holds
		if *got != *want {
			t.Fatalf("%s: block %d of\n%s\nis %v in the outline and %v to the parser", name, i, text, got, want)
		}
		if value, ok := got.argument(text, "source"); ok {
			if written := block.Body.Attributes["source"]; written == nil || !isLiteral(written.Expr, value) {
				t.Fatalf("%s: the source of block %d of\n%s\nis %q in the outline", name, i, text, value)
			}
		}
	}
	return true
}

func isLiteral(expression hclsyntax.Expression, text string) bool {
	v, problems := expression.Value(nil)
	return !problems.HasErrors() && v.Type().Equals(stringType) && v.AsString() == text
}

var outlined = []string{
	"", "a {}", "a {}\nb \"c\" d { e = \"}\" }\n", "a {\n  b = \"${c(\"}\")}\"\n}",
	"a {\n  b = <<-EOT\n    } ${c[\"}\"]} $${ %%{ \"\n  EOT\n}\n", "a {\n  b = <<E\nE x\n${\"\n\"}E\n$E\n  E\n}\n",
	"# {\n// {\n/* { */ a { /* } */ # }\n // }\n}", "a \"b\" { c = 1 } # d", "a {} /* e */", "a {\r\n  b = <<E\r\nx\r\nE\r\n}\r\n",
	"a {\n  b = \"$\"\n  c = \"%{ if d }}%{ endif }\"\n  e = f % {}\n}", "a = 1", "a {", "a {}}", "a { b = \"$$${c}\" }", "a { b = \"\\\"}\" }",
	"a {\n  b = \"$$\\\"\"\n}", "é {}", "a { b = 'x' }", "a {\n b = \"${<<E\n}\nE\n}\"\n}", "a { b = \"~${~ c ~}~\" }", "a\n{}",
	"/* é */ a {}", "/*\n*/ a \"b.c\" \"d\" {}", "m {\n  source = \"./x\" # y\n}", "m {\n  # source = \"a\"\n  b = { source = \"c\" }\n  source=\"d\"\n}",
	"m {\n  a = [for source in b : source]\n  c = d.source == \"e\"\n  source = \"f\" == \"f\" ? \"g\" : \"h\"\n}", "m {\n  source = <<E\n./x\nE\n}",
}

func TestOutline(t *testing.T) {
	for _, text := range outlined {
		checkOutline(t, "text", []byte(text))
	}
}

// TestOutlineOfFixtures asserts that the outline is that of the parser for the
// configuration of the repository, and that it is not given up.
func TestOutlineOfFixtures(t *testing.T) {
	valid, known := 0, 0
	err := filepath.WalkDir("../../testdata", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".tf") {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if _, problems := hclsyntax.ParseConfig(text, name, hcl.InitialPos); !problems.HasErrors() {
			valid++
		}
		if checkOutline(t, name, text) {
			known++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if valid < 50 || known < valid-valid/50 {
		t.Errorf("%d of %d files have an outline", known, valid)
	}
}

func FuzzOutline(f *testing.F) {
	for _, text := range outlined {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkOutline(t, "fuzz", text) })
}
