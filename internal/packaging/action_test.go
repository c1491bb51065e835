//go:build unix

package packaging

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/cli"
)

// TestMain makes the test's own binary the program that the stub release holds.
func TestMain(m *testing.M) {
	if os.Getenv("ORIGINKEY_IN_TEST") == "" {
		os.Exit(m.Run())
	}
	directory, err := filepath.Abs(".")
	if err != nil {
		panic(err)
	}
	os.Exit(cli.Command{Stdout: os.Stdout, Stderr: os.Stderr, Directory: directory, LookupEnv: os.LookupEnv}.
		Main(context.Background(), os.Args[1:]))
}

// An action is what action.yml says, as far as a runner acts on it.
type action struct {
	Inputs map[string]struct {
		Description string `yaml:"description"`
		Default     string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Value string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Using string `yaml:"using"`
		Steps []struct {
			ID               string            `yaml:"id"`
			Name             string            `yaml:"name"`
			If               string            `yaml:"if"`
			ContinueOnError  string            `yaml:"continue-on-error"`
			Shell            string            `yaml:"shell"`
			WorkingDirectory string            `yaml:"working-directory"`
			Env              map[string]string `yaml:"env"`
			Run              string            `yaml:"run"`
			Uses             string            `yaml:"uses"`
			With             map[string]string `yaml:"with"`
		} `yaml:"steps"`
	} `yaml:"runs"`
}

// A job runs the steps of the action as a runner does, with programs in place of
// those that open connections.
type job struct {
	t *testing.T
	// workspace is the checkout, temporary the folder of the runner.
	workspace, temporary string
	inputs               map[string]string
	// event and head are the event and the repository that a pull request comes from.
	event, head string
	// system and architecture are the runner's.
	system, architecture string
	// uploads is false where code scanning takes nothing.
	uploads bool

	// What came of it.
	log, summary string
	failed       bool
	// uploaded are the inputs of upload-sarif, nil where it was not called.
	uploaded map[string]string
	outputs  map[string]string
}

func newJob(t *testing.T) *job {
	t.Helper()
	j := &job{
		t: t, workspace: t.TempDir(), temporary: t.TempDir(), inputs: map[string]string{}, event: "push",
		system: "Linux", architecture: "X64", uploads: true,
	}
	if err := os.CopyFS(j.workspace, os.DirFS("testdata/site")); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.CommandContext(t.Context(), "git", "init", "-q", j.workspace).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, output)
	}
	j.stubs()
	return j
}

const (
	stubVersion = "0.1.0"
	// stubCurl writes what it would download from the folder beside it. What is not
	// there is a page that says so, as it is to curl without --fail.
	stubCurl = `#!/bin/sh
here="$(dirname "$0")"
while [ $# -gt 1 ]; do
  case "$1" in
  --output) output="$2"; shift ;;
  --fail) fail=22 ;;
  esac
  shift
done
echo "$1" >>"$here/downloads"
cp "$here/release/${1##*/}" "$output" 2>/dev/null && exit
echo "Not Found" >"$output"
exit "${fail:-0}"
`
	// stubGH verifies an attestation as the file beside it says.
	stubGH = `#!/bin/sh
here="$(dirname "$0")"
case "$*" in
"attestation verify --help") exit 0 ;;
"attestation verify "*" --repo originkey/originkey --signer-workflow originkey/originkey/.github/workflows/release.yml --format json")
  cat "$here/attestation" ;;
*) exit 1 ;;
esac
`
)

func (j *job) bin() string { return filepath.Join(j.temporary, "bin") }

