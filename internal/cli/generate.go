package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// generate writes the completions and manual pages of a release. It is hidden: the
// user has them from the archive, and completions from "originkey completion".
func (c Command) generate() *cobra.Command {
	var date string
	command := &cobra.Command{
		Use:    "generate FOLDER",
		Short:  "Write completions and manual pages into a folder",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			// The date is given, so that the pages of one release are the same
			// whenever they are written.
			dated, err := time.Parse(time.RFC3339, date)
			if err != nil {
				return fmt.Errorf("--date %s: expected a time such as 2026-01-31T00:00:00Z", date)
			}
			folder := arguments[0]
			if !filepath.IsAbs(folder) {
				folder = filepath.Join(c.Directory, folder)
			}
			if err := writeDocumentation(command.Root(), folder, dated.UTC()); err != nil {
				return fmt.Errorf("write %s: %w", arguments[0], withoutPath(err))
			}
			return nil
		},
	}
	command.Flags().StringVar(&date, "date", "", "`TIME` that the manual pages show")
	return command
}

func writeDocumentation(root *cobra.Command, folder string, date time.Time) error {
	completions, manual := filepath.Join(folder, "completions"), filepath.Join(folder, "man")
	for _, name := range []string{completions, manual} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			return err
		}
	}
	root.DisableAutoGenTag = true
	header := &doc.GenManHeader{Section: "1", Date: &date, Source: "originkey " + version(), Manual: "originkey manual"}
	return errors.Join(
		root.GenBashCompletionFileV2(filepath.Join(completions, "originkey.bash"), true),
		root.GenZshCompletionFile(filepath.Join(completions, "_originkey")),
		root.GenFishCompletionFile(filepath.Join(completions, "originkey.fish"), true),
		root.GenPowerShellCompletionFileWithDesc(filepath.Join(completions, "originkey.ps1")),
		doc.GenManTree(root, header, manual),
	)
}
