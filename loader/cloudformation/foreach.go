package cloudformation

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

const forEach = "Fn::ForEach::"

// maxCopies bounds how many copies the loops of a template make. A template has
// at most 500 resources.
const maxCopies = 5000

// expandLoops replaces every Fn::ForEach, of the AWS::LanguageExtensions
// transform, by what it stands for. One whose collection is not known stays, and
// leaves the template incomplete.
func (t *template) expandLoops() {
	if !bytes.Contains(t.file.Bytes, []byte(forEach)) {
		return
	}
	outer := t.defaults
	t.defaults = map[string]bool{}
	defer func() { t.loopDefaults, t.defaults = t.defaults, outer }()
	copies := copies{}
	root := *t.root
	root.Members = nil
	for _, member := range t.root.Members {
		switch member.Key.Text {
		case "Resources", "Outputs", "Conditions":
			member.Value = t.expand(member.Value, &copies)
		}
		root.Members = append(root.Members, member)
	}
	t.root = &root
}

func (t *template) expand(node *source.Node, copies *copies) *source.Node {
	switch node.Kind {
	case source.SequenceNode:
		expanded := *node
		expanded.Items = make([]*source.Node, len(node.Items))
		for i, item := range node.Items {
			expanded.Items[i] = t.expand(item, copies)
		}
		return &expanded
	case source.MappingNode:
		expanded := *node
		expanded.Members = nil
		for _, member := range node.Members {
			if !strings.HasPrefix(member.Key.Text, forEach) {
				member.Value = t.expand(member.Value, copies)
				expanded.Members = append(expanded.Members, member)
				continue
			}
			made, ok := t.loop(member, copies)
			if !ok {
				expanded.Members = append(expanded.Members, member)
				continue
			}
			expanded.Members = append(expanded.Members, made...)
		}
		return &expanded
	default:
		return node
	}
}

// loop returns what one Fn::ForEach stands for: its arguments are an identifier,
// a collection, and an object with the members to repeat.
func (t *template) loop(member source.Member, copies *copies) (made []source.Member, ok bool) {
	arguments := member.Value.Items
	if len(arguments) != 3 || arguments[0].Kind != source.StringNode || arguments[2].Kind != source.MappingNode {
		t.diagnose(member.Key.Location, "%s needs an identifier, a collection and an object", member.Key.Text)
		return nil, false
	}
	collection := t.evaluate(arguments[1])
	if collection.Kind != value.List {
		return nil, false
	}
	for _, item := range collection.Items() {
		text, literal := item.Literal()
		if !literal {
			return nil, false
		}
		if copies.made++; copies.made > maxCopies {
			t.diagnose(member.Key.Location, "the loops of the template make more than %d copies", maxCopies)
			return nil, false
		}
		repeated := iteration{arguments[0].Text, text, copies}.copy(arguments[2])
		if copies.size > maxCopied {
			t.diagnose(member.Key.Location, "the loops of the template make more than is read of them")
			return nil, false
		}
		body := t.expand(repeated, copies)
		made = append(made, body.Members...)
	}
	return made, true
}

// copies counts what loops make: how often they repeat something, and the size of
// it, in nodes and in pieces of copiedText bytes.
type copies struct{ made, size int }

const (
	maxCopied  = 200_000
	copiedText = 64
)

// An iteration is one pass of a loop.
type iteration struct {
	identifier, text string
	copies           *copies
}

// copy returns a node in which the identifier stands for its text: in a Ref to it,
// as ${Identifier}, and as &{Identifier} without all that is no letter or digit.
func (i iteration) copy(node *source.Node) *source.Node {
	i.copies.size += 1 + len(node.Text)/copiedText
	if node.Kind == source.StringNode {
		i.copies.size += strings.Count(node.Text, i.identifier) * len(i.text) / copiedText
	}
	if i.copies.size > maxCopied {
		return node
	}
	if name, argument, ok := call(node); ok && name == "Ref" && argument.Text == i.identifier {
		return &source.Node{Kind: source.StringNode, Text: i.text, Location: node.Location, Start: node.Start, End: node.End}
	}
	copied := *node
	copied.Items, copied.Members = nil, nil
	for _, item := range node.Items {
		copied.Items = append(copied.Items, i.copy(item))
	}
	for _, member := range node.Members {
		copied.Members = append(copied.Members, source.Member{Key: i.copy(member.Key), Value: i.copy(member.Value)})
	}
	if node.Kind == source.StringNode {
		text := strings.ReplaceAll(node.Text, "${"+i.identifier+"}", i.text)
		text = strings.ReplaceAll(text, "&{"+i.identifier+"}", strings.Map(alphanumeric, i.text))
		if text != node.Text {
			// The parts of the text are not where they were written any more.
			copied.SetText(text)
		}
	}
	return &copied
}

func alphanumeric(r rune) rune {
	if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return r
	}
	return -1
}

// unreadLoop says that a loop could not be expanded.
func unreadLoop(name string) string {
	return fmt.Sprintf("what %s repeats is not known, since its collection is not", name)
}
