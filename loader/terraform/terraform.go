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
	"sync"

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
	// Roots are the folders of all root modules of the repository, among which
	// the one that writes a remote state is found.
	Roots []string
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

// A Parser parses each file once, however many root modules use it. It is safe
// for concurrent use.
type Parser struct {
	tree  Tree
	mutex sync.Mutex
	files map[string]*parsedFile
}

// NewParser returns a Parser for a tree.
func NewParser(tree Tree) *Parser { return &Parser{tree: tree, files: map[string]*parsedFile{}} }

// A parsedFile is a file with its syntax tree, which holds what could be parsed.
type parsedFile struct {
	once        sync.Once
	file        *source.File
	body        *hclsyntax.Body
	diagnostics []source.Diagnostic
	// broken are the ranges around syntax errors.
	broken []hcl.Range
}

func (p *Parser) parse(name string) *parsedFile {
	p.mutex.Lock()
	parsed, ok := p.files[name]
	if !ok {
		parsed = &parsedFile{}
		p.files[name] = parsed
	}
	p.mutex.Unlock()
	parsed.once.Do(func() {
		file, err := p.tree.ReadFile(name)
		if err != nil {
			parsed.diagnostics = []source.Diagnostic{{Location: source.Location{File: name}, Severity: source.Error, Message: err.Error()}}
			return
		}
		parsed.read(file)
	})
	return parsed
}

// read parses HCL. Syntax errors do not hide what stands around them.
func (f *parsedFile) read(file *source.File) {
	f.file = file
	if strings.HasSuffix(file.Path, ".json") {
		f.readJSON(file)
		return
	}
	parsed, problems := hclsyntax.ParseConfig(file.Bytes, file.Path, hcl.Pos{Line: 1, Column: 1})
	if parsed != nil {
		f.body, _ = parsed.Body.(*hclsyntax.Body)
	}
	for _, problem := range problems {
		at := source.Location{File: file.Path, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
		if problem.Subject != nil {
			at = file.Location(problem.Subject.Start.Byte, problem.Subject.End.Byte)
			f.broken = append(f.broken, *problem.Subject)
		}
		f.diagnostics = append(f.diagnostics, source.Diagnostic{Location: at, Severity: source.Error, Message: problem.Summary + ": " + problem.Detail})
	}
}

// isBroken reports whether a syntax error lies in a block: it may have lost any
// part of it.
func (f *parsedFile) isBroken(block *hclsyntax.Block) bool {
	whole := hcl.RangeBetween(block.DefRange(), block.Body.Range())
	return slices.ContainsFunc(f.broken, whole.Overlaps)
}

// configurationFiles returns the configuration files of a folder in the order in
// which Terraform merges them: override files last.
func (p *Parser) configurationFiles(folder string) ([]string, error) {
	names, err := p.tree.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var primary, override []string
	for _, name := range names {
		stem, ok := configurationStem(name)
		switch {
		case !ok || strings.HasPrefix(name, "."):
		case stem == "override" || strings.HasSuffix(stem, "_override"):
			override = append(override, path.Join(folder, name))
		default:
			primary = append(primary, path.Join(folder, name))
		}
	}
	return append(primary, override...), nil
}

// configurationStem returns a file's name without the suffix of a configuration.
func configurationStem(name string) (stem string, ok bool) {
	for _, suffix := range []string{".tf", ".tofu", ".tf.json", ".tofu.json"} {
		if stem, ok = strings.CutSuffix(name, suffix); ok {
			return stem, true
		}
	}
	return "", false
}

// Calls returns the folders of the local modules that a folder calls, sorted.
func (p *Parser) Calls(folder string) []string {
	names, err := p.configurationFiles(folder)
	if err != nil {
		return nil
	}
	var called []string
	for _, name := range names {
		body := p.parse(name).body
		if body == nil {
			continue
		}
		for _, block := range body.Blocks {
			if block.Type != "module" || block.Body.Attributes["source"] == nil {
				continue
			}
			if local, ok := localSource(block.Body.Attributes["source"].Expr, folder); ok {
				called = append(called, local)
			}
		}
	}
	slices.Sort(called)
	return slices.Compact(called)
}

// Variables returns the names of the variables that the module in a folder
// declares, sorted.
func (p *Parser) Variables(folder string) []string {
	names, err := p.configurationFiles(folder)
	if err != nil {
		return nil
	}
	var declared []string
	for _, name := range names {
		body := p.parse(name).body
		if body == nil {
			continue
		}
		for _, block := range body.Blocks {
			if block.Type == "variable" && len(block.Labels) == 1 {
				declared = append(declared, block.Labels[0])
			}
		}
	}
	slices.Sort(declared)
	return slices.Compact(declared)
}

// localSource returns the folder that a literal module source names, relative to
// the repository root.
func localSource(expression hclsyntax.Expression, folder string) (string, bool) {
	literal, problems := expression.Value(nil)
	if problems.HasErrors() || literal.IsNull() || !literal.Type().Equals(stringType) {
		return "", false
	}
	text := literal.AsString()
	if !strings.HasPrefix(text, "./") && !strings.HasPrefix(text, "../") && text != "." && text != ".." {
		return "", false
	}
	local := path.Join(folder, text)
	return local, local != ".." && !strings.HasPrefix(local, "../")
}

// Load reads the root module in a folder.
func (p *Parser) Load(ctx context.Context, folder string, options Options) (*graph.Builder, []source.Diagnostic) {
	l := p.newLoader(ctx, folder, options)
	if !l.load(folder) {
		return nil, l.diagnostics
	}
	return l.builder, l.diagnostics
}

func (p *Parser) newLoader(ctx context.Context, folder string, options Options) *loader {
	return &loader{
		parser: p, ctx: ctx, unit: "terraform:" + folder, options: options,
		builder: graph.NewBuilder(), used: map[string]bool{}, files: map[string]*source.File{}, objects: map[string]*object{},
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
	files       map[string]*source.File
	// objects holds the instances of blocks that values stand for.
	objects map[string]*object
	// used collects the variables whose default the current evaluation
	// rests on.
	used map[string]bool
	// depth counts nested evaluations, to end endless ones, and evaluations
	// all of them.
	depth, evaluations int
	// modulesByKey holds the folders of installed modules.
	modulesByKey map[string]string
	// folderByBackend holds the folders of root modules by the state that they
	// write; readsStateOf those whose state is being read, to find cycles.
	folderByBackend map[backendKey]string
	readsStateOf    map[string]bool
	// incomplete says which file could not be read whole, or "".
	incomplete string
	// modules counts instances of modules.
	modules int
}

func (l *loader) diagnose(at source.Location, severity source.Severity, format string, arguments ...any) {
	l.diagnostics = append(l.diagnostics, source.Diagnostic{Location: at, Severity: severity, Message: fmt.Sprintf(format, arguments...)})
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
	return string(file.Bytes[r.Start.Byte:r.End.Byte])
}

func (l *loader) usedDefaults() []string {
	var names []string
	for name := range l.used {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func unknown(at source.Location, format string, arguments ...any) value.Value {
	return value.NotKnown(fmt.Sprintf(format, arguments...), at)
}
