package source

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"go.yaml.in/yaml/v4"
)

func TestParseYAML(t *testing.T) {
	file := NewFile("t.yaml", []byte(strings.Join([]string{
		"a: é😀 # comment",
		"Version: 2012-10-17",
		"yes: on",
		"sub: !Sub 'x'",
		"block: |",
		"  one",
		"    two",
		"base: &base {k: 1, l: 2}",
		"merged:",
		"  <<: *base",
		"  l: 3",
	}, "\n")))
	node := parseOne(t, file)
	if v := node.Get("Version"); v.Kind != StringNode || v.Text != "2012-10-17" {
		t.Errorf("Version = %+v", v)
	}
	if v := node.Get("yes"); v == nil || v.Text != "on" || v.Kind != StringNode {
		t.Errorf("yes = %+v", v)
	}
	if got := node.Get("a").Location; got.Column != 4 || got.EndColumn != 7 {
		t.Errorf("columns of a are %d to %d, want 4 to 7 in UTF-16 units", got.Column, got.EndColumn)
	}
	if sub := node.Get("sub"); sub.Tag != "!Sub" || sub.Text != "x" {
		t.Errorf("sub = %+v", sub)
	}
	block := node.Get("block")
	if got := block.Place(strings.Index(block.Text, "two"), len(block.Text)-1).String(); got != "t.yaml:7:5" {
		t.Errorf("two is at %s", got)
	}
	merged := node.Get("merged")
	if merged.Get("k").Text != "1" || merged.Get("l").Text != "3" || len(merged.Members) != 2 {
		t.Errorf("merged = %+v", merged.Members)
	}
}

func parseOne(t *testing.T, file *File) *Node {
	t.Helper()
	documents, err := ParseYAML(file)
	if err != nil || len(documents) != 1 {
		t.Fatalf("%d documents, error %v", len(documents), err)
	}
	return documents[0]
}

// TestScalarPlaces finds the letter Z of each value where it is written.
func TestScalarPlaces(t *testing.T) {
	tests := []struct {
		name, text, value, place string
	}{
		{"plain", "a: xZ", "xZ", "t.yaml:1:5"},
		{"behind a tag that holds it", "a: !Zub Zub", "Zub", "t.yaml:1:9"},
		{"behind an anchor", "a: &Z Z", "Z", "t.yaml:1:7"},
		{"behind a tag and an anchor", "a: !Z &Z 'Z'", "Z", "t.yaml:1:11"},
		{"behind a byte order mark", "\ufeffa: Z", "Z", "t.yaml:1:4"},
		{"behind wide characters", "{é😀: 1, a: Z}", "Z", "t.yaml:1:13"},
		{"in single quotes", "a: 'x Z'", "x Z", "t.yaml:1:7"},
		{"in double quotes", `a: "x Z"`, "x Z", "t.yaml:1:7"},
		{"quotes of the other kind", `a: 'x"\\Z'`, `x"\\Z`, "t.yaml:1:9"},
		{"quote in single quotes", "a: 'it''s Z'", "it's Z", "t.yaml:1:11"},
		{"escapes in double quotes", `a: "\"\x41\u00e9\tZ"`, "\"Aé\tZ", "t.yaml:1:19"},
		{"continued double quotes", "a: \"x\\\n   Z\"", "xZ", "t.yaml:2:4"},
		{"folded double quotes", "a: \"x\n   Z\"", "x Z", "t.yaml:2:4"},
		{"plain on two lines", "a: x\n  Z", "x Z", "t.yaml:2:3"},
		{"literal", "a: |\n  x\n    Z\n", "x\n  Z\n", "t.yaml:3:5"},
		{"literal on one line", "a: |-\n  xZ\n", "xZ", "t.yaml:2:4"},
		{"literal with an indicator", "a: !Sub |4-\n      xZ\n", "  xZ", "t.yaml:2:8"},
		{"literal below its tag", "a: !Sub\n  |\n  Z\n", "Z\n", "t.yaml:3:3"},
		{"literal behind empty lines", "a: |\n\n \n  x\n\n  Z\n", "\n\nx\n\nZ\n", "t.yaml:6:3"},
		{"literal with Windows line ends", "a: |\r\n  x\r\n  Z\r\n", "x\nZ\n", "t.yaml:3:3"},
		{"literal without a line end", "a: |\n  Z", "Z", "t.yaml:2:3"},
		{"folded", "a: >\n  x\n  y\n\n  Z\n", "x y\nZ\n", "t.yaml:5:3"},
		{"folded with more indentation", "a: >-\n  x\n    Z\n", "x\n  Z", "t.yaml:3:5"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			documents, err := ParseYAML(NewFile("t.yaml", []byte(test.text)))
			if err != nil {
				t.Fatal(err)
			}
			node := documents[0].Get("a")
			if node.Text != test.value {
				t.Fatalf("value is %q, want %q", node.Text, test.value)
			}
			i := strings.Index(node.Text, "Z")
			if got := node.Place(i, i+1); got.String() != test.place || got.EndLine != got.Line || got.EndColumn != got.Column+1 {
				t.Errorf("Z is at %+v, want %s", got, test.place)
			}
		})
	}
}

