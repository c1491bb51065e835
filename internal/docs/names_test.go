package docs

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
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
	"github.com/originkey/originkey/internal/report"
	"github.com/originkey/originkey/rules"
)

func program() *cobra.Command {
	root := cli.Command{Stdout: io.Discard, Stderr: io.Discard}.Root()
	root.InitDefaultHelpCmd()
	root.InitDefaultVersionFlag()
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
					words = append([]string{"originkey"}, words[3:]...)
				}
				var err error
				switch {
				case len(words) > 0 && words[0] == "originkey":
					seen++
					err = checkCommand(words[1:])
				case len(words) > 1 && words[0] == "go":
					err = checkGo(words[1:])
				}
				if err != nil {
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

// checkGo asserts that a command line of go names packages that are there, a test that
// one of them has, and flags that the tests of all of them know.
func checkGo(arguments []string) error {
	var tests []string
	for _, argument := range arguments {
		name, own := strings.CutPrefix(argument, "github.com/originkey/originkey/")
		if !own && !strings.HasPrefix(name, "./") {
			continue
		}
		folder, below := strings.CutSuffix(name, "...")
		folder, _, _ = strings.Cut(folder, "@")
		found, err := testsBelow(path.Clean(folder), below)
		if err != nil {
			return fmt.Errorf("there is no package %s: %w", argument, err)
		}
		tests = append(tests, found...)
	}
	for i, argument := range arguments[1:] {
		name, isFlag := strings.CutPrefix(argument, "-")
		has := func(text string) func(string) bool {
			return func(test string) bool { return strings.Contains(test, text) }
		}
		switch {
		case arguments[i] == "-run":
			if !slices.ContainsFunc(tests, has("func "+argument)) {
				return fmt.Errorf("there is no test %s", argument)
			}
		case arguments[0] == "test" && isFlag && name != "run" && name != "timeout":
			for _, test := range tests {
				if !strings.Contains(test, `("`+name+`",`) {
					return fmt.Errorf("a package has no flag -%s", name)
				}
			}
		}
	}
	return nil
}

// testsBelow returns the text of the tests of a package of the project, or of all
// packages that have tests below it.
func testsBelow(folder string, below bool) ([]string, error) {
	var tests []string
	packages := 0
	err := fs.WalkDir(os.DirFS(project), folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name != folder && (!below || entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".")) {
			return fs.SkipDir
		}
		files, err := filepath.Glob(filepath.Join(project, filepath.FromSlash(name), "*.go"))
		if err != nil || len(files) == 0 {
			return err
		}
		packages++
		var text strings.Builder
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				content, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				text.Write(content)
			}
		}
		if text.Len() > 0 {
			tests = append(tests, text.String())
		}
		return nil
	})
	if err == nil && packages == 0 {
		err = fs.ErrNotExist
	}
	return tests, err
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
	"all-files":      "pre-commit",
	"cached":         "git",
	"diff-filter":    "git",
	"name-only":      "git",
	"template-stage": "aws",
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
	"bucket_key_enabled":                   "the graph, see TestGraphPageNamesAttributes",
	"canonical_user":                       "the graph, see TestGraphPageNamesAttributes",
	"depends_on":                           "Terraform",
	"domain_name":                          "the graph, see TestGraphPageNamesAttributes",
	"for_each":                             "Terraform",
	"iam_arn":                              "Terraform",
	"ignore_changes":                       "Terraform",
	"key_id":                               "the graph, see TestGraphPageNamesAttributes",
	"multi_region":                         "the graph, see TestGraphPageNamesAttributes",
	"no-override":                          "CloudFront",
	"only_with":                            "METADATA",
	"origin_access_control_id":             "the graph, see TestGraphPageNamesAttributes",
	"origin_access_identity":               "the graph, see TestGraphPageNamesAttributes",
	"origin_groups":                        "the graph, see TestGraphPageNamesAttributes",
	"origin_type":                          "the graph, see TestGraphPageNamesAttributes",
	"pull_request_target":                  "GitHub",
	"related_resources":                    "METADATA",
	"security-severity":                    "SARIF",
	"server_side_encryption_configuration": "Terraform",
	"show-undecided":                       "METADATA",
	"signing_behavior":                     "the graph, see TestGraphPageNamesAttributes",
	"signing_protocol":                     "the graph, see TestGraphPageNamesAttributes",
	"source_policy_documents":              "Terraform",
	"target_key":                           "the graph, see TestGraphPageNamesAttributes",
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

// TestTablesAreWhole asserts that a table of a page has a row for each of the things
// that it lists, and no other.
func TestTablesAreWhole(t *testing.T) {
	var schema, action struct {
		Properties map[string]any `json:"properties"`
		Inputs     map[string]any `yaml:"inputs"`
	}
	decode(t, filepath.Join(project, "docs", "schema", "configuration.json"), json.Unmarshal, &schema)
	decode(t, filepath.Join(project, "action.yml"), yaml.Unmarshal, &action)
	var hooks []struct {
		ID string `yaml:"id"`
	}
	decode(t, filepath.Join(project, ".pre-commit-hooks.yaml"), yaml.Unmarshal, &hooks)
	var hookNames []string
	for _, hook := range hooks {
		hookNames = append(hookNames, hook.ID)
	}
	for _, test := range []struct {
		page, header string
		names        []string
	}{
		{"configuration.md", "key | what it says", slices.Collect(maps.Keys(schema.Properties))},
		{"github.md", "input | default |", slices.Collect(maps.Keys(action.Inputs))},
		{"pre-commit.md", "hook | the program", hookNames},
		{"formats.md", "format | for", report.Formats()},
		{"rules/README.md", "rule | level | subject | flags", ruleNames(t)},
	} {
		listed := listed(t, test.page, test.header)
		slices.Sort(listed)
		slices.Sort(test.names)
		if !slices.Equal(listed, test.names) {
			t.Errorf("%s lists %q, and there are %q", test.page, listed, test.names)
		}
	}
}

// listed returns the names in the first column of a table: what is code or a link.
func listed(t *testing.T, page, header string) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(project, "docs", filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(content), "\n| "+header)
	if !ok {
		t.Fatalf("%s has no table %q", page, header)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var names []string
	for _, row := range strings.Split(strings.TrimSpace(table), "\n")[2:] {
		for _, found := range regexp.MustCompile("`([^`]+)`|\\[([^`\\]]+)\\]").FindAllStringSubmatch(strings.Split(row, "|")[1], -1) {
			names = append(names, found[1]+found[2])
		}
	}
	return names
}

// TestConfigurationIsDocumented asserts that the pages name every key of the
// configuration, those within lists and mappings, too.
func TestConfigurationIsDocumented(t *testing.T) {
	var text strings.Builder
	for _, page := range []string{"configuration.md", "suppressions.md"} {
		content, err := os.ReadFile(filepath.Join(project, "docs", page))
		if err != nil {
			t.Fatal(err)
		}
		text.Write(content)
	}
	var schema any
	decode(t, filepath.Join(project, "docs", "schema", "configuration.json"), json.Unmarshal, &schema)
	var visit func(value any)
	visit = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			properties, _ := value["properties"].(map[string]any)
			for key := range properties {
				if !regexp.MustCompile("(?m)`" + key + "`|^[ -]*" + key + ": ?").MatchString(text.String()) {
					t.Errorf("no page names the key %s", key)
				}
			}
			for _, member := range value {
				visit(member)
			}
		case []any:
			for _, item := range value {
				visit(item)
			}
		}
	}
	visit(schema)
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
