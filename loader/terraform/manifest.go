package terraform

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/originkey/originkey/internal/source"
)

// manifestPath is where terraform get and init list what they have installed,
// relative to the root module.
const manifestPath = ".terraform/modules/modules.json"

// installed returns the folder of a module that Terraform has put on disk, where
// it lies inside the repository.
func (m *module) installed(name string) (string, bool) {
	folder, ok := m.manifest()[strings.TrimPrefix(m.key+"."+name, ".")]
	return folder, ok
}

// manifest reads the manifest once: folders by the keys of module calls.
func (l *loader) manifest() map[string]string {
	if l.modulesByKey != nil {
		return l.modulesByKey
	}
	l.modulesByKey = map[string]string{}
	root := strings.TrimPrefix(l.unit, "terraform:")
	file, err := l.parser.tree.ReadFile(path.Join(root, manifestPath))
	if err != nil {
		return l.modulesByKey
	}
	var manifest struct {
		Modules []struct{ Key, Dir string }
	}
	if err := json.Unmarshal(file.Bytes, &manifest); err != nil {
		l.diagnose(source.Location{File: file.Path}, source.Warning, "the manifest of installed modules is not valid JSON: %v", err)
		return l.modulesByKey
	}
	for _, entry := range manifest.Modules {
		folder := path.Join(root, entry.Dir)
		if entry.Key != "" && folder != ".." && !strings.HasPrefix(folder, "../") && !path.IsAbs(entry.Dir) {
			l.modulesByKey[entry.Key] = folder
		}
	}
	return l.modulesByKey
}
