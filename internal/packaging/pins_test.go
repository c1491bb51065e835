package packaging

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// workflows are the files that name actions, with the documentation.
func workflows(t *testing.T) map[string]string {
	t.Helper()
	contents := map[string]string{}
	for _, pattern := range []string{"action.yml", ".github/workflows/*.yml", "README.md", "docs/*.md"} {
		names, err := filepath.Glob(filepath.Join(project, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", pattern, names, err)
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			contents[name] = string(content)
		}
	}
	return contents
}

// A tag can be moved, a commit cannot.
func TestActionsArePinnedByCommit(t *testing.T) {
	uses := regexp.MustCompile(`(?m)^ *(?:- )?uses: (.*)$`)
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for name, content := range workflows(t) {
		for _, found := range uses.FindAllStringSubmatch(content, -1) {
			if !pinned.MatchString(found[1]) {
				t.Errorf("%s uses %s", name, found[1])
			}
		}
	}
}

// One commit of an action has one version everywhere.
func TestActionsHaveOneVersion(t *testing.T) {
	uses := regexp.MustCompile(`uses: ([\w.-]+/[\w.-]+)\S*@(\S+ # v\S+)`)
	versions := map[string]string{}
	for name, content := range workflows(t) {
		for _, found := range uses.FindAllStringSubmatch(content, -1) {
			if known, ok := versions[found[1]]; ok && known != found[2] {
				t.Errorf("%s uses %s@%s, others use %s", name, found[1], found[2], known)
			}
			versions[found[1]] = found[2]
		}
	}
}

// A workflow may read what it checks out. What writes says so in its job, and why, and
// no credential stays behind for what runs later.
func TestWorkflowsHaveLeastPermissions(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(project, ".github/workflows/*.yml"))
	if err != nil || len(names) < 2 {
		t.Fatalf("workflows are %q: %v", names, err)
	}
	writes := regexp.MustCompile(`(?m)^ +[a-z-]+: write\b(.*)$`)
	for _, name := range names {
		var workflow struct {
			On          map[string]any
			Permissions map[string]string
			Jobs        map[string]struct {
				Steps []struct {
					Uses string
					With map[string]any
				}
			}
		}
		read(t, strings.TrimPrefix(filepath.ToSlash(name), project+"/"), &workflow)
		if len(workflow.On) == 0 || workflow.Permissions == nil || len(workflow.Permissions) > 1 || len(workflow.Permissions) == 1 && workflow.Permissions["contents"] != "read" {
			t.Errorf("%s: by default jobs have the permissions %v", name, workflow.Permissions)
		}
		for _, trigger := range []string{"pull_request_target", "workflow_run", "issue_comment"} {
			if _, ok := workflow.On[trigger]; ok {
				t.Errorf("%s: %s runs with permissions of its own on what strangers write", name, trigger)
			}
		}
		for job, its := range workflow.Jobs {
			for _, step := range its.Steps {
				if keeps, ok := step.With["persist-credentials"].(bool); strings.HasPrefix(step.Uses, "actions/checkout@") && (!ok || keeps) {
					t.Errorf("%s: the job %s leaves its credential in the clone", name, job)
				}
			}
		}
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range writes.FindAllStringSubmatch(string(content), -1) {
			if filepath.Base(name) != "release.yml" || !strings.HasPrefix(strings.TrimSpace(found[1]), "# ") {
				t.Errorf("%s: %s", name, strings.TrimSpace(found[0]))
			}
		}
	}
}

// What a workflow inserts into a script is code to the shell: values come by the
// environment.
func TestScriptsInsertNothing(t *testing.T) {
	type step struct {
		Run string `yaml:"run"`
	}
	var steps []step
	var described struct {
		Runs struct{ Steps []step }
	}
	read(t, "action.yml", &described)
	steps = append(steps, described.Runs.Steps...)
	names, err := filepath.Glob(filepath.Join(project, ".github/workflows/*.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var workflow struct {
			Jobs map[string]struct{ Steps []step }
		}
		read(t, strings.TrimPrefix(filepath.ToSlash(name), project+"/"), &workflow)
		for _, job := range workflow.Jobs {
			steps = append(steps, job.Steps...)
		}
	}
	if len(steps) < 5 {
		t.Fatalf("%d steps are read", len(steps))
	}
	for _, step := range steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("a script inserts: %s", step.Run)
		}
	}
}

// The documentation shows the release that the action installs.
func TestDocumentationShowsOneRelease(t *testing.T) {
	var a struct {
		Inputs map[string]struct{ Default string }
	}
	read(t, "action.yml", &a)
	release := "v" + a.Inputs["version"].Default
	shown := regexp.MustCompile(`(?:rev: |version=|released=|originkey/originkey@\S+ # |cmd/originkey@)(v?\d[\w.-]*)`)
	count := 0
	for name, content := range workflows(t) {
		for _, found := range shown.FindAllStringSubmatch(content, -1) {
			count++
			if strings.TrimPrefix(found[1], "v") != strings.TrimPrefix(release, "v") {
				t.Errorf("%s shows %s, the action installs %s", name, found[1], release)
			}
		}
	}
	if count < 3 {
		t.Errorf("the release is shown %d times", count)
	}
}
