package graph

import (
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// Attributes are the attributes of a node, sorted by name. They are a list since
// there are many nodes with few attributes each: a map takes several times as much.
type Attributes []Attribute

// An Attribute is an attribute of a node with its name.
type Attribute struct {
	Name  string
	Value value.Value
}

// AttributesOf returns what a map holds.
func AttributesOf(values map[string]value.Value) Attributes {
	attributes := make(Attributes, 0, len(values))
	for name, v := range values {
		attributes = append(attributes, Attribute{Name: name, Value: v})
	}
	slices.SortFunc(attributes, func(x, y Attribute) int { return strings.Compare(x.Name, y.Name) })
	return attributes
}

// Get returns the attribute with that name.
func (as Attributes) Get(name string) (value.Value, bool) {
	// Most are so few that looking at each is faster than to halve them.
	for i := range as {
		if as[i].Name == name {
			return as[i].Value, true
		}
	}
	return value.Value{}, false
}

// Set adds an attribute, or replaces the one with that name.
func (as *Attributes) Set(name string, v value.Value) {
	i, ok := as.find(name)
	if !ok {
		*as = slices.Insert(*as, i, Attribute{Name: name})
	}
	(*as)[i].Value = v
}

func (as Attributes) find(name string) (int, bool) {
	return slices.BinarySearchFunc(as, name, func(a Attribute, name string) int { return strings.Compare(a.Name, name) })
}
