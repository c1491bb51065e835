//go:build unix

package loader

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNamedPipeIsNotWaitedFor reads pipes, those that the walk has seen and those
// that take the place of a file or folder later.
func TestNamedPipeIsNotWaitedFor(t *testing.T) {
	folder := t.TempDir()
	pipe := func(name string) {
		if err := syscall.Mkfifo(filepath.Join(folder, name), 0o600); err != nil {
			t.Skip(err)
		}
	}
	put(t, folder, "f/file.tf", "text")
	put(t, folder, "f/folder/x", "text")
	pipe("f/pipe.tf")
	link(t, folder, "f/link.tf", "pipe.tf")
	r := opened(t, folder, Limits{})
	for _, name := range []string{"f/file.tf", "f/folder"} {
		if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
		pipe(name)
	}
	pipe("f/new.tf")
	for _, name := range []string{"f/pipe.tf", "f/link.tf", "f/file.tf", "f/folder", "f/new.tf"} {
		if _, err := r.ReadFile(name); err == nil || !strings.Contains(err.Error(), "it is not a regular file") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"f/pipe.tf", "f/link.tf", "f/file.tf", "f/new.tf"} {
		if _, err := r.ReadDir(name); err == nil || !strings.Contains(err.Error(), "not a directory") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
