package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/originkey/originkey/internal/source"
)

// A Folder holds rules of a user: modules of packages custom["<rule>"], whose
// METADATA makes them rules, and of packages below custom.lib.
type Folder struct {
	// Name is what the user calls the folder. Errors name its files by it.
	Name  string
	Files fs.FS
}

// A RuleError lists all that is wrong with rules.
type RuleError struct {
	Diagnostics []source.Diagnostic
	// Files are those that were read, by the name that diagnostics use.
	Files map[string]*source.File
}

// Error implements error.
func (e *RuleError) Error() string {
	lines := make([]string, len(e.Diagnostics))
	for i, d := range e.Diagnostics {
		lines[i] = fmt.Sprintf("%s: %s", d.Location, d.Message)
	}
	return strings.Join(lines, "\n")
}

// Rules of the program are below data.rules, those of users below data.custom.
const (
	rulesPackage   = "rules"
	customPackage  = "custom"
	libraryPackage = "lib"
)

const testSuffix = "_test.rego"

// A module is one file of Rego.
type module struct {
	// path is where the file is in a bundle, shown what errors call it.
	path, shown string
	text        []byte
	// parsed is the whole module, or only its package and what is above that.
	parsed *ast.Module
	whole  bool
}

// parse parses all of the module.
func (m *module) parse() (*ast.Module, error) {
	if m.whole {
		return m.parsed, nil
	}
	return parseModule(m.shown, m.text)
}

func parseModule(name string, text []byte) (*ast.Module, error) {
	return ast.ParseModuleWithOpts(name, string(text), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
}

// upToPackage returns the text of a module up to the end of the line with its package:
// METADATA and name are read without what only evaluation needs.
func upToPackage(text []byte) []byte {
	end := 0
	for line := range bytes.Lines(text) {
		end += len(line)
		if bytes.HasPrefix(line, []byte("package ")) {
			break
		}
	}
	return text[:end]
}

// element returns an element of the path of the module's package, without "data",
// or "" where there is none.
func (m *module) element(i int) string {
	if i+1 >= len(m.parsed.Package.Path) {
		return ""
	}
	text, _ := m.parsed.Package.Path[i+1].Value.(ast.String)
	return string(text)
}

// depth is the number of elements of the package's path.
func (m *module) depth() int { return len(m.parsed.Package.Path) - 1 }

// isMain reports whether the module is for the stock opa and conftest, which know
// nothing of subjects.
func (m *module) isMain() bool { return m.element(0) == "originkey" || m.element(0) == "main" }

func (m *module) isTest() bool { return strings.HasSuffix(m.path, testSuffix) }

// A reader reads modules and collects what is wrong with them.
type reader struct {
	files    map[string]*source.File
	problems []source.Diagnostic
}

func newReader() *reader { return &reader{files: map[string]*source.File{}} }

func (r *reader) fail(at *ast.Location, format string, arguments ...any) {
	r.problems = append(r.problems, source.Diagnostic{Location: place(at), Severity: source.Error, Message: fmt.Sprintf(format, arguments...)})
}

// err returns a RuleError where something is wrong.
func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(x, y source.Diagnostic) int { return x.Compare(y.Location) })
	return &RuleError{r.problems, r.files}
}

func place(at *ast.Location) source.Location {
	if at == nil {
		return source.Location{}
	}
	// OPA puts the end of a file in front of the first column.
	column := max(at.Col, 1)
	return source.Location{File: at.File, Line: int32(at.Row), Column: int32(column), EndLine: int32(at.Row), EndColumn: int32(column + 1)}
}

// add takes over the errors of OPA.
func (r *reader) add(err error) {
	var several ast.Errors
	var one *ast.Error
	switch {
	case errors.As(err, &several):
	case errors.As(err, &one):
		several = ast.Errors{one}
	default:
		r.problems = append(r.problems, source.Diagnostic{Severity: source.Error, Message: err.Error()})
		return
	}
	for _, each := range several {
		message := each.Message
		if name, ok := strings.CutPrefix(message, "undefined function "); ok {
			if reason := forbidden(name); reason != "" {
				message = reason
			}
		}
		r.fail(each.Location, "%s", message)
	}
}

// embedded reads the files of Rego of the program, each up to its package.
func (r *reader) embedded(files fs.FS) []*module {
	var modules []*module
	r.each(files, "", false, func(name string, text []byte) {
		parsed, err := parseModule(name, upToPackage(text))
		if err != nil {
			r.add(err)
			return
		}
		modules = append(modules, &module{path: name, shown: name, text: text, parsed: parsed})
	})
	return modules
}

// modules parses the files of Rego of a file system: tests as well, where they
// are asked for. shown is what errors put before the names of files, and folder
// what a bundle does.
func (r *reader) modules(files fs.FS, shown, folder string, tests bool) []*module {
	var modules []*module
	r.each(files, shown, tests, func(name string, text []byte) {
		file := source.NewFile(path.Join(shown, name), text)
		r.files[file.Path] = file
		parsed, err := parseModule(file.Path, text)
		if err != nil {
			r.add(err)
			return
		}
		if !tests {
			r.refusePrint(parsed)
		}
		modules = append(modules, &module{path: path.Join(folder, name), shown: file.Path, text: text, parsed: parsed, whole: true})
	})
	return modules
}

// maxRuleSize bounds a file of rules, in bytes.
const maxRuleSize = 1 << 20

