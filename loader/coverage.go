package loader

import (
	"path"
	"slices"

	"github.com/originkey/originkey/internal/graph"
)

// Coverage says how much of the repository was read, and for whom.
type Coverage struct {
	selected selection
	excluded exclusion
	// readers hold for each file whether selected units and whether others
	// read it.
	readers map[string]readers
	// units hold for each unit of the repository, also where it was not read,
	// whether it was selected.
	units map[string]bool
}

type readers struct{ selected, others bool }

func newCoverage(selected selection, excluded exclusion) *Coverage {
	return &Coverage{selected: selected, excluded: excluded, readers: map[string]readers{}, units: map[string]bool{}}
}

// add notes a unit; builder is nil where it was not read. Units of different
// languages may have one path.
func (c *Coverage) add(path string, selected bool, builder *graph.Builder) {
	before, known := c.units[path]
	c.units[path] = selected && (before || !known)
	if builder == nil {
		return
	}
	for _, name := range builder.Files() {
		its := c.readers[name]
		its.selected = its.selected || selected
		its.others = its.others || !selected
		c.readers[name] = its
	}
}

// reads reports whether a unit reads a file.
func (c *Coverage) reads(name string) bool {
	_, read := c.readers[name]
	return read
}

// Files returns the files that selected units read, sorted.
func (c *Coverage) Files() []string {
	var names []string
	for name, its := range c.readers {
		if its.selected {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// OfFile reports whether every finding in a file is reported: all units that read
// it are selected.
func (c *Coverage) OfFile(name string) bool {
	its := c.readers[name]
	return its.selected && !its.others && (c.selected.whole() || c.selected.isBelow(name))
}

// Excludes reports whether a file, or a folder that it is in, is left out.
func (c *Coverage) Excludes(name string) bool {
	for ; name != "." && name != "/" && name != ""; name = path.Dir(name) {
		if c.excluded.matches(name) {
			return true
		}
	}
	return false
}

// OfUnit reports whether the findings of a unit are reported, and whether there is
// such a unit in the repository.
func (c *Coverage) OfUnit(path string) (reported, exists bool) {
	reported, exists = c.units[path]
	return reported, exists
}

// Whole reports whether every finding of the repository is reported.
func (c *Coverage) Whole() bool {
	if !c.selected.whole() {
		return false
	}
	for _, selected := range c.units {
		if !selected {
			return false
		}
	}
	return true
}
