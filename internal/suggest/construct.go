package suggest

import (
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/graph"
)

// constructName is the variable that stands for a node in the text of a CDK app.
func constructName(node *graph.Node) string { return string(node.Kind) }

// constructExpression is a reference in a CDK app.
func constructExpression(node *graph.Node, attribute string) any {
	if node.Kind == graph.Bucket {
		text := "${" + constructName(node) + ".bucketArn}" + pattern(attribute)
		return expression{code: "`" + text + "`", template: text, display: text}
	}
	text := map[string]string{
		"arn":  "arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/${" + constructName(node) + ".distributionId}",
		"any":  "arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/*",
		"root": "arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root",
	}[attribute]
	return expression{code: "`" + text + "`", template: text, display: text}
}

// renderConstruct writes a statement in TypeScript.
func renderConstruct(statement map[string]any, target string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s.addToResourcePolicy(new iam.PolicyStatement({\n", target)
	if sid, ok := statement["Sid"].(string); ok {
		fmt.Fprintf(&text, "  sid: '%s',\n", sid)
	}
	if principal, ok := statement["Principal"].(map[string]any); ok {
		fmt.Fprintf(&text, "  principals: [new iam.ServicePrincipal('%s')],\n", principal["Service"])
	}
	fmt.Fprintf(&text, "  actions: %s,\n  resources: %s,\n", constructList(statement["Action"]), constructList(statement["Resource"]))
	if conditions, ok := statement["Condition"].(map[string]any); ok {
		fmt.Fprintf(&text, "  conditions: {\n%s\n  },\n", indent(strings.Join(constructConditions(conditions), "\n"), "    "))
	}
	return text.String() + "}));"
}

// constructConditions writes the conditions of a statement in TypeScript, one
// operator a line.
func constructConditions(conditions map[string]any) []string {
	var lines []string
	for _, operator := range sortedNames(conditions) {
		keys, _ := conditions[operator].(map[string]any)
		var members []string
		for _, key := range sortedNames(keys) {
			written := constructList(keys[key])
			if _, isList := keys[key].([]any); !isList {
				written = constructScalar(keys[key])
			}
			members = append(members, fmt.Sprintf("'%s': %s", key, written))
		}
		lines = append(lines, fmt.Sprintf("%s: { %s },", operator, strings.Join(members, ", ")))
	}
	return lines
}

func constructList(element any) string {
	items := listOf(element)
	written := make([]string, len(items))
	for i, item := range items {
		written[i] = constructScalar(item)
	}
	return "[" + strings.Join(written, ", ") + "]"
}

func constructScalar(element any) string {
	if code, ok := element.(expression); ok {
		return code.code
	}
	return fmt.Sprintf("'%v'", element)
}
