package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInertText(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		"main.tf:1:1: error: a::b":  "main.tf:1:1: error: a::b",
		"::error::a":                ": :error::a",
		"a\n \t::error file=b::c\n": "a\n \t: :error file=b::c\n",
		"a\r::error::b":             "a\r: :error::b",
		"a\r\n::error::b":           "a\r\n: :error::b",
		"\u00a0\u2028::error::a":    "\u00a0\u2028: :error::a",
		"a\n\n::stop-commands::a":   "a\n\n: :stop-commands::a",
		":::error::a":               ": ::error::a",
		"12 | # ##[add-mask]a":      "12 | # ## [add-mask]a",
		"###[set-output name=a]b":   "### [set-output name=a]b",
	} {
		var out bytes.Buffer
		n, err := inertWriter{&out}.Write([]byte(text))
		if err != nil || n != len(text) || out.String() != want {
			t.Errorf("%q: %q, %d, %v; want %q", text, out.String(), n, err, want)
		}
	}
}

// The log of GitHub Actions takes lines for commands, and a pull request of a
// stranger chooses what is quoted in them.
func TestTextGivesNoCommandsToGitHub(t *testing.T) {
	directory := t.TempDir()
	const template = "##[add-mask]a: 1\nResources:\n  Bucket:\n    Type: \"AWS::S3::Bucket\n"
	name := filepath.Join(directory, "::error::a.yaml")
	if err := os.WriteFile(name, []byte(template), 0o644); err != nil {
		t.Skipf("this system has no such names: %v", err)
	}
	run := func(actions string, arguments ...string) string {
		var out bytes.Buffer
		c := Command{Stdout: &out, Stderr: &out, Directory: directory, LookupEnv: func(name string) (string, bool) {
			return actions, name == "GITHUB_ACTIONS" && actions != ""
		}}
		if code := c.Main(context.Background(), arguments); code != exitError {
			t.Errorf("%v: exit code %d\n%s", arguments, code, out.String())
		}
		return out.String()
	}
	if text := run("", "lint"); !strings.HasPrefix(text, "::error::a.yaml:") {
		t.Errorf("elsewhere:\n%s", text)
	}
	for _, arguments := range [][]string{
		{"lint"}, {"lint", "--compact=false"}, {"explain"}, {"lint", "x\n::error::a"}, {"lint", "--format", "x\n::error::a"},
	} {
		text := run("true", arguments...)
		if !strings.Contains(text, ":error::a") {
			t.Errorf("%v does not name the file:\n%s", arguments, text)
		}
		if found := workflowCommand.FindString(text); found != "" {
			t.Errorf("%v gives a command, %q:\n%s", arguments, found, text)
		}
	}
}
