package docs

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

var update = flag.Bool("update", false, "write what commands print into the pages")

// project is the folder of the project.
const project = "../.."

// A page is a page of the documentation.
type page struct {
	// name is the path of its file in the project, with slashes.
	name     string
	text     []byte
	document ast.Node
	blocks   []*block
}

// A block is a block of code.
type block struct {
	page     *page
	language string
	// settings are those of the comment on the line before.
	settings settings
	text     string
	// start and stop are the offsets of text in the page; nested says that text is
	// not all that stands there, since the block is in a list or quotation.
	start, stop int
	nested      bool
	line        int
}

func (b *block) place() string { return fmt.Sprintf("%s:%d", b.page.name, b.line) }

// settings are what the comment before a block says.
type settings struct {
	// folder is where the commands run, "" where it is not said.
	folder   string
	codes    []int
	terminal bool
	// from is the file that the lines stand in.
	from string
}

// readPages reads all pages, those of the rules among them.
func readPages(t *testing.T) []*page {
	t.Helper()
	names := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
	err := fs.WalkDir(os.DirFS(project), "docs", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".md") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := make([]*page, len(names))
	for i, name := range names {
		content, err := os.ReadFile(filepath.Join(project, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		// A checkout on Windows may have them.
		content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
		pages[i] = newPage(t, name, content)
	}
	return pages
}

func newPage(t *testing.T, name string, content []byte) *page {
	t.Helper()
	p := &page{name: name, text: content}
	p.document = goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(content))
	p.walk(t, func(node ast.Node) {
		switch node := node.(type) {
		case *ast.FencedCodeBlock:
			b := p.newBlock(node)
			if err := b.readComment(); err != nil {
				t.Errorf("%s: %v", b.place(), err)
			}
			p.blocks = append(p.blocks, b)
		case *ast.CodeBlock:
			t.Errorf("%s:%d: a block of code is not fenced", name, p.line(node.Lines().At(0).Start))
		}
	})
	return p
}

func (p *page) walk(t *testing.T, visit func(ast.Node)) {
	t.Helper()
	err := ast.Walk(p.document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			visit(node)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (p *page) line(offset int) int { return bytes.Count(p.text[:offset], []byte("\n")) + 1 }

func (p *page) newBlock(node *ast.FencedCodeBlock) *block {
	b := &block{page: p, language: string(node.Language(p.text)), text: string(node.Lines().Value(p.text))}
	switch lines := node.Lines(); {
	case lines.Len() > 0:
		b.start, b.stop = lines.At(0).Start, lines.At(lines.Len()-1).Stop
		b.line = p.line(b.start) - 1
	case node.Info != nil:
		b.start = node.Info.Segment.Stop + 1
		b.stop = b.start
		b.line = p.line(b.start) - 1
	}
	b.nested = string(p.text[b.start:b.stop]) != b.text
	return b
}

// readComment reads the comment on the line before the block. Other comments are for
// other tests.
func (b *block) readComment() error {
	lines := strings.Split(string(b.page.text), "\n")
	if b.line < 2 {
		return nil
	}
	comment, ok := strings.CutPrefix(strings.TrimSpace(lines[b.line-2]), "<!-- ")
	if !ok {
		return nil
	}
	comment = strings.TrimSuffix(comment, " -->")
	for part := range strings.SplitSeq(comment, ", ") {
		if folder, ok := strings.CutPrefix(part, "run in "); ok {
			b.settings.folder = folder
		} else if file, ok := strings.CutPrefix(part, "from "); ok {
			b.settings.from = file
		} else if codes, ok := strings.CutPrefix(part, "exit "); ok {
			for word := range strings.FieldsSeq(codes) {
				code, err := strconv.Atoi(word)
				if err != nil {
					return fmt.Errorf("an exit code of %q", word)
				}
				b.settings.codes = append(b.settings.codes, code)
			}
		} else if part == "terminal" {
			b.settings.terminal = true
		} else if b.language == "console" || b.language == "sh" {
			return fmt.Errorf("the comment says %q, not one of: run in FOLDER, exit CODE, terminal, from FILE", part)
		}
	}
	return nil
}

// code returns the exit code of one of several commands.
func (s settings) code(command, commands int) int {
	switch {
	case len(s.codes) > 1:
		return s.codes[command]
	case len(s.codes) == 1 && command == commands-1:
		return s.codes[0]
	default:
		return 0
	}
}

// write puts the texts of blocks into their pages.
func write(t *testing.T, pages []*page, texts map[*block]string) {
	t.Helper()
	for _, p := range pages {
		content := p.text
		for _, b := range slices.Backward(p.blocks) {
			if changed, ok := texts[b]; ok {
				content = slices.Concat(content[:b.start], []byte(changed), content[b.stop:])
			}
		}
		if !bytes.Equal(content, p.text) {
			if err := os.WriteFile(filepath.Join(project, filepath.FromSlash(p.name)), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
