package value

import (
	"testing"

	"github.com/originkey/originkey/internal/source"
)

func TestSizeIsThatOfTheTree(t *testing.T) {
	v := Text("x", source.Location{})
	for range 100 {
		v = ListOf([]Value{v, v}, source.Location{})
	}
	if size := v.Size(1000); size <= 1000 || size > 1200 {
		t.Errorf("the size is %d", size)
	}
	if size := MapOf([]Member{{Key: "a", Value: Text("x", source.Location{})}}, source.Location{}).Size(1000); size != 2 {
		t.Errorf("the size of a small map is %d", size)
	}
}

func TestTextIsBounded(t *testing.T) {
	v := Text("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", source.Location{})
	for range 100 {
		v = Concat(source.Location{}, v, v)
	}
	if size := v.Size(MaxSize); size > MaxSize {
		t.Errorf("a text has grown to %d", size)
	}
	if reasons := v.Reasons(); len(reasons) != 1 || reasons[0] != TooLarge {
		t.Errorf("the reasons are %q", reasons)
	}
}
