// Package loader finds the units of a repository and reads them into one graph.
//
// A unit is what is deployed together: a Terraform root module with the modules
// it calls, a CloudFormation template, or a folder of policies. The paths that a caller gives only
// choose among units: each is always read whole, so that nothing is ever judged
// missing because a list of files was partial.
package loader

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/memory"
	"github.com/originkey/originkey/internal/parallel"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/loader/policyjson"
	"github.com/originkey/originkey/loader/terraform"
)

// Options are what the user says besides the paths.
type Options struct {
	// Directory is the working directory that paths are relative to.
	Directory string
	// Variables are Terraform input variables by name.
	Variables map[string]string
	// VariableFiles are Terraform variable files, relative to Directory.
	VariableFiles []string
	// ParameterFiles are CloudFormation parameter files in the form of the
	// AWS CLI, relative to Directory.
	ParameterFiles []string
	// Roots and Templates are what the configuration gives to variables and
	// parameters of single units. What the command line gives wins over it.
	Roots     []RootInput
	Templates []TemplateInput
	// Exclude are globs over paths relative to the repository root.
	Exclude []string
	// Limits bound what is read.
	Limits Limits
	// Account, Region and Partition are those of every stack that does not say
	// its own.
	Account, Region, Partition string
	// NoAssumption stops a folder of bare policies from being taken as one
	// stack.
	NoAssumption bool
	// Configuration is the text of the configuration, or nil.
	Configuration *source.File
	// Bindings say what the files do not.
	Bindings Bindings
}

// A Result is what was read.
type Result struct {
	Graph       *graph.Graph
	Diagnostics []source.Diagnostic
	// Root is the absolute path of the repository root.
	Root string
	// Links holds the files that were read through symbolic links, by the path
	// that they were read by. Paths are relative to Root, with forward slashes.
	Links map[string]string
	// Coverage says for which units findings are reported.
	Coverage *Coverage
}

// A UsageError is a mistake in what the caller asked for.
type UsageError struct{ Message string }

// Error implements error.
func (e *UsageError) Error() string { return e.Message }

// Load reads the units that the paths choose. The error is a *UsageError, or
// says why the repository cannot be read at all; whatever is wrong with single
// files is a diagnostic.
func Load(ctx context.Context, paths []string, options Options) (*Result, error) {
	rootPath, chosen, err := Locate(options.Directory, paths)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(rootPath)
	if err != nil {
		return nil, fmt.Errorf("open the repository root: %w", err)
	}
	defer root.Close()

	inputs, err := readInputs(options, rootPath)
	if err != nil {
		return nil, err
	}
	repository, err := newRepository(root, options.Exclude, options.Limits, inputs)
	if err != nil {
		return nil, err
	}
	l := &loading{repository: repository, inputs: inputs, selected: repository.selection(chosen, options.Bindings.File), whole: graph.NewBuilder()}
	l.coverage = newCoverage(l.selected, repository.exclude)
	if options.Configuration != nil {
		l.whole.AddFile(options.Configuration)
	}
	l.giveTemplates(options.Templates)
	units := repository.units(ctx, l.selected)
	if err := repository.checkTotal(); err != nil {
		return nil, err
	}
	memory.Expect(repository.total.Load())
	l.checkTemplates(options.Templates)
	l.inputs.given = l.giveRoots(options.Roots)
	if err := l.load(ctx, units); err != nil {
		return nil, err
	}
	b := &binder{loading: l, bindings: options.Bindings, added: map[string]*graph.Node{}, bound: map[string]bool{}}
	b.identify()
	l.inputs.bindings = b.policies()
	if err := l.load(ctx, repository.policyUnits(l.selected, b.bound, l.coverage.reads)); err != nil {
		return nil, err
	}
	if err := repository.checkTotal(); err != nil {
		return nil, err
	}
	b.complete()
	l.fillEnvironments()
	result := &Result{Graph: l.whole.Freeze(), Root: rootPath, Links: repository.links, Coverage: l.coverage, Diagnostics: slices.Concat(repository.diagnostics, l.diagnostics)}
	sortDiagnostics(result)
	for _, d := range result.Diagnostics {
		// A file that does not parse is in no unit.
		if read, ok := repository.files[d.File]; ok && read.file != nil {
			result.Graph.Files[d.File] = read.file
		}
	}
	return result, nil
}

