// Package config reads a repository's own configuration, the file .originkey.yaml.
//
// Reading is strict: a key that is not known, a value of another kind and a key
// that is written twice are errors with their place. What was written keeps its
// place, so that whatever it says wrongly of the repository can be reported there.
// All paths in a configuration are relative to the repository root.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/originkey/originkey/internal/source"
)

// Name is the name of the file that is found by itself.
const Name = ".originkey.yaml"

// A Config is what a configuration says. What is not written is zero.
type Config struct {
	// File is the path of the file, relative to the repository root where it
	// lies below it.
	File string

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

	Policies      []Policy
	Buckets       []Bucket
	Distributions []Identifier
	Identities    []Identifier
}

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
type Error struct{ Diagnostics []source.Diagnostic }

// Error implements error.
func (e *Error) Error() string {
	lines := make([]string, len(e.Diagnostics))
	for i, d := range e.Diagnostics {
		lines[i] = fmt.Sprintf("%s: %s", d.Location, d.Message)
	}
	return strings.Join(lines, "\n")
}

// Find reads the configuration that is nearest above all of the paths, which are
// those of files and folders of root. It returns nil where there is none.
func Find(root fs.FS, paths []string) (*Config, error) {
	for folder := common(root, paths); ; folder = path.Dir(folder) {
		name := path.Join(folder, Name)
		content, err := fs.ReadFile(root, name)
		switch {
		case err == nil:
			return Parse(source.NewFile(name, content))
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("read %s: %w", name, withoutPath(err))
		case folder == ".":
			return nil, nil
		}
	}
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
			return nil, &Error{[]source.Diagnostic{{Location: syntax.Location, Severity: source.Error, Message: syntax.Message}}}
		}
		return nil, fmt.Errorf("read %s: %w", file.Path, err)
	}
	c := &Config{File: file.Path}
	r := &reader{}
	if len(documents) > 1 {
		r.fail(file.FirstLine(documents[1].Location), "the file holds %d YAML documents; a configuration has to be the only one", len(documents))
	}
	if len(documents) > 0 {
		c.read(r, documents[0])
	}
	if len(r.diagnostics) > 0 {
		return nil, &Error{r.diagnostics}
	}
	return c, nil
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
