package packaging

import (
	"go/version"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// project is the top of the repository.
const project = "../.."

// read decodes a YAML file of the repository into target.
func read(t *testing.T, name string, target any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(project, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, target); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

type hook struct {
	ID              string   `yaml:"id"`
	Entry           string   `yaml:"entry"`
	Arguments       []string `yaml:"args"`
	Language        string   `yaml:"language"`
	LanguageVersion string   `yaml:"language_version"`
	Files           string   `yaml:"files"`
	Exclude         string   `yaml:"exclude"`
	RequireSerial   bool     `yaml:"require_serial"`
}

func hooks(t *testing.T) []hook {
	var hooks []hook
	read(t, ".pre-commit-hooks.yaml", &hooks)
	return hooks
}

func TestHooksTakeFiles(t *testing.T) {
	taken := []string{
		"main.tf", "infra/main.tofu", "infra/main.tf.json", "main.tofu.json",
		"terraform.tfvars", "env/prod.auto.tfvars", "env/prod.tfvars.json",
		"policies/key.json", "policies/key.json.tftpl", "policies/key.json.tpl", "key.tmpl",
		"template.yaml", "stacks/site.yml", "stacks/site.template", "cdk.out/Site.template.json",
		"live/keys/abc/policy.json", ".originkey.yaml",
		"a folder/key policy.json", "not.terraform/main.tf", "node_modules.tf",
	}
	left := []string{
		"README.md", "main.go", "tf", "main.tf.bak", "main.tfstate", "main.tfstate.backup", ".terraform.lock.hcl",
		"policies/key.json5", "COMMIT_EDITMSG", "json/readme", "index.ts",
		".terraform/modules/site/main.tf", "infra/.terraform/modules/modules.json",
		"node_modules/pkg/package.json", "web/node_modules/pkg/a.yaml",
		"cdk.out/asset.0123/template.json", "app/cdk.out/asset.0123/dir/a.yaml",
	}
	for _, hook := range hooks(t) {
		// pre-commit searches with Python's re; what is used of it is the same here.
		files, exclude := regexp.MustCompile(hook.Files), regexp.MustCompile(hook.Exclude)
		takes := func(name string) bool { return files.MatchString(name) && !exclude.MatchString(name) }
		for _, name := range taken {
			if !takes(name) {
				t.Errorf("%s does not take %s", hook.ID, name)
			}
		}
		for _, name := range left {
			if takes(name) {
				t.Errorf("%s takes %s", hook.ID, name)
			}
		}
	}
}

func TestHooksRunTheProgram(t *testing.T) {
	languages := map[string]string{}
	for _, hook := range hooks(t) {
		languages[hook.ID] = hook.Language
		if hook.Entry != "originkey lint --quiet --compact" {
			t.Errorf("%s runs %q", hook.ID, hook.Entry)
		}
		// The names of files follow, and can begin with a dash.
		if !slices.Equal(hook.Arguments, []string{"--"}) {
			t.Errorf("%s is called with %q", hook.ID, hook.Arguments)
		}
		if !hook.RequireSerial {
			t.Errorf("%s is called in parallel", hook.ID)
		}
	}
	if len(languages) != 2 || languages["originkey"] != "golang" || languages["originkey-system"] != "system" {
		t.Errorf("the hooks are %v", languages)
	}
}

// pre-commit sets GOTOOLCHAIN=local for the Go that it installs.
func TestHookNamesGoThatSatisfiesTheModule(t *testing.T) {
	module, err := os.ReadFile(filepath.Join(project, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	directive := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(module)
	for _, hook := range hooks(t) {
		if hook.Language == "golang" && version.Compare("go"+hook.LanguageVersion, "go"+string(directive[1])) < 0 {
			t.Errorf("language_version %s is older than the %s of go.mod", hook.LanguageVersion, directive[1])
		}
	}
}

// Checks, hooks and releases use one Go, which has the fixes of the standard library.
func TestOneToolchain(t *testing.T) {
	named := map[string]string{}
	for name, pattern := range map[string]string{
		"go.mod":                        `(?m)^toolchain go(\S+)$`,
		".pre-commit-hooks.yaml":        `(?m)^  language_version: "(.*)"$`,
		".github/workflows/release.yml": `(?m)^ +go-version: "(.*)"$`,
	} {
		content, err := os.ReadFile(filepath.Join(project, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(pattern).FindSubmatch(content)
		if found == nil {
			t.Fatalf("%s names no Go", name)
		}
		named[string(found[1])] = name
	}
	if len(named) != 1 {
		t.Errorf("several versions of Go are named: %v", named)
	}
}

// "go install ./..." installs every program in the repository.
func TestOnlyOneProgram(t *testing.T) {
	var programs []string
	err := filepath.WalkDir(project, func(name string, entry os.DirEntry, err error) error {
		base := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != project && (base == "testdata" || base[0] == '.' || base[0] == '_'):
			return filepath.SkipDir
		case filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		content, err := os.ReadFile(name)
		if regexp.MustCompile(`(?m)^package main\b`).Match(content) {
			programs = append(programs, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(programs) != 1 || programs[0] != project+"/cmd/originkey/main.go" {
		t.Errorf("the programs are %v", programs)
	}
}