// A loading reads the units of a repository into one builder.
type loading struct {
	repository  *repository
	inputs      inputs
	selected    selection
	coverage    *Coverage
	whole       *graph.Builder
	diagnostics []source.Diagnostic
}

// load reads units in parallel and merges them in their order, each as soon as those
// before it are merged, so that few are held twice.
func (l *loading) load(ctx context.Context, units []unit) error {
	units = slices.DeleteFunc(units, func(u unit) bool {
		unread := len(u.files) == 0 && u.kind == policies || !l.selected.hasHints() && !u.selected && !u.bound
		if unread {
			l.coverage.add(u.path, false, nil)
		}
		return unread
	})
	for _, unit := range units {
		switch unit.kind {
		case terraformRoot:
			l.repository.parser.Expect(unit.path, unit.parts)
		case template:
			l.repository.templates.Expect(unit.path, unit.parts)
		case policies:
		}
	}
	builders := make([]*graph.Builder, len(units))
	diagnostics := make([][]source.Diagnostic, len(units))
	done := make([]bool, len(units))
	merged := 0
	var mutex sync.Mutex
	if err := parallel.Each(ctx, len(units), func(i int) {
		builder, its := loadUnit(ctx, l.repository, units[i], l.inputs)
		mutex.Lock()
		defer mutex.Unlock()
		builders[i], diagnostics[i], done[i] = builder, its, true
		for ; merged < len(units) && done[merged]; merged++ {
			l.merge(units[merged], builders[merged], diagnostics[merged])
			builders[merged], diagnostics[merged] = nil, nil
		}
	}); err != nil {
		return fmt.Errorf("read the repository: %w", err)
	}
	return nil
}

// merge adds a unit that was read; builder is nil where it could not be.
func (l *loading) merge(unit unit, builder *graph.Builder, diagnostics []source.Diagnostic) {
	selected := unit.selected || builder != nil && l.selected.selectsReader(builder)
	l.coverage.add(unit.path, selected, builder)
	if builder != nil {
		if !selected {
			builder.MarkContext()
		}
		if err := l.whole.Merge(builder); err != nil {
			diagnostics = append(diagnostics, source.Diagnostic{
				Location: source.Location{File: unit.path}, Severity: source.Error, Message: err.Error(),
			})
		}
	}
	if !selected {
		diagnostics = asContext(diagnostics)
	}
	l.diagnostics = append(l.diagnostics, diagnostics...)
}

// fillEnvironments says where stacks are that do not say it. Only the environment
// that a unit has by default is meant: another provider configuration may be
// another account.
func (l *loading) fillEnvironments() {
	isDefault := map[string]bool{}
	for _, unit := range l.whole.Units() {
		isDefault[unit] = true
		isDefault[unit+"@aws"] = true
	}
	for _, environment := range l.whole.Environments() {
		if !isDefault[environment.ID] {
			continue
		}
		if environment.SameAccountAs == "" {
			environment.Account = cmp.Or(environment.Account, l.inputs.account)
			environment.Partition = cmp.Or(environment.Partition, l.inputs.partition)
		}
		environment.Region = cmp.Or(environment.Region, l.inputs.region)
		l.whole.AddEnvironment(environment)
	}
}

