package docs

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/yuin/goldmark/ast"
	"go.yaml.in/yaml/v4"
	"mvdan.cc/sh/v3/syntax"

	"github.com/originkey/originkey/internal/cli"
	"github.com/originkey/originkey/internal/engine"
	"github.com/originkey/originkey/rules"
)

func program() *cobra.Command {
	root := cli.Command{Stdout: io.Discard, Stderr: io.Discard}.Root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// checkCommand asserts that originkey takes arguments: that there is the command, and
// that it has the flags.
func checkCommand(arguments []string) error {
	root := program()
	found, rest, err := root.Find(arguments)
	if err != nil {
		return err
	}
	if found == root && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return fmt.Errorf("originkey has no command %s", rest[0])
	}
	found.InitDefaultHelpFlag()
	if err := found.ParseFlags(rest); err != nil {
		return fmt.Errorf("originkey %s: %w", strings.Join(arguments, " "), err)
	}
	if err := found.ValidateArgs(found.Flags().Args()); err != nil {
		return fmt.Errorf("originkey %s: %w", strings.Join(arguments, " "), err)
	}
	return nil
}

// TestCommandsExist asserts that originkey takes every command line of blocks that are
// not run.
func TestCommandsExist(t *testing.T) {
	seen := 0
	for _, p := range readPages(t) {
		for _, b := range p.blocks {
			if b.language != "sh" {
				continue
			}
			file, err := parse(b.text)
			if err != nil {
				continue // TestBlocks says so.
			}
			syntax.Walk(file, func(node syntax.Node) bool {
				call, ok := node.(*syntax.CallExpr)
				if !ok {
					return true
				}
				words := make([]string, len(call.Args))
				for i, word := range call.Args {
					if words[i] = word.Lit(); words[i] == "" {
						words[i] = "word" // A variable, or quoted.
					}
				}
				if len(words) > 3 && slices.Equal(words[:3], []string{"go", "run", "./cmd/originkey"}) {
					words = words[2:]
				} else if len(words) == 0 || words[0] != "originkey" {
					return true
				}
				seen++
				if err := checkCommand(words[1:]); err != nil {
					t.Errorf("%s: %v", b.place(), err)
				}
				return true
			})
		}
	}
	if seen == 0 {
		t.Error("no command is looked at")
	}
}

// codeSpans calls visit with every text in a line that is code.
func codeSpans(t *testing.T, p *page, visit func(place, span string)) {
	t.Helper()
	p.walk(t, func(node ast.Node) {
		span, ok := node.(*ast.CodeSpan)
		if !ok {
			return
		}
		var text strings.Builder
		line := 0
		for child := span.FirstChild(); child != nil; child = child.NextSibling() {
			segment := child.(*ast.Text).Segment
			text.Write(segment.Value(p.text))
			if line == 0 {
				line = p.line(segment.Start)
			}
		}
		visit(fmt.Sprintf("%s:%d", p.name, line), text.String())
	})
}

// foreignFlags are flags of other programs that pages speak of, beside the programs.
var foreignFlags = map[string]string{
	"all-files": "pre-commit",
}

var flagName = regexp.MustCompile(`(?:^|[\s"'(\[])--([a-z][a-z0-9-]*)`)

// TestFlagsExist asserts that every command and flag in the text exists, and that the
// text names every command and flag.
func TestFlagsExist(t *testing.T) {
	flags := map[string]bool{}
	unnamed := map[string]*regexp.Regexp{}
	var collect func(command *cobra.Command)
	collect = func(command *cobra.Command) {
		command.InitDefaultHelpFlag()
		command.Flags().VisitAll(func(flag *pflag.Flag) {
			flags[flag.Name] = true
			if !command.Hidden && flag.Name != "help" {
				pattern := "--" + flag.Name + `\b`
				if flag.Shorthand != "" {
					pattern += "|`-" + flag.Shorthand + "`"
				}
				unnamed["--"+flag.Name+" of "+command.CommandPath()] = regexp.MustCompile(pattern)
			}
		})
		if !command.Hidden && command.Name() != "help" {
			unnamed[command.CommandPath()] = regexp.MustCompile(command.CommandPath() + `\b`)
		}
		for _, child := range command.Commands() {
			if child.Name() != "completion" && child.Name() != "help" {
				collect(child)
			}
		}
	}
	root := program()
	collect(root)
	for _, p := range readPages(t) {
		codeSpans(t, p, func(place, span string) {
			words := strings.Fields(span)
			if len(words) > 1 && words[0] == "originkey" && !strings.HasPrefix(words[1], "-") {
				command, _, err := root.Find(words[1:2])
				if err != nil || command == root {
					t.Errorf("%s: originkey has no command %s", place, words[1])
					return
				}
				for _, found := range flagName.FindAllStringSubmatch(span, -1) {
					if command.Flags().Lookup(found[1]) == nil {
						t.Errorf("%s: %s has no flag --%s", place, command.CommandPath(), found[1])
					}
				}
				return
			}
			for _, found := range flagName.FindAllStringSubmatch(span, -1) {
				if other := foreignFlags[found[1]]; !flags[found[1]] && (other == "" || !strings.HasPrefix(span, other)) {
					t.Errorf("%s: nothing has a flag --%s", place, found[1])
				}
			}
		})
		if p.name == "CHANGELOG.md" || strings.HasPrefix(p.name, "docs/rules/") {
			continue
		}
		for name, pattern := range unnamed {
			if pattern.Match(p.text) {
				delete(unnamed, name)
			}
		}
	}
	for name := range unnamed {
		t.Errorf("no page names %s", name)
	}
}

