package source

import (
	"errors"
	"strings"
	"testing"
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
	node, err := ParseYAML(file)
	if err != nil {
		t.Fatal(err)
	}
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

func FuzzParseYAML(f *testing.F) {
	f.Add([]byte("a: !Ref b\nc: &x {d: |\n  e}\n"))
	f.Add([]byte("- *x\n- <<: {a: 1}"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		if node, err := ParseYAML(NewFile("f.yaml", text)); err == nil && node.Place != nil {
			node.Place(0, len(node.Text))
		}
	})
}
