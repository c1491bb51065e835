package suggest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// elements is the order in which AWS's documentation writes the elements of
// policies and statements.
var elements = []string{
	"Version", "Sid", "Effect", "Principal", "Action", "Resource", "Condition", "Statement",
	"sid", "effect", "actions", "resources", "type", "identifiers", "principals", "test", "variable", "values", "condition",
}

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
	case statementBlockJSON:
		return renderJSON(blockJSON(object), "", jsonTemplate)
	case hclObject:
		return renderHCL(object, "")
	case templateYAML:
		return strings.TrimRight(renderYAML(object, ""), "\n")
	default:
		return renderJSON(object, "", writing)
	}
}

// indent moves text to the right.
func indent(text, by string) string {
	return by + strings.ReplaceAll(text, "\n", "\n"+by)
}

// quote writes a JSON string, which is one of HCL and YAML as well. What stands for
// something that is to be filled in keeps its angle brackets.
func quote(text string) string {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return fmt.Sprintf("%q", text)
	}
	return strings.TrimSuffix(encoded.String(), "\n")
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
		if writing == jsonTemplate || writing == templateFile {
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
	if content == "" || content == "true" || content == "false" || strings.ContainsAny(content, "*{}[]#&!|>'\"%@`") || strings.Contains(content, ": ") || strings.HasPrefix(content, "20") {
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
	conditions, _ := statement["Condition"].(map[string]any)
	for _, block := range conditionBlocks(conditions, "  ") {
		fmt.Fprintf(&text, "\n%s\n", block)
	}
	return text.String() + "}"
}

// blockJSON turns a statement into what the JSON syntax of Terraform writes for a
// statement block.
func blockJSON(statement map[string]any) map[string]any {
	block := map[string]any{"actions": listOf(statement["Action"]), "resources": listOf(statement["Resource"])}
	if sid, ok := statement["Sid"]; ok {
		block["sid"] = sid
	}
	if effect, ok := statement["Effect"].(string); ok && effect != "Allow" {
		block["effect"] = effect
	}
	var principals, conditions []any
	written, _ := statement["Principal"].(map[string]any)
	for _, kind := range sortedNames(written) {
		principals = append(principals, map[string]any{"type": kind, "identifiers": listOf(written[kind])})
	}
	if principals != nil {
		block["principals"] = principals
	}
	operators, _ := statement["Condition"].(map[string]any)
	for _, operator := range sortedNames(operators) {
		keys, _ := operators[operator].(map[string]any)
		for _, key := range sortedNames(keys) {
			conditions = append(conditions, map[string]any{"test": operator, "variable": key, "values": listOf(keys[key])})
		}
	}
	if conditions != nil {
		block["condition"] = conditions
	}
	return block
}

func listOf(element any) []any {
	if items, ok := element.([]any); ok {
		return items
	}
	return []any{element}
}

// renderFragment writes members of an object, to be put among others, or the
// condition blocks of a Condition element.
func renderFragment(members map[string]any, writing form) string {
	switch writing {
	case statementBlock:
		return strings.Join(conditionBlocks(members, ""), "\n\n")
	case statementBlockJSON:
		conditions, _ := blockJSON(map[string]any{"Condition": members})["condition"].([]any)
		texts := make([]string, len(conditions))
		for i, condition := range conditions {
			texts[i] = renderJSON(condition, "", jsonTemplate)
		}
		return strings.Join(texts, ",\n")
	case templateYAML:
		return strings.TrimRight(renderMembers(members, ""), "\n")
	}
	text := renderJSON(members, "", writing)
	if writing == hclObject {
		text = renderHCL(members, "")
	}
	lines := strings.Split(text, "\n")
	lines = lines[1 : len(lines)-1]
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(lines, "\n")
}

// conditionBlocks writes the blocks of a data source for a Condition element.
func conditionBlocks(conditions map[string]any, margin string) []string {
	var blocks []string
	for _, operator := range sortedNames(conditions) {
		keys, _ := conditions[operator].(map[string]any)
		for _, key := range sortedNames(keys) {
			blocks = append(blocks, fmt.Sprintf("%[1]scondition {\n%[1]s  test     = %[2]s\n%[1]s  variable = %[3]s\n%[1]s  values   = %[4]s\n%[1]s}", margin, quote(operator), quote(key), hclList(keys[key])))
		}
	}
	return blocks
}

func hclList(element any) string {
	items := listOf(element)
	written := make([]string, len(items))
	for i, item := range items {
		written[i] = scalar(item, hclObject)
	}
	return "[" + strings.Join(written, ", ") + "]"
}
