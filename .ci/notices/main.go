// Notices writes the licences of all that the program links into one file, for the
// archives of a release: the licences demand to be handed on.
//
//	go run ./.ci/notices FILE
package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/packaging/dependencies"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "notices: %v\n", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("expected the name of a file")
	}
	text, err := notices()
	if err != nil {
		return err
	}
	return os.WriteFile(arguments[0], []byte(text), 0o644)
}

func notices() (string, error) {
	modules, err := dependencies.Linked(".")
	if err != nil {
		return "", err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("find the licence of Go: %w", err)
	}
	library, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "LICENSE"))
	if err != nil {
		return "", fmt.Errorf("read the licence of Go: %w", err)
	}
	var out strings.Builder
	out.WriteString("originkey is under the Apache License 2.0, see LICENSE. The program holds the following as well.\n")
	write := func(title, text string) {
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n", title, strings.Repeat("=", len(title)), strings.TrimSpace(text))
	}
	write("The standard library of Go (https://go.dev)", string(library))
	for _, module := range modules {
		title := fmt.Sprintf("%s %s (%s)", module.Path, module.Version, strings.Join(module.Licences, ", "))
		var texts []string
		for _, name := range slices.Sorted(maps.Keys(module.Notices)) {
			texts = append(texts, strings.TrimSpace(module.Notices[name]))
		}
		if slices.Contains(module.Licences, "MPL-2.0") {
			texts = append(texts, fmt.Sprintf("The source is to be had at https://pkg.go.dev/%s@%s.", module.Path, module.Version))
		}
		write(title, strings.Join(texts, "\n\n"))
	}
	return out.String(), nil
}
