package loader

import (
	"fmt"
	"maps"
	"slices"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
	"github.com/originkey/originkey/loader/terraform"
)

// A RootInput gives values to the variables of one Terraform root module. Its
// paths are relative to the repository root, as are those of a TemplateInput.
type RootInput struct {
	Path          source.Text
	VariableFiles []source.Text
	Variables     []Variable
}

// A Variable is a value of any form. Text in it is meant literally.
type Variable struct {
	Name  source.Text
	Value *source.Node
}

// A TemplateInput gives values to the parameters of one CloudFormation template.
type TemplateInput struct {
	Path          source.Text
	ParameterFile source.Text
	Parameters    []Parameter
}

// A Parameter is a value as CloudFormation takes it.
type Parameter struct{ Name, Value source.Text }

func (l *loading) fail(at source.Location, format string, arguments ...any) {
	l.diagnostics = append(l.diagnostics, source.Diagnostic{Location: at, Severity: source.Error, Message: fmt.Sprintf(format, arguments...)})
}

// isUnit reports what is wrong with a name that is none of existing.
func (l *loading) isUnit(name source.Text, what string, existing []string) bool {
	if slices.Contains(existing, name.Text) {
		return true
	}
	if len(existing) == 0 {
		l.fail(name.Location, "there is no %s %s in the repository, nor any other", what, name.Text)
		return false
	}
	l.fail(name.Location, "there is no %s %s in the repository; there is %s", what, name.Text, someOf(existing))
	return false
}

// declares reports a name that a unit does not declare.
func (l *loading) declares(name source.Text, what, unit string, declared []string) {
	switch {
	case slices.Contains(declared, name.Text):
	case len(declared) == 0:
		l.fail(name.Location, "%s declares no %s %s, nor any other", unit, what, name.Text)
	default:
		l.fail(name.Location, "%s declares no %s %s; it declares %s", unit, what, name.Text, someOf(declared))
	}
}

// giveRoots reads what the configuration gives to root modules, by their folders.
func (l *loading) giveRoots(roots []RootInput) map[string]terraform.Given {
	given := map[string]terraform.Given{}
	for _, root := range roots {
		if !l.isUnit(root.Path, "root module", l.repository.roots) {
			continue
		}
		its := terraform.Given{Values: map[string]value.Value{}}
		for _, name := range root.VariableFiles {
			if file := l.readGiven(name); file != nil {
				its.Files = append(its.Files, file)
			}
		}
		declared := l.repository.parser.Variables(root.Path.Text)
		for _, variable := range root.Variables {
			l.declares(variable.Name, "variable", root.Path.Text, declared)
			its.Values[variable.Name.Text] = value.FromNode(variable.Value)
		}
		given[root.Path.Text] = its
	}
	return given
}

// giveTemplates reads what the configuration gives to templates. It is called
// before units are looked for: which templates one nests may depend on it.
func (l *loading) giveTemplates(templates []TemplateInput) {
	for _, template := range templates {
		its := parameters{values: map[string]string{}, kept: map[string]bool{}}
		if name := template.ParameterFile; !name.IsZero() {
			if file := l.readGiven(name); file != nil {
				if err := its.read(file.Bytes); err != nil {
					l.fail(name.Location, "%s: %v", name.Text, err)
				}
				its.files = append(its.files, file)
			}
		}
		for _, parameter := range template.Parameters {
			its.values[parameter.Name.Text] = parameter.Value.Text
		}
		l.repository.parameters[template.Path.Text] = its
	}
}

// checkTemplates reports names that do not exist. A parameter file may be one for
// several templates, and is not checked.
func (l *loading) checkTemplates(templates []TemplateInput) {
	for _, template := range templates {
		if !l.isUnit(template.Path, "template", l.repository.stacks) {
			continue
		}
		declared := l.repository.templates.Parameters(template.Path.Text)
		for _, parameter := range template.Parameters {
			l.declares(parameter.Name, "parameter", template.Path.Text, declared)
		}
	}
}

// readGiven reads a file that the configuration names.
func (l *loading) readGiven(name source.Text) *source.File {
	file, err := l.repository.ReadFile(name.Text)
	if err != nil {
		l.fail(name.Location, "%v", err)
		return nil
	}
	return file
}

// parameters are values that are given to the parameters of templates.
type parameters struct {
	values map[string]string
	// kept names the parameters that keep the value that the deployed stack has.
	kept map[string]bool
	// files are those that hold them.
	files []*source.File
}

// under returns the parameters with those of the command line over them.
func (p parameters) under(flags parameters) parameters {
	over := parameters{values: map[string]string{}, kept: map[string]bool{}, files: slices.Concat(p.files, flags.files)}
	maps.Copy(over.values, p.values)
	maps.Copy(over.kept, p.kept)
	for name, text := range flags.values {
		over.values[name] = text
		delete(over.kept, name)
	}
	for name := range flags.kept {
		over.kept[name] = true
		delete(over.values, name)
	}
	return over
}
