// Repository writes a repository for the benchmarks: repository
// terraform|cloudformation N FOLDER.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/originkey/originkey/testdata/bench/generate"
)

func main() {
	if len(os.Args) != 4 {
		fail("usage: repository terraform|cloudformation N FOLDER")
	}
	n, err := strconv.Atoi(os.Args[2])
	if err != nil || n < 0 {
		fail("N has to be a number: " + os.Args[2])
	}
	write, known := map[string]func(string, int) error{"terraform": generate.Terraform, "cloudformation": generate.CloudFormation}[os.Args[1]]
	if !known {
		fail("neither terraform nor cloudformation: " + os.Args[1])
	}
	if err := write(os.Args[3], n); err != nil {
		fail(err.Error())
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(2)
}
