package pattern

import (
	"strings"
	"testing"
)

func TestIsTooLarge(t *testing.T) {
	for _, test := range []struct {
		expression, text string
		want             bool
	}{
		{"^arn:aws[a-z-]*:kms:", strings.Repeat("x", 1_000), false},
		{strings.Repeat("(x{1,30}){1,30}", 10), "x", true},
		{strings.Repeat("x", maxProgram/2), "x", false},
		{strings.Repeat("x", maxProgram+1), "x", true},
		{"x+y", strings.Repeat("x", 100_000), true},
		{"(", "x", false},
	} {
		if got := IsTooLarge(test.expression, test.text); got != test.want {
			t.Errorf("%.30q with a text of %d bytes: %v", test.expression, len(test.text), got)
		}
	}
}
