// Package policyjson reads policies that stand alone as JSON, what the AWS CLI
// prints, and snapshots of an account, to nodes of the graph.
//
// A unit is a folder: that of a snapshot, or the one that holds the files.
package policyjson

import (
	"context"
	"errors"
	"fmt"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
)

// A Tree gives access to the files of a repository by slash-separated paths
// relative to its root. It refuses paths that lead out of it.
type Tree interface {
	ReadFile(path string) (*source.File, error)
}

// Options are what is known of a unit besides its files.
type Options struct {
	// Account, Region and Partition are those that the configuration says.
	Account, Region, Partition string
	// Shared says that a Terraform or CloudFormation unit reads a file of the
	// folder, so that the folder is no stack of its own.
	Shared bool
	// NoAssumption stops a folder of bare policies from being taken as one
	// stack.
	NoAssumption bool
}

// Load reads the files of a unit. It returns diagnostics for what could not be
// read, and nodes for the rest.
func Load(ctx context.Context, tree Tree, folder string, files []string, options Options) (*graph.Builder, []source.Diagnostic) {
	unit := "json:" + folder
	builder := graph.NewBuilder()
	builder.AddUnit(graph.Unit{ID: unit, Path: folder, Language: graph.PolicyJSON})
	builder.AddEnvironment(graph.Environment{ID: unit, Account: options.Account, Region: options.Region, Partition: options.Partition})
	var diagnostics []source.Diagnostic
	for _, name := range files {
		if ctx.Err() != nil {
			return nil, nil
		}
		file, err := tree.ReadFile(name)
		if err != nil {
			diagnostics = append(diagnostics, source.Diagnostic{Location: source.Location{File: name}, Severity: source.Error, Message: fmt.Sprintf("cannot be read: %v", err)})
			continue
		}
		builder.AddFile(file)
		var syntax *source.SyntaxError
		if _, err := source.ParseJSONFile(file); errors.As(err, &syntax) {
			diagnostics = append(diagnostics, source.Diagnostic{Location: syntax.Location, Severity: source.Error, Message: syntax.Message})
		}
	}
	return builder, diagnostics
}