// TestBreaks finds the pieces of texts that are written without a break.
func TestBreaks(t *testing.T) {
	for text, want := range map[string]string{
		"a: plain text":         "plain text",
		"a: 'it''s'":            "it'|s",
		`a: "x\ty\u00e9z"`:      "x\t|yé|z",
		"a: |\n  x\n  yz\n":     "x\n|yz\n",
		`{"a": "plain"}`:        "plain",
		`{"a": "x\u00e9y\nz"}`:  "xé|y\n|z",
		"a: ''":                 "",
		"a: !Sub 'in a\n  row'": "in a |row",
	} {
		node := parseOne(t, NewFile("t.yaml", []byte(text))).Get("a")
		var pieces []string
		for start := 0; start < len(node.Text); {
			next := node.Break(start)
			pieces = append(pieces, node.Text[start:next])
			start = next
		}
		if got := strings.Join(pieces, "|"); got != want {
			t.Errorf("%q is written as %q, want %q", text, got, want)
		}
	}
	for _, node := range []*Node{{Text: "text"}, {Text: "text", writing: &writing{runs: offsetRuns{{0, 0}, {2, 3}, {4, 9}}}}} {
		node.SetText("another")
		if node.Break(0) != len("another") || !node.Place(1, 2).IsZero() {
			t.Errorf("a text that is not written has a break at %d", node.Break(0))
		}
	}
}

// TestConversionAllocatesLittle counts what is allocated beside the nodes of the
// library: a list for each collection, and one for all nodes.
func TestConversionAllocatesLittle(t *testing.T) {
	const collections = 100
	text := bytes.Repeat([]byte("- a: one\n  'b': \"two\"\n  c: !Ref three\n  d: 4\n  e: |-\n    five\n"), collections)
	file := NewFile("t.yaml", text)
	library := testing.AllocsPerRun(5, func() {
		var document yaml.Node
		if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&document); err != nil {
			t.Fatal(err)
		}
	})
	all := testing.AllocsPerRun(5, func() { parseOne(t, file) })
	if own := all - library; own > collections+20 {
		t.Errorf("converting %d mappings of five members allocates %v times", collections, own)
	}
	if size := unsafe.Sizeof(Node{}); size > 144 {
		t.Errorf("a node takes %d bytes", size)
	}
}

func TestCollectionsEndBehindTheirBracket(t *testing.T) {
	file := NewFile("t.yaml", []byte("a: {k: [1, 2 ] , } # c\nb:\n  - x\n  - |\n    y\n    z\nc: 1\n"))
	node := parseOne(t, file)
	for key, want := range map[string]string{"a": "{k: [1, 2 ] , }", "b": "- x\n  - |\n    y\n    z\n"} {
		child := node.Get(key)
		if got := string(file.Bytes[child.Start:child.End]); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if got := string(file.Bytes[node.Get("a").Get("k").Start:node.Get("a").Get("k").End]); got != "[1, 2 ]" {
		t.Errorf("k is %q", got)
	}
}

func TestDocuments(t *testing.T) {
	documents, err := ParseYAML(NewFile("t.yaml", []byte("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n")))
	if err != nil || len(documents) != 2 {
		t.Fatalf("%d documents, error %v", len(documents), err)
	}
	if got := documents[1].Get("b").Location.String(); got != "t.yaml:6:4" {
		t.Errorf("b is at %s", got)
	}
	if _, err := ParseYAML(NewFile("t.yaml", []byte("a: 1\n---\nb: [\n"))); err == nil {
		t.Error("the broken second document gives no error")
	}
}

func TestParseYAMLErrors(t *testing.T) {
	for text, place := range map[string]string{
		"a: [1\nb: 2":            "t.yaml:2:",
		"a:\n\t- x":              "t.yaml:2:",
		"a: b: c":                "t.yaml:1:",
		"a: *missing":            "t.yaml:1:",
		strings.Repeat("[", 900): "t.yaml:1:",
	} {
		_, err := ParseYAML(NewFile("t.yaml", []byte(text)))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.20q: error is %v", text, err)
			continue
		}
		if got := syntax.Location.String(); !strings.HasPrefix(got, place) {
			t.Errorf("%.20q: error is at %s, want %s", text, got, place)
		}
	}
}

