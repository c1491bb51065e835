// Package config reads a repository's own configuration, the file .originkey.yaml.
//
// Reading is strict: a key that is not known, a value of another kind and a key
// that is written twice are errors with their place. What was written keeps its
// place, so that whatever it says wrongly of the repository can be reported there.
// All paths in a configuration are relative to the repository root.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// Name is the name of the file that is found by itself.
const Name = ".originkey.yaml"

// A Config is what a configuration says. What is not written is zero.
type Config struct {
	// File is the path of the file, relative to the repository root where it
	// lies below it, and Source its text.
	File   string
	Source *source.File

	// Account, Region and Partition are those of every stack that does not say
	// its own.
	Account   source.Text
	Region    source.Text
	Partition source.Text
	// TrustedAccounts are other accounts that key policies may let decrypt.
	TrustedAccounts []source.Text
	// Assume is "false" where a folder of bare policies is not to be taken as
	// one stack, else "true" or not written.
	Assume source.Text
	// FailOn is the lowest level that makes the exit code 1.
	FailOn source.Text
	// Exclude are globs of files to leave out.
	Exclude []source.Text
	// Rules say how serious the findings of rules are.
	Rules []Rule
	// Ignores accept findings.
	Ignores []finding.Ignore
	// Limits bound what is read and what custom rules take.
	Limits Limits
	// RuleFolders are folders of custom rules.
	RuleFolders []source.Text
	// Roots and Templates give values to variables and parameters.
	Roots     []Root
	Templates []Template

	Policies      []Policy
	Buckets       []Bucket
	Distributions []Identifier
	Identities    []Identifier
}

// Limits are numbers. What is not written is zero.
type Limits struct {
	// FileSize and TotalSize are bytes, of a file and of all files that are read.
	FileSize, TotalSize source.Text
	// Files is how many files a repository has, and Steps how many steps the
	// evaluation of a root module takes.
	Files, Steps source.Text
	// RuleSeconds and RuleMegabytes are what a custom rule takes.
	RuleSeconds, RuleMegabytes source.Text
}

// A Rule says how serious the findings of a rule are: Off, or a level.
type Rule struct{ Name, Level source.Text }

// Off is the level of rules whose findings are left out.
const Off = "off"

// A Root gives values to the variables of a Terraform root module. VarFiles are
// read in their order; Variables win over them.
type Root struct {
	Path      source.Text
	VarFiles  []source.Text
	Variables []Variable
}

// A Variable is a value of any form. Text in it is meant literally.
type Variable struct {
	Name  source.Text
	Value *source.Node
}

// A Template gives values to the parameters of a CloudFormation template: those of
// ParameterFile, or Parameters.
type Template struct {
	Path          source.Text
	ParameterFile source.Text
	Parameters    []Parameter
}

// A Parameter is a value as CloudFormation takes it. A list is written with commas.
type Parameter struct{ Name, Value source.Text }

// A Policy says what the policy in a file is written for: Key or Bucket.
type Policy struct {
	File   source.Text
	Key    source.Text
	Bucket source.Text
}

// A Bucket says which key encrypts a bucket by default.
type Bucket struct {
	Bucket source.Text
	Key    source.Text
}

// An Identifier says which id AWS gave a resource.
type Identifier struct {
	Address source.Text
	ID      source.Text
}

// An Error lists all that is wrong with a configuration.
type Error struct {
	File        *source.File
	Diagnostics []source.Diagnostic
}

// Error implements error.
func (e *Error) Error() string {
	lines := make([]string, len(e.Diagnostics))
	for i, d := range e.Diagnostics {
		lines[i] = fmt.Sprintf("%s: %s", d.Location, d.Message)
	}
	return strings.Join(lines, "\n")
}

