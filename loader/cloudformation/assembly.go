package cloudformation

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// assembly returns what the manifest of a cloud assembly (the cdk.out folder of
// the CDK) says of the stack of a template: see the Cloud Assembly Schema of the
// CDK, with the paths of its constructs by logical id. The builder notes that it was
// read.
func (p *Parser) assembly(template string, builder *graph.Builder) (Options, map[string]string) {
	manifest, err := p.tree.ReadFile(path.Join(path.Dir(template), "manifest.json"))
	if err != nil {
		return Options{}, nil
	}
	var content struct {
		Artifacts map[string]struct {
			Type        string
			Environment string
			Properties  struct {
				TemplateFile string
				StackName    string
			}
			Metadata map[string][]struct {
				Type string
				Data any
			}
		}
	}
	if json.Unmarshal(manifest.Bytes, &content) != nil {
		return Options{}, nil
	}
	for id, artifact := range content.Artifacts {
		if artifact.Type != "aws:cloudformation:stack" || artifact.Properties.TemplateFile != path.Base(template) {
			continue
		}
		builder.AddFile(manifest)
		known := Options{StackName: artifact.Properties.StackName}
		if known.StackName == "" {
			known.StackName = id
		}
		// aws://111122223333/eu-west-1, or aws://unknown-account/unknown-region.
		account, region, _ := strings.Cut(strings.TrimPrefix(artifact.Environment, "aws://"), "/")
		if len(account) == 12 {
			known.Account = account
		}
		if region != "unknown-region" {
			known.Region = region
		}
		constructs := map[string]string{}
		for construct, entries := range artifact.Metadata {
			for _, entry := range entries {
				if logical, isText := entry.Data.(string); isText && entry.Type == "aws:cdk:logicalId" {
					constructs[logical] = strings.TrimPrefix(construct, "/")
				}
			}
		}
		return known, constructs
	}
	return Options{}, nil
}

// isSynthesized reports whether the CDK wrote the template: it leaves the paths of
// constructs, its analytics, and the parameter and rule that check the bootstrap
// stack, each of which an app can turn off.
func (t *template) isSynthesized() bool {
	if t.root.Get("Parameters").Get("BootstrapVersion") != nil || t.root.Get("Rules").Get("CheckBootstrapVersion") != nil {
		return true
	}
	return slices.ContainsFunc(t.resources, func(member source.Member) bool {
		return resourceType(member.Value) == "AWS::CDK::Metadata" || member.Value.Get("Metadata").Get("aws:cdk:path") != nil
	})
}

// asset returns the file that is the template of a nested stack in a cloud
// assembly, or "". The URL holds a hash only. What it stands for is in the
// metadata of the resource, in the assets of the assembly, or follows from the
// parameters and outputs: the CDK gives those names that hold a hash.
func (t *template) asset(logical string, resource *source.Node, url value.Value) string {
	folder := path.Dir(t.file.Path)
	if metadata := resource.Get("Metadata").Get("aws:asset:path"); metadata != nil {
		return t.template(path.Join(folder, metadata.Text))
	}
	parts := url.Parts()
	if len(parts) == 0 {
		return ""
	}
	hash, ok := strings.CutSuffix(path.Base(parts[len(parts)-1].Text), ".json")
	if !ok || len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return ""
	}
	names, err := t.parser.tree.ReadDir(folder)
	if err != nil {
		return ""
	}
	var candidates []string
	for _, name := range names {
		switch {
		case strings.HasSuffix(name, ".assets.json"):
			if source := t.assetOf(path.Join(folder, name), hash); source != "" {
				return t.template(path.Join(folder, source))
			}
		case strings.HasSuffix(name, ".nested.template.json") && t.fits(logical, resource, path.Join(folder, name)):
			candidates = append(candidates, path.Join(folder, name))
		}
	}
	if len(candidates) == 1 {
		return candidates[0]
	}
	return ""
}

// template returns the path where it is one of a template.
func (t *template) template(name string) string {
	if t.parser.document(name).root == nil {
		return ""
	}
	return name
}

// assetOf looks up the file of an asset in an assets manifest of the CDK.
func (t *template) assetOf(name, hash string) string {
	file, err := t.parser.tree.ReadFile(name)
	if err != nil {
		return ""
	}
	var content struct {
		Files map[string]struct {
			Source struct{ Path string }
		}
	}
	if json.Unmarshal(file.Bytes, &content) != nil {
		return ""
	}
	asset := content.Files[hash].Source.Path
	if asset != "" {
		t.builder.AddFile(file)
	}
	return asset
}

// fits reports whether a template has exactly the parameters that a stack
// resource passes, and all outputs that are asked of it.
func (t *template) fits(logical string, resource *source.Node, name string) bool {
	root := t.parser.document(name).root
	if root == nil {
		return false
	}
	passed := members(resource.Get("Properties").Get("Parameters"))
	declared := root.Get("Parameters")
	if len(passed) != len(members(declared)) {
		return false
	}
	outputs := t.outputsAsked(logical)
	return len(passed)+len(outputs) > 0 &&
		!slices.ContainsFunc(passed, func(m source.Member) bool { return declared.Get(m.Key.Text) == nil }) &&
		!slices.ContainsFunc(outputs, func(output string) bool { return root.Get("Outputs").Get(output) == nil })
}

// outputsAsked lists the outputs of a nested stack that the template reads.
func (t *template) outputsAsked(logical string) []string {
	var outputs []string
	add := func(resource, attribute string) {
		if name, ok := strings.CutPrefix(attribute, "Outputs."); ok && resource == logical {
			outputs = append(outputs, name)
		}
	}
	walk(t.root, func(node *source.Node) {
		name, argument, ok := call(node)
		if !ok || name != "Fn::GetAtt" {
			return
		}
		if len(argument.Items) == 2 {
			add(argument.Items[0].Text, argument.Items[1].Text)
			return
		}
		resource, attribute, _ := strings.Cut(argument.Text, ".")
		add(resource, attribute)
	})
	return outputs
}