// stubs makes a release of the test's own binary, and programs that stand in for
// curl and gh.
func (j *job) stubs() {
	release := filepath.Join(j.bin(), "release")
	if err := os.MkdirAll(release, 0o755); err != nil {
		j.t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		j.t.Fatal(err)
	}
	program := fmt.Sprintf("#!/bin/sh\n[ \"$1\" = version ] && { echo %s; exit; }\nORIGINKEY_IN_TEST=1 exec '%s' \"$@\"\n", stubVersion, self)
	content := archive(j.t, "originkey", program)
	var checksums strings.Builder
	for _, name := range []string{"linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"} {
		name = "originkey_" + stubVersion + "_" + name + ".tar.gz"
		j.write(filepath.Join(release, name), string(content), 0o644)
		fmt.Fprintf(&checksums, "%x  %s\n%064d  %s.sbom.json\n", sha256.Sum256(content), name, 0, name)
	}
	name := "originkey_" + stubVersion + "_windows_amd64.zip"
	zipped := zipArchive(j.t, "originkey.exe", program)
	j.write(filepath.Join(release, name), string(zipped), 0o644)
	fmt.Fprintf(&checksums, "%x  %s\n", sha256.Sum256(zipped), name)
	j.write(filepath.Join(release, "checksums.txt"), checksums.String(), 0o644)
	j.write(filepath.Join(j.bin(), "curl"), stubCurl, 0o755)
	j.write(filepath.Join(j.bin(), "gh"), stubGH, 0o755)
	j.write(filepath.Join(j.bin(), "attestation"), `[{"verificationResult":{}}]`, 0o644)
}

func archive(t *testing.T, name, content string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	compressed := gzip.NewWriter(&buffer)
	w := tar.NewWriter(compressed)
	err := errors.Join(
		w.WriteHeader(&tar.Header{Name: "LICENSE", Mode: 0o644}),
		w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))}),
	)
	_, writing := w.Write([]byte(content))
	if err := errors.Join(err, writing, w.Close(), compressed.Close()); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func zipArchive(t *testing.T, name, content string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	header := &zip.FileHeader{Name: name}
	header.SetMode(0o755)
	file, err := w.CreateHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	_, writing := file.Write([]byte(content))
	if err := errors.Join(writing, w.Close()); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func (j *job) write(name, content string, mode os.FileMode) {
	j.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		j.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), mode); err != nil {
		j.t.Fatal(err)
	}
}

func (j *job) read(name string) string {
	j.t.Helper()
	content, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		j.t.Fatal(err)
	}
	return string(content)
}

// breakGrant takes the grant for CloudFront out of the policy file that the module
// uses.
func (j *job) breakGrant() {
	j.t.Helper()
	name := filepath.Join(j.workspace, "policies/key.json")
	content := j.read(name)
	broken := strings.ReplaceAll(content, "cloudfront.amazonaws.com", "s3.amazonaws.com")
	if broken == content {
		j.t.Fatalf("there is no grant in %s", content)
	}
	j.write(name, broken, 0o644)
}

var expression = regexp.MustCompile(`\$\{\{ (.*?) \}\}`)

