package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/originkey/originkey/internal/config"
	"github.com/originkey/originkey/internal/engine"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/loader"
)

// configuration reads the file that --config names, else the one that is found
// upwards from the paths. It returns nil where there is none.
func (c Command) configuration(paths []string, named string) (*config.Config, error) {
	rootPath, chosen, err := loader.Locate(c.Directory, paths)
	if err != nil {
		return nil, err
	}
	var found *config.Config
	if named != "" {
		found, err = c.readConfiguration(rootPath, named)
	} else {
		found, err = findConfiguration(rootPath, chosen)
	}
	var wrong *config.Error
	if errors.As(err, &wrong) {
		c.complain(wrong.Diagnostics)
		return nil, exitCode(exitError)
	}
	return found, err
}

func (c Command) readConfiguration(root, name string) (*config.Config, error) {
	absolute := name
	if !filepath.IsAbs(absolute) {
		absolute = filepath.Join(c.Directory, name)
	}
	content, err := os.ReadFile(absolute)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, withoutPath(err))
	}
	return config.Parse(source.NewFile(loader.Shown(root, c.Directory, name), content))
}

func findConfiguration(rootPath string, chosen []string) (*config.Config, error) {
	root, err := os.OpenRoot(rootPath)
	if err != nil {
		return nil, fmt.Errorf("read the repository root: %w", withoutPath(err))
	}
	defer root.Close()
	return config.Find(root.FS(), chosen)
}

// configure adds to options what a configuration says. Flags win over it, and
// lists are joined.
func configure(options *loader.Options, from *config.Config) {
	if from == nil {
		return
	}
	options.Account, options.Region, options.Partition = from.Account.Text, from.Region.Text, from.Partition.Text
	options.NoAssumption = from.Assume.Text == "false"
	for _, pattern := range from.Exclude {
		options.Exclude = append(options.Exclude, pattern.Text)
	}
	options.Bindings.File = from.File
	for _, policy := range from.Policies {
		options.Bindings.Policies = append(options.Bindings.Policies, loader.PolicyBinding(policy))
	}
	for _, bucket := range from.Buckets {
		options.Bindings.Buckets = append(options.Bindings.Buckets, loader.BucketBinding(bucket))
	}
	options.Bindings.Distributions = identifiers(from.Distributions)
	options.Bindings.Identities = identifiers(from.Identities)
}

// visible is what rules see of a configuration.
func visible(from *config.Config) engine.Config {
	if from == nil {
		return engine.Config{}
	}
	seen := engine.Config{Account: from.Account.Text, Region: from.Region.Text, Partition: from.Partition.Text}
	for _, account := range from.TrustedAccounts {
		seen.TrustedAccounts = append(seen.TrustedAccounts, account.Text)
	}
	return seen
}

func identifiers(from []config.Identifier) []loader.IdentifierBinding {
	bindings := make([]loader.IdentifierBinding, len(from))
	for i, identifier := range from {
		bindings[i] = loader.IdentifierBinding(identifier)
	}
	return bindings
}
