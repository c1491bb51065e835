package loader

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/originkey/originkey/internal/source"
)

// inputs are the values that the user gives to variables and parameters.
type inputs struct {
	variables     map[string]string
	variableFiles []*source.File
	parameters    map[string]string
	// parameterFiles are those that hold the parameters.
	parameterFiles []*source.File
}

// readInputs reads the files that the user names. root is the repository root:
// files below it have paths relative to it, as all others have.
func readInputs(options Options, root string) (inputs, error) {
	in := inputs{variables: options.Variables, parameters: map[string]string{}}
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
		in.parameterFiles = append(in.parameterFiles, file)
		if err := readParameters(file.Bytes, in.parameters); err != nil {
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
	shown := name
	if resolved, err := filepath.EvalSymlinks(absolute); err == nil {
		if relative, err := filepath.Rel(root, resolved); err == nil && filepath.IsLocal(relative) {
			shown = relative
		}
	}
	return source.NewFile(filepath.ToSlash(shown), content), nil
}

// readParameters reads the two forms that AWS documents: the list of
// ParameterKey and ParameterValue of the AWS CLI, and the {"Parameters": {...}}
// object of CodePipeline's template configuration file.
func readParameters(content []byte, into map[string]string) error {
	var list []struct {
		ParameterKey   string
		ParameterValue string
	}
	if err := json.Unmarshal(content, &list); err == nil {
		for _, parameter := range list {
			into[parameter.ParameterKey] = parameter.ParameterValue
		}
		return nil
	}
	var object struct{ Parameters map[string]string }
	if err := json.Unmarshal(content, &object); err != nil || object.Parameters == nil {
		return fmt.Errorf(`not a parameter file: expected [{"ParameterKey": ..., "ParameterValue": ...}] or {"Parameters": {...}}`)
	}
	for key, text := range object.Parameters {
		into[key] = text
	}
	return nil
}
