// Package dependencies says which modules the released program links, and under which
// licences. It asks the go command, and is no part of the program.
package dependencies

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Module is linked into the program on one of the systems that it is released for.
type Module struct {
	Path, Version string
	// Importers are the paths of the modules whose packages import it, sorted.
	Importers []string
	// Notices are its texts about copyright, by the names of the files.
	Notices map[string]string
	// Licences are the identifiers of SPDX that its texts stand for, sorted.
	Licences []string
}

// Systems are those that the program is released for.
var Systems = []string{"linux", "darwin", "windows"}

// listed is what "go list -json" says of a package.
type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
	CgoFiles   []string
	Module     *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// Linked returns the modules beside its own that the program links, sorted by path.
// It is an error if one needs cgo, or has no licence that is known.
func Linked(project string) ([]Module, error) {
	modules := map[string]*Module{}
	for _, system := range Systems {
		packages, err := list(project, system)
		if err != nil {
			return nil, err
		}
		owner := map[string]string{}
		for _, each := range packages {
			if each.Module != nil {
				owner[each.ImportPath] = each.Module.Path
			}
		}
		for _, each := range packages {
			if each.Module == nil {
				continue
			}
			if len(each.CgoFiles) > 0 {
				return nil, fmt.Errorf("%s needs cgo on %s", each.ImportPath, system)
			}
			if !each.Module.Main && modules[each.Module.Path] == nil {
				module, err := read(each.Module.Path, each.Module.Version, each.Module.Dir)
				if err != nil {
					return nil, err
				}
				modules[module.Path] = module
			}
		}
		for _, each := range packages {
			for _, imported := range each.Imports {
				module := modules[owner[imported]]
				if module == nil || each.Module == nil || each.Module.Path == module.Path || slices.Contains(module.Importers, each.Module.Path) {
					continue
				}
				module.Importers = append(module.Importers, each.Module.Path)
				slices.Sort(module.Importers)
			}
		}
	}
	sorted := make([]Module, 0, len(modules))
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		sorted = append(sorted, *modules[path])
	}
	return sorted, nil
}

// list returns the packages of the program, with cgo where a package has a use for it.
func list(project, system string) ([]listed, error) {
	command := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports,CgoFiles,Module", "./cmd/originkey")
	command.Dir = project
	command.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=1")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages of the program: %w: %s", err, stderr.String())
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var each listed
		switch err := decoder.Decode(&each); {
		case errors.Is(err, io.EOF):
			return packages, nil
		case err != nil:
			return nil, fmt.Errorf("read the list of packages: %w", err)
		}
		packages = append(packages, each)
	}
}

var noticeName = regexp.MustCompile(`(?i)^(un)?licen[cs]e|^notice|^copying|^patents`)

// read reads the notices of a module.
func read(path, version, folder string) (*Module, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read the licence of %s: %w", path, err)
	}
	module := &Module{Path: path, Version: version, Notices: map[string]string{}}
	for _, entry := range entries {
		if entry.IsDir() || !noticeName.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the licence of %s: %w", path, err)
		}
		module.Notices[entry.Name()] = string(text)
		for _, licence := range Licences(string(text)) {
			if !slices.Contains(module.Licences, licence) {
				module.Licences = append(module.Licences, licence)
			}
		}
	}
	slices.SortFunc(module.Licences, cmp.Compare[string])
	if len(module.Licences) == 0 {
		return nil, fmt.Errorf("%s has no licence that is known", path)
	}
	return module, nil
}

// sentences are what only one licence says.
var sentences = []struct{ licence, sentence string }{
	{"Apache-2.0", "apache license version 2.0, january 2004"},
	{"Apache-2.0", "licensed under the apache license, version 2.0 (the"},
	{"BSD-2-Clause", "redistribution and use in source and binary forms, with or without modification, are permitted"},
	{"BSD-3-Clause", "neither the name of"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose with or without fee"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"MPL-2.0", "mozilla public license, version 2.0"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"Unicode-DFS-2016", "permission is hereby granted, free of charge, to any person obtaining a copy of the unicode data files"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
}

// decoration is what comments and quotations put before the lines of a text.
var decoration = regexp.MustCompile(`(?m)^[\s>#*/]+`)

// Licences returns the identifiers of SPDX of the licences that a text holds.
func Licences(text string) []string {
	text = strings.ToLower(strings.Join(strings.Fields(decoration.ReplaceAllString(text, "")), " "))
	var found []string
	for _, each := range sentences {
		if strings.Contains(text, each.sentence) && !slices.Contains(found, each.licence) {
			found = append(found, each.licence)
		}
	}
	// What BSD-3-Clause demands more is one clause.
	if slices.Contains(found, "BSD-3-Clause") {
		found = slices.DeleteFunc(found, func(licence string) bool { return licence == "BSD-2-Clause" })
	}
	return found
}
