package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/report"
	"github.com/originkey/originkey/internal/source"
)

// pictures are the writers of pictures by the name of their format. They return what
// is to be said of the picture, or "".
var pictures = map[string]func(io.Writer, *report.Report) (remark string, err error){
	"dot":     whole(func(w io.Writer, r *report.Report) error { return report.DOT(w, r, allPaths(r)) }),
	"html":    whole(report.HTML),
	"mermaid": func(w io.Writer, r *report.Report) (string, error) { return report.Mermaid(w, r, allPaths(r)) },
	"svg":     whole(report.SVG),
}

// whole is a writer that leaves nothing out.
func whole(write func(io.Writer, *report.Report) error) func(io.Writer, *report.Report) (string, error) {
	return func(w io.Writer, r *report.Report) (string, error) { return "", write(w, r) }
}

func allPaths(r *report.Report) []*facts.Path { return slices.Concat(r.Paths, r.Uploads) }

func (c Command) graph() *cobra.Command {
	var input inputFlags
	var format, focus string
	names := strings.Join(slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(pictures)), "json"))), ", ")
	command := &cobra.Command{
		Use:   "graph [PATH...]",
		Short: "Draw the paths from distributions to keys, or write the graph that rules see",
		Long: `Graph draws each path from a distribution through its identity and bucket to the
key, with its verdict. The format json is what rules see instead.`,
		RunE: func(command *cobra.Command, paths []string) error {
			name, file, toFile := strings.Cut(format, "=")
			draw := pictures[name]
			switch {
			case name != "json" && draw == nil:
				return fmt.Errorf("--format %s: expected one of %s", name, names)
			case name == "json" && focus != "":
				return fmt.Errorf("--focus %s: the format json is all that rules see; focus is for pictures", focus)
			}
			found, err := c.analyse(command.Context(), paths, input)
			if err != nil {
				return err
			}
			failed, err := c.complain(found.report.Diagnostics, found.report.Files, input)
			if err != nil {
				return err
			}
			if focus != "" {
				if err := found.report.Focus(found.result.Graph, focus); err != nil {
					return fmt.Errorf("--focus %s: %w", focus, err)
				}
			}
			var remark string
			err = c.write(file, toFile, func(w io.Writer) (err error) {
				if name == "json" {
					return found.engine.WriteGraph(w, found.result)
				}
				remark, err = draw(w, found.report)
				return err
			})
			if err != nil {
				return fmt.Errorf("write the graph: %w", err)
			}
			if remark != "" {
				warning := source.Diagnostic{Severity: source.Warning, Message: remark}
				if _, err := c.complain([]source.Diagnostic{warning}, found.report.Files, input); err != nil {
					return err
				}
			}
			if failed {
				return exitCode(exitError)
			}
			return nil
		},
	}
	input.register(command)
	command.Flags().StringVar(&format, "format", "mermaid", "`FORMAT`: "+names+"; FORMAT=FILE writes a file")
	command.Flags().StringVar(&focus, "focus", "", "draw only the paths through the resource with this `ADDRESS`: a distribution, an identity, a bucket or a key")
	return command
}