// run runs the steps.
func (j *job) run() *job {
	j.t.Helper()
	top, err := filepath.Abs(project)
	if err != nil {
		j.t.Fatal(err)
	}
	var a action
	read(j.t, "action.yml", &a)
	if a.Runs.Using != "composite" {
		j.t.Fatalf("the action is %s", a.Runs.Using)
	}
	values := map[string]string{
		"github.token": "token", "github.event_name": j.event,
		"github.event.pull_request.head.repo.full_name": j.head,
	}
	for name, input := range a.Inputs {
		values["inputs."+name] = input.Default
	}
	for name, given := range j.inputs {
		if _, ok := a.Inputs[name]; !ok {
			j.t.Fatalf("there is no input %s", name)
		}
		values["inputs."+name] = given
	}
	expand := func(text string) string {
		return expression.ReplaceAllStringFunc(text, func(found string) string {
			return j.evaluate(values, expression.FindStringSubmatch(found)[1])
		})
	}
	path := j.bin() + ":" + os.Getenv("PATH")
	for i, step := range a.Runs.Steps {
		condition := step.If
		if condition == "" {
			condition = "success()"
		} else if !strings.Contains(condition, "always()") {
			condition = "success() && " + condition
		}
		if j.evaluate(values, condition) != "true" {
			values["steps."+step.ID+".outcome"] = "skipped"
			continue
		}
		var ok bool
		if step.Uses != "" {
			j.uploaded = map[string]string{"uses": step.Uses}
			for name, text := range step.With {
				j.uploaded[name] = expand(text)
			}
			ok = j.uploads
		} else {
			output := filepath.Join(j.temporary, fmt.Sprintf("output-%d", i))
			command := exec.CommandContext(j.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
			command.Dir = filepath.Join(j.workspace, expand(step.WorkingDirectory))
			command.Env = []string{
				"PATH=" + path, "GITHUB_ACTION_PATH=" + top, "GITHUB_WORKSPACE=" + j.workspace,
				"GITHUB_REPOSITORY=owner/site", "GITHUB_SERVER_URL=https://github.com", "RUNNER_TEMP=" + j.temporary,
				"RUNNER_OS=" + j.system, "RUNNER_ARCH=" + j.architecture,
				"GITHUB_OUTPUT=" + output, "GITHUB_PATH=" + filepath.Join(j.temporary, "path"),
				"GITHUB_STEP_SUMMARY=" + filepath.Join(j.temporary, "summary"),
			}
			for name, text := range step.Env {
				command.Env = append(command.Env, name+"="+expand(text))
			}
			log, err := command.CombinedOutput()
			j.log += string(log)
			ok = err == nil
			for line := range strings.Lines(j.read(output)) {
				name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
				values["steps."+step.ID+".outputs."+name] = value
			}
			for line := range strings.Lines(j.read(filepath.Join(j.temporary, "path"))) {
				path = strings.TrimSuffix(line, "\n") + ":" + path
			}
		}
		values["steps."+step.ID+".outcome"] = map[bool]string{true: "success", false: "failure"}[ok]
		j.failed = j.failed || !ok && expand(step.ContinueOnError) != "true"
	}
	j.summary = j.read(filepath.Join(j.temporary, "summary"))
	j.outputs = map[string]string{}
	for name, output := range a.Outputs {
		j.outputs[name] = expand(output.Value)
	}
	return j
}

// evaluate evaluates the few expressions that the action has.
func (j *job) evaluate(values map[string]string, text string) string {
	if left, right, ok := strings.Cut(text, " && "); ok {
		return fmt.Sprint(j.evaluate(values, left) == "true" && j.evaluate(values, right) == "true")
	}
	if left, right, ok := strings.Cut(text, " == "); ok {
		return fmt.Sprint(j.evaluate(values, left) == j.evaluate(values, right))
	}
	switch {
	case text == "always()":
		return "true"
	case text == "success()":
		return fmt.Sprint(!j.failed)
	case strings.HasPrefix(text, "'"):
		return strings.Trim(text, "'")
	case !regexp.MustCompile(`^[a-z_.-]+$`).MatchString(text):
		j.t.Fatalf("the test cannot evaluate %s", text)
	}
	value, ok := values[text]
	if !ok && !strings.HasPrefix(text, "steps.") {
		j.t.Fatalf("%s has no value", text)
	}
	return value
}

// sarif decodes the SARIF that the action wrote.
func (j *job) sarif() (rules, files []string) {
	j.t.Helper()
	var log struct {
		Version string
		Runs    []struct {
			AutomationDetails struct{ ID string }
			Results           []struct {
				RuleID    string
				Locations []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(j.read(j.outputs["sarif-file"])), &log); err != nil {
		j.t.Fatalf("%s: %v", j.outputs["sarif-file"], err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 {
		j.t.Fatalf("version %s with %d runs", log.Version, len(log.Runs))
	}
	for _, result := range log.Runs[0].Results {
		rules = append(rules, result.RuleID)
		files = append(files, result.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	}
	return rules, files
}

func (j *job) expect(exitCode, findings string, failed bool) {
	j.t.Helper()
	if j.outputs["exit-code"] != exitCode || j.outputs["findings"] != findings || j.failed != failed {
		j.t.Errorf("outputs %v, failed %t; want exit code %q, %q findings, failed %t\n%s",
			j.outputs, j.failed, exitCode, findings, failed, j.log)
	}
}

func (j *job) expectLog(text string, want bool) {
	j.t.Helper()
	if strings.Contains(j.log, text) != want {
		j.t.Errorf("the log has %q: %t, want %t\n%s", text, !want, want, j.log)
	}
}

func TestActionOnCleanStack(t *testing.T) {
	j := newJob(t).run()
	j.expect("0", "0", false)
	if rules, _ := j.sarif(); len(rules) != 0 {
		t.Errorf("SARIF reports %v", rules)
	}
	if j.uploaded["sarif_file"] != filepath.Join(j.workspace, "originkey.sarif") || j.uploaded["category"] != "originkey" {
		t.Errorf("uploaded %v", j.uploaded)
	}
	if !sameFile(t, j.uploaded["checkout_path"], j.workspace) {
		t.Errorf("the checkout is %s", j.uploaded["checkout_path"])
	}
	if !strings.HasPrefix(j.summary, "## originkey: ") {
		t.Errorf("summary: %s", j.summary)
	}
	j.expectLog("comes from the release workflow of originkey/originkey", true)
	j.expectLog("::error", false)
}

func sameFile(t *testing.T, first, second string) bool {
	t.Helper()
	x, errX := os.Stat(first)
	y, errY := os.Stat(second)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

func TestActionOnBrokenGrant(t *testing.T) {
	j := newJob(t)
	j.breakGrant()
	j.run().expect("1", "1", true)
	rules, files := j.sarif()
	if len(rules) != 1 || rules[0] != "missing-decrypt-grant" || files[0] != "policies/key.json" {
		t.Errorf("SARIF reports %v in %v", rules, files)
	}
	if j.uploaded == nil {
		t.Error("nothing is uploaded")
	}
	for _, text := range []string{"missing-decrypt-grant", "policies/key.json"} {
		if !strings.Contains(j.summary, text) {
			t.Errorf("the summary has no %s: %s", text, j.summary)
		}
	}
	j.expectLog("[missing-decrypt-grant]", true)
	j.expectLog("::error file=", false)
}

func TestActionOnPullRequestFromFork(t *testing.T) {
	for _, head := range []string{"stranger/site", "" /* a fork that was deleted */} {
		j := newJob(t)
		j.event, j.head, j.inputs["upload"] = "pull_request", head, "true"
		j.breakGrant()
		j.run().expect("1", "1", true)
		if j.uploaded != nil {
			t.Errorf("from %q: uploaded %v", head, j.uploaded)
		}
		j.expectLog("::error file=policies/key.json,line=", true)
	}
}

func TestActionOnPullRequestOfRepository(t *testing.T) {
	j := newJob(t)
	j.event, j.head = "pull_request", "owner/site"
	if j.run(); j.uploaded == nil {
		t.Errorf("nothing is uploaded\n%s", j.log)
	}
}

func TestActionWithoutCodeScanning(t *testing.T) {
	for _, test := range []struct {
		upload   string
		broken   bool
		exitCode string
		failed   bool
	}{
		{upload: "auto", broken: true, exitCode: "1", failed: true},
		{upload: "auto", exitCode: "0"},
		{upload: "true", exitCode: "0", failed: true},
	} {
		j := newJob(t)
		j.uploads, j.inputs["upload"] = false, test.upload
		findings := "0"
		if test.broken {
			findings = "1"
			j.breakGrant()
		}
		j.run().expect(test.exitCode, findings, test.failed)
		j.expectLog("::warning title=originkey::code scanning did not take the findings", true)
		j.expectLog("::error file=policies/key.json,line=", test.broken)
	}
}

func TestActionInputs(t *testing.T) {
	j := newJob(t)
	j.breakGrant()
	// A stack that is not below the path.
	j.write(filepath.Join(j.workspace, "other/key.json"), `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}]}`, 0o644)
	j.write(filepath.Join(j.workspace, "lint.yaml"), "account: \"111122223333\"\n", 0o644)
	j.inputs = map[string]string{
		"path": "prod\n../modules\n", "working-directory": "envs", "config": "../lint.yaml", "fail-on": "never",
		"sarif-file": "report.sarif", "category": "prod", "upload": "false", "version": "v" + stubVersion,
	}
	j.run().expect("0", "1", false)
	if j.uploaded != nil {
		t.Errorf("uploaded %v", j.uploaded)
	}
	if want := filepath.Join(j.workspace, "envs/report.sarif"); !sameFile(t, j.outputs["sarif-file"], want) {
		t.Errorf("SARIF is in %s, want %s", j.outputs["sarif-file"], want)
	}
	if _, files := j.sarif(); len(files) != 1 || files[0] != "policies/key.json" {
		t.Errorf("SARIF reports %v", files)
	}
	if !strings.Contains(j.read(j.outputs["sarif-file"]), `"id": "prod/`) {
		t.Error("SARIF has no category")
	}
	j.expectLog("::error file=policies/key.json,line=", true)
}

func TestActionOnInputThatCannotBeRead(t *testing.T) {
	j := newJob(t)
	j.write(filepath.Join(j.workspace, "envs/prod/broken.tf"), "resource {\n", 0o644)
	j.run()
	if j.outputs["exit-code"] != "2" || !j.failed || j.uploaded == nil {
		t.Errorf("outputs %v, failed %t, uploaded %v\n%s", j.outputs, j.failed, j.uploaded, j.log)
	}
	j.sarif()
}

func TestActionOnWrongConfiguration(t *testing.T) {
	j := newJob(t)
	j.write(filepath.Join(j.workspace, ".originkey.yaml"), "nonsense: 1\nfail-on: 100%0A\n", 0o644)
	// The report of another run is none of this one.
	j.write(filepath.Join(j.workspace, "originkey.sarif"), "{}", 0o644)
	j.run().expect("2", "0", true)
	if j.outputs["sarif-file"] != "" || j.uploaded != nil {
		t.Errorf("outputs %v, uploaded %v", j.outputs, j.uploaded)
	}
	j.expectLog("::error title=originkey::.originkey.yaml:1:1: error: ", true)
	j.expectLog("100%250A", true)
	if !strings.Contains(j.summary, "nothing was linted") || !strings.Contains(j.summary, "nonsense") {
		t.Errorf("summary: %s", j.summary)
	}
}

// What a repository holds is printed where the runner takes no commands.
func TestActionStopsCommandsInTheLog(t *testing.T) {
	j := newJob(t)
	j.write(filepath.Join(j.workspace, "envs/prod/broken.tf"), "::set-env name=A::b {\n", 0o644)
	j.run()
	stopped := ""
	for line := range strings.Lines(j.log) {
		line = strings.TrimSpace(line)
		switch {
		case stopped != "" && line == "::"+stopped+"::":
			stopped = ""
		case stopped == "" && strings.HasPrefix(line, "::stop-commands::"):
			stopped = strings.TrimPrefix(line, "::stop-commands::")
			if len(stopped) != 32 {
				t.Errorf("the word that ends it is %q", stopped)
			}
		case stopped == "" && strings.HasPrefix(line, "::set-env"):
			t.Errorf("a command: %s", line)
		}
	}
	if stopped != "" || !strings.Contains(j.log, "::stop-commands::") {
		t.Errorf("commands stay stopped\n%s", j.log)
	}
}

func TestActionInstallsForRunner(t *testing.T) {
	for runner, want := range map[[2]string]string{
		{"Linux", "X64"}: "linux_amd64", {"Linux", "ARM64"}: "linux_arm64",
		{"macOS", "X64"}: "darwin_amd64", {"macOS", "ARM64"}: "darwin_arm64",
	} {
		j := newJob(t)
		j.system, j.architecture = runner[0], runner[1]
		j.run().expect("0", "0", false)
		downloads := strings.Fields(j.read(filepath.Join(j.bin(), "downloads")))
		release := "https://github.com/originkey/originkey/releases/download/v" + stubVersion + "/"
		if len(downloads) != 2 || downloads[0] != release+"originkey_"+stubVersion+"_"+want+".tar.gz" || downloads[1] != release+"checksums.txt" {
			t.Errorf("%v downloads %v", runner, downloads)
		}
	}
}

// Windows runs originkey.exe where originkey is called; paths have either slash.
func TestActionOnWindows(t *testing.T) {
	if _, err := exec.LookPath("unzip"); err != nil {
		t.Skip("unzip, which Git for Windows has, is not installed here")
	}
	j := newJob(t)
	j.system = "Windows"
	j.write(filepath.Join(j.bin(), "originkey"), "#!/bin/sh\nexec originkey.exe \"$@\"\n", 0o755)
	j.inputs["sarif-file"] = `reports\it.sarif`
	j.run().expect("0", "0", false)
	if want := filepath.Join(j.workspace, "reports/it.sarif"); !sameFile(t, j.outputs["sarif-file"], want) {
		t.Errorf("SARIF is in %s", j.outputs["sarif-file"])
	}
	if downloads := j.read(filepath.Join(j.bin(), "downloads")); !strings.Contains(downloads, "originkey_"+stubVersion+"_windows_amd64.zip\n") {
		t.Errorf("downloads %s", downloads)
	}
}

func TestActionRefusesToInstall(t *testing.T) {
	linux := "release/originkey_" + stubVersion + "_linux_amd64.tar.gz"
	for name, test := range map[string]struct {
		prepare func(*job)
		message string
	}{
		"another archive": {
			func(j *job) {
				j.write(filepath.Join(j.bin(), linux), string(archive(t, "originkey", "#!/bin/sh\n")), 0o644)
			},
			"has the checksum",
		},
		"an archive of another version": {
			func(j *job) {
				content := archive(t, "originkey", "#!/bin/sh\necho 9.9.9\n")
				j.write(filepath.Join(j.bin(), linux), string(content), 0o644)
				j.write(filepath.Join(j.bin(), "release/checksums.txt"), fmt.Sprintf("%x  %s\n", sha256.Sum256(content), filepath.Base(linux)), 0o644)
			},
			"the archive of release 0.1.0 holds version 9.9.9",
		},
		"an archive that is not listed": {
			func(j *job) { j.write(filepath.Join(j.bin(), "release/checksums.txt"), "", 0o644) },
			"does not list originkey_0.1.0_linux_amd64.tar.gz",
		},
		"no attestation": {
			func(j *job) { j.write(filepath.Join(j.bin(), "attestation"), "[]", 0o644) },
			"the provenance of originkey_0.1.0_linux_amd64.tar.gz cannot be verified",
		},
		"an attestation that fails": {
			func(j *job) { j.write(filepath.Join(j.bin(), "gh"), "#!/bin/sh\n[ \"$3\" = --help ]\n", 0o755) },
			"the provenance of originkey_0.1.0_linux_amd64.tar.gz cannot be verified",
		},
		"no such release":   {func(j *job) { j.inputs["version"] = "9.9.9" }, "cannot be downloaded"},
		"a moving version":  {func(j *job) { j.inputs["version"] = "latest" }, "has to be one release"},
		"a path as version": {func(j *job) { j.inputs["version"] = "1.0.0/../x" }, "has to be one release"},
		"another system":    {func(j *job) { j.system = "Plan9" }, "there is no release for the system Plan9"},
		"another processor": {func(j *job) { j.architecture = "X86" }, "there is no release for the architecture X86"},
	} {
		j := newJob(t)
		test.prepare(j)
		j.run()
		if !j.failed || !strings.Contains(j.log, "::error title=originkey::") || !strings.Contains(j.log, test.message) {
			t.Errorf("%s: failed %t, want %q in the log\n%s", name, j.failed, test.message, j.log)
		}
		if j.uploaded != nil || j.outputs["exit-code"] != "" {
			t.Errorf("%s: the job went on", name)
		}
	}
}

func TestActionMakesTheFolderOfTheSARIF(t *testing.T) {
	j := newJob(t)
	j.inputs["sarif-file"] = "reports/of originkey/it.sarif"
	j.run().expect("0", "0", false)
	j.sarif()
	if want := filepath.Join(j.workspace, "reports/of originkey/it.sarif"); !sameFile(t, j.uploaded["sarif_file"], want) {
		t.Errorf("uploaded %v", j.uploaded)
	}
}

// Inputs are text, also where they come from a pull request.
func TestActionTakesInputsForNoCode(t *testing.T) {
	const code = `$(touch made)` + "`touch made`" + `"; touch made; '`
	for input, exitCode := range map[string]string{
		"path": "2", "config": "2", "fail-on": "2", "category": "0", "sarif-file": "0", "version": "", "upload": "",
	} {
		j := newJob(t)
		j.inputs[input] = code
		j.run()
		if j.outputs["exit-code"] != exitCode || j.failed != (exitCode != "0") {
			t.Errorf("%s: outputs %v, failed %t\n%s", input, j.outputs, j.failed, j.log)
		}
		for _, folder := range []string{j.workspace, j.temporary, filepath.Join(j.temporary, "originkey-"+stubVersion)} {
			if _, err := os.Stat(filepath.Join(folder, "made")); err == nil {
				t.Errorf("%s is run as code", input)
			}
		}
	}
}

func TestActionTakesPathsForNoOptions(t *testing.T) {
	j := newJob(t)
	j.breakGrant()
	j.inputs["path"] = "--fail-on=never\n."
	j.run().expect("2", "0", true)
	j.expectLog("--fail-on=never does not exist", true)
}

// GitHub takes no summary of more than 1 MiB.
func TestActionShortensTheSummary(t *testing.T) {
	j := newJob(t)
	j.write(filepath.Join(j.workspace, ".originkey.yaml"), strings.Repeat("? nonsense\n: x\n", 100_000), 0o644)
	j.run().expect("2", "0", true)
	if !strings.Contains(j.summary, "nonsense") || len(j.summary) > 1<<20 {
		t.Errorf("the summary has %d bytes", len(j.summary))
	}
	if longest := slices.MaxFunc(strings.Split(j.log, "\n"), func(x, y string) int { return len(x) - len(y) }); len(longest) > 20_000 {
		t.Errorf("an annotation has %d bytes", len(longest))
	}
}

func TestActionNeedsOutputs(t *testing.T) {
	j := newJob(t)
	command := exec.CommandContext(t.Context(), "bash", filepath.Join(project, ".github/action/lint.sh"))
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "RUNNER_TEMP=" + j.temporary}
	log, err := command.CombinedOutput()
	if err == nil || !strings.HasPrefix(string(log), "::error title=originkey::GITHUB_OUTPUT is not set") {
		t.Errorf("%v: %s", err, log)
	}
}

func TestActionRefusesWrongInput(t *testing.T) {
	for _, inputs := range []map[string]string{{"upload": "yes"}, {"sarif-file": ""}, {"sarif-file": "policies"}, {"sarif-file": "a\nexit-code=0"}} {
		j := newJob(t)
		j.inputs = inputs
		if j.run(); !j.failed || j.uploaded != nil || !strings.Contains(j.log, "::error title=originkey::the input ") {
			t.Errorf("%v: failed %t\n%s", inputs, j.failed, j.log)
		}
	}
}
