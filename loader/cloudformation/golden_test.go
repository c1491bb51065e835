package cloudformation

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/graph/graphtest"
	"github.com/originkey/originkey/internal/source"
)

var update = flag.Bool("update", false, "write the golden graphs anew")

// TestGolden loads all templates of a case that no other one nests.
func TestGolden(t *testing.T) {
	graphtest.Run(t, "testdata", *update, func(_ *testing.T, tree graphtest.Tree) (*graph.Graph, []source.Diagnostic) {
		parser := NewParser(tree, nil)
		var names []string
		for name := range tree {
			names = append(names, name)
		}
		slices.Sort(names)
		var nested []string
		for _, name := range names {
			for _, inner := range parser.Nested(name) {
				if inner != name {
					nested = append(nested, inner)
				}
			}
		}
		names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(nested, name) })
		parser.SetStacks(names)
		whole := graph.NewBuilder()
		var diagnostics []source.Diagnostic
		for _, name := range names {
			builder, its := parser.Load(context.Background(), name)
			diagnostics = append(diagnostics, its...)
			if builder == nil {
				continue
			}
			if err := whole.Merge(builder); err != nil {
				t.Fatal(err)
			}
		}
		return whole.Freeze(), diagnostics
	})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x], D: !Not [!Condition C]}\nResources:\n  K:\n    Type: AWS::KMS::Key\n    Condition: C\n    Properties:\n      KeyPolicy: !If [D, {Statement: [!Ref AWS::NoValue]}, !Sub '${P}${!x}${K.Arn}']\n"))
	f.Add([]byte(`{"Resources": {"D": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": {"Origins": {"Fn::If": ["C", [], [{"DomainName": {"Fn::Select": [0, {"Fn::Split": ["/", {"Ref": "D"}]}]}}]]}}}}}}`))
	f.Add([]byte("Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: {KeyPolicy: '${K}{{resolve:x}}${AWS::Region}a${K.Arn}'}\n"))
	f.Add([]byte("Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: t.yaml, Parameters: {P: !GetAtt S.Outputs.O}}\nOutputs: {O: {Value: !ImportValue n, Export: {Name: n}}}\n"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		parser := NewParser(graphtest.Tree{"t.yaml": source.NewFile("t.yaml", text)}, nil)
		parser.SetStacks([]string{"t.yaml"})
		parser.Nested("t.yaml")
		if builder, _ := parser.Load(context.Background(), "t.yaml"); builder != nil {
			builder.Freeze()
		}
	})
}

// FuzzSubstitute evaluates a text of Fn::Sub. One without variables and dynamic
// references stands for itself.
func FuzzSubstitute(f *testing.F) {
	for _, text := range []string{"${A}${!B}${C.D}$${E", "a${B}{{resolve:ssm:${B}}}${P}", "${ B }${AWS::Region}${B.Arn}", "{{resolve:${B}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, found := range variables(text) {
			if found.start < last || found.end > len(text) || found.start >= found.end {
				t.Fatalf("%q: %+v", text, found)
			}
			last = found.end
		}
		argument, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		template := fmt.Sprintf(`{"Parameters": {"P": {"Type": "String", "Default": "p"}}, "Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": %s}}}}}`, argument)
		builder, diagnostics := NewParser(graphtest.Tree{"t.json": source.NewFile("t.json", []byte(template))}, nil).Load(context.Background(), "t.json")
		if builder == nil {
			t.Fatalf("%q: %v", text, diagnostics)
		}
		name := builder.Freeze().Nodes[0].Attribute("name")
		literal, known := name.Literal()
		if plain := !strings.Contains(text, "${") && !strings.Contains(text, dynamicStart); plain && utf8.ValidString(text) && (!known || literal != text) {
			t.Errorf("%q is %q", text, name)
		}
	})
}