func TestAliasesAreBounded(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		previous := string(rune('0' + i - 1))
		bomb.WriteString("a" + string(rune('0'+i)) + ": &a" + string(rune('0'+i)) + " [" + strings.Repeat("*a"+previous+", ", 9) + "*a" + previous + "]\n")
	}
	_, err := ParseYAML(NewFile("t.yaml", []byte(bomb.String())))
	if err == nil || !strings.Contains(err.Error(), "aliases") {
		t.Errorf("error is %v", err)
	}
}

func TestAliasesThatCannotBeExpanded(t *testing.T) {
	var chain strings.Builder
	for i := range 10 {
		fmt.Fprintf(&chain, "a%d: &a%d %s*a%d%s\n", i+1, i+1, strings.Repeat("[", 100), i, strings.Repeat("]", 100))
	}
	for text, want := range map[string]string{
		"a: &a [*a]":                   "the anchor a contains itself",
		"a: &a {<<: *a}":               "the anchor a contains itself",
		"a0: &a0 x\n" + chain.String(): "it nests more than 500 levels deep",
		"a: &a " + strings.Repeat("x", 500_000) + "\nb: [" + strings.Repeat("*a ,", 100_000) + "]": "the document is too large with its aliases expanded",
	} {
		if _, err := ParseYAML(NewFile("t.yaml", []byte(text))); err == nil || err.Error() != want {
			t.Errorf("%.20q: error is %v, want %s", text, err, want)
		}
	}
}

// TestLinesOfYAML writes the ends of lines that YAML knows and a File does not.
func TestLinesOfYAML(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029"} {
		text := "# é" + end + "a:" + end + "  - one" + end + "  - \"two\"" + end + "b: {c: three}" + end
		documents, err := ParseYAML(NewFile("t.yaml", []byte(text)))
		if err != nil {
			t.Fatalf("%q: %v", end, err)
		}
		list := documents[0].Get("a")
		for word, node := range map[string]*Node{"one": list.Items[0], `"two"`: list.Items[1], "three": documents[0].Get("b").Get("c"), "b": documents[0].Members[1].Key} {
			if written := text[node.Start:node.End]; written != word {
				t.Errorf("%q: %s is written %q", end, word, written)
			}
		}
	}
	_, err := ParseYAML(NewFile("t.yaml", []byte("a: 1\r\rb: ]")))
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Location.Line != 1 || syntax.Location.Column != 10 {
		t.Errorf("error is %v", err)
	}
}

func FuzzParseYAML(f *testing.F) {
	f.Add([]byte("a: !Ref b\nc: &x {d: |\n  e}\n"))
	f.Add([]byte("- *x\n- <<: {a: 1}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		documents, err := ParseYAML(NewFile("f.yaml", text))
		if err != nil {
			return
		}
		var check func(node *Node)
		check = func(node *Node) {
			if node.Start > node.End || node.End > len(text) {
				t.Fatalf("node from %d to %d of %d", node.Start, node.End, len(text))
			}
			for i := range node.Text {
				node.Place(i, len(node.Text))
			}
			for _, item := range node.Items {
				check(item)
			}
			for _, member := range node.Members {
				check(member.Key)
				check(member.Value)
			}
		}
		for _, document := range documents {
			check(document)
		}
	})
}
