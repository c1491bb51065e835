package loader

import (
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
)

// A selection says which units the paths of the caller select. A folder selects
// the units below it, which are then the whole input. A file selects every unit
// that reads it; the others are read as well, as context, since something that a
// selected unit does not define may be defined there.
type selection struct {
	// folders and files are the paths, folderOfFile the folders of the files.
	folders      []string
	files        map[string]bool
	folderOfFile map[string]bool
	// everything is true where a file was given that all units rest on.
	everything bool
}

// selection makes the selection of the chosen paths. shared is a file that all
// units rest on, or "".
func (r *repository) selection(chosen []string, shared string) selection {
	s := selection{files: map[string]bool{}, folderOfFile: map[string]bool{}}
	for _, name := range chosen {
		if r.isFolder(name) {
			s.folders = append(s.folders, name)
			continue
		}
		s.files[name] = true
		s.folderOfFile[folderOf(name)] = true
		s.everything = s.everything || name == shared
	}
	return s
}

func folderOf(name string) string {
	if end := strings.LastIndexByte(name, '/'); end >= 0 {
		return name[:end]
	}
	return "."
}

// hasHints reports whether files were given: then the whole repository is read.
func (s selection) hasHints() bool { return len(s.files) > 0 }

// whole reports whether the whole repository is read.
func (s selection) whole() bool { return s.hasHints() || slices.Contains(s.folders, ".") }

// selectsFiles reports whether one of the files is selected by its path.
func (s selection) selectsFiles(names ...string) bool {
	return s.everything || slices.ContainsFunc(names, func(name string) bool { return s.files[name] || s.isBelow(name) })
}

// selectsFolders is selectsFiles for the folders of modules: a file in one of
// them selects it, whether or not it is read.
func (s selection) selectsFolders(names ...string) bool {
	return s.everything || slices.ContainsFunc(names, func(name string) bool { return s.folderOfFile[name] || s.isBelow(name) })
}

func (s selection) isBelow(name string) bool {
	return slices.ContainsFunc(s.folders, func(folder string) bool {
		return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
	})
}

// selectsReader reports whether a file was given that the units of a builder read.
func (s selection) selectsReader(builder *graph.Builder) bool {
	for name := range s.files {
		if builder.Reads(name) {
			return true
		}
	}
	return false
}

// asContext makes what kept a unit from being read whole a warning where the unit
// is context: it is not what the caller asked about, and yet what was concluded
// without it may be wrong.
func asContext(diagnostics []source.Diagnostic) []source.Diagnostic {
	diagnostics = slices.Clone(diagnostics)
	diagnostics = slices.DeleteFunc(diagnostics, func(d source.Diagnostic) bool { return d.Severity != source.Error })
	for i := range diagnostics {
		diagnostics[i].Severity = source.Warning
	}
	return diagnostics
}
