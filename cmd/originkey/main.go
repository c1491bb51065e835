// Originkey lints infrastructure code for missing and over-broad kms:Decrypt
// grants between CloudFront, S3 and KMS.
package main

import (
	"context"
	"os"

	"golang.org/x/term"

	"github.com/originkey/originkey/internal/cli"
)

func main() {
	directory, _ := os.Getwd() // An unknown directory is reported with the first path.
	stdout, stderr := int(os.Stdout.Fd()), int(os.Stderr.Fd())
	width, _, err := term.GetSize(stdout)
	if err != nil {
		width, _, _ = term.GetSize(stderr)
	}
	os.Exit(cli.Command{
		Stdout: os.Stdout, Stderr: os.Stderr, Directory: directory, LookupEnv: os.LookupEnv,
		StdoutIsTerminal: term.IsTerminal(stdout), StderrIsTerminal: term.IsTerminal(stderr), Width: width,
	}.Main(context.Background(), os.Args[1:]))
}
