// Package cli is the command line: flags, exit codes, and the order in which the
// other packages are called.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/originkey/originkey/internal/source"
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

	// outputs are the files of a run, made by Main.
	outputs *outputs
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

// An Interrupt is the cause of a context that a signal ended.
type Interrupt struct{ Signal syscall.Signal }

// Error implements error.
func (i Interrupt) Error() string { return "stopped by a signal: " + i.Signal.String() }

// Main runs the program with arguments, without its name, and returns the exit
// code. It returns at once when ctx is done; the cause is an Interrupt where that is
// due to a signal. What was being written to a file is removed then.
func (c Command) Main(ctx context.Context, arguments []string) int {
	c.Stderr = c.log(c.Stderr)
	c.outputs = &outputs{}
	done := make(chan int, 1)
	go func() { done <- c.run(ctx, arguments) }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
		c.outputs.abandon()
		cause, code := context.Cause(ctx), exitError
		var interrupt Interrupt
		if errors.As(cause, &interrupt) {
			// As shells say it of a program that a signal ended.
			code = 128 + int(interrupt.Signal)
		}
		if c.StderrIsTerminal && !c.isDumb() {
			fmt.Fprint(c.Stderr, clearLine)
		}
		fmt.Fprintf(c.Stderr, "originkey: %v\n", cause)
		return code
	}
}

// run runs the program, and says what went wrong.
func (c Command) run(ctx context.Context, arguments []string) int {
	out := &standardOutput{Writer: c.Stdout}
	c.Stdout = out
	err := c.execute(ctx, arguments)
	if out.err != nil && !errors.Is(err, out.err) {
		err = out.err
	}
	var code exitCode
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &code):
		return int(code)
	}
	var several writeErrors
	if !errors.As(err, &several) {
		several = writeErrors{err}
	}
	for _, err := range several {
		fmt.Fprintf(c.Stderr, "originkey: %v\n", err)
	}
	if isUsage(err) {
		fmt.Fprintln(c.Stderr, `Run "originkey --help" for usage.`)
	}
	return exitError
}

// execute runs the command that the arguments name. A panic that nothing before has
// recovered is an error.
func (c Command) execute(ctx context.Context, arguments []string) (err error) {
	defer source.RecoverError(&err)
	root := c.Root()
	root.SetArgs(arguments)
	return root.ExecuteContext(ctx)
}

func isUsage(err error) bool {
	var usage *loader.UsageError
	var panicked *source.PanicError
	return !errors.As(err, &usage) && !errors.As(err, &panicked) && !strings.HasPrefix(err.Error(), "write ") && !strings.HasPrefix(err.Error(), "read ")
}
