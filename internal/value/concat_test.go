package value

import (
	"fmt"
	"testing"

	"github.com/originkey/originkey/internal/source"
)

// TestConcatIsBounded joins forty texts of two alternatives each, which would be
// a trillion texts.
func TestConcatIsBounded(t *testing.T) {
	at := source.Location{}
	variables := Variables{}
	pieces := []Value{Text("a", at)}
	for i := range 40 {
		pieces = append(pieces, If(variables.Boolean(fmt.Sprint(i), fmt.Sprint(i)), Text("x", at), Text("y", at), at))
	}
	if joined := Concat(at, pieces[:11]...); joined.alternatives() != 1024 || len(joined.Reasons()) != 0 {
		t.Errorf("ten conditions make %d texts, reasons %v", joined.alternatives(), joined.Reasons())
	}
	joined := Concat(at, pieces...)
	if joined.Kind != String || len(joined.Reasons()) == 0 {
		t.Errorf("forty conditions make %v", joined.Kind)
	}
}
