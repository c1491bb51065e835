package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// repository is a folder with something to report.
func repository(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(site+strings.ReplaceAll(distribution, "%d", "")), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// runIn runs a command in a folder, with w as standard output.
func runIn(folder string, w io.Writer, arguments ...string) (code int, stderr string) {
	var diagnostics bytes.Buffer
	c := Command{Stdout: w, Stderr: &diagnostics, Directory: folder, LookupEnv: func(string) (string, bool) { return "", false }}
	return c.Main(context.Background(), arguments), diagnostics.String()
}

// names are the entries of a folder.
func entries(t *testing.T, folder string) []string {
	t.Helper()
	found, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	return names
}

func TestOutputThatFailsLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	old := filepath.Join(folder, "old.txt")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Command{Directory: folder, outputs: &outputs{}}
	for _, name := range []string{"old.txt", "new.txt"} {
		err := c.write(name, true, func(w io.Writer) error {
			if _, err := io.WriteString(w, "half"); err != nil {
				t.Fatal(err)
			}
			return syscall.ENOSPC
		})
		if err == nil || err.Error() != "write "+name+": "+syscall.ENOSPC.Error() {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if content, err := os.ReadFile(old); err != nil || string(content) != "old" || len(entries(t, folder)) != 1 {
		t.Errorf("%q is there, with %q, %v", entries(t, folder), content, err)
	}
}

func TestFilesThatCannotBeWritten(t *testing.T) {
	folder := repository(t)
	if err := os.Mkdir(filepath.Join(folder, "reports"), 0o755); err != nil {
		t.Fatal(err)
	}
	before := entries(t, folder)
	tests := map[string]struct {
		arguments []string
		want      string
	}{
		"a folder":              {[]string{"lint", "--format", "json=reports"}, "originkey: write reports: is a folder\n"},
		"no folder":             {[]string{"lint", "--format", "json=missing/report.json"}, "originkey: write missing/report.json: "},
		"a file for a folder":   {[]string{"lint", "--format", "json=main.tf/report.json"}, "originkey: write main.tf/report.json: "},
		"a baseline":            {[]string{"lint", "--write-baseline", "reports"}, "originkey: write reports: is a folder\n"},
		"a bundle":              {[]string{"bundle", "-o", "reports"}, "originkey: write the bundle: write reports: is a folder\n"},
		"a graph":               {[]string{"graph", "--format", "svg=reports"}, "originkey: write the graph: write reports: is a folder\n"},
		"completions and pages": {[]string{"generate", "--date", "2026-01-31T00:00:00Z", "main.tf"}, "originkey: write main.tf: "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, stderr := runIn(folder, io.Discard, test.arguments...)
			if code != exitError || !strings.HasPrefix(stderr, test.want) || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, folder) {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			if after := entries(t, folder); !slices.Equal(after, before) {
				t.Errorf("the folder holds %q", after)
			}
		})
	}
}

func TestReadOnlyFolder(t *testing.T) {
	folder := repository(t)
	reports := filepath.Join(folder, "reports")
	if err := os.Mkdir(reports, 0o555); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(reports, "probe"), nil, 0o600); err == nil {
		t.Skip("this user or system writes into folders that are read-only")
	}
	code, stderr := runIn(folder, io.Discard, "lint", "--format", "json=reports/r.json")
	if code != exitError || stderr != "originkey: write reports/r.json: permission denied\n" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// One report that cannot be written keeps no other from being written, and each is
// named.
func TestOtherReportsAreWritten(t *testing.T) {
	folder := repository(t)
	var out bytes.Buffer
	code, stderr := runIn(folder, &out, "lint", "--format", "json=no/a", "--format", "text", "--format", "sarif=no/b", "--format", "junit=c.xml")
	if code != exitError || !strings.HasPrefix(stderr, "originkey: write no/a: ") || !strings.Contains(stderr, "\noriginkey: write no/b: ") || strings.Count(stderr, "\n") != 2 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if !strings.Contains(out.String(), "[missing-decrypt-grant]") || !slices.Contains(entries(t, folder), "c.xml") {
		t.Errorf("%q is written, and %s", entries(t, folder), out.String())
	}
}

func TestOutputKeepsLinks(t *testing.T) {
	folder := repository(t)
	if err := os.Symlink("real.json", filepath.Join(folder, "link.json")); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "real.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stderr := runIn(folder, io.Discard, "lint", "--format", "json=link.json"); code != exitFindings {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	information, err := os.Lstat(filepath.Join(folder, "link.json"))
	content, readErr := os.ReadFile(filepath.Join(folder, "real.json"))
	if err != nil || readErr != nil || information.Mode().Type() != fs.ModeSymlink || len(content) == 0 {
		t.Errorf("the link has the mode %v and leads to %d bytes: %v, %v", information.Mode(), len(content), err, readErr)
	}
}

// commands print something each.
var commands = [][]string{
	{"lint"}, {"lint", "--format", "json"}, {"lint", "--format", "sarif"}, {"lint", "--format", "junit"}, {"lint", "--format", "markdown"}, {"lint", "--format", "github"},
	{"explain"}, {"explain", "--format", "json"}, {"graph"}, {"graph", "--format", "json"}, {"graph", "--format", "html"}, {"graph", "--format", "svg"}, {"graph", "--format", "dot"},
	{"rules"}, {"rules", "oai-with-kms"}, {"config"}, {"bundle"}, {"version"}, {"--version"}, {"--help"}, {"completion", "bash"},
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full")
	}
	t.Cleanup(func() { _ = full.Close() })
	folder := repository(t)
	for _, arguments := range commands {
		code, stderr := runIn(folder, full, arguments...)
		if code != exitError || !strings.HasSuffix(stderr, "write standard output: no space left on device\n") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit code %d: %s", arguments, code, stderr)
		}
	}
	code, stderr := runIn(folder, io.Discard, "lint", "--format", "sarif=/dev/full")
	if code != exitError || stderr != "originkey: write /dev/full: no space left on device\n" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if information, err := os.Stat("/dev/full"); err != nil || information.Mode()&fs.ModeDevice == 0 {
		t.Fatalf("/dev/full is no device any more: %v, %v", information, err)
	}
}

