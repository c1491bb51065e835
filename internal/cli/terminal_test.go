package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// template has a key that CloudFront cannot use, and line 3 to point at.
const template = `Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - {Sid: All, Effect: Allow, Principal: "*", Action: kms:Decrypt, Resource: "*"}
`

type screen struct {
	stdout, stderr bytes.Buffer
	code           int
}

// run lints a folder with the template and a file that is broken.
func run(t *testing.T, command Command, environment map[string]string, arguments ...string) *screen {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{"site.yaml": template, "broken.json": "{\"AWS::\": 1, \"Resources\": {\n}"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var s screen
	command.Stdout, command.Stderr, command.Directory = &s.stdout, &s.stderr, folder
	command.LookupEnv = func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	}
	s.code = command.Main(context.Background(), arguments)
	if s.code != exitError {
		t.Fatalf("exit code %d\n%s%s", s.code, s.stdout.String(), s.stderr.String())
	}
	return &s
}

func TestTheTerminalDecidesAboutTheText(t *testing.T) {
	terminal := Command{StdoutIsTerminal: true, StderrIsTerminal: true, Width: 100}
	const long, short, color = "error[public-decrypt]", "site.yaml:8:", "\x1b["
	tests := map[string]struct {
		command     Command
		environment map[string]string
		arguments   []string
		with        []string
		without     []string
	}{
		"terminal":            {terminal, nil, nil, []string{long, color, " site.yaml:8:39\n"}, nil},
		"pipe":                {Command{}, nil, nil, []string{short}, []string{long, color}},
		"pipe, long":          {Command{}, nil, []string{"--compact=false"}, []string{long}, []string{color}},
		"terminal, compact":   {terminal, nil, []string{"--compact"}, []string{color}, []string{long}},
		"NO_COLOR":            {terminal, map[string]string{"NO_COLOR": "1"}, nil, []string{long}, []string{color}},
		"NO_COLOR, empty":     {terminal, map[string]string{"NO_COLOR": ""}, nil, []string{color}, nil},
		"NO_COLOR, asked for": {terminal, map[string]string{"NO_COLOR": "1"}, []string{"--color", "always"}, []string{color}, nil},
		"dumb":                {terminal, map[string]string{"TERM": "dumb"}, nil, []string{long}, []string{color}},
		"never":               {terminal, map[string]string{"TERM": "xterm"}, []string{"--color", "never"}, []string{long}, []string{color}},
		"always":              {Command{}, nil, []string{"--color", "always"}, []string{color}, []string{long}},
		"only stderr is one":  {Command{StderrIsTerminal: true}, nil, nil, []string{short}, []string{long, color}},
		"a width of nothing":  {Command{StdoutIsTerminal: true}, nil, []string{"--color", "never"}, []string{long}, []string{color}},
		"a machine's format":  {terminal, nil, []string{"--format", "json"}, []string{`"rule": "public-decrypt"`}, []string{color}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := run(t, test.command, test.environment, append([]string{"lint"}, test.arguments...)...).stdout.String()
			for _, part := range test.with {
				if !strings.Contains(text, part) {
					t.Errorf("%q is not in\n%s", part, text)
				}
			}
			for _, part := range test.without {
				if strings.Contains(text, part) {
					t.Errorf("%q is in\n%s", part, text)
				}
			}
		})
	}
}

func TestTextInAFileHasNoColour(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.txt")
	s := run(t, Command{StdoutIsTerminal: true, Width: 80}, nil, "lint", "--format", "text="+file)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(content, []byte("site.yaml:8:")) || bytes.Contains(content, []byte("\x1b")) {
		t.Errorf("the file holds\n%s", content)
	}
	if s.stdout.Len() > 0 {
		t.Errorf("stdout holds\n%s", s.stdout.String())
	}
}

func TestDiagnosticsFollowTheirOwnTerminal(t *testing.T) {
	if got := run(t, Command{StdoutIsTerminal: true}, nil, "lint").stderr.String(); !strings.HasPrefix(got, "broken.json:2:2: error: not valid JSON") {
		t.Errorf("stderr is no terminal and gets\n%s", got)
	}
	got := run(t, Command{StderrIsTerminal: true}, nil, "lint").stderr.String()
	if !strings.Contains(got, "\x1b[1;31merror:") || !strings.Contains(got, " broken.json:2:2\n") || !strings.Contains(got, " }\n") {
		t.Errorf("stderr is a terminal and gets\n%s", got)
	}
}

func TestProgressIsShownOnlyWhereSomebodyWaits(t *testing.T) {
	never := func(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }
	terminal := Command{StderrIsTerminal: true, Tick: never}
	tests := map[string]struct {
		command     Command
		environment map[string]string
		quiet       bool
		want        bool
	}{
		"terminal": {terminal, nil, false, true},
		"pipe":     {Command{}, nil, false, false},
		"CI":       {terminal, map[string]string{"CI": "true"}, false, false},
		"dumb":     {terminal, map[string]string{"TERM": "dumb"}, false, false},
		"quiet":    {terminal, nil, true, false},
	}
	for name, test := range tests {
		test.command.LookupEnv = func(name string) (string, bool) {
			value, ok := test.environment[name]
			return value, ok
		}
		p := test.command.progress(test.quiet)
		if (p != nil) != test.want {
			t.Errorf("%s: progress is %v", name, p)
		}
		p.enter("nothing")
		p.close()
	}
}

// A watched writer says when something is written.
type watched struct {
	bytes.Buffer
	lock    sync.Mutex
	written chan struct{}
}

func (w *watched) Write(content []byte) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	defer func() { w.written <- struct{}{} }()
	return w.Buffer.Write(content)
}

func TestProgressIsDrawnAfterASecondAndCleared(t *testing.T) {
	var interval time.Duration
	clock := make(chan time.Time)
	stops := 0
	out := &watched{written: make(chan struct{}, 100)}
	c := Command{
		Stderr: out, StderrIsTerminal: true, LookupEnv: func(string) (string, bool) { return "", false },
		Tick: func(d time.Duration) (<-chan time.Time, func()) {
			interval = d
			return clock, func() { stops++ }
		},
	}
	p := c.progress(false)
	p.enter("reading files")
	if out.Len() > 0 {
		t.Errorf("a run that is quick shows %q", out.String())
	}
	for range 2 {
		clock <- time.Time{}
		<-out.written
	}
	p.enter("applying rules")
	p.close()
	want := "\r\x1b[Koriginkey: reading files (1 s)\r\x1b[Koriginkey: reading files (2 s)\r\x1b[Koriginkey: applying rules (2 s)\r\x1b[K"
	if got := out.String(); got != want || interval != time.Second || stops != 1 {
		t.Errorf("got %q after an interval of %v, stopped %d times; want %q", got, interval, stops, want)
	}
}
