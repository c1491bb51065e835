package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// catalogueFile is the module that tells Rego what the METADATA of the rules say.
const catalogueFile = "catalogue.rego"

// An entry is what main.rego has to know of a rule.
type entry struct {
	Kind     string `json:"kind"`
	Level    string `json:"level"`
	OnlyWith string `json:"only_with"`
}

// describe writes the package originkey.catalogue: the rules by name, the names of
// the rules by the kind of their subject, and the kinds of resources that rules
// ask for. Rego has no other way to look at the METADATA of other packages.
func describe(rules []Rule) (*module, error) {
	entries, byKind, resources := map[string]entry{}, map[string][]string{}, []string{}
	for _, rule := range rules {
		kind := rule.kind()
		entries[rule.Name] = entry{Kind: kind, Level: string(rule.Level), OnlyWith: rule.OnlyWith}
		byKind[kind] = append(byKind[kind], rule.Name)
		if isResource(kind) && !slices.Contains(resources, kind) {
			resources = append(resources, kind)
		}
	}
	slices.Sort(resources)
	var text bytes.Buffer
	text.WriteString("# Written from the METADATA of the rules.\npackage originkey.catalogue\n")
	for _, each := range []struct {
		name  string
		value any
	}{{"rules", entries}, {"by_kind", byKind}, {"resources", resources}} {
		encoded, err := json.MarshalIndent(each.value, "", "\t")
		if err != nil {
			return nil, fmt.Errorf("write the catalogue of the rules: %w", err)
		}
		fmt.Fprintf(&text, "\n%s := %s\n", each.name, encoded)
	}
	parsed, err := parseModule(catalogueFile, upToPackage(text.Bytes()))
	if err != nil {
		return nil, fmt.Errorf("read the catalogue of the rules: %w", err)
	}
	return &module{path: catalogueFile, shown: catalogueFile, text: text.Bytes(), parsed: parsed}, nil
}
