package source

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

type panicking struct{}

func (*panicking) inside(numbers []int) { numbers[3]++ }

func TestPanicked(t *testing.T) {
	tests := map[string]struct {
		run  func()
		want string
	}{
		"in this module":   {func() { new(panicking).inside(nil) }, "internal error, please report it: runtime error: index out of range [3] with length 0 (internal/source.(*panicking).inside)"},
		"in what it calls": {func() { _ = slices.Grow([]int{}, -1) }, "internal error, please report it: cannot be negative (internal/source.TestPanicked."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var found Diagnostic
			func() {
				defer func() { found = Panicked(Location{File: "a.tf", Line: 1, Column: 2}, recover()) }()
				test.run()
			}()
			if !strings.HasPrefix(found.Message, test.want) || found.Severity != Error || found.File != "a.tf" || strings.Contains(found.Message, ".go:") {
				t.Errorf("got %+v, want %s", found, test.want)
			}
		})
	}
}

func TestRecoverError(t *testing.T) {
	run := func(number int) (err error) {
		defer RecoverError(&err)
		if number == 0 {
			new(panicking).inside(nil)
		}
		return nil
	}
	var panicked *PanicError
	if err := run(0); !errors.As(err, &panicked) || !strings.Contains(err.Error(), "(internal/source.(*panicking).inside)") {
		t.Errorf("error is %v", err)
	}
	if err := run(1); err != nil {
		t.Errorf("without a panic: %v", err)
	}
}
