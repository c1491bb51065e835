package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxSize bounds what a document holds: its nodes, and its text in pieces of
// nodeText bytes. maxAliased bounds how much of it aliases stand for, since a few
// lines of them can stand for billions.
const (
	maxSize    = 1_000_000
	maxAliased = 50_000
	nodeText   = 64
)

const (
	tooLarge = "the document is too large"
	tooMany  = "the document is too large with its aliases expanded"
	tooDeep  = "it nests more than %d levels deep"
)

// ParseYAML reads the YAML documents of a file, without those that are empty.
// Scalars keep the text that is written, so that "Version: 2012-10-17" stays
// text; short tags are kept. Errors are *SyntaxError.
func ParseYAML(f *File) ([]*Node, error) {
	if marks(f.Bytes) > maxMarks {
		return nil, &SyntaxError{Location: f.Location(0, 0), Message: tooLarge}
	}
	c := &yamlConverter{file: f, plain: &writing{locate: f.Location}, lines: linesOfYAML(f), aliases: map[*yaml.Node]anchored{}}
	decoder := yaml.NewDecoder(bytes.NewReader(f.Bytes))
	var documents []*Node
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		switch {
		case errors.Is(err, io.EOF):
			return documents, nil
		case err != nil:
			return nil, yamlError(f, err)
		case len(document.Content) == 0:
			continue
		}
		c.free = make([]Node, count(document.Content[0]))
		node, err := c.convert(document.Content[0], 0)
		if err != nil {
			return nil, err
		}
		if node.Kind != NullNode {
			documents = append(documents, node)
		}
	}
}

// maxMarks bounds a document before it is parsed, since its tree takes some 200
// bytes a node: none has more nodes than characters that can end one.
const maxMarks = 500_000

func marks(text []byte) int {
	count := 0
	for _, c := range text {
		switch c {
		case ',', ':', '-', '[', '{', '\n', '\r', '?':
			count++
		}
	}
	return count
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
			start := linesOfYAML(f).offset(f, mark.Line, max(mark.Column, 1))
			syntax.Location = f.Location(start, min(start+1, len(f.Bytes)))
		}
	}
	return syntax
}

// yamlLines are the offsets at which lines begin as YAML counts them.
type yamlLines []int32

// yamlBreak is what ends a line: beside LF also CR alone, NEL, LS and PS, which end
// no line of a File ("Line Break Characters" in YAML 1.1).
var yamlBreak = regexp.MustCompile("\r\n|[\n\r\u0085\u2028\u2029]")

func linesOfYAML(f *File) yamlLines {
	isUsual := bytes.Count(f.Bytes, []byte("\r")) == bytes.Count(f.Bytes, []byte("\r\n")) && (f.ascii ||
		!bytes.Contains(f.Bytes, []byte("\u0085")) && !bytes.Contains(f.Bytes, []byte("\u2028")) && !bytes.Contains(f.Bytes, []byte("\u2029")))
	if isUsual {
		return f.lineStarts
	}
	lines := yamlLines{0}
	for _, found := range yamlBreak.FindAllIndex(f.Bytes, -1) {
		lines = append(lines, int32(found[1]))
	}
	return lines
}

// offset is the byte offset of a 1-based line and a 1-based column in runes.
func (l yamlLines) offset(f *File, line, column int) int {
	if line < 1 || line > len(l) {
		return len(f.Bytes)
	}
	offset := int(l[line-1])
	if f.ascii {
		return min(offset+max(column-1, 0), len(f.Bytes))
	}
	for ; column > 1 && offset < len(f.Bytes); column-- {
		_, size := utf8.DecodeRune(f.Bytes[offset:])
		offset += size
	}
	return offset
}

type yamlConverter struct {
	file  *File
	lines yamlLines
	// plain is how most scalars are written.
	plain *writing
	// free are the nodes of the document that are not used yet: one allocation for
	// all of them.
	free []Node
	size int
	// aliased is how much of size aliases stand for.
	aliased int
	// deepest is the deepest level so far.
	deepest int
	// aliases holds what anchors stand for, so that each is read once.
	aliases map[*yaml.Node]anchored
}

type anchored struct {
	node *Node
	size int
	// height is how many levels it nests.
	height int
}

// offset is where a node begins.
func (c *yamlConverter) offset(n *yaml.Node) int { return c.lines.offset(c.file, n.Line, n.Column) }

func (c *yamlConverter) fail(n *yaml.Node, format string, arguments ...any) error {
	start := c.offset(n)
	return &SyntaxError{Location: c.file.Location(start, start+1), Message: fmt.Sprintf(format, arguments...)}
}

