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
}

func readInputs(options Options) (inputs, error) {
	in := inputs{variables: options.Variables, parameters: map[string]string{}}
	for _, name := range options.VariableFiles {
		content, err := readInput(options.Directory, name)
		if err != nil {
			return in, err
		}
		in.variableFiles = append(in.variableFiles, source.NewFile(filepath.ToSlash(name), content))
	}
	for _, name := range options.ParameterFiles {
		content, err := readInput(options.Directory, name)
		if err != nil {
			return in, err
		}
		if err := readParameters(content, in.parameters); err != nil {
			return in, &UsageError{fmt.Sprintf("%s: %v", name, err)}
		}
	}
	return in, nil
}

func readInput(directory, name string) ([]byte, error) {
	absolute := name
	if !filepath.IsAbs(absolute) {
		absolute = filepath.Join(directory, name)
	}
	content, err := os.ReadFile(absolute)
	if err != nil {
		return nil, &UsageError{fmt.Sprintf("%s cannot be read: %v", name, cause(err))}
	}
	return content, nil
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
