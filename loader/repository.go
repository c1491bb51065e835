package loader

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/originkey/originkey/internal/parallel"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/loader/cloudformation"
	"github.com/originkey/originkey/loader/policyjson"
	"github.com/originkey/originkey/loader/terraform"
)

type unitKind int

const (
	terraformRoot unitKind = iota
	template
	policies
)

// A unit is what loadUnit reads: path is the file of a template and a folder
// otherwise.
type unit struct {
	kind unitKind
	path string
	// parts are the folders of a root module and of those that it calls, or a
	// template and those that it nests.
	parts []string
	// selected says that the caller's paths select the unit by its path.
	selected bool
	// files are those of a folder of policies, sorted. shared says that another
	// unit reads a file of the folder, bound that the configuration binds one.
	files  []string
	shared bool
	bound  bool
}

// A repository gives access to the files below its root and to nothing else:
// os.Root refuses paths and symlinks that lead out of it.
type repository struct {
	root        *os.Root
	exclude     exclusion
	limits      Limits
	diagnostics []source.Diagnostic

	// modules holds the folders with Terraform files, documents the files
	// that may be templates or policies, policyFiles those that are policies,
	// all sorted.
	modules     []string
	documents   []string
	policyFiles []string
	// roots holds the modules that no other one calls, stacks the templates that
	// no other one nests.
	roots  []string
	stacks []string
	// parameters are what the configuration gives to templates, by their files.
	parameters map[string]parameters

	parser    *terraform.Parser
	templates *cloudformation.Parser

	// names holds the entries of the folders that were reached without symbolic
	// links, sorted, as ReadDir returns them; types the types of all that was seen
	// there and is no regular file.
	names map[string][]string
	types map[string]fs.FileMode

	mutex sync.Mutex
	files map[string]*readFile
	// reads counts the files that were read.
	reads int
	// links holds the files that were read through symbolic links, by the path
	// that they were read by.
	links map[string]string
	// total is how many bytes the files have that are kept.
	total atomic.Int64
}

// skipped are folders that hold what others wrote, or nothing to lint.
var skipped = map[string]bool{".git": true, ".terraform": true, "node_modules": true}

