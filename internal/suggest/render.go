package suggest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// elements is the order in which AWS's documentation writes the elements of
// policies and statements.
var elements = []string{"Version", "Sid", "Effect", "Principal", "Action", "Resource", "Condition", "Statement"}

// sortedNames returns the names of an object, elements in their usual order.
func sortedNames(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	rank := func(name string) int {
		if i := slices.Index(elements, name); i >= 0 {
			return i
		}
		return len(elements)
	}
	slices.SortFunc(names, func(x, y string) int { return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x, y)) })
	return names
}

// render writes a statement or a policy.
func render(object map[string]any, writing form) string {
	switch writing {
	case statementBlock:
		return renderBlock(object)
	case hclObject:
		return renderHCL(object, "")
	case templateYAML:
		return strings.TrimRight(renderYAML(object, ""), "\n")
	default:
		return renderJSON(object, "", writing)
	}
}

// indent moves text right by one step.
func indent(text string) string {
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}

func quote(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		return fmt.Sprintf("%q", text)
	}
	return string(encoded)
}

// renderHCL writes an argument of jsonencode.
func renderHCL(element any, margin string) string {
	switch element := element.(type) {
	case map[string]any:
		names := sortedNames(element)
		width := 0
		written := make([]string, len(names))
		for i, name := range names {
			written[i] = name
			if strings.ContainsAny(name, ":/.") {
				written[i] = quote(name)
			}
			width = max(width, len(written[i]))
		}
		var text strings.Builder
		text.WriteString("{\n")
		for i, name := range names {
			fmt.Fprintf(&text, "%s  %-*s = %s\n", margin, width, written[i], renderHCL(element[name], margin+"  "))
		}
		return text.String() + margin + "}"
	case []any:
		var text strings.Builder
		text.WriteString("[\n")
		for _, item := range element {
			fmt.Fprintf(&text, "%s  %s,\n", margin, renderHCL(item, margin+"  "))
		}
		return text.String() + margin + "]"
	default:
		return scalar(element, hclObject)
	}
}

func scalar(element any, writing form) string {
	switch element := element.(type) {
	case expression:
		if writing == jsonTemplate {
			return `"` + element.template + `"`
		}
		return element.code
	case string:
		return quote(element)
	default:
		return fmt.Sprint(element)
	}
}

// renderJSON writes JSON, with the interpolation of a Terraform template or the
// intrinsic functions of a CloudFormation one.
func renderJSON(element any, margin string, writing form) string {
	switch element := element.(type) {
	case map[string]any:
		names := sortedNames(element)
		var text strings.Builder
		text.WriteString("{\n")
		for i, name := range names {
			fmt.Fprintf(&text, "%s  %s: %s%s\n", margin, quote(name), renderJSON(element[name], margin+"  ", writing), comma(i, len(names)))
		}
		return text.String() + margin + "}"
	case []any:
		var text strings.Builder
		text.WriteString("[\n")
		for i, item := range element {
			fmt.Fprintf(&text, "%s  %s%s\n", margin, renderJSON(item, margin+"  ", writing), comma(i, len(element)))
		}
		return text.String() + margin + "]"
	default:
		return scalar(element, writing)
	}
}

func comma(i, count int) string {
	if i < count-1 {
		return ","
	}
	return ""
}

// renderYAML writes the block style that templates are written in. A statement
// is an item of a list.
func renderYAML(element any, margin string) string {
	object, ok := element.(map[string]any)
	if !ok {
		return margin + scalar(element, templateYAML) + "\n"
	}
	var text strings.Builder
	if _, isStatement := object["Effect"]; isStatement {
		body := renderMembers(object, margin+"  ")
		return margin + "- " + strings.TrimPrefix(body, margin+"  ")
	}
	text.WriteString(renderMembers(object, margin))
	return text.String()
}

func renderMembers(object map[string]any, margin string) string {
	var text strings.Builder
	for _, name := range sortedNames(object) {
		switch inner := object[name].(type) {
		case map[string]any:
			fmt.Fprintf(&text, "%s%s:\n%s", margin, name, renderMembers(inner, margin+"  "))
		case []any:
			fmt.Fprintf(&text, "%s%s:\n", margin, name)
			for _, item := range inner {
				if _, isObject := item.(map[string]any); isObject {
					text.WriteString(renderYAML(item, margin+"  "))
				} else {
					fmt.Fprintf(&text, "%s  - %s\n", margin, yamlScalar(item))
				}
			}
		default:
			fmt.Fprintf(&text, "%s%s: %s\n", margin, name, yamlScalar(inner))
		}
	}
	return text.String()
}

// yamlScalar quotes what YAML would not read as text.
func yamlScalar(element any) string {
	content, ok := element.(string)
	if !ok {
		return scalar(element, templateYAML)
	}
	if content == "" || strings.ContainsAny(content, "*{}[]#&!|>'\"%@`") || strings.Contains(content, ": ") || strings.HasPrefix(content, "20") {
		return quote(content)
	}
	return content
}

// renderBlock writes a statement block of data.aws_iam_policy_document.
func renderBlock(statement map[string]any) string {
	var text strings.Builder
	text.WriteString("statement {\n")
	if sid, ok := statement["Sid"]; ok {
		fmt.Fprintf(&text, "  sid       = %s\n", scalar(sid, hclObject))
	}
	if effect, ok := statement["Effect"].(string); ok && effect != "Allow" {
		fmt.Fprintf(&text, "  effect    = %s\n", quote(effect))
	}
	fmt.Fprintf(&text, "  actions   = %s\n", hclList(statement["Action"]))
	fmt.Fprintf(&text, "  resources = %s\n", hclList(statement["Resource"]))
	if principals, ok := statement["Principal"].(map[string]any); ok {
		for _, kind := range sortedNames(principals) {
			fmt.Fprintf(&text, "\n  principals {\n    type        = %s\n    identifiers = %s\n  }\n", quote(kind), hclList(principals[kind]))
		}
	}
	if conditions, ok := statement["Condition"].(map[string]any); ok {
		for _, block := range conditionBlocks(conditions) {
			text.WriteString("\n" + indent(block) + "\n")
		}
	}
	return text.String() + "}"
}

// conditionBlocks writes the condition blocks of data.aws_iam_policy_document.
func conditionBlocks(conditions map[string]any) []string {
	var blocks []string
	for _, operator := range sortedNames(conditions) {
		keys, _ := conditions[operator].(map[string]any)
		for _, key := range sortedNames(keys) {
			blocks = append(blocks, fmt.Sprintf("condition {\n  test     = %s\n  variable = %s\n  values   = %s\n}", quote(operator), quote(key), hclList(keys[key])))
		}
	}
	return blocks
}

// renderCondition writes conditions to be added to a statement.
func renderCondition(conditions map[string]any, writing form) string {
	switch writing {
	case statementBlock:
		return strings.Join(conditionBlocks(conditions), "\n\n")
	case hclObject:
		return "Condition = " + renderHCL(conditions, "")
	case templateYAML:
		return "Condition:\n" + indent(render(conditions, writing))
	default:
		return `"Condition": ` + renderJSON(conditions, "", writing)
	}
}

func hclList(element any) string {
	items, ok := element.([]any)
	if !ok {
		items = []any{element}
	}
	written := make([]string, len(items))
	for i, item := range items {
		written[i] = scalar(item, hclObject)
	}
	return "[" + strings.Join(written, ", ") + "]"
}
