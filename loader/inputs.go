package loader

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/loader/policyjson"
	"github.com/originkey/originkey/loader/terraform"
)

// inputs are the values that the user gives to variables and parameters.
type inputs struct {
	variables     map[string]string
	variableFiles []*source.File
	parameters    parameters
	// given is what the configuration gives to root modules, by their folders.
	given map[string]terraform.Given
	// account, Region and partition are those of stacks that do not say theirs.
	account, region, partition string
	// noAssumption stops folders of bare policies from being taken as stacks,
	// bindings say what those policies are written for.
	noAssumption bool
	bindings     map[string]policyjson.Binding
}

// readInputs reads the files that the user names. root is the repository root:
// files below it have paths relative to it, as all others have.
func readInputs(options Options, root string) (inputs, error) {
	in := inputs{
		variables: options.Variables, parameters: parameters{values: map[string]string{}, kept: map[string]bool{}},
		account: options.Account, region: options.Region, partition: options.Partition, noAssumption: options.NoAssumption,
	}
	for _, name := range options.VariableFiles {
		file, err := readInput(options.Directory, root, name)
		if err != nil {
			return in, err
		}
		in.variableFiles = append(in.variableFiles, file)
	}
	for _, name := range options.ParameterFiles {
		file, err := readInput(options.Directory, root, name)
		if err != nil {
			return in, err
		}
		in.parameters.files = append(in.parameters.files, file)
		if err := in.parameters.read(file.Bytes); err != nil {
			return in, &UsageError{fmt.Sprintf("%s: %v", name, err)}
		}
	}
	return in, nil
}

func readInput(directory, root, name string) (*source.File, error) {
	absolute := name
	if !filepath.IsAbs(absolute) {
		absolute = filepath.Join(directory, name)
	}
	content, err := os.ReadFile(absolute)
	if err != nil {
		return nil, &UsageError{fmt.Sprintf("%s cannot be read: %v", name, cause(err))}
	}
	return source.NewFile(Shown(root, directory, name), content), nil
}

// Shown is how a file that the user names is shown: relative to the repository
// root where it lies below it, else as it was named.
func Shown(root, directory, name string) string {
	absolute := name
	if !filepath.IsAbs(absolute) {
		absolute = filepath.Join(directory, name)
	}
	if resolved, err := filepath.EvalSymlinks(absolute); err == nil {
		if relative, err := filepath.Rel(root, resolved); err == nil && filepath.IsLocal(relative) {
			name = relative
		}
	}
	return filepath.ToSlash(name)
}

var errNoParameters = errors.New(`not a parameter file: expected [{"ParameterKey": ..., "ParameterValue": ...}], ["Key=Value"] or {"Parameters": {...}}`)

// read reads the forms that "aws cloudformation deploy" documents: the
// list of ParameterKey and ParameterValue of the AWS CLI, its list of "Key=Value",
// and the {"Parameters": {...}} of CodePipeline's template configuration file.
func (p *parameters) read(content []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var file any
	if decoder.Decode(&file) != nil {
		return errNoParameters
	}
	switch file := file.(type) {
	case []any:
		for _, entry := range file {
			if err := p.readEntry(entry); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		parameters, ok := file["Parameters"].(map[string]any)
		if !ok {
			return errNoParameters
		}
		for _, key := range slices.Sorted(maps.Keys(parameters)) {
			if err := p.give(key, parameters[key]); err != nil {
				return err
			}
		}
		return nil
	default:
		return errNoParameters
	}
}

// readEntry reads one entry of a list.
func (p *parameters) readEntry(entry any) error {
	switch entry := entry.(type) {
	case string:
		key, text, ok := strings.Cut(entry, "=")
		if !ok {
			return errNoParameters
		}
		return p.give(key, text)
	case map[string]any:
		key, ok := entry["ParameterKey"].(string)
		written, given := entry["ParameterValue"]
		switch {
		case !ok:
			return errNoParameters
		case entry["UsePreviousValue"] == true:
			delete(p.values, key)
			p.kept[key] = true
			return nil
		case !given:
			return fmt.Errorf("the parameter %s has no value", key)
		default:
			return p.give(key, written)
		}
	default:
		return errNoParameters
	}
}

// give gives a parameter its value; all values are texts to CloudFormation.
func (p *parameters) give(key string, written any) error {
	switch written := written.(type) {
	case string:
		p.values[key] = written
	case json.Number:
		p.values[key] = written.String()
	case bool:
		p.values[key] = strconv.FormatBool(written)
	default:
		return fmt.Errorf("the value of the parameter %s is no text", key)
	}
	delete(p.kept, key)
	return nil
}
