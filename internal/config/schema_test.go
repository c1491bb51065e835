package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/originkey/originkey/internal/source"
)

const schemaFile = "../../docs/schema/configuration.json"

// A schema is a part of the JSON Schema, as far as the tests look at it.
type schema struct {
	Properties           map[string]*schema `json:"properties"`
	AdditionalProperties json.RawMessage    `json:"additionalProperties"`
	Items                *schema            `json:"items"`
	OneOf                []*schema          `json:"oneOf"`
	Enum                 []string           `json:"enum"`
	Pattern              string             `json:"pattern"`
	Description          string             `json:"description"`
	Reference            string             `json:"$ref"`
	Definitions          map[string]*schema `json:"$defs"`
}

func readSchema(t *testing.T) (*schema, *jsonschema.Schema) {
	t.Helper()
	content, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var parsed schema
	if err := json.Unmarshal(content, &parsed); err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("configuration.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("configuration.json")
	if err != nil {
		t.Fatal(err)
	}
	return &parsed, compiled
}

// keysOf returns the keys that the parser names when it meets one that it does
// not know.
func keysOf(t *testing.T, text string) []string {
	t.Helper()
	_, err := Parse(source.NewFile(Name, []byte(text)))
	var wrong *Error
	if !errors.As(err, &wrong) {
		t.Fatalf("%s: the error is %v", text, err)
	}
	_, list, found := strings.Cut(strings.SplitN(wrong.Error(), "\n", 2)[0], "; it has ")
	if !found {
		t.Fatalf("%s: %v lists no keys", text, wrong)
	}
	return strings.Split(list, ", ")
}

// TestSchemaHasTheKeysOfTheParser asks the parser for its keys, in the
// configuration and in the elements of each of its lists.
func TestSchemaHasTheKeysOfTheParser(t *testing.T) {
	root, _ := readSchema(t)
	compare := func(where, text string, its *schema) {
		want := keysOf(t, text)
		if got := slices.Sorted(maps.Keys(its.Properties)); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has the keys %v, the parser %v", where, got, want)
		}
		if string(its.AdditionalProperties) != "false" {
			t.Errorf("%s: the schema allows keys that the parser does not know", where)
		}
		for name, property := range its.Properties {
			if property.Description == "" {
				t.Errorf("%s.%s: the schema does not describe it", where, name)
			}
		}
	}
	const unknown = "zzzzzzzzzzzzzzzz"
	compare("the configuration", unknown+": 1", root)
	lists := 0
	for name, property := range root.Properties {
		if property.Items != nil && property.Items.Properties != nil {
			lists++
			compare(name, name+": [{"+unknown+": 1}]", property.Items)
		}
	}
	if lists < 4 {
		t.Errorf("only %d lists of objects were compared", lists)
	}
	for pattern, want := range map[string]string{
		root.Properties["region"].Pattern:   regionForm.String(),
		root.Definitions["account"].Pattern: accountForm.String(),
		root.idPattern(t):                   idForm.String(),
	} {
		if pattern != want {
			t.Errorf("the schema has the pattern %s, the parser %s", pattern, want)
		}
	}
}

func (s *schema) idPattern(t *testing.T) string {
	t.Helper()
	var values schema
	if err := json.Unmarshal(s.Definitions["identifiers"].AdditionalProperties, &values); err != nil {
		t.Fatal(err)
	}
	return values.Pattern
}

// plain converts YAML to what a validator takes. Days are text, as they are to the
// core schema of YAML and to editors.
func plain(node *source.Node) any {
	switch node.Kind {
	case source.MappingNode:
		members := map[string]any{}
		for _, member := range node.Members {
			members[member.Key.Text] = plain(member.Value)
		}
		return members
	case source.SequenceNode:
		items := []any{}
		for _, item := range node.Items {
			items = append(items, plain(item))
		}
		return items
	case source.BoolNode:
		return node.Text == "true"
	case source.NumberNode:
		return json.Number(node.Text)
	case source.NullNode:
		return nil
	default:
		return node.Text
	}
}

// beyondSchema are mistakes that a JSON Schema cannot tell.
var beyondSchema = []string{
	"is written twice", "is not a valid glob", "expected a path relative", "YAML documents", "not valid YAML",
}

// TestSchemaAgreesWithTheParser validates what the other tests read: what the
// parser accepts and what it refuses.
func TestSchemaAgreesWithTheParser(t *testing.T) {
	_, compiled := readSchema(t)
	validate := func(text string) error {
		documents, err := source.ParseYAML(source.NewFile(Name, []byte(text)))
		if err != nil || len(documents) != 1 {
			t.Fatal(text, err)
		}
		return compiled.Validate(plain(documents[0]))
	}
	if err := validate(whole); err != nil {
		t.Errorf("the schema refuses the whole configuration: %v", err)
	}
	for text, message := range wrongTexts {
		if slices.ContainsFunc(beyondSchema, func(part string) bool { return strings.Contains(message, part) }) {
			continue
		}
		if validate(text) == nil {
			t.Errorf("the schema accepts %q, the parser says %s", text, message)
		}
	}
}

// TestSchemaAgreesOnMutations puts values of every kind in the place of each value
// of a configuration: the schema accepts exactly what the parser does, but for what
// a schema cannot tell.
func TestSchemaAgreesOnMutations(t *testing.T) {
	_, compiled := readSchema(t)
	documents, err := source.ParseYAML(source.NewFile(Name, []byte(whole)))
	if err != nil {
		t.Fatal(err)
	}
	values := []any{"text", "", "off", "note", "a/b", "E1EXAMPLE", "111122223333", "2026-12-31", json.Number("1"), json.Number("111122223333"), true, nil, []any{}, []any{"a"}, []any{nil}, map[string]any{}, map[string]any{"a": "b"}}
	checked := 0
	for _, mutated := range mutations(plain(documents[0]), values) {
		text, err := json.Marshal(mutated)
		if err != nil {
			t.Fatal(err)
		}
		_, wrong := Parse(source.NewFile(Name, text))
		if wrong != nil && slices.ContainsFunc(beyondSchema, func(part string) bool { return strings.Contains(wrong.Error(), part) }) {
			continue
		}
		checked++
		if invalid := compiled.Validate(mutated); (invalid == nil) != (wrong == nil) {
			t.Errorf("the schema says %v, the parser %v, of %s", invalid, wrong, text)
		}
	}
	if checked < 500 {
		t.Errorf("only %d mutations were checked", checked)
	}
}

// mutations returns copies of a value, each with one value in it replaced by one of
// others.
func mutations(value any, others []any) []any {
	all := slices.Clone(others)
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			for _, inner := range mutations(value[name], others) {
				mutated := maps.Clone(value)
				mutated[name] = inner
				all = append(all, mutated)
			}
			without := maps.Clone(value)
			delete(without, name)
			all = append(all, without)
		}
	case []any:
		for i := range value {
			for _, inner := range mutations(value[i], others) {
				mutated := slices.Clone(value)
				mutated[i] = inner
				all = append(all, mutated)
			}
		}
	}
	return all
}
