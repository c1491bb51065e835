package cloudformation

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/graph/graphtest"
	"github.com/originkey/originkey/internal/source"
)

// TestBounds loads templates that grow without bound when they are evaluated
// naively. Each ends with the diagnostic, or with none where it is harmless.
func TestBounds(t *testing.T) {
	const key = "Resources: {K: {Type: AWS::KMS::Key}}\n"
	tests := map[string]struct{ template, diagnostic string }{
		"aliases that stand for billions": {key + "a0: &a0 [x, x]\n" + repeat(1, 40, func(i int) string {
			return fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
		}), "too large with its aliases expanded"},
		"merges that stand for billions": {key + "b0: &b0 {k: v}\n" + repeat(1, 40, func(i int) string {
			return fmt.Sprintf("b%d: &b%d\n  <<: [*b%d, *b%d]\n  z%d: [*b%d, *b%d]\n", i, i, i-1, i-1, i, i-1, i-1)
		}), "too large with its aliases expanded"},
		"aliases in a policy": {"x0: &x0 [a, a, a, a, a, a, a, a, a]\n" + repeat(1, 5, func(i int) string {
			return fmt.Sprintf("x%d: &x%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*x%d, ", i-1), 9))
		}) + "Resources: {K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: [*x4, *x4]}}}}\n", "too large with its aliases expanded"},
		"brackets":         {key + "x: " + strings.Repeat("[", 100_000) + "\n", "exceeded max depth"},
		"nested mappings":  {key + repeat(0, 2000, func(i int) string { return strings.Repeat(" ", i) + "a:\n" }), "levels deep"},
		"JSON brackets":    {`{"Resources": {"K": {"Type": "AWS::KMS::Key"}}, "x": ` + strings.Repeat("[", 100_000), "exceeded max depth"},
		"doubled by Sub":   {bucket(strings.Repeat(`!Sub ["${x}${x}", {x: `, 60) + "a" + strings.Repeat("}]", 60)), ""},
		"doubled by an If": {conditions(100) + bucket("!If [C99, a, b]"), ""},
		"left out of a Join": {conditions(200) + bucket("!Join ['-', ["+repeat(0, 200, func(i int) string {
			return fmt.Sprintf("!If [C%d, a, !Ref AWS::NoValue], ", i)
		})+"x]]"), ""},
		"keys of maps": {"Parameters: {P: {Type: String}}\nMappings:\n" + repeat(0, 20, func(i int) string {
			return fmt.Sprintf("  M%d: {%s z: {a: b}}\n", i, repeat(0, 150, func(k int) string { return fmt.Sprintf("k%d: {a: b%d}, ", k, k) }))
		}) + bucket("!Join ['', ["+repeat(0, 20, func(i int) string { return fmt.Sprintf("!FindInMap [M%d, !Ref P, a], ", i) })+"x]]"), ""},
		"loops in loops": {"Resources:\n  Fn::ForEach::A:\n    - A\n    - [" + repeat(0, 500, func(i int) string { return fmt.Sprintf("a%d, ", i) }) + "x]\n    - Fn::ForEach::B:\n        - B\n        - [" +
			repeat(0, 500, func(i int) string { return fmt.Sprintf("b%d, ", i) }) + "x]\n        - K${A}${B}: {Type: AWS::KMS::Key}\n", "make more than 5000 copies"},
		"stacks in stacks": {"Resources:\n" + repeat(0, 100, func(i int) string {
			return fmt.Sprintf("  S%d: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: next.yaml}}\n", i)
		}), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tree := graphtest.Tree{
				"t.yaml": source.NewFile("t.yaml", []byte(test.template)),
				"next.yaml": source.NewFile("next.yaml", []byte("Resources:\n"+repeat(0, 100, func(i int) string {
					return fmt.Sprintf("  S%d: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: last.yaml}}\n", i)
				}))),
				"last.yaml": source.NewFile("last.yaml", []byte(key)),
			}
			builder, diagnostics := NewParser(tree, nil).Load(context.Background(), "t.yaml")
			if builder != nil {
				if nodes := len(builder.Freeze().Nodes); nodes > 2*maxCopies {
					t.Errorf("it made %d nodes", nodes)
				}
			}
			found := test.diagnostic == "" && len(diagnostics) == 0
			for _, diagnostic := range diagnostics {
				found = found || test.diagnostic != "" && strings.Contains(diagnostic.Message, test.diagnostic)
			}
			if !found {
				t.Errorf("diagnostics are %v, want %q", diagnostics, test.diagnostic)
			}
		})
	}
}

func repeat(from, to int, text func(i int) string) string {
	var all strings.Builder
	for i := from; i < to; i++ {
		all.WriteString(text(i))
	}
	return all.String()
}

func bucket(name string) string {
	return "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: " + name + "\n"
}

// conditions declares conditions that each refer twice to the one before.
func conditions(count int) string {
	return "Parameters:\n" + repeat(0, count, func(i int) string { return fmt.Sprintf("  P%d: {Type: String}\n", i) }) +
		"Conditions:\n  C0: !Equals [!Ref P0, x]\n" + repeat(1, count, func(i int) string {
		return fmt.Sprintf("  C%d: !Or [!And [!Equals [!Ref P%d, x], !Condition C%d], !And [!Condition C%d, !Equals [!Ref P0, z]]]\n", i, i, i-1, i-1)
	})
}
