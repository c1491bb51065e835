package docs

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// repository is where links to the project itself lead.
const repository = "https://github.com/originkey/originkey/blob/main/"

// TestLinks asserts that links between pages lead to files and headings that are
// there, and that every page is reached from docs/README.md.
func TestLinks(t *testing.T) {
	pages := readPages(t)
	headings := map[string]map[string]bool{}
	for _, p := range pages {
		headings[p.name] = p.headings(t)
	}
	leads := map[string][]string{}
	for _, p := range pages {
		p.walk(t, func(node ast.Node) {
			var destination string
			switch node := node.(type) {
			case *ast.Link:
				destination = string(node.Destination)
			case *ast.Image:
				destination = string(node.Destination)
			default:
				return
			}
			file, err := p.follow(destination, headings)
			if err != nil {
				t.Errorf("%s: the link to %s: %v", p.name, destination, err)
			}
			leads[p.name] = append(leads[p.name], file)
		})
	}
	reached := map[string]bool{}
	var reach func(name string)
	reach = func(name string) {
		if !reached[name] {
			reached[name] = true
			for _, next := range leads[name] {
				reach(next)
			}
		}
	}
	reach("docs/README.md")
	for _, p := range pages {
		if strings.HasPrefix(p.name, "docs/") && !reached[p.name] {
			t.Errorf("no link leads from docs/README.md to %s", p.name)
		}
	}
}

// follow returns the file that a link leads to, "" where it leads out of the project.
func (p *page) follow(destination string, headings map[string]map[string]bool) (string, error) {
	if name, ok := strings.CutPrefix(destination, repository); ok {
		destination = strings.Repeat("../", strings.Count(p.name, "/")) + name
	}
	target, err := url.Parse(destination)
	switch {
	case err != nil:
		return "", err
	case target.Scheme == "https" && target.Host != "":
		return "", nil
	case target.Scheme != "" || target.Host != "":
		return "", fmt.Errorf("it is neither https nor a path")
	}
	file := p.name
	if target.Path != "" {
		file = path.Join(path.Dir(p.name), target.Path)
	}
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		return "", fmt.Errorf("it leads out of the project")
	}
	if _, err := os.Stat(filepath.Join(project, filepath.FromSlash(file))); err != nil {
		return "", fmt.Errorf("there is no %s", file)
	}
	if target.Fragment != "" && !headings[file][target.Fragment] {
		return "", fmt.Errorf("%s has no such heading", file)
	}
	return file, nil
}

// headings returns the anchors of the page's headings, as GitHub makes them.
func (p *page) headings(t *testing.T) map[string]bool {
	t.Helper()
	anchors := map[string]bool{}
	p.walk(t, func(node ast.Node) {
		heading, ok := node.(*ast.Heading)
		if !ok {
			return
		}
		anchor := anchorOf(plainText(heading, p.text))
		unique := anchor
		for i := 1; anchors[unique]; i++ {
			unique = fmt.Sprintf("%s-%d", anchor, i)
		}
		anchors[unique] = true
	})
	return anchors
}

func plainText(node ast.Node, source []byte) string {
	var text strings.Builder
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		if leaf, ok := child.(*ast.Text); ok {
			text.Write(leaf.Segment.Value(source))
		} else {
			text.WriteString(plainText(child, source))
		}
	}
	return text.String()
}

// anchorOf makes the anchor of a heading: its letters, digits, hyphens and underscores
// in lower case, with a hyphen for each space.
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, heading)
}
