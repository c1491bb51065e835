package value

import (
	"testing"
	"unsafe"

	"github.com/originkey/originkey/internal/source"
)

// TestSizes pins what a graph of a large repository holds by the million.
func TestSizes(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the sizes are those of machines with 64 bits")
	}
	sizes := []struct {
		of        string
		got, want uintptr
	}{
		{"source.Location", unsafe.Sizeof(source.Location{}), 32},
		{"Value", unsafe.Sizeof(Value{}), 72},
		{"Part", unsafe.Sizeof(Part{}), 96},
		{"Member", unsafe.Sizeof(Member{}), 120},
		{"Condition", unsafe.Sizeof(Condition{}), 8},
	}
	for _, size := range sizes {
		if size.got != size.want {
			t.Errorf("a %s takes %d bytes, want %d", size.of, size.got, size.want)
		}
	}
}

func TestTextHasNoPartsOfItsOwn(t *testing.T) {
	at := source.Location{File: "k.tf", Line: 3, Column: 5, EndLine: 3, EndColumn: 9}
	whole := []Part{{Kind: Literal, Text: "text", Location: at}}
	for name, v := range map[string]Value{"Text": Text("text", at), "StringOf": StringOf(whole, at), "Concat": Concat(at, Text("text", at))} {
		if v.content != nil {
			t.Errorf("%s has content", name)
		}
		if parts := v.Parts(); len(parts) != 1 || parts[0] != whole[0] {
			t.Errorf("%s has parts %+v", name, parts)
		}
	}
	elsewhere := source.Location{File: "k.tf", Line: 7, Column: 1}
	if parts := StringOf(whole, elsewhere).Parts(); len(parts) != 1 || parts[0].Location != at {
		t.Errorf("a literal that is written elsewhere has parts %+v", parts)
	}
	if parts := Text("", at).Parts(); len(parts) != 0 {
		t.Errorf("the empty text has parts %+v", parts)
	}
	// Only the methods of its kind say something of a value.
	unknown := NotKnown("why", at)
	if len(unknown.Parts()) > 0 || unknown.Digits() != "" || Text("why", at).Reason() != "" {
		t.Error("a method of another kind says something")
	}
}
