// Package cli is the command line: flags, exit codes, and the order in which the
// other packages are called.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/originkey/originkey/loader"
)

// The exit codes of the program.
const (
	exitClean    = 0
	exitFindings = 1
	// exitError: wrong usage, or something that could not be read or
	// evaluated. It wins over exitFindings.
	exitError = 2
)

// A Command is the program with all that it touches, so that tests can run it in
// their own process.
type Command struct {
	Stdout io.Writer
	Stderr io.Writer
	// Directory is the working directory.
	Directory string
	// LookupEnv returns environment variables.
	LookupEnv func(name string) (string, bool)
	// StdoutIsTerminal and StderrIsTerminal decide about colour, and whether
	// each finding is one line.
	StdoutIsTerminal, StderrIsTerminal bool
	// Width is that of the terminal in cells, 0 where it is not known.
	Width int
	// Tick sends once an interval until it is stopped. It is that of package
	// time where it is nil.
	Tick func(time.Duration) (ticks <-chan time.Time, stop func())
}

// An exitCode is the outcome of a command that has said all it has to say.
type exitCode int

// Error implements error.
func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// Root returns the program with all its commands and flags, also to compare with
// what the documentation says of them.
func (c Command) Root() *cobra.Command {
	root := &cobra.Command{
		Use:   "originkey",
		Short: "Finds missing and over-broad kms:Decrypt grants between CloudFront, S3 and KMS",
		Long: `originkey follows every CloudFront origin in Terraform, CloudFormation and JSON to
the S3 bucket, the KMS key and the key policy behind it, and says whether CloudFront
can decrypt what it serves, and whether anyone else can who should not.`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetOut(c.Stdout)
	root.SetErr(c.Stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(c.lint(), c.explain(), c.graph(), c.rules(), c.config(), c.test(), c.bundle(), c.version())
	root.AddCommand(c.generate())
	return root
}

// Main runs the program with arguments, without its name, and returns the exit
// code.
func (c Command) Main(ctx context.Context, arguments []string) int {
	c.Stderr = c.log(c.Stderr)
	root := c.Root()
	root.SetArgs(arguments)
	err := root.ExecuteContext(ctx)
	var code exitCode
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &code):
		return int(code)
	default:
		fmt.Fprintf(c.Stderr, "originkey: %v\n", err)
		if isUsage(err) {
			fmt.Fprintln(c.Stderr, `Run "originkey --help" for usage.`)
		}
		return exitError
	}
}

func isUsage(err error) bool {
	var usage *loader.UsageError
	return !errors.As(err, &usage) && !strings.HasPrefix(err.Error(), "write ") && !strings.HasPrefix(err.Error(), "read ")
}
