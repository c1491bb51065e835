package suggest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
)

// A checker asserts that a suggestion has the form that Suggest describes, so that
// a mistake of a rule is an error that names it.
type checker struct{ graph *graph.Graph }

// fields are the members of an object, each with what checks its value.
type fields map[string]func(any) error

func (c checker) suggestion(suggestion map[string]any) error {
	return object(suggestion, fields{
		"advice":       isText,
		"origin":       c.node(graph.Origin),
		"encryption":   c.node(graph.Encryption),
		"distribution": c.node(graph.Distribution),
		"statements": func(v any) error {
			items, ok := v.([]any)
			if !ok {
				return errors.New("is no list")
			}
			for _, item := range items {
				err := object(item, fields{
					"statement": c.statement,
					"target":    c.node(graph.Key, graph.Bucket),
					"policy":    c.node(graph.Policy),
					"replaces":  c.node(graph.Statement),
					"exact":     isFlag,
				}, "statement", "target")
				if err != nil {
					return err
				}
			}
			return nil
		},
		"condition": func(v any) error {
			return object(v, fields{"statement": c.node(graph.Statement), "condition": c.condition}, "statement", "condition")
		},
	})
}

// object checks an object with members, of which some are required.
func object(v any, known fields, required ...string) error {
	members, ok := v.(map[string]any)
	if !ok {
		return errors.New("is no object")
	}
	for _, name := range required {
		if members[name] == nil {
			return fmt.Errorf("has no %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		check, ok := known[name]
		if !ok {
			return fmt.Errorf("has the member %q, which is none of %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		if members[name] == nil {
			continue
		}
		if err := check(members[name]); err != nil {
			return fmt.Errorf("its %s %w", name, err)
		}
	}
	return nil
}

func isText(v any) error {
	if _, ok := v.(string); !ok {
		return errors.New("is no text")
	}
	return nil
}

func isFlag(v any) error {
	if _, ok := v.(bool); !ok {
		return errors.New("is neither true nor false")
	}
	return nil
}

// node checks the id of a node of one of some kinds. What is a part of another node
// needs that one.
func (c checker) node(kinds ...graph.Kind) func(any) error {
	return func(v any) error {
		id, _ := v.(string)
		node := c.graph.Node(id)
		if node == nil || !slices.Contains(kinds, node.Kind) {
			return fmt.Errorf("%v is the id of no %s", v, strings.Join(texts(kinds), " or "))
		}
		return nil
	}
}

func texts(kinds []graph.Kind) []string {
	all := make([]string, len(kinds))
	for i, kind := range kinds {
		all[i] = string(kind)
	}
	return all
}

// statement checks a policy statement.
func (c checker) statement(v any) error {
	return object(v, fields{
		"Sid": isText, "Effect": isText, "Principal": c.element, "Action": c.element, "Resource": c.element, "Condition": c.condition,
	}, "Effect", "Action")
}

// condition checks a Condition element: operators with objects of keys.
func (c checker) condition(v any) error {
	operators, ok := v.(map[string]any)
	if !ok {
		return errors.New("is no object")
	}
	for _, operator := range slices.Sorted(maps.Keys(operators)) {
		keys, ok := operators[operator].(map[string]any)
		if !ok || keys["reference"] != nil {
			return fmt.Errorf("has no object of keys under %s", operator)
		}
		if err := c.element(keys); err != nil {
			return err
		}
	}
	return nil
}

// element checks the value of an element: text, lists and objects of it, and
// references to nodes.
func (c checker) element(v any) error {
	switch v := v.(type) {
	case string, bool:
		return nil
	case []any:
		for _, item := range v {
			if err := c.element(item); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		if _, isReference := v["reference"]; isReference {
			id, _ := v["reference"].(string)
			if _, ok := v["attribute"].(string); !ok || c.graph.Node(id) == nil || len(v) != 2 {
				return fmt.Errorf("has the reference %v to no attribute of a node", v["reference"])
			}
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if err := c.element(v[name]); err != nil {
				return err
			}
		}
		return nil
	default:
		return fmt.Errorf("holds %v, which is no text", v)
	}
}
