package docs

import (
	"strings"
	"testing"
)

// TestProblemsAreFound asserts of a page for each kind of problem that it is found.
func TestProblemsAreFound(t *testing.T) {
	for text, want := range map[string]string{
		"```\na\n```\n":                                "has one of the languages",
		"```bash\na\n```\n":                            "has one of the languages",
		"```text\n$ originkey lint\n```\n":             "has the language console or sh",
		"```sh\nif\n```\n":                             "parse",
		"```sh\noriginkey lint\n```\n":                 "nothing keeps the block from being run",
		"```sh\ncurl $(wget x)\n```\n":                 "wget is not among",
		"```hcl\nresource {\n```\n":                    "block",
		"```json\n{\"a\": }\n```\n":                    "invalid character",
		"```yaml\na: [\n```\n":                         "not valid YAML",
		"```yaml\nacount: \"1\"\n```\n":                "acount",
		"```yaml\nrepos:\n- hooks:\n  - id: no\n```\n": "there is no hook no",
		"```yaml\nrepos:\n- hooks:\n  - id: originkey\n    args: [--no]\n```\n":    "--no",
		"<!-- from docs.go -->\n```text\nnot there\n```\n":                         "docs.go",
		"<!-- from internal/docs/docs.go -->\n```text\nnot there\n```\n":           "is not in",
		"```rego\npackage custom.a\n```\n":                                         "not tested",
		"<!-- from internal/docs/docs.go -->\n```typescript\npackage docs\n```\n":  "",
		"<!-- run in testdata/stacks -->\n```sh\noriginkey lint | head -n1\n```\n": "",
		"```sh\nf() { curl \"$1\"; }\nf x\n```\n":                                  "",
		"```json\n\"a\": 1\n```\n":                                                 "",
		"```hcl\n{ a = b.c }\n```\n":                                               "",
		"```yaml\nResources: {K: !Ref A}\n```\n":                                   "",
		"```yaml\naccount: \"111122223333\"\n```\n":                                "",
	} {
		p := newPage(t, "page.md", []byte(text))
		if len(p.blocks) != 1 {
			t.Fatalf("%q has %d blocks", text, len(p.blocks))
		}
		err := p.blocks[0].check()
		if got := ""; want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			if err != nil {
				got = err.Error()
			}
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCommandsAreChecked(t *testing.T) {
	for line, want := range map[string]string{
		"lint --fail-on error infra": "",
		"--help":                     "",
		"rules":                      "",
		"completion bash":            "",
		"bundle -o x.tar.gz":         "",
		"lnt":                        "has no command",
		"lint --fail-no error":       "unknown flag",
		"rules a b":                  "accepts at most 1",
		"test":                       "requires at least 1",
	} {
		err := checkCommand(strings.Fields(line))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("originkey %s: %v, want %q", line, err, want)
		}
	}
}

func TestCommandsOfGoAreChecked(t *testing.T) {
	for line, want := range map[string]string{
		"test ./...": "",
		"test ./internal/docs -run TestConsole -update":               "",
		"install github.com/originkey/originkey/cmd/originkey@v0.1.0": "",
		"test ./internal/doc -run TestConsole":                        "there is no package",
		"test ./loader/... -update":                                   "a package has no flag",
		"install ./cmd/origin":                                        "there is no package",
		"test ./internal/docs -run TestNothingOfThis":                 "there is no test",
		"test ./internal/docs -updat":                                 "a package has no flag",
	} {
		err := checkGo(strings.Fields(line))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("go %s: %v, want %q", line, err, want)
		}
	}
}

func TestLinksAreFollowed(t *testing.T) {
	headings := map[string]map[string]bool{
		"docs/README.md": newPage(t, "docs/README.md", []byte("# `lint`, and more\n## Twice\n## Twice\n")).headings(t),
	}
	p := &page{name: "docs/README.md"}
	for destination, want := range map[string]string{
		"https://example.com/#anything":     "",
		"#lint-and-more":                    "",
		"#twice-1":                          "",
		"../README.md":                      "",
		"schema/lint.json":                  "",
		repository + "docs/rules/README.md": "",
		"#twice-2":                          "no such heading",
		"missing.md":                        "there is no docs/missing.md",
		repository + "docs/missing.md":      "there is no docs/missing.md",
		"../../elsewhere.md":                "out of the project",
		"http://example.com":                "neither https nor a path",
	} {
		_, err := p.follow(destination, headings)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", destination, err, want)
		}
	}
}
