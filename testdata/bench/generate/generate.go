// Package generate writes repositories of sites that are served through
// CloudFront, as large as wanted, for the benchmarks.
package generate

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed templates
var files embed.FS

// A site is what differs between one root module or template and the next. Of 16
// sites, eleven grant what CloudFront needs, two more do it in jsonencode, one is
// served through an OAI without AWS KMS, one lets every distribution decrypt, and
// one grants nothing.
type site struct {
	Name, Team string
	// Identity says that an OAI signs, and that the bucket is not encrypted with AWS KMS.
	Identity bool
	// PolicyAsJSON says that Terraform writes the key policy with jsonencode.
	PolicyAsJSON bool
	// Grants says that the key policy lets CloudFront decrypt, AnyDistribution that
	// it does not say which distribution.
	Grants, AnyDistribution bool
}

func newSite(i int) site {
	kind := i % 16
	return site{
		Name: fmt.Sprintf("site-%05d", i), Team: fmt.Sprintf("team-%02d", i%40),
		Identity: kind == 5, PolicyAsJSON: kind == 6 || kind == 14, Grants: kind != 5 && kind != 15, AnyDistribution: kind == 7,
	}
}

// Terraform writes a repository of n root modules of twelve to fourteen resources,
// which share two child modules.
func Terraform(folder string, n int) error {
	modules, err := read("templates/modules")
	if err != nil {
		return err
	}
	for name, module := range modules {
		if err := write(filepath.Join(folder, "modules", name), module, site{}); err != nil {
			return err
		}
	}
	root, err := read("templates/site")
	if err != nil {
		return err
	}
	for i := range n {
		its := newSite(i)
		for name, file := range root {
			if err := write(filepath.Join(folder, "sites", its.Name, name), file, its); err != nil {
				return err
			}
		}
	}
	return nil
}

// CloudFormation writes a repository of n templates with the same sites.
func CloudFormation(folder string, n int) error {
	templates, err := read("templates")
	if err != nil {
		return err
	}
	for i := range n {
		its := newSite(i)
		if err := write(filepath.Join(folder, "templates", its.Name+".yaml"), templates["site.yaml"], its); err != nil {
			return err
		}
	}
	return nil
}

// read reads the templates below a folder, by the paths in it of what they are for.
// Terraform and CloudFormation use {{ }} and ${ } themselves.
func read(folder string) (map[string]*template.Template, error) {
	all := map[string]*template.Template{}
	err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		parsed, err := template.New(path.Base(name)).Delims("[[", "]]").Parse(string(content))
		all[strings.TrimSuffix(strings.TrimPrefix(name, folder+"/"), ".tmpl")] = parsed
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the templates of a site: %w", err)
	}
	return all, nil
}

func write(name string, text *template.Template, its site) error {
	var content bytes.Buffer
	if err := text.Execute(&content, its); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.WriteFile(name, content.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
