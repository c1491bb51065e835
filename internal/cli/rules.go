package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/originkey/originkey/internal/config"
	"github.com/originkey/originkey/internal/engine"
	"github.com/originkey/originkey/internal/report"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/loader"
	"github.com/originkey/originkey/rules"
)

// builtIn holds the rules that are part of the program, compiled when they are
// first asked for.
var builtIn = sync.OnceValues(func() (*engine.Engine, error) { return engine.New(rules.FS) })

func registerConfig(command *cobra.Command, into *string) {
	command.Flags().StringVar(into, "config", "", "configuration `FILE`; default "+config.Name+", found upwards from the paths")
}

func registerRules(command *cobra.Command, into *[]string) {
	command.Flags().StringArrayVar(into, "rules", nil, "folder `DIR` of custom rules (repeatable)")
}

// engine returns the rules of the program, with those of the folders that the
// configuration and the command line name. Nothing else is ever taken for a rule.
func (c Command) engine(paths []string, from *config.Config, input inputFlags) (*engine.Engine, error) {
	var configured []source.Text
	if from != nil {
		configured = from.RuleFolders
	}
	e, err := builtIn()
	if len(configured)+len(input.rules) > 0 {
		var folders []engine.Folder
		var done func()
		folders, done, err = c.ruleFolders(paths, configured, input.rules)
		var missing *engine.RuleError
		if errors.As(err, &missing) {
			missing.Files = map[string]*source.File{from.File: from.Source}
		}
		if err != nil {
			return nil, c.ruleError(err, input)
		}
		defer done()
		e, err = engine.New(rules.FS, folders...)
	}
	if err != nil {
		return nil, c.ruleError(err, input)
	}
	if err := c.checkRules(from, e.Rules(), input); err != nil {
		return nil, err
	}
	return e.Configured(visible(from)).Limited(ruleLimits(from)), nil
}

// ruleError prints what is wrong with rules, each at its place.
func (c Command) ruleError(err error, input inputFlags) error {
	var wrong *engine.RuleError
	if !errors.As(err, &wrong) {
		return err
	}
	if _, err := c.complain(wrong.Diagnostics, wrong.Files, input); err != nil {
		return err
	}
	return exitCode(exitError)
}

// ruleFolders opens folders of rules: those that are configured, which are below the
// repository root, and those that are named on the command line. What is named
// twice is opened once. done closes them. The error is an *engine.RuleError where a
// folder that is configured is at fault.
func (c Command) ruleFolders(paths []string, configured []source.Text, named []string) (folders []engine.Folder, done func(), err error) {
	root, _, err := loader.Locate(c.Directory, paths)
	if err != nil {
		return nil, nil, err
	}
	var open []*os.Root
	done = func() {
		for _, each := range open {
			each.Close()
		}
	}
	seen := map[string]bool{}
	add := func(name, absolute string, from func(string) (*os.Root, error)) error {
		if resolved, err := filepath.EvalSymlinks(absolute); err == nil {
			absolute = resolved
		}
		if seen[absolute] {
			return nil
		}
		seen[absolute] = true
		folder, err := from(name)
		if err != nil {
			return fmt.Errorf("read the rules in %s: %w", name, withoutPath(err))
		}
		open = append(open, folder)
		folders = append(folders, engine.Folder{Name: loader.Shown(root, c.Directory, absolute), Files: folder.FS()})
		return nil
	}
	repository, err := os.OpenRoot(root)
	if err != nil {
		return nil, nil, fmt.Errorf("read the repository root: %w", withoutPath(err))
	}
	open = append(open, repository)
	for _, name := range configured {
		if err := add(name.Text, filepath.Join(root, name.Text), repository.OpenRoot); err != nil {
			done()
			return nil, nil, &engine.RuleError{Diagnostics: []source.Diagnostic{{Location: name.Location, Severity: source.Error, Message: err.Error()}}}
		}
	}
	for _, name := range named {
		absolute := name
		if !filepath.IsAbs(absolute) {
			absolute = filepath.Join(c.Directory, name)
		}
		if err := add(name, absolute, func(string) (*os.Root, error) { return os.OpenRoot(absolute) }); err != nil {
			done()
			return nil, nil, err
		}
	}
	return folders, done, nil
}

// rulePage is where the documentation of a rule is read.
const rulePage = "https://github.com/originkey/originkey/blob/main/docs/rules/"

func describeRules(from []engine.Rule, input inputFlags) []report.Rule {
	described := make([]report.Rule, len(from))
	for i, rule := range from {
		described[i] = report.Rule{
			Name: rule.Name, Title: rule.Title, Description: rule.Description, HelpURL: helpURL(rule),
			Level: rule.Level, Tags: rule.Tags, Precision: rule.Precision, CWE: rule.CWE, SecuritySeverity: rule.SecuritySeverity,
			Reports: rule.Reports, Command: input.commandFor(rule),
		}
		for _, reference := range rule.References {
			described[i].References = append(described[i].References, report.Reference(reference))
		}
	}
	return described
}

// commandFor is the command that prints the page of a rule. A custom rule is known to
// it with the same flags alone.
func (f inputFlags) commandFor(rule engine.Rule) string {
	command := "originkey rules "
	if rule.Custom {
		for _, folder := range f.rules {
			command += "--rules " + quoted(folder) + " "
		}
		if f.config != "" {
			command += "--config " + quoted(f.config) + " "
		}
	}
	return command + rule.Name
}

