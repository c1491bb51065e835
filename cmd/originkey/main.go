// Originkey lints infrastructure code for missing and over-broad kms:Decrypt
// grants between CloudFront, S3 and KMS.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/originkey/originkey/internal/cli"
	"github.com/originkey/originkey/internal/memory"
)

func main() {
	memory.Tune(os.LookupEnv)
	ctx := untilSignal()
	directory, _ := os.Getwd() // An unknown directory is reported with the first path.
	stdout, stderr := int(os.Stdout.Fd()), int(os.Stderr.Fd())
	width, _, err := term.GetSize(stdout)
	if err != nil {
		width, _, _ = term.GetSize(stderr)
	}
	os.Exit(cli.Command{
		Stdout: os.Stdout, Stderr: os.Stderr, Directory: directory, LookupEnv: os.LookupEnv,
		StdoutIsTerminal: term.IsTerminal(stdout), StderrIsTerminal: term.IsTerminal(stderr), Width: width,
	}.Main(ctx, os.Args[1:]))
}

// untilSignal returns a context that a signal ends. One that the caller has turned
// off, as nohup does, stays off.
func untilSignal() context.Context {
	// A closed pipe is an error of the write then, as on Windows.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancelCause(context.Background())
	received := make(chan os.Signal, 1)
	for _, each := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		if !signal.Ignored(each) {
			signal.Notify(received, each)
		}
	}
	go func() {
		if number, ok := (<-received).(syscall.Signal); ok {
			cancel(cli.Interrupt{Signal: number})
		}
	}()
	return ctx
}