func TestClosedPipe(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = writer.Close() })
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	folder := repository(t)
	for _, arguments := range commands {
		code, stderr := runIn(folder, writer, arguments...)
		if code != exitError || !strings.Contains(stderr, "write standard output: ") || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "|1") {
			t.Errorf("%q: exit code %d: %s", arguments, code, stderr)
		}
	}
}

// A blockingWriter holds whoever writes to it.
type blockingWriter struct {
	written chan struct{}
	release chan struct{}
	once    sync.Once
}

func (w *blockingWriter) Write(text []byte) (int, error) {
	w.once.Do(func() { close(w.written) })
	<-w.release
	return len(text), nil
}

func TestInterrupt(t *testing.T) {
	folder := repository(t)
	before := entries(t, folder)
	for name, test := range map[string]struct {
		cause error
		code  int
		want  string
	}{
		"SIGINT":  {Interrupt{syscall.SIGINT}, 130, "originkey: stopped by a signal: interrupt\n"},
		"SIGTERM": {Interrupt{syscall.SIGTERM}, 143, "originkey: stopped by a signal: terminated\n"},
		"another": {errors.New("too late"), exitError, "originkey: too late\n"},
	} {
		t.Run(name, func(t *testing.T) {
			out := &blockingWriter{written: make(chan struct{}), release: make(chan struct{})}
			ctx, cancel := context.WithCancelCause(context.Background())
			go func() {
				<-out.written
				cancel(test.cause)
			}()
			var diagnostics bytes.Buffer
			c := Command{Stdout: out, Stderr: &diagnostics, Directory: folder, LookupEnv: func(string) (string, bool) { return "", false }}
			code := c.Main(ctx, []string{"lint", "--format", "text", "--format", "json=out.json", "--write-baseline", "baseline.json"})
			if code != test.code || diagnostics.String() != test.want {
				t.Errorf("exit code %d: %s", code, diagnostics.String())
			}
			_ = os.Remove(filepath.Join(folder, "baseline.json")) // It was complete before.
			close(out.release)
			if after := entries(t, folder); !slices.Equal(after, before) {
				t.Errorf("the folder holds %q", after)
			}
		})
	}
}

func TestInterruptRemovesWhatIsNotComplete(t *testing.T) {
	folder := t.TempDir()
	c := Command{Directory: folder, outputs: &outputs{}}
	err := c.write("report.json", true, func(w io.Writer) error {
		c.outputs.abandon()
		if left := entries(t, folder); len(left) != 0 {
			t.Errorf("the folder holds %q", left)
		}
		_, err := io.WriteString(w, "more")
		return err
	})
	if err == nil {
		t.Error("the file is written after an interrupt")
	}
	if err := c.write("later.json", true, func(io.Writer) error { return nil }); !errors.Is(err, errAbandoned) {
		t.Errorf("error is %v", err)
	}
	if left := entries(t, folder); len(left) != 0 {
		t.Errorf("the folder holds %q", left)
	}
}

// What nothing else has recovered ends with a message, not with a stack.
func TestPanicOfACommand(t *testing.T) {
	var diagnostics bytes.Buffer
	c := Command{Stdout: io.Discard, Stderr: &diagnostics, Directory: repository(t), LookupEnv: func(string) (string, bool) { return "", false }}
	c.StderrIsTerminal = true
	c.Tick = func(time.Duration) (<-chan time.Time, func()) { panic("a mistake") }
	code := c.Main(context.Background(), []string{"lint"})
	want := "originkey: internal error, please report it: a mistake (internal/cli.TestPanicOfACommand.func2)\n"
	if code != exitError || diagnostics.String() != want {
		t.Errorf("exit code %d: %s", code, diagnostics.String())
	}
}
