package terraform

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/source"
)

// A Parser reads each file once, however many root modules use it, and parses the
// blocks in it that somebody asks for. A syntax tree takes about ten times the space
// of its text, so that it is kept only until the last root module that uses it is
// loaded. A Parser is safe for concurrent use.
type Parser struct {
	tree  Tree
	mutex sync.Mutex
	// folders holds the folders that were listed, given the files that are
	// part of no module.
	folders map[string]*folder
	given   map[*source.File]*parsedFile
	// expected holds the folders of modules that a root module to be loaded
	// uses, users how many root modules use a folder.
	expected map[string][]string
	users    map[string]int
	// roots are the folders of all root modules, backends holds them by the
	// states that they write.
	roots        []string
	backendsOnce sync.Once
	backends     map[backendKey]string
	// unread is a root module of which syntax errors may hide which state it
	// writes, or "".
	unread string
	// readsStates says that the state of a root module may be read by another one.
	readsStates atomic.Bool
	// read counts the files that were read, parsed the blocks that were parsed.
	read   int
	parsed atomic.Int64
}

// A folder is a folder of the tree, with the files in it that are parsed.
type folder struct {
	once  sync.Once
	names []string
	// configuration are the paths of the configuration files in the order in
	// which Terraform merges them: override files last.
	configuration []string
	err           error
	files         map[string]*parsedFile
}

// NewParser returns a Parser for a tree.
func NewParser(tree Tree) *Parser {
	return &Parser{
		tree: tree, folders: map[string]*folder{}, given: map[*source.File]*parsedFile{},
		expected: map[string][]string{}, users: map[string]int{},
	}
}

// SetRoots says which folders are root modules, among which the one that writes a
// remote state is found. It is called before Load.
func (p *Parser) SetRoots(folders []string) { p.roots = folders }

// Expect says that a root module will be loaded, once, and the folders of the modules
// that it uses, with its own. It is called for all root modules before the first
// is loaded, and may be left out.
func (p *Parser) Expect(root string, folders []string) {
	p.expected[root] = folders
	for _, folder := range folders {
		p.users[folder]++
	}
}

// release drops the syntax trees that no root module needs any more.
func (p *Parser) release(root string, visited map[string]bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	folders, expected := p.expected[root]
	if !expected {
		return
	}
	delete(p.expected, root)
	for _, folder := range folders {
		p.users[folder]--
		// Not every module that is called is read: a count may be 0.
		visited[folder] = true
	}
	for folder := range visited {
		if known := p.folders[folder]; known != nil && p.users[folder] <= 0 {
			clear(known.files)
		}
	}
}

// list lists a folder once.
func (p *Parser) list(name string) *folder {
	p.mutex.Lock()
	f, ok := p.folders[name]
	if !ok {
		f = &folder{files: map[string]*parsedFile{}}
		p.folders[name] = f
	}
	p.mutex.Unlock()
	f.once.Do(func() { f.names, f.err = p.tree.ReadDir(name); f.sort(name) })
	return f
}

// sort finds the configuration files.
func (f *folder) sort(name string) {
	var override []string
	for _, file := range f.names {
		stem, ok := configurationStem(file)
		switch {
		case !ok || strings.HasPrefix(file, "."):
		case isOverride(stem):
			override = append(override, path.Join(name, file))
		default:
			f.configuration = append(f.configuration, path.Join(name, file))
		}
	}
	f.configuration = append(f.configuration, override...)
}

func isOverride(stem string) bool { return stem == "override" || strings.HasSuffix(stem, "_override") }

// configurationStem returns a file's name without the suffix of a configuration.
func configurationStem(name string) (stem string, ok bool) {
	for _, suffix := range []string{".tf", ".tofu", ".tf.json", ".tofu.json"} {
		if stem, ok = strings.CutSuffix(name, suffix); ok {
			return stem, true
		}
	}
	return "", false
}

// configurationFiles returns the configuration files of a folder in the order in
// which Terraform merges them.
func (p *Parser) configurationFiles(folder string) ([]string, error) {
	listed := p.list(folder)
	return listed.configuration, listed.err
}