// Find reads the configuration that is nearest above all of the paths, which are
// those of files and folders of root. It returns nil where there is none. What
// somebody may take for one is an error, so that nothing passes unread.
func Find(root fs.FS, paths []string) (*Config, error) {
	for folder := common(root, paths); ; folder = path.Dir(folder) {
		name := path.Join(folder, Name)
		information, err := fs.Lstat(root, name)
		switch {
		case err == nil && information.IsDir():
			return nil, fmt.Errorf("read %s: it is a folder", name)
		case err == nil:
			return read(root, name)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("read %s: %w", name, withoutPath(err))
		}
		other := path.Join(folder, strings.TrimSuffix(Name, ".yaml")+".yml")
		if _, err := fs.Lstat(root, other); err == nil {
			return nil, fmt.Errorf("%s is not read: the configuration has to be called %s", other, Name)
		}
		if folder == "." {
			return nil, nil
		}
	}
}

// read reads a file, or what a symbolic link leads to in the repository.
func read(root fs.FS, name string) (*Config, error) {
	information, err := fs.Stat(root, name)
	if err == nil && !information.Mode().IsRegular() {
		err = errors.New("it is no regular file")
	}
	var content []byte
	if err == nil {
		content, err = fs.ReadFile(root, name)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, withoutPath(err))
	}
	return Parse(source.NewFile(name, content))
}

// common returns the innermost folder that holds all paths.
func common(root fs.FS, paths []string) string {
	folder := ""
	for i, name := range paths {
		if information, err := fs.Stat(root, name); err != nil || !information.IsDir() {
			name = path.Dir(name)
		}
		if i == 0 {
			folder = name
		}
		for folder != "." && name != folder && !strings.HasPrefix(name, folder+"/") {
			folder = path.Dir(folder)
		}
	}
	return path.Clean(folder)
}

func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// Parse reads the text of a configuration. The error is an *Error.
func Parse(file *source.File) (*Config, error) {
	documents, err := source.ParseYAML(file)
	if err != nil {
		var syntax *source.SyntaxError
		if errors.As(err, &syntax) {
			return nil, &Error{file, []source.Diagnostic{{Location: syntax.Location, Severity: source.Error, Message: syntax.Message}}}
		}
		return nil, fmt.Errorf("read %s: %w", file.Path, err)
	}
	c := &Config{File: file.Path, Source: file}
	r := &reader{}
	if len(documents) > 1 {
		r.fail(file.FirstLine(documents[1].Location), "the file holds %d YAML documents; a configuration has to be the only one", len(documents))
	}
	if len(documents) > 0 {
		c.read(r, documents[0])
	}
	if len(r.diagnostics) > 0 {
		return nil, &Error{file, r.diagnostics}
	}
	return c, nil
}

// CheckRules returns what is wrong with the names of rules that are written, given
// those that exist, sorted.
func (c *Config) CheckRules(existing []string) []source.Diagnostic {
	var diagnostics []source.Diagnostic
	for _, rule := range c.Rules {
		diagnostics = append(diagnostics, CheckRule(rule.Name, existing)...)
	}
	for _, ignore := range c.Ignores {
		for _, rule := range ignore.Rules {
			diagnostics = append(diagnostics, CheckRule(rule, existing)...)
		}
	}
	return diagnostics
}

// CheckRule returns an error where no rule has the name.
func CheckRule(name source.Text, existing []string) []source.Diagnostic {
	if slices.Contains(existing, name.Text) {
		return nil
	}
	message := fmt.Sprintf("there is no rule %s", name.Text) + cmp.Or(DidYouMean(name.Text, existing), `; "originkey rules" lists them`)
	return []source.Diagnostic{{Location: name.Location, Severity: source.Error, Message: message}}
}

