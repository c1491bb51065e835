package source

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxNodes bounds how many nodes a document has once its aliases are expanded,
// since a few lines of aliases can stand for billions.
const maxNodes = 1_000_000

// ParseYAML reads the first YAML document of a file. Scalars keep the text that
// is written, so that "Version: 2012-10-17" stays text; short tags are kept.
// Errors are *SyntaxError.
func ParseYAML(f *File) (*Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(f.Bytes, &document); err != nil {
		return nil, yamlError(f, err)
	}
	c := &yamlConverter{file: f}
	if len(document.Content) == 0 {
		return &Node{Kind: NullNode, Location: f.Location(0, 0)}, nil
	}
	return c.convert(document.Content[0], 0)
}

func yamlError(f *File, err error) error {
	syntax := &SyntaxError{Location: f.Location(0, 0), Message: "not valid YAML: " + err.Error()}
	var load *yaml.LoadError
	if errors.As(err, &load) {
		syntax.Message = "not valid YAML: " + load.Message
		mark := load.Mark
		if mark.Line == 0 {
			mark = load.ContextMark
		}
		if mark.Line > 0 {
			start := f.offset(mark.Line, max(mark.Column, 1))
			syntax.Location = f.Location(start, min(start+1, len(f.Bytes)))
		}
	}
	return syntax
}

// offset is the byte offset of a 1-based line and a 1-based column in runes.
func (f *File) offset(line, column int) int {
	if line < 1 || line > len(f.lineStarts) {
		return len(f.Bytes)
	}
	offset := f.lineStarts[line-1]
	for ; column > 1 && offset < len(f.Bytes); column-- {
		_, size := utf8.DecodeRune(f.Bytes[offset:])
		offset += size
	}
	return offset
}

type yamlConverter struct {
	file  *File
	count int
}

func (c *yamlConverter) fail(n *yaml.Node, format string, arguments ...any) error {
	start := c.file.offset(n.Line, n.Column)
	return &SyntaxError{Location: c.file.Location(start, start+1), Message: fmt.Sprintf(format, arguments...)}
}

func (c *yamlConverter) convert(n *yaml.Node, depth int) (*Node, error) {
	if c.count++; c.count > maxNodes {
		return nil, c.fail(n, "the document has more than %d nodes with its aliases expanded", maxNodes)
	}
	if depth > maxDepth {
		return nil, c.fail(n, "it nests more than %d levels deep", maxDepth)
	}
	node := &Node{}
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		node.Tag = n.Tag
	}
	switch n.Kind {
	case yaml.AliasNode:
		return c.convert(n.Alias, depth+1)
	case yaml.ScalarNode:
		c.scalar(node, n)
		return node, nil
	case yaml.SequenceNode:
		node.Kind = SequenceNode
		for _, item := range n.Content {
			child, err := c.convert(item, depth+1)
			if err != nil {
				return nil, err
			}
			node.Items = append(node.Items, child)
		}
	default:
		node.Kind = MappingNode
		if err := c.members(node, n, depth); err != nil {
			return nil, err
		}
	}
	c.span(node, n)
	return node, nil
}

// members adds the members of a mapping. What "<<" merges is added first and
// only where the mapping does not say otherwise.
func (c *yamlConverter) members(node *Node, n *yaml.Node, depth int) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag != "!!merge" {
			continue
		}
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		merged := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			merged = value.Content
		}
		for _, from := range merged {
			base, err := c.convert(from, depth+1)
			if err != nil {
				return err
			}
			for _, member := range base.Members {
				if node.Get(member.Key.Text) == nil {
					node.Members = append(node.Members, member)
				}
			}
		}
	}
	merged := len(node.Members)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			continue
		}
		key, err := c.convert(n.Content[i], depth+1)
		if err != nil {
			return err
		}
		value, err := c.convert(n.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		for j := range merged {
			if node.Members[j].Key.Text == key.Text {
				node.Members = append(node.Members[:j], node.Members[j+1:]...)
				merged--
				break
			}
		}
		node.Members = append(node.Members, Member{Key: key, Value: value})
	}
	return nil
}

// scalar reads a scalar by the core schema, and nothing else: "yes", "on" and
// dates are the text that is written.
func (c *yamlConverter) scalar(node *Node, n *yaml.Node) {
	node.Kind, node.Text = StringNode, n.Value
	plain := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	if plain {
		switch n.Tag {
		case "!!null":
			node.Kind = NullNode
		case "!!int", "!!float":
			node.Kind = NumberNode
		case "!!bool":
			if text := strings.ToLower(n.Value); text == "true" || text == "false" {
				node.Kind = BoolNode
			}
		}
	}
	start := c.file.offset(n.Line, n.Column)
	node.Location = c.file.Location(start, c.scalarEnd(start, n))
	c.place(node, n, start)
}

// scalarEnd finds the end of a scalar on its first line.
func (c *yamlConverter) scalarEnd(start int, n *yaml.Node) int {
	line := c.file.Bytes[start:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	text := strings.TrimRight(string(line), " \t\r")
	if i := strings.Index(text, n.Value); i >= 0 && n.Value != "" && !strings.Contains(n.Value, "\n") {
		end := i + len(n.Value)
		if end < len(text) && (text[end] == '"' || text[end] == '\'') {
			end++
		}
		return start + end
	}
	return start + len(text)
}

// place says where the bytes of a scalar's text are written: of block scalars
// line by line, of others where the text stands unchanged on one line.
func (c *yamlConverter) place(node *Node, n *yaml.Node, start int) {
	if n.Style&yaml.LiteralStyle != 0 {
		lines := strings.SplitAfter(n.Value, "\n")
		node.Place = func(from, to int) Location {
			return c.file.Location(c.blockOffset(n.Line, lines, from), c.blockOffset(n.Line, lines, to))
		}
		return
	}
	if n.Style&yaml.FoldedStyle != 0 || strings.Contains(n.Value, "\n") {
		return
	}
	end := c.scalarEnd(start, n)
	if i := strings.Index(string(c.file.Bytes[start:end]), n.Value); i >= 0 {
		node.Place = func(from, to int) Location { return c.file.Location(start+i+from, start+i+to) }
	}
}

// blockOffset finds a byte of a literal block scalar: its lines follow the one
// with the indicator, indented.
func (c *yamlConverter) blockOffset(line int, lines []string, offset int) int {
	for i, text := range lines {
		if offset >= len(text) && i < len(lines)-1 {
			offset -= len(text)
			continue
		}
		written := c.file.Line(line + 1 + i)
		indent := len(written) - len(strings.TrimRight(text, "\n"))
		return c.file.offset(line+1+i, 1) + max(indent, 0) + min(offset, len(text))
	}
	return c.file.offset(line, 1)
}

// span gives a collection the range from its first to its last byte.
func (c *yamlConverter) span(node *Node, n *yaml.Node) {
	start := c.file.offset(n.Line, n.Column)
	node.Location = c.file.Location(start, start+1)
	var last Location
	if len(node.Items) > 0 {
		last = node.Items[len(node.Items)-1].Location
	}
	if len(node.Members) > 0 {
		last = node.Members[len(node.Members)-1].Value.Location
	}
	if last.EndLine >= node.Location.Line && last.File == node.Location.File {
		node.Location.EndLine, node.Location.EndColumn = last.EndLine, last.EndColumn
	}
}