// parse reads a file of the tree.
func (p *Parser) parse(name string) *parsedFile {
	inside := p.list(path.Dir(name))
	p.mutex.Lock()
	parsed, ok := inside.files[name]
	if !ok {
		parsed = &parsedFile{count: &p.parsed}
		inside.files[name] = parsed
		p.read++
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

// parseGiven reads a file that is not part of a module.
func (p *Parser) parseGiven(file *source.File) *parsedFile {
	p.mutex.Lock()
	parsed, ok := p.given[file]
	if !ok {
		parsed = &parsedFile{count: &p.parsed}
		p.given[file] = parsed
		p.read++
	}
	p.mutex.Unlock()
	parsed.once.Do(func() { parsed.file = file; parsed.readWhole() })
	return parsed
}

// A parsedFile is a file with what could be parsed of it: as a whole, or the blocks
// of its outline one by one. A file that has syntax errors in what is always parsed
// is parsed as a whole, so that they do not hide what stands around them.
type parsedFile struct {
	once sync.Once
	file *source.File
	// blocks are those of the top level that no syntax error lies in.
	blocks []declaration
	// body is nil where the file is not parsed as a whole, or could not be.
	body        *hclsyntax.Body
	inParts     bool
	diagnostics []source.Diagnostic
	// broken are the ranges around syntax errors.
	broken []hcl.Range
	// whole is the same file parsed as a whole.
	wholeOnce sync.Once
	whole     *parsedFile
	// count is that of the parser.
	count *atomic.Int64
}

// maxProblems is how many syntax errors of one file are told: a file with more is
// no configuration.
const maxProblems = 100

// read parses what is always needed of a file.
func (f *parsedFile) read(file *source.File) {
	f.file = file
	if _, isConfiguration := configurationStem(file.Path); isConfiguration && !strings.HasSuffix(file.Path, ".json") && f.readParts() {
		return
	}
	f.readWhole()
}

// asWhole returns the file parsed as a whole.
func (f *parsedFile) asWhole() *parsedFile {
	if !f.inParts {
		return f
	}
	f.wholeOnce.Do(func() {
		f.whole = &parsedFile{file: f.file, count: f.count}
		f.whole.readWhole()
	})
	return f.whole
}

// readWhole parses the file. Syntax errors do not hide what stands around them.
func (f *parsedFile) readWhole() {
	f.blocks = nil
	if strings.HasSuffix(f.file.Path, ".json") {
		f.readJSON(f.file)
	} else {
		f.readNative(f.file)
	}
	if f.body == nil {
		return
	}
	f.count.Add(int64(len(f.body.Blocks)))
	f.blocks = make([]declaration, 0, len(f.body.Blocks))
	for _, block := range f.body.Blocks {
		if !f.isBroken(block) {
			f.blocks = append(f.blocks, declaration{section: sectionOf(block), block: block})
		}
	}
}

func (f *parsedFile) readNative(file *source.File) {
	parsed, problems := parseConfig(file.Bytes, file.Path, hcl.InitialPos)
	if parsed != nil {
		f.body, _ = parsed.Body.(*hclsyntax.Body)
	}
	for i, problem := range problems {
		if i == maxProblems {
			f.diagnostics = append(f.diagnostics, source.Diagnostic{
				Location: source.Location{File: file.Path}, Severity: source.Error, Message: fmt.Sprintf("%d more syntax errors", len(problems)-i),
			})
			f.body = nil
			break
		}
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

// sections returns the blocks of a type in a file, whose text they are part of. ok is
// false where that takes parsing the file.
func (p *Parser) sections(name, kind string) (sections []section, text []byte, ok bool) {
	file, err := p.tree.ReadFile(name)
	if err != nil {
		return nil, nil, false
	}
	mentioned := bytes.Contains(file.Bytes, []byte(kind))
	if strings.HasSuffix(name, ".json") {
		// An escape may write any word.
		return nil, nil, !mentioned && !bytes.Contains(file.Bytes, []byte(`\u`))
	}
	if !mentioned {
		return nil, nil, true
	}
	sections, ok = outline(file.Bytes)
	return slices.DeleteFunc(sections, func(s section) bool { return s.kind != kind }), file.Bytes, ok
}

// blocks returns the blocks of a type in a file. Where the file has an outline, nothing
// else in it is parsed. whole is false where syntax errors may have lost some of them.
func (p *Parser) blocks(name, kind string) (blocks []*hclsyntax.Block, whole bool) {
	if sections, text, ok := p.sections(name, kind); ok {
		for _, section := range sections {
			blocks = append(blocks, parseBlocks(text[section.start.Byte:section.end], name, section.start)...)
		}
		p.parsed.Add(int64(len(blocks)))
		if len(blocks) == len(sections) {
			return blocks, true
		}
	}
	parsed := p.parse(name).asWhole()
	if parsed.body == nil {
		return nil, false
	}
	blocks = slices.Clone(parsed.body.Blocks)
	return slices.DeleteFunc(blocks, func(block *hclsyntax.Block) bool { return block.Type != kind }), len(parsed.diagnostics) == 0
}

// Calls returns the folders of the local modules that a folder calls, sorted. It is
// called for all folders before the first root module is loaded.
func (p *Parser) Calls(folder string) []string {
	var called []string
	for _, name := range p.list(folder).configuration {
		called = append(called, p.callsOf(name, folder)...)
	}
	slices.Sort(called)
	return slices.Compact(called)
}

// callsOf returns the folders that a file calls. Most sources are plain strings, for
// which nothing is parsed.
func (p *Parser) callsOf(name, folder string) (called []string) {
	if file, err := p.tree.ReadFile(name); err == nil && bytes.Contains(file.Bytes, []byte("terraform_remote_state")) {
		p.readsStates.Store(true)
	}
	sections, text, plain := p.sections(name, "module")
	for _, section := range sections {
		written, ok := section.argument(text, "source")
		if local, isLocal := localFolder(written, folder); isLocal {
			called = append(called, local)
		}
		plain = plain && ok
	}
	if plain {
		return called
	}
	called = nil
	blocks, _ := p.blocks(name, "module")
	for _, block := range blocks {
		if block.Body.Attributes["source"] == nil {
			continue
		}
		if local, ok := localSource(block.Body.Attributes["source"].Expr, folder); ok {
			called = append(called, local)
		}
	}
	return called
}

// Variables returns the names of the variables that the module in a folder
// declares, sorted.
func (p *Parser) Variables(folder string) []string {
	var declared []string
	for _, name := range p.list(folder).configuration {
		blocks, _ := p.blocks(name, "variable")
		for _, block := range blocks {
			if len(block.Labels) == 1 {
				declared = append(declared, block.Labels[0])
			}
		}
	}
	slices.Sort(declared)
	return slices.Compact(declared)
}
