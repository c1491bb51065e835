package cloudformation

import (
	"cmp"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// An assembly is a cloud assembly, the cdk.out folder of the CDK. Its manifests are
// read once, since they list all stacks of an app.
type assembly struct {
	stacksOnce, assetsOnce sync.Once
	// manifest is nil where there is none; stacks are what it says, by the
	// names of templates.
	manifest *source.File
	stacks   map[string]assembledStack
	// assets are the files of assets by their hashes.
	assets map[string]asset
}

// An assembledStack is a stack with the paths of its constructs by logical id.
type assembledStack struct {
	options    Options
	constructs map[string]string
}

// An asset is a file with the manifest that names it.
type asset struct {
	manifest *source.File
	path     string
}

// assembly returns the assembly in a folder, which may be empty.
func (p *Parser) assembly(folder string) *assembly {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	a, ok := p.assemblies[folder]
	if !ok {
		a = &assembly{}
		p.assemblies[folder] = a
	}
	return a
}

// assemblyOf returns what the manifest of a cloud assembly says of the stack of a
// template: see the Cloud Assembly Schema of the CDK, with the paths of its
// constructs by logical id. The builder notes that it was read.
func (p *Parser) assemblyOf(template string, builder *graph.Builder) (Options, map[string]string) {
	folder := path.Dir(template)
	a := p.assembly(folder)
	a.stacksOnce.Do(func() {
		manifest, err := p.tree.ReadFile(path.Join(folder, "manifest.json"))
		if err == nil {
			a.manifest, a.stacks = manifest, readStacks(manifest)
		}
	})
	stack, ok := a.stacks[path.Base(template)]
	if ok {
		builder.AddFile(a.manifest)
	}
	return stack.options, stack.constructs
}

func readStacks(manifest *source.File) map[string]assembledStack {
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
		return nil
	}
	stacks := map[string]assembledStack{}
	for _, id := range slices.Sorted(maps.Keys(content.Artifacts)) {
		artifact := content.Artifacts[id]
		_, known := stacks[artifact.Properties.TemplateFile]
		if artifact.Type != "aws:cloudformation:stack" || known {
			continue
		}
		stack := assembledStack{options: Options{StackName: cmp.Or(artifact.Properties.StackName, id)}, constructs: map[string]string{}}
		// aws://111122223333/eu-west-1, or aws://unknown-account/unknown-region.
		account, region, _ := strings.Cut(strings.TrimPrefix(artifact.Environment, "aws://"), "/")
		if len(account) == 12 {
			stack.options.Account = account
		}
		if region != "unknown-region" {
			stack.options.Region = region
		}
		for construct, entries := range artifact.Metadata {
			for _, entry := range entries {
				if logical, isText := entry.Data.(string); isText && entry.Type == "aws:cdk:logicalId" {
					stack.constructs[logical] = strings.TrimPrefix(construct, "/")
				}
			}
		}
		stacks[artifact.Properties.TemplateFile] = stack
	}
	return stacks
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
	if known, ok := t.parser.assetOf(folder, names, hash); ok {
		t.builder.AddFile(known.manifest)
		return t.template(path.Join(folder, known.path))
	}
	var candidates []string
	for _, name := range names {
		if strings.HasSuffix(name, ".nested.template.json") && t.fits(logical, resource, path.Join(folder, name)) {
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

// assetOf looks up the file of an asset in the assets manifests of the CDK in a
// folder with those names.
func (p *Parser) assetOf(folder string, names []string, hash string) (asset, bool) {
	a := p.assembly(folder)
	a.assetsOnce.Do(func() {
		a.assets = map[string]asset{}
		for _, name := range names {
			if strings.HasSuffix(name, ".assets.json") {
				p.readAssets(path.Join(folder, name), a.assets)
			}
		}
	})
	known, ok := a.assets[hash]
	return known, ok
}

// readAssets adds the files of an assets manifest that are not known yet.
func (p *Parser) readAssets(name string, assets map[string]asset) {
	manifest, err := p.tree.ReadFile(name)
	if err != nil {
		return
	}
	var content struct {
		Files map[string]struct {
			Source struct{ Path string }
		}
	}
	if json.Unmarshal(manifest.Bytes, &content) != nil {
		return
	}
	for hash, file := range content.Files {
		if _, known := assets[hash]; !known && file.Source.Path != "" {
			assets[hash] = asset{manifest: manifest, path: file.Source.Path}
		}
	}
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
