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
			out := c.Stdout
			if format == "text" {
				out = c.log(out)
			}
			if err := report.Explain(out, format, found.report, text.style(c.StdoutIsTerminal)); err != nil {
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
