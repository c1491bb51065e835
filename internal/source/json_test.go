package source

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestParseJSONPositions(t *testing.T) {
	file := NewFile("p.json", []byte("{\n\t\"a\\/b\": [1, \"x\\u00e9\\ty\"],\n  \"é\": {\"k\": null}\n}"))
	node, err := ParseJSONFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list := node.Get("a/b")
	if got, want := list.Location.String(), "p.json:2:10"; got != want {
		t.Errorf("list at %s, want %s", got, want)
	}
	text := list.Items[1]
	if text.Text != "xé\ty" {
		t.Errorf("text = %q", text.Text)
	}
	if got, want := text.Place(4, 5).String(), "p.json:2:24"; got != want {
		t.Errorf("the y is at %s, want %s", got, want)
	}
	if got, want := node.Get("é").Get("k").Location.String(), "p.json:3:14"; got != want {
		t.Errorf("null at %s, want %s", got, want)
	}
}

func TestParseJSONErrors(t *testing.T) {
	tests := map[string]string{
		"{\n  \"a\": 1,\n}": "p.json:3:1: not valid JSON: unexpected '}' where a key in quotes is expected",
		"{\"a\" 1}":         "p.json:1:6: not valid JSON: unexpected '1' where a colon is expected after the key \"a\"",
		"[1, 2":             "p.json:1:6: not valid JSON: unexpected end of file where a comma or the end of the list is expected",
		"{} {}":             "p.json:1:4: not valid JSON: unexpected '{' after the end of the document",
		"// comment\n{}":    "p.json:1:1: not valid JSON: unexpected '/' where a value is expected",
		"\"a":               "p.json:1:3: not valid JSON: the string that begins here is not closed",
		"[01]":              "p.json:1:3: not valid JSON: unexpected '1' where a comma or the end of the list is expected",
	}
	for text, want := range tests {
		_, err := ParseJSONFile(NewFile("p.json", []byte(text)))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: no syntax error", text)
			continue
		}
		if got := syntax.Location.String() + ": " + syntax.Message; got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

// FuzzParseJSON asserts that the reader accepts what encoding/json accepts.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e-3,"\ud83d\ude00\/"],"a":null}`, "\t[true , false]", `"\ud800"`, `-0`, `[`, "\"\x01\"", `{"a":}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) >= 3 && string(text[:3]) == "\xef\xbb\xbf" {
			t.Skip("a byte order mark is accepted on purpose")
		}
		node, err := ParseJSONFile(NewFile("f.json", text))
		if valid := json.Valid(text); valid != (err == nil) {
			t.Fatalf("json.Valid is %v, error is %v", valid, err)
		}
		if err == nil && node.Kind == StringNode {
			var want string
			if json.Unmarshal(text, &want) == nil && want != node.Text {
				t.Fatalf("text is %q, want %q", node.Text, want)
			}
		}
	})
}
