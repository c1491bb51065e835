package report

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/originkey/originkey/internal/source"
)

// uriOf is the reference to a file of the repository: relative to its root and
// encoded as RFC 3986 says, so that no name can be taken for a scheme, a query, a
// fragment or a folder above. Code scanning decodes it again.
func uriOf(name string) string {
	const hex = "0123456789ABCDEF"
	var uri strings.Builder
	for _, c := range []byte(path.Clean(name)) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/@+=,", c) >= 0:
			uri.WriteByte(c)
		default:
			uri.WriteByte('%')
			uri.WriteByte(hex[c>>4])
			uri.WriteByte(hex[c&0xF])
		}
	}
	return uri.String()
}

// inRepository reports whether a file is one of the repository's own, which a
// reader of its code can look up there: no module that Terraform has downloaded
// and no file of variables that lies elsewhere.
func inRepository(name string) bool {
	return name != "" && filepath.IsLocal(filepath.FromSlash(name)) && !path.IsAbs(name) && !source.IsInstalled(name)
}
