package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/originkey/originkey/internal/report"
)

func (c Command) explain() *cobra.Command {
	var input inputFlags
	var format string
	command := &cobra.Command{
		Use:   "explain [PATH...]",
		Short: "Show each path from a distribution to a key, hop by hop, with its verdict",
		RunE: func(command *cobra.Command, paths []string) error {
			text, err := c.text(input)
			if err != nil {
				return err
			}
			if !slices.Contains(report.ExplainFormats(), format) {
				return fmt.Errorf("--format %s: expected one of %s", format, strings.Join(report.ExplainFormats(), ", "))
			}
			found, err := c.analyse(command.Context(), paths, input)
			if err != nil {
				return err
			}
			failed, err := c.complain(found.report.Diagnostics, found.report.Files, input)
			if err != nil {
				return err
			}
			if err := report.Explain(c.Stdout, format, found.report, text.style(c.StdoutIsTerminal)); err != nil {
				return err
			}
			if failed {
				return exitCode(exitError)
			}
			return nil
		},
	}
	input.register(command)
	command.Flags().StringVar(&format, "format", "text", "`FORMAT`: "+strings.Join(report.ExplainFormats(), ", "))
	return command
}

func (c Command) rules() *cobra.Command {
	return &cobra.Command{
		Use:   "rules [NAME]",
		Short: "List the rules, or print the documentation of one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, names []string) error {
			e, err := builtIn()
			if err != nil {
				return err
			}
			if len(names) == 0 {
				for _, rule := range e.Rules() {
					fmt.Fprintf(c.Stdout, "%-26s %-8s %s\n", rule.Name, rule.Level, rule.Title)
				}
				return nil
			}
			for _, rule := range e.Rules() {
				if rule.Name == names[0] {
					_, err := fmt.Fprint(c.Stdout, rule.Markdown())
					return err
				}
			}
			return fmt.Errorf("there is no rule %s; %q lists them", names[0], "originkey rules")
		},
	}
}

func (c Command) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(c.Stdout, version())
			return err
		},
	}
}

// released is set by the linker for release builds.
var released string

// version is that of the release, else of the module, without a leading v.
func version() string {
	if released != "" {
		return strings.TrimPrefix(released, "v")
	}
	if information, ok := debug.ReadBuildInfo(); ok && information.Main.Version != "" && information.Main.Version != "(devel)" {
		return strings.TrimPrefix(information.Main.Version, "v")
	}
	return "0.1.0-dev"
}

// withoutPath drops the path from a file error, so that no absolute path is
// printed.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	var linkError *os.LinkError
	if errors.As(err, &linkError) {
		return linkError.Err
	}
	return err
}
