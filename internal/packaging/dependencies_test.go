package packaging

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/packaging/dependencies"
)

var update = flag.Bool("update", false, "write the list of indirect dependencies anew")

// accepted are the licences under which something may be part of the program.
var accepted = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Unicode-DFS-2016", "Unlicense"}

// TestDependencies asserts that docs/dependencies.md says of each module what it is
// for, and under which licence it is.
func TestDependencies(t *testing.T) {
	linked, err := dependencies.Linked(project)
	if err != nil {
		t.Fatal(err)
	}
	required := direct(t)
	var through strings.Builder
	through.WriteString("| Module | Licence | Imported by |\n|---|---|---|\n")
	licences := map[string]string{}
	for _, module := range linked {
		licences[module.Path] = strings.Join(module.Licences, ", ")
		for _, licence := range module.Licences {
			if !slices.Contains(accepted, licence) {
				t.Errorf("%s is under %s", module.Path, licence)
			}
		}
		// What only the tests require may be linked through others.
		if !slices.Contains(required, module.Path) || !slices.Contains(module.Importers, "github.com/originkey/originkey") {
			fmt.Fprintf(&through, "| `%s` | %s | `%s` |\n", module.Path, licences[module.Path], strings.Join(module.Importers, "`, `"))
		} else {
			required = slices.DeleteFunc(required, func(path string) bool { return path == module.Path })
			required = append(required, "linked "+module.Path)
		}
	}

	name := filepath.Join(project, "docs/dependencies.md")
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	page := strings.ReplaceAll(string(content), "\r\n", "\n")
	before, rest, found := strings.Cut(page, "## In the program through those\n\n")
	written, after, ended := strings.Cut(rest, "\n## For tests alone\n")
	if !found || !ended {
		t.Fatal("the page has lost its sections")
	}
	if *update {
		page = before + "## In the program through those\n\n" + through.String() + "\n## For tests alone\n" + after
		if err := os.WriteFile(name, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if written != through.String() {
		t.Errorf("the modules that others import are, by go test ./internal/packaging -run TestDependencies -update:\n%s", through.String())
	}

	var described []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(.*?)` \\| (.*?) \\| (.+) \\|$").FindAllStringSubmatch(before, -1) {
		described = append(described, "linked "+row[1])
		if row[2] != licences[row[1]] {
			t.Errorf("%s is under %s, not %s", row[1], licences[row[1]], row[2])
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(.*?)` \\| (.+) \\|$").FindAllStringSubmatch(after, -1) {
		described = append(described, row[1])
	}
	slices.Sort(required)
	slices.Sort(described)
	if !slices.Equal(described, required) {
		t.Errorf("the page describes\n%s\nand go.mod requires\n%s", strings.Join(described, "\n"), strings.Join(required, "\n"))
	}
}

// direct are the modules that go.mod requires for the packages of this one.
func direct(t *testing.T) []string {
	t.Helper()
	command := exec.Command("go", "mod", "edit", "-json")
	command.Dir = project
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Require []struct {
			Path     string
			Indirect bool
		}
		Replace, Exclude []any
	}
	if err := json.Unmarshal(output, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Replace) > 0 || len(file.Exclude) > 0 {
		t.Error("go.mod replaces or excludes modules: with go install nobody would get that")
	}
	var paths []string
	for _, module := range file.Require {
		if !module.Indirect {
			paths = append(paths, module.Path)
		}
	}
	return paths
}

// TestNotices writes what the archives of a release hand on.
func TestNotices(t *testing.T) {
	file := filepath.Join(t.TempDir(), "notices.txt")
	command := exec.Command("go", "run", "./.ci/notices", file)
	command.Dir = project
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	linked, err := dependencies.Linked(project)
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range linked {
		if !strings.Contains(string(content), "\n"+module.Path+" "+module.Version+" (") {
			t.Errorf("%s is not mentioned", module.Path)
		}
		for name, text := range module.Notices {
			if !strings.Contains(string(content), strings.TrimSpace(text)) {
				t.Errorf("%s of %s is missing", name, module.Path)
			}
		}
	}
	if !strings.Contains(string(content), "The Go Authors") {
		t.Error("the licence of the standard library is missing")
	}
}

func TestLicences(t *testing.T) {
	for text, want := range map[string]string{
		"nothing": "",
		"# Apache License\n#   Version 2.0, January 2004":                                                                        "Apache-2.0",
		"Redistribution and use in source and binary forms, with or\n// without modification, are permitted":                     "BSD-2-Clause",
		"> Permission is hereby granted, free\n> of charge, to any person obtaining a copy":                                      "MIT",
		"Redistribution and use in source and binary forms, with or without modification, are permitted ... Neither the name of": "BSD-3-Clause",
	} {
		if got := strings.Join(dependencies.Licences(text), ", "); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
