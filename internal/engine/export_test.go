package engine

import (
	"bytes"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

// TestTheGraphIsWhatRulesSee reads back what is written and compares it with what
// rules are evaluated on.
func TestTheGraphIsWhatRulesSee(t *testing.T) {
	r := twoPolicies(t)
	config := Config{Account: "111122223333", TrustedAccounts: []string{"444455556666"}}
	e := (&Engine{}).Configured(config)
	var out bytes.Buffer
	if err := e.WriteGraph(&out, r); err != nil {
		t.Fatal(err)
	}
	value, err := ast.ValueFromReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	written, ok := value.(ast.Object)
	if !ok {
		t.Fatalf("written is %T", value)
	}
	seen := Data(r, config)
	for _, name := range []string{"graph", "config"} {
		if got, want := written.Get(text(name)), seen.Get(text(name)); got.Value.Compare(want.Value) != 0 {
			t.Errorf("%s is written as %v, rules see %v", name, got, want)
		}
	}
	subjects, ok := written.Get(text("subjects")).Value.(*ast.Array)
	if !ok || subjects.Len() != len(r.Subjects) {
		t.Fatalf("subjects are %v, want %d", written.Get(text("subjects")), len(r.Subjects))
	}
	for i, subject := range r.Subjects {
		if subjects.Elem(i).Value.Compare(input(subject)) != 0 {
			t.Errorf("subject %d is %v, want %v", i, subjects.Elem(i), input(subject))
		}
	}
	locations, ok := written.Get(text("locations")).Value.(ast.Object)
	if !ok {
		t.Fatal("there are no locations")
	}
	for _, node := range r.Graph.Nodes {
		places, ok := locations.Get(text(node.ID)).Value.(ast.Object)
		if !ok {
			t.Fatalf("%s has no locations", node.ID)
		}
		for _, place := range node.Positions {
			name := place.Name
			at := places.Get(text(name))
			if at == nil {
				at = places.Get(text(""))
			}
			want := node.Place(name)
			if at.Value.Compare(object("file", want.File, "line", want.Line, "column", want.Column)) != 0 {
				t.Errorf("%s %q is at %v, want %s", node.ID, name, at, want)
			}
		}
	}
}
