package terraform

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A backendKey identifies the state that a backend writes: its type and the
// arguments that say where.
type backendKey string

// backendArguments are those that identify a state, by the backend's type.
var backendArguments = map[string][]string{
	"s3":    {"bucket", "key"},
	"local": {"path"},
	"gcs":   {"bucket", "prefix"},
}

// remoteOutputs evaluates the outputs of the root module of the repository that
// writes the state which data.terraform_remote_state reads.
func (o *object) remoteOutputs(at source.Location) value.Value {
	backend, literal := o.argument("backend").Literal()
	key, ok := identify(backend, o.rootFolder(), func(name string) (string, bool) {
		return member(o.argument("config"), name).Literal()
	})
	if !literal || !ok {
		return unknown(at, "which state %s reads is not known", o.address)
	}
	folder, ok := o.parser.folderOfState(key)
	if !ok && o.parser.unread != "" {
		return unknown(at, "the state that %s reads may be that of the root module in %s, which could not be read whole", o.address, o.parser.unread)
	}
	if !ok || o.readsStateOf[folder] {
		return unknown(at, "the state that %s reads is written by no root module of the repository", o.address)
	}
	other := o.parser.newLoader(o.ctx, folder, o.options)
	other.whole = o.loader.whole
	other.readsStateOf = map[string]bool{folder: true, strings.TrimPrefix(o.unit, "terraform:"): true}
	for read := range o.readsStateOf {
		other.readsStateOf[read] = true
	}
	root := other.newModule(folder, nil)
	if root == nil {
		return unknown(at, "the root module in %s cannot be read", folder)
	}
	root.readVariableFiles()
	root.addEnvironments()
	var outputs []value.Member
	for _, name := range sortedKeys(root.outputs) {
		outputs = append(outputs, value.Member{Key: name, KeyLocation: at, Value: root.output(name, at)})
	}
	o.loader.broken = o.loader.broken || other.broken
	if o.loader.whole {
		// The root module itself need not ask for the block that has them.
		o.loader.tell(other.unread)
	}
	for _, file := range other.files {
		o.builder.AddFile(file)
	}
	for id, variable := range other.builder.Variables() {
		for _, element := range variable.Domain {
			o.builder.Variables().Mention(id, variable.Text, element)
		}
	}
	return value.MapOf(outputs, at)
}

// identify makes the key of a state. A local state lies relative to the folder of
// the root module that names it.
func identify(backend, folder string, argument func(name string) (string, bool)) (backendKey, bool) {
	names, ok := backendArguments[backend]
	if !ok {
		return "", false
	}
	key := backend
	for _, name := range names {
		text, literal := argument(name)
		if !literal {
			return "", false
		}
		if backend == "local" {
			text = path.Join(folder, text)
		}
		key += "\x00" + text
	}
	return backendKey(key), true
}

// folderOfState returns the folder of the root module that writes a state.
func (p *Parser) folderOfState(key backendKey) (string, bool) {
	p.backendsOnce.Do(func() {
		p.backends = map[backendKey]string{}
		for _, folder := range p.roots {
			written, ok, whole := p.backend(folder)
			if ok {
				p.backends[written] = folder
			} else if !whole {
				p.unread = folder
			}
		}
	})
	folder, ok := p.backends[key]
	return folder, ok
}

// backend returns the state that the root module in a folder writes. whole is false
// where syntax errors may hide it.
func (p *Parser) backend(folder string) (key backendKey, ok, whole bool) {
	// Without a backend block the state is local.
	backend, body := "", &hclsyntax.Body{}
	whole = true
	for _, name := range p.list(folder).configuration {
		blocks, readWhole := p.blocks(name, "terraform")
		if !readWhole {
			whole = false
			blocks = slices.DeleteFunc(blocks, p.parse(name).asWhole().isBroken)
		}
		for _, block := range blocks {
			for _, inner := range block.Body.Blocks {
				if inner.Type == "backend" && len(inner.Labels) == 1 {
					backend, body = inner.Labels[0], inner.Body
				}
			}
		}
	}
	if backend == "" {
		if !whole {
			return "", false, false
		}
		backend = "local"
	}
	key, ok = identify(backend, folder, func(name string) (string, bool) {
		attribute, written := body.Attributes[name]
		if !written {
			return "terraform.tfstate", backend == "local"
		}
		literal, problems := attribute.Expr.Value(nil)
		if problems.HasErrors() || literal.IsNull() || !literal.Type().Equals(stringType) {
			return "", false
		}
		return literal.AsString(), true
	})
	return key, ok, whole
}
