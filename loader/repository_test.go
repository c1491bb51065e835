package loader

import (
	"context"
	"strings"
	"testing"
)

func TestPanicWithOneNameIsItsDiagnostic(t *testing.T) {
	r := &repository{}
	lengths := overAll(context.Background(), r, []string{"a.tf", "broken.tf", "other.tf"}, func(name string) int {
		if name == "broken.tf" {
			panic("a mistake")
		}
		return len(name)
	})
	if lengths["a.tf"] != 4 || lengths["broken.tf"] != 0 || lengths["other.tf"] != 8 {
		t.Errorf("results are %v", lengths)
	}
	if len(r.diagnostics) != 1 || r.diagnostics[0].File != "broken.tf" || !strings.Contains(r.diagnostics[0].Message, "internal error, please report it: a mistake (loader.TestPanic") {
		t.Errorf("diagnostics are %+v", r.diagnostics)
	}
}

func TestFolderInTooManyIsNotRead(t *testing.T) {
	r := &repository{}
	if _, err := r.ReadDir(strings.Repeat("d/", maxFolders+1)); err == nil || !strings.Contains(err.Error(), "it is in more than 100 folders") {
		t.Errorf("error is %v", err)
	}
}
