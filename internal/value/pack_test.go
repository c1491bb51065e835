package value

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/originkey/originkey/internal/source"
)

// arbitrary makes a value. Without choices everything in it can be packed.
func arbitrary(r *rand.Rand, depth int, choices bool) Value {
	at := func() source.Location {
		if r.IntN(4) == 0 {
			return source.Location{}
		}
		line := int32(r.IntN(1 << 20))
		return source.Location{File: fmt.Sprintf("folder/%d.tf", r.IntN(3)), Line: line, Column: int32(r.IntN(200)), EndLine: line, EndColumn: int32(r.IntN(1 << 30))}
	}
	text := func() string { return []string{"", "s3:GetObject", "日本", "a\x00b", "${x}"}[r.IntN(5)] }
	kinds := 7
	if depth == 0 {
		kinds = 4
	} else if choices {
		kinds = 8
	}
	switch kind := r.IntN(kinds); kind {
	case 0:
		return NotKnown(text(), at())
	case 1:
		return Nothing(at())
	case 2:
		return Boolean(r.IntN(2) == 0, at())
	case 3:
		return NumberOf("-12.5", at())
	case 4:
		parts := make([]Part, r.IntN(4))
		for i := range parts {
			parts[i] = Part{Kind: PartKind(r.IntN(4)), Text: text(), Location: at()}
			switch parts[i].Kind {
			case ReferenceTo:
				parts[i].Reference = Reference{Node: fmt.Sprintf("terraform:.#aws_kms_key.k%d", r.IntN(3)), Attribute: ARN}
			case JSONOf:
				inner := arbitrary(r, depth-1, choices)
				parts[i].JSON = &inner
			case Literal, UnknownText:
			}
		}
		return StringOf(parts, at())
	case 5:
		items := make([]Value, r.IntN(4))
		for i := range items {
			items[i] = arbitrary(r, depth-1, choices)
		}
		return ListOf(items, at())
	case 6:
		members := make([]Member, r.IntN(4))
		for i := range members {
			members[i] = Member{Key: text(), KeyLocation: at(), Value: arbitrary(r, depth-1, choices)}
		}
		return MapOf(members, at())
	default:
		return If(Is("v", "x"), arbitrary(r, depth-1, choices), arbitrary(r, depth-1, choices), at())
	}
}

func references(v Value) (all []Part) {
	v.References(func(part Part) { all = append(all, part) })
	return all
}

// tree opens all that is packed.
func tree(v Value) Value {
	v.content = v.opened()
	return v
}

func TestPackedIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		v := arbitrary(r, 5, false)
		packedOnce := v.Packed()
		if _, isPacked := packedOnce.content.(packed); isPacked != (v.content != nil) {
			t.Fatalf("%#v became %#v", v, packedOnce)
		}
		for _, again := range []Value{packedOnce, packedOnce.Packed()} {
			if opened := tree(again); !reflect.DeepEqual(opened, v) {
				t.Fatalf("%#v became %#v", v, opened)
			}
		}
		if !slices.Equal(references(packedOnce), references(v)) {
			t.Fatalf("the references of %#v are not those of %#v", packedOnce, v)
		}
		if v.String() != packedOnce.String() || v.Size(MaxSize) != packedOnce.Size(MaxSize) || v.Width() != packedOnce.Width() || !reflect.DeepEqual(v.Reasons(), packedOnce.Reasons()) {
			t.Fatalf("%#v is not what %#v is", packedOnce, v)
		}
	}
}

func TestChoicesAreNotPacked(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		v := arbitrary(r, 5, true)
		conditions := 0
		v.Conditions(func(Condition) { conditions++ })
		if v.hasChoice() != (conditions > 0) {
			t.Fatalf("%#v has %d conditions", v, conditions)
		}
		again := v.Packed()
		if _, isPacked := again.content.(packed); isPacked && v.hasChoice() {
			t.Fatalf("%#v was packed", v)
		}
		if opened := tree(again); !reflect.DeepEqual(opened, v) {
			t.Fatalf("%#v became %#v", v, opened)
		}
	}
}

// TestReferencesOfNested looks through texts that encode texts: reading each level
// twice would not end.
func TestReferencesOfNested(t *testing.T) {
	at := source.Location{File: "main.tf", Line: 1, Column: 1, EndLine: 1, EndColumn: 20}
	nested := To(Reference{Node: "terraform:.#aws_s3_bucket.b", Attribute: ARN}, "aws_s3_bucket.b.arn", at)
	for range 200 {
		inner := nested
		nested = ListOf([]Value{StringOf([]Part{{Kind: JSONOf, JSON: &inner, Location: at}}, at)}, at)
	}
	if found := references(nested.Packed()); !slices.Equal(found, references(nested)) || len(found) != 1 {
		t.Errorf("the references are %v", found)
	}
}

// TestPackedIsSmall counts what the collector goes over: one object.
func TestPackedIsSmall(t *testing.T) {
	members := make([]Member, 100)
	for i := range members {
		at := source.Location{File: "main.tf", Line: int32(i), Column: 1, EndLine: int32(i), EndColumn: 20}
		members[i] = Member{Key: "Sid", KeyLocation: at, Value: ListOf([]Value{Text("s3:GetObject", at)}, at)}
	}
	text, _ := MapOf(members, source.Location{}).Packed().content.(packed)
	if length := len(text); length == 0 || length > 100*50 {
		t.Errorf("%d bytes", length)
	}
}
