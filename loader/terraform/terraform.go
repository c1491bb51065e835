// Package terraform reads one Terraform root module and the local modules that
// it calls into graph nodes, from source alone.
//
// Expressions are evaluated symbolically over the syntax tree of hclsyntax, on
// demand, with a memo and a call stack. Terraform's own evaluator would not do:
// it replaces everything that is computed by unknown values, and one unknown
// leaf makes a whole policy unknown. Here a computed attribute is a reference
// that names its resource, a conditional that the input does not decide keeps
// both sides, and every value keeps the place where it is written.
//
// A variable of the root module without a value is a reference to itself, as the
// same variable is the same text wherever it is used. Its node has the kind
// opaque and says in External why it has no value.
package terraform

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// Options are what is known besides the configuration.
type Options struct {
	// Variables are values given on the command line.
	Variables map[string]string
	// Given is what the configuration gives to root modules, by their folders.
	Given map[string]Given
	// VariableFiles are those of the command line. They are read after the
	// module's own and what is given, the last one wins.
	VariableFiles []*source.File
	// Steps bounds the evaluation of a root module, by DefaultSteps where it is 0.
	Steps int
}

// Given are values for the variables of one root module. Values win over Files.
type Given struct {
	Files  []*source.File
	Values map[string]value.Value
}

// A Tree gives access to the files of a repository by slash-separated paths
// relative to its root. It refuses paths that lead out of it.
type Tree interface {
	ReadFile(path string) (*source.File, error)
	ReadDir(path string) ([]string, error)
}

// maxModules bounds how many instances of modules a root module has.
const maxModules = 10_000

// localSource returns the folder that a literal module source names, relative to
// the repository root.
func localSource(expression hclsyntax.Expression, folder string) (string, bool) {
	literal, problems := expression.Value(nil)
	if problems.HasErrors() || literal.IsNull() || !literal.Type().Equals(stringType) {
		return "", false
	}
	return localFolder(literal.AsString(), folder)
}

// localFolder returns the folder that a module source means, relative to the
// repository root, where it is one.
func localFolder(text, folder string) (string, bool) {
	if !strings.HasPrefix(text, "./") && !strings.HasPrefix(text, "../") && text != "." && text != ".." {
		return "", false
	}
	local := path.Join(folder, text)
	return local, local != ".." && !strings.HasPrefix(local, "../")
}

// Load reads the root module in a folder.
func (p *Parser) Load(ctx context.Context, folder string, options Options) (*graph.Builder, []source.Diagnostic) {
	l := p.newLoader(ctx, folder, options)
	visited := l.visited
	defer func() { p.release(folder, visited) }()
	ok := l.load(folder)
	if l.broken {
		// A block that is asked for has syntax errors. They are told as the parser
		// tells them of whole files, and what it makes of what stands around them
		// decides.
		l = p.newLoader(ctx, folder, options)
		l.whole, l.visited = true, visited
		ok = l.load(folder)
	}
	if !ok {
		return nil, l.diagnostics
	}
	return l.builder, l.diagnostics
}

func (p *Parser) newLoader(ctx context.Context, folder string, options Options) *loader {
	return &loader{
		parser: p, ctx: ctx, unit: "terraform:" + folder, options: options,
		builder: graph.NewBuilder(), used: map[string]bool{}, files: map[string]*source.File{}, objects: map[string]*object{},
		visited: map[string]bool{},
	}
}

// load reads the root module; it returns false where there is none.
func (l *loader) load(folder string) bool {
	root := l.newModule(folder, nil)
	if root == nil {
		return false
	}
	root.readVariableFiles()
	root.addEnvironments()
	root.addVariables()
	root.addAll()
	l.addDependencies()
	l.builder.AddUnit(graph.Unit{ID: l.unit, Path: folder, Language: graph.Terraform, Incomplete: l.incomplete})
	return true
}

// A loader reads one root module.
type loader struct {
	parser      *Parser
	ctx         context.Context
	unit        string
	options     Options
	builder     *graph.Builder
	diagnostics []source.Diagnostic
	// unread are the diagnostics of files that could not be read whole.
	unread []source.Diagnostic
	files  map[string]*source.File
	// visited holds the folders of the modules that were read.
	visited map[string]bool
	// objects holds the instances of blocks that values stand for.
	objects map[string]*object
	// dependent are the objects whose dependencies are recorded in the end, with those
	// of what they depend on: what a suggestion names must not depend on where it is
	// named.
	dependent []*object
	// whole says that files are parsed as a whole, broken that a block that was
	// asked for has syntax errors.
	whole, broken bool
	// used collects the variables whose default the current evaluation
	// rests on.
	used map[string]bool
	// depth counts nested evaluations, to end endless ones, and evaluations
	// all of them.
	depth, evaluations int
	// steps counts what bounds the evaluation, and toldSteps says that it ended.
	steps     int
	toldSteps bool
	// listed holds the files below folders.
	listed map[string][]string
	// modulesByKey holds the folders of installed modules.
	modulesByKey map[string]string
	// readsStateOf holds the folders of root modules whose state is being read,
	// to find cycles.
	readsStateOf map[string]bool
	// incomplete says which file could not be read whole, or "".
	incomplete string
	// modules counts instances of modules.
	modules int
}

func (l *loader) diagnose(at source.Location, severity source.Severity, format string, arguments ...any) {
	l.diagnostics = append(l.diagnostics, source.Diagnostic{Location: at, Severity: severity, Message: fmt.Sprintf(format, arguments...)})
}

// tell keeps what is wrong with a file.
func (l *loader) tell(problems []source.Diagnostic) {
	l.unread = append(l.unread, problems...)
	l.diagnostics = append(l.diagnostics, problems...)
}

// at converts a range of HCL.
func (l *loader) at(r hcl.Range) source.Location {
	if file, ok := l.files[r.Filename]; ok {
		return file.Location(r.Start.Byte, r.End.Byte)
	}
	return source.Location{File: r.Filename}
}

// text returns what is written in a range, on one line.
func (l *loader) text(r hcl.Range) string {
	return strings.Join(strings.Fields(l.written(r)), " ")
}

// written returns the bytes of a range. Where a file is broken, HCL makes ranges
// that are none.
func (l *loader) written(r hcl.Range) string {
	file, ok := l.files[r.Filename]
	if !ok || r.Start.Byte < 0 || r.Start.Byte > r.End.Byte || r.End.Byte > len(file.Bytes) {
		return ""
	}
	return file.Piece(r.Start.Byte, r.End.Byte)
}

func (l *loader) usedDefaults() []string {
	var names []string
	for name := range l.used {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// use notes variables whose default the current evaluation rests on.
func (l *loader) use(variables []string) {
	for _, name := range variables {
		l.used[name] = true
	}
}

// uses returns the variables whose default an evaluation rests on, which is part of the
// current one.
func (l *loader) uses(evaluate func()) []string {
	outer := l.used
	l.used = map[string]bool{}
	evaluate()
	variables := l.usedDefaults()
	l.used = outer
	l.use(variables)
	return variables
}

func unknown(at source.Location, format string, arguments ...any) value.Value {
	return value.NotKnown(fmt.Sprintf(format, arguments...), at)
}
