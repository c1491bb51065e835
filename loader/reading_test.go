package loader

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// opened returns the repository in a folder.
func opened(t *testing.T, folder string, limits Limits, exclude ...string) *repository {
	t.Helper()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRepository(root, exclude, limits, inputs{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return r
}

// put writes a file below a folder.
func put(t *testing.T, folder, name, text string) {
	t.Helper()
	name = filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, folder, name, target string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(folder, filepath.FromSlash(name))); err != nil {
		t.Skip(err)
	}
}

func TestReadFile(t *testing.T) {
	outside, folder := t.TempDir(), t.TempDir()
	put(t, outside, "secret.tf", "secret")
	put(t, folder, "a/b/plain.tf", "plain")
	put(t, folder, "a/b/empty.tf", "")
	put(t, folder, "a/b/large.tf", strings.Repeat("x", 101))
	put(t, folder, "a/b/other.tf/inside", "")
	put(t, folder, "a/b/gone.tf", "gone")
	put(t, folder, "a/b/replaced.tf", "replaced")
	put(t, folder, "top.tf", "top")
	link(t, folder, "a/b/beside.tf", "plain.tf")
	link(t, folder, "a/b/above.tf", "../../top.tf")
	link(t, folder, "a/b/out.tf", filepath.Join("..", "..", "..", filepath.Base(outside), "secret.tf"))
	link(t, folder, "a/b/absolute.tf", filepath.Join(outside, "secret.tf"))
	link(t, folder, "a/b/loop.tf", "loop.tf")
	link(t, folder, "linked", "a/b")
	r := opened(t, folder, Limits{FileSize: 100}, "a/b/excluded.tf")
	put(t, folder, "a/b/new.tf", "new")
	put(t, folder, "a/b/excluded.tf", "excluded")
	if err := os.Remove(filepath.Join(folder, "a/b/gone.tf")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, "a/b/replaced.tf")); err != nil {
		t.Fatal(err)
	}
	link(t, folder, "a/b/replaced.tf", filepath.Join("..", "..", "..", filepath.Base(outside), "secret.tf"))
	for name, want := range map[string]string{
		"top.tf": "top", "./a/../a/b/plain.tf": "plain", "a/b/empty.tf": "", "a/b/new.tf": "new", "a/b/excluded.tf": "excluded",
		"a/b/beside.tf": "plain", "a/b/above.tf": "top", "linked/plain.tf": "plain", "linked/above.tf": "top",
	} {
		file, err := r.ReadFile(name)
		if err != nil || string(file.Bytes) != want || file.Path != path.Clean(name) {
			t.Errorf("%s: %+v, %v", name, file, err)
		}
	}
	for name, want := range map[string]string{
		"a/b/large.tf":    "read a/b/large.tf: it has 101 bytes, more than the 100 that are read",
		"a/b/other.tf":    "read a/b/other.tf: it is not a regular file",
		"a/b/gone.tf":     "read a/b/gone.tf: no such file",
		"a/b/out.tf":      "read a/b/out.tf: path escapes",
		"a/b/absolute.tf": "read a/b/absolute.tf: path escapes",
		"a/b/replaced.tf": "read a/b/replaced.tf: path escapes",
		"a/b/loop.tf":     "read a/b/loop.tf: too many levels",
		"../secret.tf":    "read ../secret.tf: path escapes",
		"linked":          "read linked: it is not a regular file",
		"a":               "read a: it is not a regular file",
		".":               "read .: it is not a regular file",
	} {
		if _, err := r.ReadFile(name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	links := map[string]string{"a/b/beside.tf": "a/b/plain.tf", "a/b/above.tf": "top.tf", "linked/plain.tf": "a/b/plain.tf", "linked/above.tf": "top.tf"}
	if !maps.Equal(r.links, links) {
		t.Errorf("links are %v", r.links)
	}
}

// TestFileWithoutSizeIsRead reads a file of Linux whose size is 0 by what the file
// system says.
func TestFileWithoutSizeIsRead(t *testing.T) {
	root, err := os.OpenRoot("/proc/self")
	if err != nil {
		t.Skip(err)
	}
	defer root.Close()
	r := &repository{root: root, limits: Limits{}.orDefault()}
	content, err := r.content("status")
	if err != nil || !strings.HasPrefix(string(content), "Name:") || r.total.Load() != int64(len(content)) {
		t.Errorf("%d bytes were read, of %d in all, %v", len(content), r.total.Load(), err)
	}
	r.limits.FileSize = 5
	if _, err := r.content("status"); err == nil || !strings.Contains(err.Error(), "more than the 5 bytes") {
		t.Errorf("error is %v", err)
	}
}

func TestFilesTogetherAreBounded(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, "a.tf", "aaa")
	put(t, folder, "b.tf", "bbb")
	r := opened(t, folder, Limits{TotalSize: 5})
	for _, name := range []string{"a.tf", "b.tf"} {
		if _, err := r.ReadFile(name); err != nil {
			t.Error(err)
		}
	}
	if r.checkTotal() == nil {
		t.Error("6 bytes are within a limit of 5")
	}
	r.total.Store(spare + 3)
	r.files = map[string]*readFile{}
	if _, err := r.ReadFile("a.tf"); err == nil || !strings.Contains(err.Error(), "all files together") {
		t.Errorf("error is %v", err)
	}
}

// TestFolderIsListedOnce reads folders that are gone since the walk.
func TestFolderIsListedOnce(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"f/b.tf", "f/a.tf", "f/.git/config", "f/.hidden", "f/excluded.tf", "f/excluded/x", "f/sub/x", "empty/excluded.tf", "g/x"} {
		put(t, folder, name, "")
	}
	link(t, folder, "f/file", "a.tf")
	link(t, folder, "f/folder", "../g")
	link(t, folder, "f/nothing", "none")
	link(t, folder, "linked", "f")
	r := opened(t, folder, Limits{}, "**/excluded*")
	want := []string{".git", ".hidden", "a.tf", "b.tf", "file", "nothing", "sub"}
	check := func(name string, want ...string) {
		t.Helper()
		names, err := r.ReadDir(name)
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("%s holds %q, %v", name, names, err)
		}
	}
	check("f/.git", "config")
	// What is not walked is listed in the same way.
	check("linked", want...)
	if err := os.RemoveAll(filepath.Join(folder, "f")); err != nil {
		t.Fatal(err)
	}
	check("f/", want...)
	check("empty")
	check(".", "empty", "f", "g")
	check("f/folder/..", want...)
	for _, name := range []string{"f/.git", "f/a.tf", "none", ".."} {
		if names, err := r.ReadDir(name); err == nil {
			t.Errorf("%s holds %q", name, names)
		}
	}
}

// TestPathOfFileIsWalkedOnce counts what reading allocates, most of it for going
// through the folders of a path.
func TestPathOfFileIsWalkedOnce(t *testing.T) {
	folder := t.TempDir()
	name := strings.Repeat("deep/", 20) + "main.tf"
	put(t, folder, name, "text")
	r := opened(t, folder, Limits{})
	once := testing.AllocsPerRun(100, func() { _, _ = r.root.ReadFile(name) })
	if allocations := testing.AllocsPerRun(100, func() { _, _ = r.content(name) }); allocations > once+2 {
		t.Errorf("reading a file allocates %v times, %v of them for one walk", allocations, once)
	}
}
