package cloudformation

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/graph/graphtest"
	"github.com/originkey/originkey/internal/source"
)

// assemblyTree is a cloud assembly of stacks, each of which nests one by the hash of
// an asset. Where imports is true, they import what the first one exports.
func assemblyTree(stacks int, imports bool) (tree graphtest.Tree, names []string) {
	tree = graphtest.Tree{}
	add := func(name, text string) { tree[name] = source.NewFile(name, []byte(text)) }
	var artifacts []string
	for i := range stacks {
		hash := fmt.Sprintf("%064x", i)
		name, nested := fmt.Sprintf("s%d.template.json", i), fmt.Sprintf("s%d.nested.template.json", i)
		bucket := `"site"`
		if imports {
			bucket = `{"Fn::ImportValue": "first"}`
		}
		exports := ""
		if i == 0 && imports {
			exports = `, "Outputs": {"O": {"Value": "x", "Export": {"Name": "first"}}}`
			bucket = `"site"`
		}
		add(name, fmt.Sprintf(`{"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": %s}}, "S": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://bucket.example.com/%s.json"}}}%s}`, bucket, hash, exports))
		add(nested, `{"Resources": {"K": {"Type": "AWS::KMS::Key"}}}`)
		add(fmt.Sprintf("s%d.assets.json", i), fmt.Sprintf(`{"files": {"%s": {"source": {"path": "%s"}}}}`, hash, nested))
		artifacts = append(artifacts, fmt.Sprintf(`"s%d": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", "properties": {"templateFile": "%s"}}`, i, name))
		names = append(names, name)
	}
	add("manifest.json", `{"artifacts": {`+strings.Join(artifacts, ", ")+`}}`)
	return tree, names
}

// A countingTree counts how often files are asked for.
type countingTree struct {
	graphtest.Tree
	reads *int
}

func (c countingTree) ReadFile(name string) (*source.File, error) {
	*c.reads++
	return c.Tree.ReadFile(name)
}

// TestWorkGrowsWithTheNumberOfStacks counts what is parsed and asked for: one more
// stack costs its own files only, and its templates go when it is loaded.
func TestWorkGrowsWithTheNumberOfStacks(t *testing.T) {
	work := func(stacks int, imports bool) (parsed, reads int) {
		tree, names := assemblyTree(stacks, imports)
		p := NewParser(countingTree{tree, &reads}, nil)
		p.SetStacks(names)
		for _, name := range names {
			nested := p.Nested(name)
			if len(nested) != 1 {
				t.Fatalf("%s nests %v", name, nested)
			}
			p.Expect(name, append(nested, name))
		}
		for _, name := range names {
			builder, diagnostics := p.Load(t.Context(), name)
			if builder == nil || len(diagnostics) > 0 {
				t.Fatalf("diagnostics = %v", diagnostics)
			}
			graph := builder.Freeze()
			if len(graph.Nodes) != 2 || graph.Environments["cloudformation:"+name].Region != "eu-west-1" {
				t.Fatalf("%s has %d nodes in %v", name, len(graph.Nodes), graph.Environments)
			}
		}
		for name := range p.documents {
			if !imports || !strings.HasPrefix(name, "s0.") {
				t.Errorf("%s is kept", name)
			}
		}
		return p.parsed, reads
	}
	for _, imports := range []bool{false, true} {
		few, readFew := work(10, imports)
		many, readMany := work(40, imports)
		if files := 2 * 30; many-few != files {
			t.Errorf("30 more stacks of %d templates parse %d", files, many-few)
		}
		if perStack := float64(readFew) / 10; float64(readMany)/40 > perStack*1.1 {
			t.Errorf("a stack asks for %.1f files among 10 and for %.1f among 40", perStack, float64(readMany)/40)
		}
	}
}

// TestIdsAndPlainTextsAreNotMadeAnew counts what references and texts allocate once
// a template is read: an id is one string wherever the resource is referred to.
func TestIdsAndPlainTextsAreNotMadeAnew(t *testing.T) {
	name := "t.yaml"
	tree := graphtest.Tree{name: source.NewFile(name, []byte("Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      Description: plain text\n      Reference: !Ref K\n"))}
	p := NewParser(tree, nil)
	template := p.deployment(t.Context(), name, graph.NewBuilder()).newTemplate(p.document(name)).prepare()
	template.addAll()
	member := template.resources[0]
	description := member.Value.Get("Properties").Get("Description")
	for what, f := range map[string]func(){
		"an id":        func() { template.id("K") },
		"a plain text": func() { template.evaluate(description) },
	} {
		if allocations := testing.AllocsPerRun(100, f); allocations > 0 {
			t.Errorf("%s allocates %v times", what, allocations)
		}
	}
	// A reference is a part, the list of it, and the argument without its tag.
	reference := member.Value.Get("Properties").Get("Reference")
	if allocations := testing.AllocsPerRun(100, func() { template.evaluate(reference) }); allocations > 3 {
		t.Errorf("a reference allocates %v times", allocations)
	}
}

// TestResourcesShareTheListOfTheirDefaults gives one list to resources that rest on
// the same parameters.
func TestResourcesShareTheListOfTheirDefaults(t *testing.T) {
	name := "t.yaml"
	tree := graphtest.Tree{name: source.NewFile(name, []byte(`
Parameters:
  A: {Type: String, Default: a}
  B: {Type: String, Default: b}
Resources:
  One: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${B}${A}"}}
  None: {Type: AWS::S3::Bucket, Properties: {BucketName: none}}
  Two: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${A}-${B}"}}
  Other: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}
`))}
	builder, _ := NewParser(tree, nil).Load(t.Context(), name)
	of := map[string][]string{}
	for _, node := range builder.Freeze().Nodes {
		of[node.Address] = node.Defaults
	}
	if both := []string{"parameter A", "parameter B"}; !slices.Equal(of["One"], both) || !slices.Equal(of["Two"], both) || len(of["None"]) > 0 || !slices.Equal(of["Other"], both[:1]) {
		t.Fatalf("defaults are %v", of)
	}
	if &of["One"][0] != &of["Two"][0] {
		t.Error("the list is made twice")
	}
}
