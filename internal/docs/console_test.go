package docs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"github.com/originkey/originkey/internal/cli"
)

// tools are the programs that blocks of the language console may run beside
// originkey: what every system has.
var tools = []string{"cat", "cp", "diff", "grep", "head", "ls", "mkdir", "mv", "rm", "sed", "sort", "tail", "wc"}

// TestConsole runs the commands of all blocks of the language console, and of those
// of the language sh that say where.
func TestConsole(t *testing.T) {
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("a system without its usual tools: %v", err)
		}
	}
	pages := readPages(t)
	texts := map[*block]string{}
	var guard sync.Mutex
	t.Run("blocks", func(t *testing.T) {
		for _, p := range pages {
			for _, b := range p.blocks {
				if b.language != "console" && (b.language != "sh" || b.settings.folder == "") {
					continue
				}
				t.Run(strings.ReplaceAll(b.place(), "/", "-"), func(t *testing.T) {
					t.Parallel()
					if changed := b.run(t); changed != b.text {
						guard.Lock()
						defer guard.Unlock()
						texts[b] = changed
					}
				})
			}
		}
	})
	if *update {
		write(t, pages, texts)
	}
}

// TestExamplesAreUsed asserts that pages use all that is in testdata/documentation.
func TestExamplesAreUsed(t *testing.T) {
	var used []string
	for _, p := range readPages(t) {
		for _, b := range p.blocks {
			used = append(used, b.settings.folder, b.settings.from)
		}
	}
	err := fs.WalkDir(os.DirFS(project), "testdata/documentation", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !slices.ContainsFunc(used, func(part string) bool {
			return part != "" && (part == name || part+".txtar" == name || strings.HasPrefix(name, part+"/"))
		}) {
			t.Errorf("no page uses %s", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A command of a block, and the lines that it prints.
type command struct {
	text   string
	output []string
}

// commands returns the commands of the block, and their text as it stands there.
func (b *block) commands() ([]command, error) {
	if b.language == "sh" {
		return []command{{text: b.text}}, nil
	}
	var commands []command
	continued := false
	for line := range strings.Lines(b.text) {
		line = strings.TrimSuffix(line, "\n")
		last := len(commands) - 1
		text, begins := strings.CutPrefix(line, "$ ")
		switch {
		case begins:
			commands = append(commands, command{text: text})
			continued = strings.HasSuffix(text, "\\")
		case continued:
			commands[last].text += "\n" + line
			continued = strings.HasSuffix(line, "\\")
		case last < 0:
			return nil, errors.New(`the block does not begin with "$ " and a command`)
		default:
			commands[last].output = append(commands[last].output, line)
		}
	}
	return commands, nil
}

// run runs the commands of a block, compares what they print, and returns the text
// that the block should have.
func (b *block) run(t *testing.T) string {
	commands, err := b.commands()
	if err != nil {
		t.Fatal(err)
	}
	if b.settings.folder == "" {
		t.Fatal("no comment on the line before says where the commands run: <!-- run in FOLDER -->")
	}
	if count := len(b.settings.codes); count > 1 && count != len(commands) {
		t.Fatalf("the comment has %d exit codes, the block %d commands", count, len(commands))
	}
	if b.nested {
		t.Fatal("a block that is run may not be in a list or quotation")
	}
	shell := newShell(t, b.settings)
	var changed strings.Builder
	for i, command := range commands {
		printed, code := shell.run(t, command.text)
		if want := b.settings.code(i, len(commands)); code != want {
			t.Errorf("%s\nexits with %d, want %d, and prints\n%s", command.text, code, want, printed)
		}
		output := strings.Split(strings.TrimSuffix(printed, "\n"), "\n")
		if printed == "" {
			output = nil
		}
		if b.language == "sh" {
			return b.text
		}
		if same, ok := shown(command.output, output, equal); ok {
			output = same
		} else if !*update {
			t.Errorf("%s\nprints\n%s\nand the page shows\n%s\n\ngo test ./internal/docs -run TestConsole -update writes it", command.text, printed, strings.Join(command.output, "\n"))
		} else if cut, ok := shown(command.output, output, similar); ok {
			output = cut
		}
		fmt.Fprintf(&changed, "$ %s\n", command.text)
		for _, line := range output {
			fmt.Fprintln(&changed, line)
		}
	}
	return changed.String()
}

// shown returns the lines of an output that a pattern shows, in which three dots
// stand for any number of lines, and whether the pattern is one of the output: for
// each of its lines there is one that is the same.
func shown(pattern, lines []string, same func(a, b string) bool) ([]string, bool) {
	if len(pattern) == 0 {
		return nil, len(lines) == 0
	}
	if pattern[0] == dots {
		for skipped := range len(lines) + 1 {
			if rest, ok := shown(pattern[1:], lines[skipped:], same); ok {
				return append([]string{dots}, rest...), true
			}
		}
		return nil, false
	}
	if len(lines) == 0 || !same(pattern[0], lines[0]) {
		return nil, false
	}
	rest, ok := shown(pattern[1:], lines[1:], same)
	return append([]string{lines[0]}, rest...), ok
}

const dots = "..."

func equal(a, b string) bool { return a == b }

var number = regexp.MustCompile(`\d+`)

// similar reports whether lines are the same but for numbers, such as those of lines.
func similar(a, b string) bool {
	return number.ReplaceAllString(a, "0") == number.ReplaceAllString(b, "0")
}

func TestShown(t *testing.T) {
	for _, test := range []struct {
		pattern, lines, shown string
		same                  func(a, b string) bool
	}{
		{"", "", "", equal},
		{"a b", "a b", "a b", equal},
		{"a ...", "a", "a ...", equal},
		{"a ... c", "a b b c", "a ... c", equal},
		{"a ... c", "a c c", "a ... c", equal},
		{"... b", "a b", "... b", equal},
		{"a ... b ... c", "a ... b c", "a ... b ... c", equal},
		{"a1 ... c2", "a1 b c3", "a1 ... c3", similar},
	} {
		got, ok := shown(strings.Fields(test.pattern), strings.Fields(test.lines), test.same)
		if !ok || !slices.Equal(got, strings.Fields(test.shown)) {
			t.Errorf("%q, %q: %q, %v", test.pattern, test.lines, got, ok)
		}
	}
	for pattern, lines := range map[string]string{"": "a", "a b": "a", "a": "a b", "a ... c": "a b", "a1": "a2"} {
		if got, ok := shown(strings.Fields(pattern), strings.Fields(lines), equal); ok {
			t.Errorf("%q is taken for %q: %q", pattern, lines, got)
		}
	}
}

// A shell runs commands in a copy of a folder.
type shell struct {
	runner *interp.Runner
	output *output
	// refused are the programs that were not run.
	refused []string
}

// output is what both standard output and standard error go to.
type output struct {
	guard  sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.guard.Lock()
	defer o.guard.Unlock()
	return o.buffer.Write(text)
}

func newShell(t *testing.T, settings settings) *shell {
	t.Helper()
	s := &shell{output: &output{}}
	home := t.TempDir()
	environment := expand.ListEnviron("PATH="+os.Getenv("PATH"), "HOME="+home, "LC_ALL=C", "NO_COLOR=1", "CI=true",
		"GITHUB_STEP_SUMMARY="+filepath.Join(home, "summary.md"))
	handler := func(next interp.ExecHandlerFunc) interp.ExecHandlerFunc {
		return func(ctx context.Context, arguments []string) error {
			handled := interp.HandlerCtx(ctx)
			if arguments[0] != "originkey" {
				if !slices.Contains(tools, arguments[0]) {
					s.refused = append(s.refused, arguments[0])
					return interp.ExitStatus(127)
				}
				return next(ctx, arguments)
			}
			program := cli.Command{
				Stdout: handled.Stdout, Stderr: handled.Stderr, Directory: handled.Dir,
				LookupEnv: func(name string) (string, bool) {
					variable := handled.Env.Get(name)
					return variable.String(), variable.IsSet()
				},
			}
			if settings.terminal {
				program.StdoutIsTerminal, program.StderrIsTerminal, program.Width = true, true, 80
			}
			if code := program.Main(ctx, arguments[1:]); code != 0 {
				return interp.ExitStatus(code)
			}
			return nil
		}
	}
	runner, err := interp.New(interp.Env(environment), interp.Dir(copied(t, settings.folder)),
		interp.StdIO(nil, s.output, s.output), interp.ExecHandlers(handler))
	if err != nil {
		t.Fatal(err)
	}
	s.runner = runner
	return s
}

// run runs a command in the place and with the variables that others have left, and
// returns what it prints and its exit code.
func (s *shell) run(t *testing.T, text string) (printed string, code int) {
	t.Helper()
	file, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	err = s.runner.Run(t.Context(), file)
	if status := interp.ExitStatus(0); errors.As(err, &status) {
		code = int(status)
	} else if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if len(s.refused) > 0 {
		t.Fatalf("%s: only originkey and %s are run here, not %s", text, strings.Join(tools, ", "), strings.Join(s.refused, ", "))
	}
	printed = s.output.buffer.String()
	s.output.buffer.Reset()
	return printed, code
}

func parse(text string) (*syntax.File, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, fmt.Errorf("parse %q: %w", text, err)
	}
	return file, nil
}

// copied returns a copy of a folder of the project, or of an archive.
func copied(t *testing.T, folder string) string {
	t.Helper()
	source := filepath.Join(project, filepath.FromSlash(folder))
	if !filepath.IsLocal(filepath.FromSlash(folder)) || !strings.HasPrefix(folder, "testdata/") {
		t.Fatalf("%s is not in testdata", folder)
	}
	target := t.TempDir()
	archive, err := txtar.ParseFile(source + ".txtar")
	switch {
	case err == nil:
		err = txtar.Write(archive, target)
	case errors.Is(err, fs.ErrNotExist):
		err = os.CopyFS(target, os.DirFS(source))
	}
	if err == nil {
		err = fs.WalkDir(os.DirFS(target), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			return withoutWants(filepath.Join(target, filepath.FromSlash(name)))
		})
	}
	if err != nil {
		t.Fatalf("copy %s, a folder or an archive: %v", folder, err)
	}
	// What makes it a repository root.
	if err := os.MkdirAll(filepath.Join(target, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	return target
}

var wanted = regexp.MustCompile(`(?m)[ \t]*(#|//) want [a-z-]+ .*$`)

// withoutWants removes from a file what other tests expect to be found in it.
func withoutWants(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if strings.HasSuffix(name, ".want") {
		return os.Remove(name)
	}
	if changed := wanted.ReplaceAll(content, nil); !bytes.Equal(changed, content) {
		return os.WriteFile(name, changed, 0o644)
	}
	return nil
}