// loadUnit reads one unit. A panic of a loader is that unit's diagnostic: the
// other units are still linted.
func loadUnit(ctx context.Context, repository *repository, unit unit, inputs inputs) (builder *graph.Builder, diagnostics []source.Diagnostic) {
	defer func() {
		if cause := recover(); cause != nil {
			builder = nil
			diagnostics = []source.Diagnostic{source.Panicked(source.Location{File: unit.path}, cause)}
		}
	}()
	switch unit.kind {
	case terraformRoot:
		return repository.parser.Load(ctx, unit.path, terraform.Options{
			Steps:     repository.limits.Steps,
			Variables: inputs.variables, VariableFiles: inputs.variableFiles, Given: inputs.given,
		})
	case template:
		builder, diagnostics = repository.templates.Load(ctx, unit.path)
		if builder != nil {
			for _, file := range slices.Concat(repository.parameters[unit.path].files, inputs.parameters.files) {
				builder.AddFile(file)
			}
		}
		return builder, diagnostics
	default:
		return policyjson.Load(ctx, repository, unit.path, unit.files, policyjson.Options{
			Account: inputs.account, Region: inputs.region, Partition: inputs.partition,
			Shared: unit.shared, NoAssumption: inputs.noAssumption, Bindings: inputs.bindings,
		})
	}
}

// Locate returns the absolute repository root and the paths relative to it, with
// forward slashes. Without paths it is the directory that is chosen. The error is
// a *UsageError where a path is wrong.
func Locate(directory string, paths []string) (root string, chosen []string, err error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, name := range paths {
		absolute := name
		if !filepath.IsAbs(absolute) {
			absolute = filepath.Join(directory, name)
		}
		absolute, err = filepath.EvalSymlinks(absolute)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return "", nil, &UsageError{fmt.Sprintf("%s does not exist", name)}
			}
			return "", nil, &UsageError{fmt.Sprintf("%s cannot be read: %v", name, cause(err))}
		}
		its, err := repositoryRoot(absolute)
		if err != nil {
			return "", nil, &UsageError{fmt.Sprintf("%s cannot be read: %v", name, cause(err))}
		}
		if root != "" && its != root {
			return "", nil, &UsageError{fmt.Sprintf("%s and %s are not in one git repository; give the folder that holds both, or lint one at a time", paths[0], name)}
		}
		root = its
		relative, err := filepath.Rel(root, absolute)
		if err != nil {
			return "", nil, fmt.Errorf("locate %s in its repository: %w", name, err)
		}
		chosen = append(chosen, filepath.ToSlash(relative))
	}
	return root, chosen, nil
}

// repositoryRoot is the nearest ancestor with a .git entry, which is a file in a
// worktree, else the folder itself.
func repositoryRoot(absolute string) (string, error) {
	information, err := os.Stat(absolute)
	if err != nil {
		return "", fmt.Errorf("find the repository root: %w", err)
	}
	folder := absolute
	if !information.IsDir() {
		folder = filepath.Dir(absolute)
	}
	for candidate := folder; ; candidate = filepath.Dir(candidate) {
		if _, err := os.Lstat(filepath.Join(candidate, ".git")); err == nil {
			return candidate, nil
		}
		if candidate == filepath.Dir(candidate) {
			return folder, nil
		}
	}
}

// cause drops the path from a file error: messages never hold absolute paths.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

func unreadable(name string, err error) source.Diagnostic {
	why := cause(err)
	if errors.Is(err, fs.ErrInvalid) && !utf8.ValidString(name) {
		// io/fs opens nothing of such a name: fs.ValidPath.
		why = errors.New("its name is not UTF-8; rename it, or exclude it")
	}
	return source.Diagnostic{
		Location: source.Location{File: name},
		Severity: source.Error,
		Message:  fmt.Sprintf("cannot be read: %v", why),
	}
}

func sortDiagnostics(result *Result) {
	slices.SortStableFunc(result.Diagnostics, func(x, y source.Diagnostic) int {
		if order := x.Location.Compare(y.Location); order != 0 {
			return order
		}
		return strings.Compare(x.Message, y.Message)
	})
	result.Diagnostics = slices.Compact(result.Diagnostics)
	for i := range result.Diagnostics {
		result.Diagnostics[i].File = path.Clean(result.Diagnostics[i].File)
	}
}
