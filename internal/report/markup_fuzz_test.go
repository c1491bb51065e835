package report

import (
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensionast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

var markupSeeds = []string{hostile, "a|b", "1. a", "- [ ] a", "`` ` ``", `\|`, "www.example.com", "a@b.c", "<!-- -->", "===", "| - |", "[^1]: a", "&copy;", "’'-", "é😀\u202e"}

// FuzzMarkdownProse asserts that whatever text is written, on a line and in a table,
// it is words and code.
func FuzzMarkdownProse(f *testing.F) {
	for _, seed := range markupSeeds {
		f.Add(seed)
	}
	parser := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList)).Parser()
	f.Fuzz(func(t *testing.T, input string) {
		written := markdownProse(input)
		page := []byte("- x\n\n" + written + "\n\n| a | b |\n|---|---|\n| " + written + " | c |\n")
		cells := 0
		err := ast.Walk(parser.Parse(text.NewReader(page)), func(node ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch node := node.(type) {
			case *ast.Document, *ast.Paragraph, *ast.Text, *ast.CodeSpan, *ast.List, *ast.ListItem, *ast.TextBlock, *ast.String,
				*extensionast.Table, *extensionast.TableHeader, *extensionast.TableRow:
			case *extensionast.TableCell:
				cells++
			case *ast.RawHTML:
				if tag := string(node.Segments.Value(page)); tag != "<code>" && tag != "</code>" {
					t.Errorf("%q is written %q, which holds %s", input, written, tag)
				}
			default:
				t.Errorf("%q is written %q, which holds a %s", input, written, node.Kind())
			}
			return ast.WalkContinue, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if cells != 4 || strings.ContainsAny(written, "\r\n") {
			t.Errorf("%q is written %q, which makes %d cells", input, written, cells)
		}
	})
}

var mermaidLine = regexp.MustCompile(`^([\pL\pN\pM ,/._-]|#[0-9]+;)*$`)

// FuzzMermaidText asserts that a label holds nothing but words and entity codes.
func FuzzMermaidText(f *testing.F) {
	for _, seed := range markupSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) {
		if written := mermaidText(input); !mermaidLine.MatchString(written) {
			t.Errorf("%q is written %q", input, written)
		}
	})
}
