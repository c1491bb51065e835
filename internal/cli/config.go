package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/originkey/originkey/internal/config"
	"github.com/originkey/originkey/internal/engine"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/loader"
)

// configuration reads the file that --config names, else the one that is found
// upwards from the paths. It returns nil where there is none.
func (c Command) configuration(paths []string, input inputFlags) (*config.Config, error) {
	rootPath, chosen, err := loader.Locate(c.Directory, paths)
	if err != nil {
		return nil, err
	}
	var found *config.Config
	if input.config != "" {
		found, err = c.readConfiguration(rootPath, input.config)
	} else {
		found, err = findConfiguration(rootPath, chosen)
	}
	var wrong *config.Error
	if errors.As(err, &wrong) {
		if _, err := c.complain(wrong.Diagnostics, map[string]*source.File{wrong.File.Path: wrong.File}, input); err != nil {
			return nil, err
		}
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
	for _, root := range from.Roots {
		given := loader.RootInput{Path: root.Path, VariableFiles: root.VarFiles}
		for _, variable := range root.Variables {
			given.Variables = append(given.Variables, loader.Variable(variable))
		}
		options.Roots = append(options.Roots, given)
	}
	for _, template := range from.Templates {
		given := loader.TemplateInput{Path: template.Path, ParameterFile: template.ParameterFile}
		for _, parameter := range template.Parameters {
			given.Parameters = append(given.Parameters, loader.Parameter(parameter))
		}
		options.Templates = append(options.Templates, given)
	}
	options.Limits = loader.Limits{
		FileSize: limit(from.Limits.FileSize), TotalSize: limit(from.Limits.TotalSize), Files: limit(from.Limits.Files), Steps: limit(from.Limits.Steps),
	}
	options.Configuration = from.Source
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

// limit is the number that is written, or 0.
func limit(text source.Text) int {
	number, _ := strconv.Atoi(text.Text) // The configuration has checked it.
	return number
}

// ruleLimits are those of custom rules.
func ruleLimits(from *config.Config) engine.Limits {
	if from == nil {
		return engine.Limits{}
	}
	return engine.Limits{
		Time: time.Duration(limit(from.Limits.RuleSeconds)) * time.Second, Memory: limit(from.Limits.RuleMegabytes) << 20,
	}
}

// checkRules reports names in a configuration that no rule has.
func (c Command) checkRules(from *config.Config, rules []engine.Rule, input inputFlags) error {
	if from == nil {
		return nil
	}
	if wrong := from.CheckRules(ruleNames(rules)); len(wrong) > 0 {
		if _, err := c.complain(wrong, map[string]*source.File{from.File: from.Source}, input); err != nil {
			return err
		}
		return exitCode(exitError)
	}
	return nil
}

// levels are those that a configuration gives to rules, "" where one is off.
func levels(from *config.Config) map[string]finding.Level {
	levels := map[string]finding.Level{}
	if from != nil {
		for _, rule := range from.Rules {
			levels[rule.Name.Text] = finding.Level(strings.TrimPrefix(rule.Level.Text, config.Off))
		}
	}
	return levels
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