func newRepository(root *os.Root, exclude []string, limits Limits, inputs inputs) (*repository, error) {
	for _, pattern := range exclude {
		if !doublestar.ValidatePattern(pattern) {
			return nil, &UsageError{fmt.Sprintf("--exclude %q is not a valid glob", pattern)}
		}
	}
	r := &repository{
		root: root, exclude: exclude, limits: limits.orDefault(), files: map[string]*readFile{}, links: map[string]string{}, parameters: map[string]parameters{},
		names: map[string][]string{}, types: map[string]fs.FileMode{},
	}
	r.parser = terraform.NewParser(r)
	r.templates = cloudformation.NewParser(r, func(name string) cloudformation.Options {
		given := r.parameters[name].under(inputs.parameters)
		return cloudformation.Options{
			Parameters: given.values, Kept: given.kept,
			Account: inputs.account, Region: inputs.region, Partition: inputs.partition,
		}
	})
	seen := 0
	err := fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			if name == "." {
				return fmt.Errorf("read the repository root: %w", cause(err))
			}
			r.diagnostics = append(r.diagnostics, unreadable(name, err))
			delete(r.names, name)
			return nil
		case r.exclude.matches(name):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		r.see(name, entry)
		if entry.IsDir() {
			if skipped[entry.Name()] {
				return fs.SkipDir
			}
			if isTooDeep(name) {
				r.diagnostics = append(r.diagnostics, source.Diagnostic{
					Location: source.Location{File: name}, Severity: source.Error, Message: fmt.Sprintf("what is in more than %d folders is not read", maxFolders),
				})
				return fs.SkipDir
			}
			r.names[name] = nil
		}
		if seen++; seen > r.limits.Files {
			return &UsageError{fmt.Sprintf("the repository has more than %d files; exclude some, or say limits.files in the configuration", r.limits.Files)}
		}
		if entry.IsDir() {
			return nil
		}
		switch {
		case isTerraform(name):
			r.modules = append(r.modules, path.Dir(name))
		case isDocument(name):
			r.documents = append(r.documents, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(r.modules)
	r.modules = slices.Compact(r.modules)
	return r, nil
}

// see notes what the walk comes across.
func (r *repository) see(name string, entry fs.DirEntry) {
	if entry.Type() != 0 {
		r.types[name] = entry.Type()
	}
	folder := path.Dir(name)
	// A folder that cannot be read whole is not listed.
	if names, listed := r.names[folder]; listed && name != "." && !r.isLinkToFolder(name, entry) {
		r.names[folder] = append(names, entry.Name())
	}
}

// An exclusion is the globs of Options.Exclude.
type exclusion []string

// matches reports whether a glob leaves out a file or folder.
func (e exclusion) matches(name string) bool {
	return slices.ContainsFunc(e, func(pattern string) bool {
		matched, _ := doublestar.Match(pattern, name)
		return matched
	})
}

func isTerraform(name string) bool {
	for _, suffix := range []string{".tf", ".tofu", ".tf.json", ".tofu.json"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

func isDocument(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json", ".template":
		return !strings.HasSuffix(name, ".tfvars.json")
	default:
		return false
	}
}

// units returns the Terraform root modules and the templates that are deployed by
// themselves, sorted, with those that the selection selects by their paths marked.
func (r *repository) units(ctx context.Context, selected selection) []unit {
	calls := overAll(ctx, r, r.modules, r.parser.Calls)
	r.roots = roots(r.modules, calls)
	r.parser.SetRoots(r.roots)
	var units []unit
	for _, folder := range r.roots {
		modules := closure(folder, calls)
		units = append(units, unit{kind: terraformRoot, path: folder, parts: modules, selected: selected.selectsFolders(modules...)})
	}
	templates := r.sniffDocuments(ctx, selected)
	nests := overAll(ctx, r, templates, r.templates.Nested)
	// A template that another one nests is part of that one's unit.
	r.stacks = roots(templates, nests)
	for _, name := range r.stacks {
		nested := closure(name, nests)
		units = append(units, unit{kind: template, path: name, parts: nested, selected: selected.selectsFiles(nested...)})
	}
	r.templates.SetStacks(r.stacks)
	return units
}

// overAll calls a function with each name, in parallel. A panic is a diagnostic of the
// name, for which the result is zero.
func overAll[T any](ctx context.Context, r *repository, names []string, of func(name string) T) map[string]T {
	results := make([]T, len(names))
	panics := make([]*source.Diagnostic, len(names))
	_ = parallel.Each(ctx, len(names), func(i int) { // What is done says so itself.
		defer func() {
			if cause := recover(); cause != nil {
				diagnostic := source.Panicked(source.Location{File: names[i]}, cause)
				panics[i] = &diagnostic
			}
		}()
		results[i] = of(names[i])
	})
	all := make(map[string]T, len(names))
	for i, name := range names {
		all[name] = results[i]
		if panics[i] != nil {
			r.diagnostics = append(r.diagnostics, *panics[i])
		}
	}
	return all
}

// sniffDocuments returns the templates and notes the policy files.
func (r *repository) sniffDocuments(ctx context.Context, selected selection) (templates []string) {
	type sniffed struct {
		kind unitKind
		ok   bool
		err  error
	}
	kinds := overAll(ctx, r, r.documents, func(name string) (s sniffed) {
		s.kind, s.ok, s.err = r.sniff(name)
		return s
	})
	for _, name := range r.documents {
		switch s := kinds[name]; {
		case s.err != nil && selected.selectsFiles(name):
			r.diagnostics = append(r.diagnostics, unreadable(name, s.err))
		case !s.ok:
		case s.kind == template:
			templates = append(templates, name)
		case s.kind == policies:
			r.policyFiles = append(r.policyFiles, name)
		}
	}
	return templates
}

// policyUnits returns the folders of policies, sorted, also those of which no file
// is to be read. A file that another unit reads is judged there, in its role, and
// is no part of its folder; a file that the configuration binds always is.
func (r *repository) policyUnits(selected selection, bound map[string]bool, read func(name string) bool) []unit {
	names := slices.AppendSeq(slices.Clone(r.policyFiles), maps.Keys(bound))
	slices.Sort(names)
	byFolder := map[string]*unit{}
	for _, name := range slices.Compact(names) {
		folder := policyjson.Folder(name)
		if byFolder[folder] == nil {
			byFolder[folder] = &unit{kind: policies, path: folder}
		}
		its := byFolder[folder]
		its.bound = its.bound || bound[name]
		if read(name) && !bound[name] {
			its.shared = true
			continue
		}
		its.files = append(its.files, name)
		its.selected = its.selected || selected.selectsFiles(name)
	}
	var units []unit
	for _, folder := range slices.Sorted(maps.Keys(byFolder)) {
		its := byFolder[folder]
		if len(its.files) == 0 {
			continue
		}
		if !its.selected && !selected.hasHints() {
			its.files = slices.DeleteFunc(its.files, func(name string) bool { return !bound[name] })
		}
		units = append(units, *its)
	}
	return units
}

// roots returns the names that no other one calls, and one of each circle of
// names that call each other, so that all are reached. names are sorted.
func roots(names []string, calls map[string][]string) []string {
	called := map[string]bool{}
	for _, name := range names {
		for _, callee := range calls[name] {
			called[callee] = called[callee] || callee != name
		}
	}
	var chosen []string
	reached := map[string]bool{}
	choose := func(name string) {
		chosen = append(chosen, name)
		for _, below := range closure(name, calls) {
			reached[below] = true
		}
	}
	for _, name := range names {
		if !called[name] {
			choose(name)
		}
	}
	for _, name := range names {
		if !reached[name] {
			choose(name)
		}
	}
	slices.Sort(chosen)
	return chosen
}

// closure returns folder and all folders of modules that it calls.
func closure(folder string, calls map[string][]string) []string {
	all := []string{folder}
	seen := map[string]bool{folder: true}
	for i := 0; i < len(all); i++ {
		for _, next := range calls[all[i]] {
			if !seen[next] {
				seen[next] = true
				all = append(all, next)
			}
		}
	}
	return all
}

// sniff looks at the raw bytes before anything is parsed: Helm charts, Jinja
// templates and JSON with comments are in most repositories and are none of our
// business.
func (r *repository) sniff(name string) (kind unitKind, ok bool, err error) {
	file, err := r.ReadFile(name)
	if err != nil {
		return 0, false, err
	}
	switch {
	case cloudformation.Sniff(file.Bytes):
		return template, true, nil
	case policyjson.Sniff(name, file.Bytes):
		return policies, true, nil
	default:
		// Most of them are never asked for: they are not kept.
		r.mutex.Lock()
		delete(r.files, name)
		r.mutex.Unlock()
		r.total.Add(-int64(len(file.Bytes)))
		return 0, false, nil
	}
}

// A readFile is a file that is read, or why it cannot be.
type readFile struct {
	once sync.Once
	file *source.File
	err  error
}

// ReadFile returns a file of the repository. Each file is read once, but for those
// that sniff does not keep; it is safe for concurrent use.
func (r *repository) ReadFile(name string) (*source.File, error) {
	name = path.Clean(name)
	r.mutex.Lock()
	f, ok := r.files[name]
	if !ok {
		f = &readFile{}
		r.files[name] = f
	}
	r.mutex.Unlock()
	f.once.Do(func() { f.file, f.err = r.read(name) })
	return f.file, f.err
}
