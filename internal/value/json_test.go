package value

import (
	"errors"
	"testing"

	"github.com/originkey/originkey/internal/source"
)

func literal(text string, line, column int) Part {
	return Part{Kind: Literal, Text: text, Location: source.Location{File: "k.tf", Line: int32(line), Column: int32(column), EndLine: int32(line), EndColumn: int32(column + len(text))}}
}

func TestDecodeJSON(t *testing.T) {
	reference := Part{Kind: ReferenceTo, Reference: Reference{Node: "u#d", Attribute: ARN}, Text: "aws_cloudfront_distribution.d.arn", Location: source.Location{File: "k.tf", Line: 3, Column: 20}}
	inner := Text("encoded", source.Location{File: "k.tf", Line: 9, Column: 1})
	v := StringOf([]Part{
		literal("{\n", 1, 1),
		literal("  \"Effect\": \"Allow\",\n", 2, 1),
		literal("  \"Arn\": \"pre-", 3, 1), reference, literal("/x\",\n", 3, 60),
		literal("  \"Bare\": ", 4, 1), {Kind: JSONOf, JSON: &inner}, literal(",\n", 4, 40),
		literal("  \"Unknown\": ", 5, 1), {Kind: UnknownText, Text: "why"}, literal("\n", 5, 40),
		literal("}\n", 6, 1),
	}, source.Location{})
	decoded, err := DecodeJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	effect, _ := decoded.Get("Effect")
	if got := effect.Location.String(); got != "k.tf:2:13" {
		t.Errorf("Effect is at %s", got)
	}
	arn, _ := decoded.Get("Arn")
	if got, want := arn.String(), "pre-${aws_cloudfront_distribution.d.arn}/x"; got != want {
		t.Errorf("Arn = %q, want %q", got, want)
	}
	if bare, _ := decoded.Get("Bare"); bare.String() != "encoded" {
		t.Errorf("Bare = %v", bare)
	}
	if unknown, _ := decoded.Get("Unknown"); unknown.Kind != Unknown || unknown.Reason() != "why" {
		t.Errorf("Unknown = %+v", unknown)
	}
}

func TestDecodeJSONKeepsEncodedValue(t *testing.T) {
	inner := MapOf([]Member{{Key: "a", Value: Text("b", source.Location{})}}, source.Location{})
	decoded, err := DecodeJSON(EncodeJSON(inner, source.Location{}))
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := decoded.Get("a"); !ok || a.String() != "b" {
		t.Errorf("decoded = %+v", decoded)
	}
}

func TestDecodeJSONReportsPlaces(t *testing.T) {
	v := StringOf([]Part{literal("{\n", 4, 1), literal("  oops\n", 5, 1)}, source.Location{})
	_, err := DecodeJSON(v)
	var syntax *source.SyntaxError
	if !errors.As(err, &syntax) {
		t.Fatalf("error is %v", err)
	}
	if got := syntax.Location.String(); got != "k.tf:5:3" {
		t.Errorf("error is at %s", got)
	}
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add(`{"a": "x`, `y", "b": [1]}`)
	f.Add(`{"a": `, `}`)
	f.Fuzz(func(t *testing.T, before, after string) {
		v := StringOf([]Part{literal(before, 1, 1), {Kind: ReferenceTo, Text: "r"}, literal(after, 1, 90)}, source.Location{})
		if decoded, err := DecodeJSON(v); err == nil {
			decoded.Walk(func(Value) {})
		}
	})
}

func TestWorldsSplitOnlyWhatIsAsked(t *testing.T) {
	variables := Variables{}
	create := variables.Boolean("v1", "var.create")
	stage := variables.Equals("v2", "var.stage", "prod", nil)
	variables.Boolean("v3", "var.unused")
	answers := map[string]bool{}
	complete := Worlds(variables, func(w *World) bool {
		return create.In(w) && stage.In(w)
	}, func(w *World, answer bool) { answers[w.Describe(variables)] = answer })
	want := map[string]bool{
		"var.create is false":                                false,
		"var.create is true and var.stage is something else": false,
		"var.create is true and var.stage is prod":           true,
	}
	if !complete || len(answers) != len(want) {
		t.Fatalf("answers = %v", answers)
	}
	for world, answer := range want {
		if got, ok := answers[world]; !ok || got != answer {
			t.Errorf("in the world where %s: %v, %v", world, got, ok)
		}
	}
}

func TestWorldsAreBounded(t *testing.T) {
	variables := Variables{}
	var all []Condition
	for i := range 20 {
		all = append(all, variables.Boolean(string(rune('a'+i)), "v"))
	}
	complete := Worlds(variables, func(w *World) int {
		holds := 0
		for _, c := range all {
			if c.In(w) {
				holds++
			}
		}
		return holds
	}, func(*World, int) {})
	if complete {
		t.Error("2^20 worlds were told apart")
	}
}