func (c *yamlConverter) convert(n *yaml.Node, depth int) (*Node, error) {
	if c.size += 1 + len(n.Value)/nodeText; c.size > maxSize {
		return nil, c.fail(n, tooLarge)
	}
	if depth > maxDepth {
		return nil, c.fail(n, tooDeep, maxDepth)
	}
	c.deepest = max(c.deepest, depth)
	if n.Kind == yaml.AliasNode {
		return c.alias(n, depth)
	}
	node := c.next()
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		node.Tag = n.Tag
	}
	switch n.Kind {
	case yaml.ScalarNode:
		c.scalar(node, n)
		return node, nil
	case yaml.SequenceNode:
		node.Kind = SequenceNode
		node.Items = make([]*Node, 0, len(n.Content))
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

// count returns how many nodes a document has. What aliases stand for counts once.
func count(n *yaml.Node) int {
	total := 1
	for _, inner := range n.Content {
		total += count(inner)
	}
	return total
}

// next returns a node that is not used.
func (c *yamlConverter) next() *Node {
	if len(c.free) == 0 {
		// What an alias stands for is converted once more.
		return &Node{}
	}
	node := &c.free[0]
	c.free = c.free[1:]
	return node
}

// alias returns what an alias stands for.
func (c *yamlConverter) alias(n *yaml.Node, depth int) (*Node, error) {
	known, ok := c.aliases[n.Alias]
	switch {
	case ok && known.node == nil:
		return nil, c.fail(n, "the anchor %s contains itself", n.Value)
	case ok:
		c.size += known.size
		if c.aliased += known.size; c.aliased > maxAliased {
			return nil, c.fail(n, tooMany)
		}
		if depth+known.height > maxDepth {
			return nil, c.fail(n, tooDeep, maxDepth)
		}
		c.deepest = max(c.deepest, depth+known.height)
		return known.node, nil
	}
	c.aliases[n.Alias] = anchored{}
	size, deepest := c.size, c.deepest
	c.deepest = depth
	node, err := c.convert(n.Alias, depth+1)
	if err != nil {
		return nil, err
	}
	known = anchored{node: node, size: c.size - size, height: c.deepest - depth}
	c.aliases[n.Alias] = known
	if c.aliased += known.size; c.aliased > maxAliased {
		return nil, c.fail(n, tooMany)
	}
	c.deepest = max(c.deepest, deepest)
	return node, nil
}

// members adds the members of a mapping. What "<<" merges is added first, as far
// as the mapping does not say otherwise.
func (c *yamlConverter) members(node *Node, n *yaml.Node, depth int) error {
	own := make([]Member, 0, len(n.Content)/2)
	merges := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			merges = true
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
		own = append(own, Member{Key: key, Value: value})
	}
	if !merges {
		node.Members = own
		return nil
	}
	written := map[string]bool{}
	for _, member := range own {
		written[member.Key.Text] = true
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			continue
		}
		for _, from := range merged(n.Content[i+1]) {
			base, err := c.convert(from, depth+1)
			if err != nil {
				return err
			}
			for _, member := range base.Members {
				if !written[member.Key.Text] {
					written[member.Key.Text] = true
					node.Members = append(node.Members, member)
				}
			}
		}
	}
	node.Members = append(node.Members, own...)
	return nil
}

// merged returns the mappings that a "<<" names: one, or a list of them.
func merged(value *yaml.Node) []*yaml.Node {
	list := value
	if value.Kind == yaml.AliasNode {
		list = value.Alias
	}
	if list.Kind == yaml.SequenceNode {
		return list.Content
	}
	return []*yaml.Node{value}
}

// scalar reads a scalar by the core schema, and nothing else: "yes", "on" and
// dates are the text that is written.
func (c *yamlConverter) scalar(node *Node, n *yaml.Node) {
	node.Kind, node.Text = StringNode, n.Value
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
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
	node.Start = c.offset(n)
	start := skipProperties(c.file.Bytes, node.Start)
	from, runs, end, ok := alignScalar(c.file.Bytes, start, n)
	if n.Value == "" && end == start {
		// Nothing is written but the tag, if that.
		end = node.Start + len(bytes.TrimRight(c.file.Bytes[node.Start:start], " \t\r\n"))
	}
	node.End = end
	node.Location = c.file.FirstLine(c.file.Location(node.Start, end))
	if ok {
		node.write(c.plain, from, runs)
		if len(runs) == 0 {
			node.Text = c.file.Piece(from, from+len(n.Value))
		}
	}
}

// span gives a collection the range from its first to its last byte.
func (c *yamlConverter) span(node *Node, n *yaml.Node) {
	node.Start = c.offset(n)
	node.End = min(node.Start+1, len(c.file.Bytes))
	last := len(n.Content) - 1
	if last >= 0 {
		child := n.Content[last]
		end := c.offset(child) + 1
		switch {
		case child.Kind == yaml.AliasNode:
			// What an alias stands for is written somewhere else.
			end += len(child.Value)
		case n.Kind == yaml.SequenceNode:
			end = node.Items[last].End
		case n.Content[last-1].Tag != "!!merge":
			end = node.Members[len(node.Members)-1].Value.End
		}
		node.End = max(node.End, min(end, len(c.file.Bytes)))
	}
	if n.Style&yaml.FlowStyle != 0 {
		node.End = closingBracket(c.file.Bytes, node.End)
	}
	node.Location = c.file.Location(node.Start, node.End)
}

// closingBracket returns the end of the bracket that closes a flow collection
// whose last element ends at offset.
func closingBracket(text []byte, offset int) int {
	end := skipSpace(text, offset)
	if end < len(text) && text[end] == ',' {
		end = skipSpace(text, end+1)
	}
	if end < len(text) && (text[end] == ']' || text[end] == '}') {
		return end + 1
	}
	return offset
}
