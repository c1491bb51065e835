package suggest

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A form is a way of writing a policy statement.
type form int

const (
	// statementBlock is a block of data.aws_iam_policy_document, and
	// statementBlockJSON the same in the JSON syntax of Terraform.
	statementBlock form = iota
	statementBlockJSON
	// hclObject is an argument of jsonencode.
	hclObject
	// jsonTemplate is JSON with the interpolation of Terraform, in a heredoc or
	// a file in the JSON syntax.
	jsonTemplate
	// templateFile is JSON in a file of its own that templatefile reads, in
	// which only what is passed in can be named.
	templateFile
	// plainJSON is a JSON file, in which nothing can be referred to.
	plainJSON
	templateYAML
	templateJSON
	// cdkApp is a template that the CDK wrote; what has to change is the app.
	cdkApp
)

func (f form) isTemplate() bool { return f == templateYAML || f == templateJSON }

// isSynthesis reports whether resources are those of CloudFormation, in which the
// policy of a key is a part of the key.
func (f form) isSynthesis() bool { return f.isTemplate() || f == cdkApp }

func (f form) isBlock() bool { return f == statementBlock || f == statementBlockJSON }

func (f form) hasComments() bool {
	return f == statementBlock || f == hclObject || f == templateYAML
}

// language is the form of resources in the file of a node: templateYAML,
// templateJSON, cdkApp, plainJSON, hclObject, or jsonTemplate for the JSON syntax
// of Terraform.
func (s *suggester) language(node *graph.Node) form {
	unit := s.graph.Unit(node.Unit)
	switch unit.Language {
	case graph.CloudFormation, graph.TemplateJSON:
		switch file := s.graph.Files[node.Location.File]; {
		case unit.Synthesized:
			return cdkApp
		case file != nil && bytes.HasPrefix(bytes.TrimSpace(file.Text()), []byte("{")):
			return templateJSON
		default:
			// The nested template may be written in another one than its parent.
			return templateYAML
		}
	case graph.PolicyJSON:
		return plainJSON
	default:
		if isTerraformJSON(node.Location.File) {
			return jsonTemplate
		}
		return hclObject
	}
}

func isTerraformJSON(file string) bool {
	return strings.HasSuffix(file, ".tf.json") || strings.HasSuffix(file, ".tofu.json")
}

func isTerraform(file string) bool {
	return isTerraformJSON(file) || strings.HasSuffix(file, ".tf") || strings.HasSuffix(file, ".tofu")
}

// scope says how text is written for a policy and what can be named there. near is
// the statement that it replaces, or nil; place is the policy, or what has none.
func (s *suggester) scope(place, policy, near *graph.Node) *scope {
	language := s.language(place)
	sc := &scope{graph: s.graph, accounts: s.accounts, at: place, form: language, file: place.Location.File}
	if policy == nil || language != hclObject && language != jsonTemplate {
		return sc
	}
	if near == nil {
		if statements := s.graph.Children(policy.ID, graph.Statement); len(statements) > 0 {
			near = statements[0]
		}
	}
	encoded := false
	policy.Attribute("document").Walk(func(v value.Value) {
		encoded = encoded || slices.ContainsFunc(v.Parts(), func(part value.Part) bool { return part.Kind == value.JSONOf })
	})
	if near == nil {
		if !encoded {
			sc.form = jsonTemplate
		}
		return sc
	}
	sc.file = near.Location.File
	word := s.element(near.Statement.Places)
	switch {
	case !isTerraform(sc.file):
		sc.form = templateFile
		sc.isTemplate = s.isTemplateFile(sc.file, place)
	case isTerraformJSON(sc.file):
		sc.form = jsonTemplate
		if word == strings.ToLower(word) {
			sc.form = statementBlockJSON
		}
	case word == strings.ToLower(word):
		sc.form = statementBlock
	case encoded:
		sc.form = hclObject
	default:
		sc.form = jsonTemplate
	}
	return sc
}

// element returns how an element of a statement is written, without quotes: Action
// in a policy, actions in a data source.
func (s *suggester) element(places source.Places) string {
	for _, name := range []string{"Action", "NotAction", "Resource", "Principal", "Effect"} {
		at, ok := places.At(name)
		file := s.graph.Files[at.File]
		if !ok || file == nil {
			continue
		}
		line := []rune(file.Line(int(at.Line)))
		if at.Column < 1 || int(at.Column) > len(line) {
			continue
		}
		text := strings.TrimLeft(string(line[at.Column-1:]), `\"`)
		if word := word.FindString(text); word != "" {
			return word
		}
	}
	return "Action"
}

var (
	word = regexp.MustCompile(`^[A-Za-z_]+`)
	// interpolation does not match the variables of IAM, which hold a colon.
	interpolation = regexp.MustCompile(`[$%]\{[^{}:]+\}`)
)

// isTemplateFile reports whether a file is read as a template rather than as it
// is.
func (s *suggester) isTemplateFile(name string, reader *graph.Node) bool {
	if file := s.graph.Files[name]; file != nil && interpolation.Match(file.Bytes) {
		return true
	}
	switch path.Ext(name) {
	case ".tftpl", ".tpl", ".tmpl":
		return true
	}
	file := s.graph.Files[reader.Body.File]
	if file == nil {
		return false
	}
	for line := reader.Body.Line; line <= reader.Body.EndLine; line++ {
		if strings.Contains(file.Line(int(line)), "templatefile(") {
			return true
		}
	}
	return false
}
