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
	os.Exit(cli.Command{
		Stdout: os.Stdout, Stderr: os.Stderr, Directory: directory, LookupEnv: os.LookupEnv,
		StdoutIsTerminal: term.IsTerminal(int(os.Stdout.Fd())),
	}.Main(context.Background(), os.Args[1:]))
}