// quoted writes a word for a shell.
func quoted(word string) string {
	if plainForm.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// helpURL is the page of a rule: for a custom rule the first that it refers to.
func helpURL(rule engine.Rule) string {
	switch {
	case !rule.Custom:
		return rulePage + rule.Name + ".md"
	case len(rule.References) > 0:
		return rule.References[0].URL
	default:
		return ""
	}
}

// registerRuleInput registers the flags that say which rules there are, for commands
// that read nothing else.
func registerRuleInput(command *cobra.Command, input *inputFlags) {
	input.color = "auto"
	registerConfig(command, &input.config)
	registerRules(command, &input.rules)
}

// ruleEngine returns the rules that are in force in the working directory.
func (c Command) ruleEngine(input inputFlags) (*engine.Engine, error) {
	configuration, err := c.configuration(nil, input)
	if err != nil {
		return nil, err
	}
	return c.engine(nil, configuration, input)
}

func (c Command) rules() *cobra.Command {
	var input inputFlags
	command := &cobra.Command{
		Use:   "rules [NAME]",
		Short: "List the rules, or print the documentation of one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, names []string) error {
			e, err := c.ruleEngine(input)
			if err != nil {
				return err
			}
			out := c.log(c.Stdout)
			if len(names) == 0 {
				width := 0
				for _, rule := range e.Rules() {
					width = max(width, len(rule.Name))
				}
				for _, rule := range e.Rules() {
					fmt.Fprintf(out, "%-*s %-8s %s\n", width, rule.Name, rule.Level, rule.Title)
				}
				return nil
			}
			for _, rule := range e.Rules() {
				if rule.Name == names[0] {
					_, err := fmt.Fprint(out, rule.Markdown())
					return err
				}
			}
			return fmt.Errorf("there is no rule %s; %q lists them", names[0], "originkey rules")
		},
	}
	registerRuleInput(command, &input)
	return command
}

func (c Command) test() *cobra.Command {
	var verbose bool
	command := &cobra.Command{
		Use:   "test DIR...",
		Short: "Run the Rego tests of custom rules",
		Long: `Test compiles the custom rules of folders together with the rules and the library
of originkey, and runs the tests in their files *_test.rego.

Exit codes: 0 all passed, 1 some failed, 2 wrong rules, or no tests.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(command *cobra.Command, named []string) error {
			return c.runTests(command.Context(), named, verbose)
		},
	}
	command.Flags().BoolVarP(&verbose, "verbose", "v", false, "list the tests that passed, and what they printed")
	return command
}

func (c Command) runTests(ctx context.Context, named []string, verbose bool) error {
	folders, done, err := c.ruleFolders(nil, nil, named)
	if err != nil {
		return err
	}
	defer done()
	results, err := engine.Test(ctx, rules.FS, folders...)
	if err != nil {
		return c.ruleError(err, inputFlags{color: "auto"})
	}
	if len(results) == 0 {
		return fmt.Errorf("read the tests in %s: there are none; tests are rules test_* in files *_test.rego", strings.Join(named, ", "))
	}
	out := c.log(c.Stdout)
	outcomes := map[engine.Outcome]int{}
	for _, result := range results {
		outcomes[result.Outcome]++
		if result.Outcome != engine.Failed && !verbose {
			continue
		}
		fmt.Fprintf(out, "%s:%d: %s: %s\n", result.File, result.Line, result.Outcome, result.Name)
		if result.Error != nil {
			fmt.Fprintf(out, "    %s\n", strings.ReplaceAll(result.Error.Error(), "\n", "\n    "))
		}
		for line := range strings.Lines(result.Output) {
			fmt.Fprintf(out, "    %s\n", strings.TrimSuffix(line, "\n"))
		}
	}
	summary := fmt.Sprintf("%d passed, %d failed", outcomes[engine.Passed], outcomes[engine.Failed])
	if skipped := outcomes[engine.Skipped]; skipped > 0 {
		summary += fmt.Sprintf(", %d skipped", skipped)
	}
	fmt.Fprintf(out, "%d tests: %s\n", len(results), summary)
	if outcomes[engine.Failed] > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

func (c Command) bundle() *cobra.Command {
	var input inputFlags
	var output string
	command := &cobra.Command{
		Use:   "bundle",
		Short: "Write the rules as an OPA bundle",
		Long: `Bundle writes the rules, custom ones included, as a bundle that opa evaluates on
what "originkey graph --format json" writes:

  originkey bundle -o originkey.tar.gz
  originkey graph --format json >graph.json
  opa eval --bundle originkey.tar.gz --input graph.json data.originkey.findings

The files of the bundle are policies of conftest as well.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if output == "" && c.StdoutIsTerminal {
				return errors.New("a bundle is no text for a terminal; name a file with -o FILE")
			}
			e, err := c.ruleEngine(input)
			if err != nil {
				return err
			}
			err = c.write(output, output != "", func(w io.Writer) error { return e.WriteBundle(w, version()) })
			if err != nil {
				return fmt.Errorf("write the bundle: %w", err)
			}
			return nil
		},
	}
	registerRuleInput(command, &input)
	command.Flags().StringVarP(&output, "output", "o", "", "`FILE` to write; default standard output")
	return command
}
