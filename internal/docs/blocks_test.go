package docs

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"mvdan.cc/sh/v3/syntax"

	"github.com/originkey/originkey/internal/config"
	"github.com/originkey/originkey/internal/source"
)

// notRun are the programs that make a block of the language sh one that is not run
// here, and why.
var notRun = map[string]string{
	"aws":        "asks an account; internal/fixtures runs the script of a snapshot with a stub",
	"conftest":   "is not part of this project; .ci/conftest runs it",
	"curl":       "needs the network",
	"dot":        "is not part of this project; internal/fixtures runs it where it is there",
	"gh":         "needs the network and an account",
	"git":        "depends on a repository of the user",
	"go":         "builds or tests this project; .ci/run does",
	"opa":        "is not part of this project; .ci/conftest runs it",
	"pre-commit": "is not part of this project; .ci/pre-commit runs it",
	"sh":         "runs a script of the page",
	"sha256sum":  "checks what was downloaded",
	"sudo":       "changes the system",
	"tar":        "opens what was downloaded",
	".ci/fuzz":   "takes hours",
	".ci/run":    "runs this test, too",
}

// builtins are the words that the shell itself knows.
var builtins = []string{":", "[", "cd", "command", "continue", "echo", "exit", "export", "printf", "read", "return", "set", "shift", "test", "trap", "umask"}

// scriptTools are what the script of docs/snapshot.md uses beside tools.
var scriptTools = []string{"awk", "mktemp", "tr"}

// TestBlocks asserts that each block has a language, and is a text of it.
func TestBlocks(t *testing.T) {
	for _, p := range readPages(t) {
		for _, b := range p.blocks {
			if err := b.check(); err != nil {
				t.Errorf("%s: %v", b.place(), err)
			}
		}
	}
}

func (b *block) check() error {
	if b.settings.from != "" {
		if err := b.checkOrigin(); err != nil {
			return err
		}
	}
	switch b.language {
	case "console":
		if strings.HasPrefix(b.page.name, "docs/rules/") {
			return errors.New("nothing is run on the page of a rule")
		}
		return nil // TestConsole runs it.
	case "sh":
		return b.checkShell()
	case "hcl":
		return checkHCL(b.text)
	case "json":
		return checkJSON(b.text)
	case "yaml":
		return b.checkYAML()
	case "rego":
		// internal/fixtures asserts that it is what the page names, and tests that.
		if b.page.name != "docs/custom-rules.md" {
			return errors.New("a rule that is not tested")
		}
		return nil
	case "typescript":
		// An app of the CDK, whose template stands beside it.
		if b.settings.from == "" {
			return errors.New("no comment on the line before says where the lines stand: <!-- from FILE -->")
		}
		return nil
	case "text":
		if strings.HasPrefix(b.text, "$ ") || strings.HasPrefix(b.text, "originkey ") {
			return errors.New("a block of commands has the language console or sh")
		}
		return nil
	default:
		return errors.New("a block has one of the languages console, sh, hcl, json, yaml, rego, typescript, text")
	}
}

// checkOrigin asserts that the lines of the block stand in a file.
func (b *block) checkOrigin() error {
	content, err := os.ReadFile(filepath.Join(project, filepath.FromSlash(b.settings.from)))
	if err != nil {
		return err
	}
	// A member of an object may have a comma behind it that the block leaves out.
	whole, part := "\n"+unindented(string(content)), "\n"+strings.TrimSuffix(unindented(b.text), "\n")
	if !strings.Contains(whole, part+"\n") && !strings.Contains(whole, part+",\n") {
		return errors.New("the block is not in " + b.settings.from)
	}
	return nil
}

func unindented(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		lines.WriteString(strings.TrimLeft(line, " \t"))
	}
	return lines.String()
}

// checkShell asserts that a block which could be run is, and that others name only
// programs that are known.
func (b *block) checkShell() error {
	file, err := parse(b.text)
	if err != nil {
		return err
	}
	known := slices.Concat(builtins, tools, scriptTools, []string{"originkey"})
	free := true
	var unknown error
	syntax.Walk(file, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.FuncDecl:
			known = append(known, node.Name.Value)
		case *syntax.CallExpr:
			if len(node.Args) == 0 {
				break
			}
			program := node.Args[0].Lit()
			if _, ok := notRun[program]; ok {
				free = false
			} else if !slices.Contains(known, program) {
				unknown = errors.New(program + " is not among the programs that documentation may use")
			}
		}
		return true
	})
	if unknown == nil && free && b.settings.folder == "" {
		return errors.New("nothing keeps the block from being run: make it one of the language console, or say where with <!-- run in FOLDER -->")
	}
	return unknown
}

// checkHCL accepts a file, or an expression.
func checkHCL(text string) error {
	_, diagnostics := hclsyntax.ParseConfig([]byte(text), "block", hcl.InitialPos)
	if !diagnostics.HasErrors() {
		return nil
	}
	if _, other := hclsyntax.ParseExpression([]byte(strings.TrimSuffix(strings.TrimSpace(text), ",")), "block", hcl.InitialPos); !other.HasErrors() {
		return nil
	}
	return diagnostics
}

// checkJSON accepts a value, or members of an object.
func checkJSON(text string) error {
	var value any
	err := json.Unmarshal([]byte(text), &value)
	if err != nil && json.Unmarshal([]byte("{"+text+"}"), &value) == nil {
		return nil
	}
	return err
}

// checkYAML asserts that a block of YAML is a configuration, unless it is something
// else that is known.
func (b *block) checkYAML() error {
	file := source.NewFile(b.page.name, []byte(b.text))
	documents, err := source.ParseYAML(file)
	if err != nil {
		return err
	}
	keys := topKeys(documents[0])
	has := func(key string) bool { return slices.Contains(keys, key) }
	switch {
	case has("jobs"):
		return nil // .ci/workflows runs actionlint.
	case has("repos"), has("id"):
		return checkHooks(documents[0])
	case slices.ContainsFunc(keys, func(key string) bool { return unicode.IsUpper(rune(key[0])) }):
		return nil // A template, or a part of one.
	default:
		_, err := config.Parse(file)
		return err
	}
}

// topKeys returns the keys of a mapping, or of the first of a list.
func topKeys(node *source.Node) []string {
	if node.Kind == source.SequenceNode && len(node.Items) > 0 {
		node = node.Items[0]
	}
	var keys []string
	for _, member := range node.Members {
		keys = append(keys, member.Key.Text)
	}
	return keys
}

// checkHooks asserts that hooks exist, and that originkey takes their arguments.
func checkHooks(node *source.Node) error {
	content, err := os.ReadFile(filepath.Join(project, ".pre-commit-hooks.yaml"))
	if err != nil {
		return err
	}
	var problems []error
	var visit func(*source.Node)
	visit = func(node *source.Node) {
		if id := node.Get("id"); id != nil && !strings.Contains(string(content), "\n- id: "+id.Text+"\n") {
			problems = append(problems, errors.New("there is no hook "+id.Text))
		}
		if arguments := node.Get("args"); arguments != nil {
			words := []string{"lint"}
			for _, item := range arguments.Items {
				words = append(words, item.Text)
			}
			problems = append(problems, checkCommand(words))
		}
		for _, item := range node.Items {
			visit(item)
		}
		for _, member := range node.Members {
			visit(member.Value)
		}
	}
	visit(node)
	return errors.Join(problems...)
}
