package hostile

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/cli"
)

// write is a folder into which the repositories are written, to measure the
// program on them by other means.
var write = flag.String("write", "", "write the repositories into this folder")

// maxMemory is what the program may take of memory, in bytes.
const maxMemory = 300 << 20

const secret = "s3cr3t-0f-th3-h0st"

// asProgram makes the test binary the program, so that what it takes of memory can
// be asked of the operating system, and a fatal error ends one test only.
const asProgram = "ORIGINKEY_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	directory, err := filepath.Abs(".")
	if err != nil {
		panic(err)
	}
	command := cli.Command{Stdout: os.Stdout, Stderr: os.Stderr, Directory: directory, LookupEnv: os.LookupEnv}
	code := command.Main(context.Background(), os.Args[1:])
	// The peak that the operating system tells a parent is that of the parent, too.
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		_ = os.WriteFile(os.Getenv(asProgram), status, 0o600)
	}
	os.Exit(code)
}

// A repository is what a stranger commits.
type repository struct {
	files map[string]string
	// links are symbolic links by their names.
	links map[string]string
	// make makes what is neither, below a folder.
	make func(t *testing.T, folder string)
	// flags are what the user says besides.
	flags []string
	// says is part of what is printed: of the report with --show-undecided, or of
	// the diagnostics. It is "" where nothing is wrong.
	says string
	// alone says that the neighbour is not linted, since the configuration or the
	// rules of the user are at fault.
	alone bool
}

// neighbour is linted beside whatever is wrong.
const neighbour = `resource "aws_kms_key" "neighbour" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:Decrypt", Resource = "*" }]
  })
}
`

// put writes a repository into the folder "repository" of a folder, whose other
// content is outside.
func (r repository) put(t *testing.T, folder string) string {
	t.Helper()
	outside := map[string]string{
		"secret.txt": secret, "outside/main.tf": "output \"secret\" {\n  value = \"" + secret + "\"\n}\n",
		"outside/secret.json": `{"Statement": [{"Effect": "Allow", "Sid": "` + secret + `"}]}`,
		"outside.yaml":        "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      Description: " + secret + "\n",
	}
	files := map[string]string{".git/HEAD": "ref: refs/heads/main\n", "neighbour/main.tf": neighbour}
	for name, content := range r.files {
		files[name] = content
	}
	root := filepath.Join(folder, "repository")
	for name, content := range outside {
		put(t, filepath.Join(folder, filepath.FromSlash(name)), content)
	}
	for name, content := range files {
		put(t, filepath.Join(root, filepath.FromSlash(name)), content)
	}
	for name, target := range r.links {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, name); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	if r.make != nil {
		r.make(t, root)
	}
	return root
}

func put(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// An outcome is how a run of the program ended.
type outcome struct {
	code           int
	stdout, stderr string
	memory         int
}

func run(t *testing.T, root string, arguments ...string) outcome {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program, arguments...)
	command.Dir = root
	status := filepath.Join(t.TempDir(), "status")
	command.Env = append(os.Environ(), asProgram+"="+status, "TF_VAR_secret="+secret, "AWS_SECRET_ACCESS_KEY="+secret)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	// The outcome is looked at whatever it is.
	_ = command.Run()
	return outcome{command.ProcessState.ExitCode(), stdout.String(), stderr.String(), peakMemory(status)}
}

var peak = regexp.MustCompile(`VmHWM:\s+([0-9]+) kB`)

// peakMemory is the most that a process took of memory, in bytes, and 0 where the
// operating system does not say it.
func peakMemory(status string) int {
	content, err := os.ReadFile(status)
	if err != nil {
		return 0
	}
	found := peak.FindSubmatch(content)
	if found == nil {
		return 0
	}
	kilobytes, _ := strconv.Atoi(string(found[1]))
	return kilobytes << 10
}

type linted struct {
	Findings    []struct{ Rule, File, Message string }
	Diagnostics []struct{ File, Severity, Message string }
}

// TestHostileInput lints all repositories.
func TestHostileInput(t *testing.T) {
	all := repositories()
	if len(all) < 60 {
		t.Errorf("there are %d repositories", len(all))
	}
	for name, r := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if *write != "" {
				folder = filepath.Join(*write, strings.ReplaceAll(name, " ", "-"))
			}
			root := r.put(t, folder)
			if *write != "" {
				put(t, filepath.Join(folder, "flags"), strings.Join(r.flags, " "))
				return
			}
			ended := run(t, root, append([]string{"lint", "--show-undecided", "--format", "json"}, r.flags...)...)
			if ended.memory > maxMemory {
				t.Errorf("it took %d MiB of memory", ended.memory>>20)
			}
			if ended.code != 1 && ended.code != 2 || strings.Contains(ended.stderr, "goroutine ") || strings.Contains(ended.stderr, "internal error") {
				t.Fatalf("exit code %d: %s", ended.code, shortened(ended.stderr))
			}
			if printed := ended.stdout + ended.stderr; strings.Contains(printed, secret) || strings.Contains(printed, "root:x:") {
				t.Errorf("it prints the secret: %s", shortened(printed))
			}
			if r.says != "" && !strings.Contains(ended.stdout+ended.stderr, r.says) {
				t.Errorf("it does not say %q:\n%s\n%s", r.says, shortened(ended.stderr), shortened(ended.stdout))
			}
			if r.alone {
				return
			}
			var found linted
			if err := json.Unmarshal([]byte(ended.stdout), &found); err != nil {
				t.Fatalf("the report is no JSON: %v\n%s", err, shortened(ended.stdout))
			}
			if !slices.ContainsFunc(found.Findings, func(f struct{ Rule, File, Message string }) bool {
				return f.Rule == "public-decrypt" && f.File == "neighbour/main.tf"
			}) {
				t.Errorf("the neighbour is not linted: %s %s", shortened(ended.stderr), shortened(ended.stdout))
			}
		})
	}
}

func shortened(text string) string { return text[:min(len(text), 3000)] }
