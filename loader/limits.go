package loader

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/originkey/originkey/loader/terraform"
)

// Limits bound what is read of a repository, so that nobody can stop the linter by
// what they commit. Those that are 0 have their defaults.
type Limits struct {
	// FileSize is what a file has at most, in bytes, and TotalSize all files
	// together that are configuration, templates or policies.
	FileSize, TotalSize int
	// Files is how many files and folders are looked at.
	Files int
	// Steps is how many steps the evaluation of a root module takes.
	Steps int
}

// DefaultLimits are those that hold where nothing else is said. CloudFormation
// accepts templates of 1 MB; policies and modules are far smaller.
var DefaultLimits = Limits{FileSize: 8 << 20, TotalSize: 256 << 20, Files: 1_000_000, Steps: terraform.DefaultSteps}

// maxFolders is how deeply folders nest.
const maxFolders = 100

// orDefault fills in the defaults.
func (l Limits) orDefault() Limits {
	return Limits{
		FileSize:  cmp.Or(l.FileSize, DefaultLimits.FileSize),
		TotalSize: cmp.Or(l.TotalSize, DefaultLimits.TotalSize),
		Files:     cmp.Or(l.Files, DefaultLimits.Files),
		Steps:     cmp.Or(l.Steps, DefaultLimits.Steps),
	}
}

// isTooDeep reports whether a folder is not looked into.
func isTooDeep(name string) bool { return strings.Count(name, "/") >= maxFolders }

// checkTotal is a *UsageError where more was read than is to be.
func (r *repository) checkTotal() error {
	if r.total.Load() > int64(r.limits.TotalSize) {
		return &UsageError{fmt.Sprintf("the files to read have more than %d bytes together; lint fewer of them, exclude some, or say limits.total_size in the configuration", r.limits.TotalSize)}
	}
	return nil
}

// spare is what is read beyond the limit before reading stops, since files that turn
// out to be none of ours are counted for a moment.
const spare = 64 << 20