func (c *Config) read(r *reader, document *source.Node) {
	r.object(document, "the configuration", fields{
		"account":   r.text(&c.Account, "12 digits in quotes", isAccount),
		"region":    r.text(&c.Region, "a Region such as us-east-1", isRegion),
		"partition": r.oneOf(&c.Partition, "aws", "aws-cn", "aws-us-gov"),
		"trusted_accounts": r.list(func(node *source.Node) {
			var account source.Text
			r.text(&account, "12 digits in quotes", isAccount)(node)
			c.TrustedAccounts = append(c.TrustedAccounts, account)
		}),
		"assume":  r.flag(&c.Assume),
		"fail-on": r.oneOf(&c.FailOn, "note", "warning", "error", "never"),
		"exclude": r.globs(&c.Exclude),
		"rules": r.mapping("rules to levels", func(name source.Text, node *source.Node) {
			rule := Rule{Name: name}
			r.oneOf(&rule.Level, Off, "note", "warning", "error")(node)
			c.Rules = append(c.Rules, rule)
		}),
		"ignores": r.list(func(node *source.Node) {
			var file, address source.Text
			ignore := r.ignore(node, "an element of ignores", fields{"file": r.glob(&file), "address": r.any(&address)})
			ignore.File, ignore.Address = file.Text, address.Text
			c.Ignores = append(c.Ignores, ignore)
		}),
		"limits": func(node *source.Node) {
			r.object(node, "limits", fields{
				"file_size": r.count(&c.Limits.FileSize), "total_size": r.count(&c.Limits.TotalSize),
				"files": r.count(&c.Limits.Files), "steps": r.count(&c.Limits.Steps),
				"rule_seconds": r.count(&c.Limits.RuleSeconds), "rule_megabytes": r.count(&c.Limits.RuleMegabytes),
			})
		},
		"rule_folders": r.paths(&c.RuleFolders),
		"roots":        r.list(func(node *source.Node) { c.Roots = append(c.Roots, r.root(node, c.Roots)) }),
		"templates":    r.list(func(node *source.Node) { c.Templates = append(c.Templates, r.template(node, c.Templates)) }),
		"policies": r.list(func(node *source.Node) {
			var policy Policy
			r.object(node, "an element of policies", fields{
				"file": r.any(&policy.File), "key": r.any(&policy.Key), "bucket": r.any(&policy.Bucket),
			})
			r.require(node, "file", policy.File)
			if policy.Key.IsZero() == policy.Bucket.IsZero() {
				r.fail(node.Location, "a policy is for one key or for one bucket: write either key or bucket")
			}
			c.Policies = append(c.Policies, policy)
		}),
		"buckets": r.list(func(node *source.Node) {
			var bucket Bucket
			r.object(node, "an element of buckets", fields{"bucket": r.any(&bucket.Bucket), "key": r.any(&bucket.Key)})
			r.require(node, "bucket", bucket.Bucket)
			r.require(node, "key", bucket.Key)
			c.Buckets = append(c.Buckets, bucket)
		}),
		"distributions": r.identifiers(&c.Distributions),
		"identities":    r.identifiers(&c.Identities),
	})
}

// root reads an element of roots.
func (r *reader) root(node *source.Node, before []Root) (root Root) {
	r.object(node, "an element of roots", fields{
		"path":      r.path(&root.Path),
		"var_files": r.paths(&root.VarFiles),
		"variables": r.mapping("variables to values", func(name source.Text, node *source.Node) {
			root.Variables = append(root.Variables, Variable{Name: name, Value: node})
		}),
	})
	r.require(node, "path", root.Path)
	for _, other := range before {
		r.onceOnly(root.Path, other.Path)
	}
	return root
}

// template reads an element of templates.
func (r *reader) template(node *source.Node, before []Template) (template Template) {
	parameters := r.mapping("parameters to values, or the name of a parameter file", func(name source.Text, node *source.Node) {
		template.Parameters = append(template.Parameters, Parameter{Name: name, Value: r.parameter(node)})
	})
	r.object(node, "an element of templates", fields{
		"path": r.path(&template.Path),
		"parameters": func(node *source.Node) {
			if node.Kind == source.StringNode {
				r.path(&template.ParameterFile)(node)
				return
			}
			parameters(node)
		},
	})
	r.require(node, "path", template.Path)
	for _, other := range before {
		r.onceOnly(template.Path, other.Path)
	}
	return template
}