// each calls use with the files of Rego of a file system.
func (r *reader) each(files fs.FS, shown string, tests bool, use func(name string, text []byte)) {
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".rego" || strings.HasSuffix(name, testSuffix) && !tests {
			return err
		}
		information, err := fs.Stat(files, name)
		switch {
		case err != nil:
			return err
		case !information.Mode().IsRegular():
			return &fs.PathError{Op: "read", Path: name, Err: errors.New("it is no regular file")}
		case information.Size() > maxRuleSize:
			return &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("it has more than %d bytes", maxRuleSize)}
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		use(name, text)
		return nil
	})
	if err != nil {
		var wrong *fs.PathError
		name := shown
		if errors.As(err, &wrong) {
			name, err = path.Join(shown, wrong.Path), wrong.Err
		}
		r.problems = append(r.problems, source.Diagnostic{Location: source.Location{File: name}, Severity: source.Error, Message: fmt.Sprintf("it cannot be read: %v", err)})
	}
}

// refusePrint reports what OPA would drop without a word.
func (r *reader) refusePrint(parsed *ast.Module) {
	ast.WalkExprs(parsed, func(expr *ast.Expr) bool {
		if expr.IsCall() && expr.Operator().String() == "print" {
			r.fail(expr.Location, "%s", forbidden("print"))
		}
		return false
	})
}

// rules reads the rules of the program: one folder a rule, whose name is the
// rule's.
func (r *reader) rules(modules []*module) []Rule {
	var rules []Rule
	for _, m := range modules {
		folder, file := path.Split(m.path)
		folder = strings.TrimSuffix(folder, "/")
		if file != "rule.rego" {
			continue
		}
		if m.depth() != 2 || m.element(0) != rulesPackage || m.element(1) != folder {
			r.fail(m.parsed.Package.Location, "its package is %s, not rules[%q]", packageName(m.parsed), folder)
			continue
		}
		annotations := packageAnnotations(m.parsed)
		if annotations == nil {
			r.fail(m.parsed.Package.Location, "its package has no METADATA")
			continue
		}
		rules = append(rules, r.rule(Rule{Name: folder}, m, annotations))
	}
	return rules
}

var ruleName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// custom reads the rules of a user.
func (r *reader) custom(folder Folder, modules []*module) []Rule {
	packages := map[string][]*module{}
	var names []string
	for _, m := range modules {
		at, name := m.parsed.Package.Location, m.element(1)
		switch {
		case m.element(0) != customPackage || name == "":
			r.fail(at, "the package %s is not below custom; write package custom[%q]", packageName(m.parsed), "name-of-the-rule")
		case m.isTest() || name == libraryPackage:
		case m.depth() != 2:
			r.fail(at, "the package %s is too deep: a rule is custom[%q], and what rules share is below custom.lib", packageName(m.parsed), name)
		case !ruleName.MatchString(name):
			r.fail(at, "a rule cannot be named %q; write lower case words with hyphens, for example package custom[%q]", name, suggestName(name))
		default:
			if packages[name] == nil {
				names = append(names, name)
			}
			packages[name] = append(packages[name], m)
		}
	}
	if len(names) == 0 && len(r.problems) == 0 {
		r.problems = append(r.problems, source.Diagnostic{Location: source.Location{File: folder.Name}, Severity: source.Error, Message: "there are no rules in this folder"})
	}
	slices.Sort(names)
	var rules []Rule
	for _, name := range names {
		if rule, ok := r.customRule(name, packages[name]); ok {
			rules = append(rules, rule)
		}
	}
	return rules
}

// customRule reads a rule whose package may be spread over several files.
func (r *reader) customRule(name string, modules []*module) (Rule, bool) {
	var described *module
	var annotations *ast.Annotations
	reports := false
	for _, m := range modules {
		if found := packageAnnotations(m.parsed); found != nil {
			if described != nil {
				r.fail(found.Location, "the rule %s has METADATA already, at %s", name, place(annotations.Location))
				return Rule{}, false
			}
			described, annotations = m, found
		}
		for _, rule := range m.parsed.Rules {
			if ref := rule.Head.Ref(); len(ref) == 1 && ref[0].Value.Compare(ast.Var("report")) == 0 {
				reports = true
				if rule.Head.RuleKind() != ast.MultiValue {
					r.fail(rule.Location, "report has to be a set of results; write: report contains result if { ... }")
				}
			}
		}
	}
	at := modules[0].parsed.Package.Location
	if !reports {
		r.fail(at, "the rule %s reports nothing; write: report contains result if { ... }", name)
	}
	if described == nil {
		r.fail(at, "the package has no METADATA; write it above the package, with title, description, custom.level and custom.subject")
		return Rule{}, false
	}
	return r.rule(Rule{Name: name, Custom: true, Location: place(at)}, described, annotations), true
}

// suggestName makes a rule's name of another.
func suggestName(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	if suggestion := strings.Join(words, "-"); ruleName.MatchString(suggestion) {
		return suggestion
	}
	return "name-of-the-rule"
}

// packageName joins the elements of a package's path, without "data".
func packageName(parsed *ast.Module) string {
	return strings.TrimPrefix(parsed.Package.Path.String(), "data.")
}

func packageAnnotations(parsed *ast.Module) *ast.Annotations {
	for _, annotations := range parsed.Annotations {
		if annotations.Scope == "package" {
			return annotations
		}
	}
	return nil
}
