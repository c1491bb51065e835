package engine

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// manifest is the file .manifest of a bundle, see "Bundle file format" in OPA's
// documentation.
type manifest struct {
	Revision    string   `json:"revision"`
	Roots       []string `json:"roots"`
	RegoVersion int      `json:"rego_version"`
}

// WriteBundle writes the rules as an OPA bundle. The same rules and revision give
// the same bytes.
func (e *Engine) WriteBundle(w io.Writer, revision string) error {
	roots := []string{"originkey", "main"}
	for _, m := range e.modules {
		if root := m.element(0); !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	slices.Sort(roots)
	description, err := json.Marshal(manifest{Revision: revision, Roots: roots, RegoVersion: 1})
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	// All times are zero, and what gzip notes of the machine is left out.
	zipped := gzip.NewWriter(w)
	archive := tar.NewWriter(zipped)
	add := func(name string, content []byte) error {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(content)), Format: tar.FormatUSTAR, Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if _, err := archive.Write(content); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		return nil
	}
	if err := add(".manifest", description); err != nil {
		return err
	}
	modules := slices.SortedFunc(slices.Values(e.modules), func(x, y *module) int { return cmp.Compare(x.path, y.path) })
	for _, m := range modules {
		if err := add(m.path, m.text); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("close the archive: %w", err)
	}
	return zipped.Close()
}
