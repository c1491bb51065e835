package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the expected output of the scripts anew")

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"originkey": main})
}

// TestScript runs the scripts of testdata/script, each in a folder of its own.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/script", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
	})
}

// asProgram makes the test binary be the program.
const asProgram = "ORIGINKEY_TEST_AS_PROGRAM"

// program is the program on a stack with findings.
func program(t *testing.T, arguments ...string) (command *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command, stderr = exec.Command(executable, arguments...), &bytes.Buffer{}
	command.Env, command.Stderr = append(os.Environ(), asProgram+"=1"), stderr
	command.Dir = t.TempDir()
	if err := os.CopyFS(command.Dir, os.DirFS("../../testdata/stacks/oac-missing/terraform")); err != nil {
		t.Fatal(err)
	}
	return command, stderr
}

// exitCode waits for a program.
func exitCode(t *testing.T, command *exec.Cmd) int {
	t.Helper()
	err := command.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode()
}

// TestClosedPipe runs what "originkey lint | true" may do: the signal does not end
// the program, so that its exit code says what happened.
func TestClosedPipe(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command, stderr := program(t, "lint")
	command.Stdout = writer
	if err := errors.Join(reader.Close(), command.Start(), writer.Close()); err != nil {
		t.Fatal(err)
	}
	code := exitCode(t, command)
	if runtime.GOOS != "windows" && stderr.String() != "originkey: write the report as text: write standard output: broken pipe\n" || code != 2 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestSignals ends the program while it waits for a reader: its report is more than a
// pipe holds.
func TestSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal can be sent to a process")
	}
	for number, want := range map[syscall.Signal]struct {
		code int
		text string
	}{
		syscall.SIGHUP:  {129, "originkey: stopped by a signal: hangup\n"},
		syscall.SIGINT:  {130, "originkey: stopped by a signal: interrupt\n"},
		syscall.SIGTERM: {143, "originkey: stopped by a signal: terminated\n"},
	} {
		t.Run(number.String(), func(t *testing.T) {
			command, stderr := program(t, "lint", "--format", "sarif", "--format", "json=report.json")
			stdout, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := bufio.NewReaderSize(stdout, 16).ReadByte(); err != nil {
				t.Fatal(err)
			}
			if err := command.Process.Signal(number); err != nil {
				t.Fatal(err)
			}
			if code := exitCode(t, command); code != want.code || stderr.String() != want.text {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			if left, err := filepath.Glob(filepath.Join(command.Dir, "*report*")); err != nil || len(left) > 0 {
				t.Errorf("%q is written: %v", left, err)
			}
		})
	}
}
