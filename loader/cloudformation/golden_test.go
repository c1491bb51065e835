package cloudformation

import (
	"context"
	"flag"
	"testing"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/graph/graphtest"
	"github.com/originkey/originkey/internal/source"
)

var update = flag.Bool("update", false, "write the golden graphs anew")

func TestGolden(t *testing.T) {
	graphtest.Run(t, "testdata", *update, func(t *testing.T, tree graphtest.Tree) (*graph.Graph, []source.Diagnostic) {
		for _, file := range tree {
			builder, diagnostics := Load(context.Background(), file, Options{})
			if builder == nil {
				builder = graph.NewBuilder()
			}
			return builder.Freeze(), diagnostics
		}
		t.Fatal("the case has no template")
		return nil, nil
	})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x], D: !Not [!Condition C]}\nResources:\n  K:\n    Type: AWS::KMS::Key\n    Condition: C\n    Properties:\n      KeyPolicy: !If [D, {Statement: [!Ref AWS::NoValue]}, !Sub '${P}${!x}${K.Arn}']\n"))
	f.Add([]byte(`{"Resources": {"D": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": {"Origins": {"Fn::If": ["C", [], [{"DomainName": {"Fn::Select": [0, {"Fn::Split": ["/", {"Ref": "D"}]}]}}]]}}}}}}`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		if builder, _ := Load(context.Background(), source.NewFile("t.yaml", text), Options{}); builder != nil {
			builder.Freeze()
		}
	})
}

func FuzzSubstitute(f *testing.F) {
	f.Add("${A}${!B}${C.D}$${E")
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, found := range variables(text) {
			if found.start < last || found.end > len(text) || found.start >= found.end {
				t.Fatalf("%q: %+v", text, found)
			}
			last = found.end
		}
	})
}