// otherNames are names in the form of rules and keys of the configuration that are
// none, and whose they are.
var otherNames = map[string]string{
	"allowed_methods":                      "Terraform",
	"aws-cdk-lib":                          "npm",
	"depends_on":                           "Terraform",
	"for_each":                             "Terraform",
	"iam_arn":                              "Terraform",
	"ignore_changes":                       "Terraform",
	"no-override":                          "CloudFront",
	"only_with":                            "METADATA",
	"pull_request_target":                  "GitHub",
	"related_resources":                    "METADATA",
	"security-severity":                    "SARIF",
	"server_side_encryption_configuration": "Terraform",
	"show-undecided":                       "METADATA",
	"source_policy_documents":              "Terraform",
	"wait_for_deployment":                  "Terraform",
}

// awsCommand is the form of the subcommands of the AWS CLI.
var awsCommand = regexp.MustCompile(`^(get|list|describe)-`)

// vocabulary returns all words that have the form of the name of a rule or of a key
// of the configuration, and mean something.
func vocabulary(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	for _, name := range ruleNames(t) {
		known[name] = true
	}
	for _, command := range program().Commands() {
		known[command.Name()] = true
	}
	var words func(value any)
	words = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			for key, member := range value {
				known[key] = true
				words(member)
			}
		case []any:
			for _, item := range value {
				words(item)
			}
		case string:
			known[value] = true
		}
	}
	schemas, err := filepath.Glob(filepath.Join(project, "docs", "schema", "*.json"))
	if err != nil || len(schemas) == 0 {
		t.Fatal(schemas, err)
	}
	for _, name := range schemas {
		var schema any
		decode(t, name, json.Unmarshal, &schema)
		words(schema)
	}
	for _, name := range []string{"action.yml", ".pre-commit-hooks.yaml"} {
		var content any
		decode(t, filepath.Join(project, name), yaml.Unmarshal, &content)
		words(content)
	}
	for name := range otherNames {
		if known[name] {
			t.Errorf("%s is known and needs no exception", name)
		}
		known[name] = true
	}
	return known
}

func decode(t *testing.T, name string, decoder func([]byte, any) error, target any) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err == nil {
		err = decoder(content, target)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// named has the form of the name of a rule or of a key of the configuration. What
// Terraform calls aws_ are resources.
var named = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$|^[a-z]+(_[a-z0-9]+)+$`)

// TestNamesExist asserts that what has the form of the name of a rule or of a key of
// the configuration is one, or another name that is known.
func TestNamesExist(t *testing.T) {
	known := vocabulary(t)
	for _, p := range readPages(t) {
		codeSpans(t, p, func(place, span string) {
			name := strings.TrimSuffix(span, ":")
			if named.MatchString(name) && !known[name] && !strings.HasPrefix(name, "aws_") && !awsCommand.MatchString(name) {
				t.Errorf("%s: %s is the name of nothing that is known", place, name)
			}
		})
	}
}

// TestConfigurationPageListsTheKeys asserts that the table of the page has a row for
// each key of the configuration, and no other.
func TestConfigurationPageListsTheKeys(t *testing.T) {
	var schema struct {
		Properties map[string]any `json:"properties"`
	}
	decode(t, filepath.Join(project, "docs", "schema", "configuration.json"), json.Unmarshal, &schema)
	content, err := os.ReadFile(filepath.Join(project, "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(content), "\n| key | what it says |\n|---|---|\n")
	if !ok {
		t.Fatal("the page has no table of keys")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	for row := range strings.Lines(table) {
		cell := strings.Split(row, "|")[1]
		for _, found := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
			if _, ok := schema.Properties[found[1]]; !ok {
				t.Errorf("there is no key %s", found[1])
			}
			delete(schema.Properties, found[1])
		}
	}
	for key := range schema.Properties {
		t.Errorf("the table does not list the key %s", key)
	}
}

// TestReadmeListsTheRules asserts that the README names each rule.
func TestReadmeListsTheRules(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(project, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range ruleNames(t) {
		if !strings.Contains(string(content), "`"+name+"`") {
			t.Errorf("the README does not name %s", name)
		}
	}
}

func ruleNames(t *testing.T) []string {
	t.Helper()
	e, err := engine.New(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, rule := range e.Rules() {
		names = append(names, rule.Name)
	}
	return names
}
