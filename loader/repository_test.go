package loader

import (
	"context"
	"os"
	"path/filepath"
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

func TestFolderWhoseNameIsNotUTF8(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "b\x84x"), 0o755); err != nil {
		t.Skipf("the file system has no such names: %v", err)
	}
	loaded, err := Load(t.Context(), []string{folder}, Options{Directory: folder})
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded.Diagnostics) != 1 || loaded.Diagnostics[0].Message != "cannot be read: its name is not UTF-8; rename it, or exclude it" {
		t.Errorf("diagnostics are %+v", loaded.Diagnostics)
	}
	loaded, err = Load(t.Context(), []string{folder}, Options{Directory: folder, Exclude: []string{"b*"}})
	if err != nil || len(loaded.Diagnostics) > 0 {
		t.Errorf("excluded: %v, %+v", err, loaded.Diagnostics)
	}
}
