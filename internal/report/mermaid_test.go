package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

func examplePath(name string, verdict facts.Verdict, decrypt facts.Fact) *facts.Path {
	yes := facts.Fact{Verdict: iam.Yes}
	return &facts.Path{
		ID: name, Verdict: verdict, IdentityKind: facts.OAC, ManagedBy: "customer", Algorithm: "aws:kms", BucketName: "assets",
		Distribution: &graph.Node{ID: "d" + name, Kind: graph.Distribution, Address: "distribution." + name},
		Origin:       &graph.Node{ID: "o" + name, Kind: graph.Origin, Address: "distribution." + name}, OriginID: "s3-" + name,
		Identity: &graph.Node{ID: "i", Kind: graph.OAC, Address: "control"},
		Bucket:   &graph.Node{ID: "b", Kind: graph.Bucket, Address: "aws_s3_bucket.assets"},
		Key:      &graph.Node{ID: "k", Kind: graph.Key, Address: "aws_kms_key.k"},
		Facts:    facts.Facts{{Name: facts.Signed, Fact: yes}, {Name: facts.Read, Fact: yes}, {Name: facts.Decrypt, Fact: decrypt}},
	}
}

func TestMermaidDrawsThingsOnceAndNamesWhatBreaks(t *testing.T) {
	r := example()
	r.Rules[1].Reports = []string{"decrypt-not-granted"}
	broken := facts.Fact{Verdict: iam.No, Reasons: []facts.Reason{{Code: "decrypt-not-granted"}}}
	paths := []*facts.Path{
		examplePath("a", facts.Unreadable, broken),
		examplePath("b", facts.Readable, facts.Fact{Verdict: iam.Yes}),
		examplePath("c", facts.Undecided, facts.Fact{}),
		examplePath("d", facts.Unreadable, broken),
	}
	paths[2].Facts.Set(facts.Decrypt, facts.Fact{Verdict: iam.Unknown})
	var out bytes.Buffer
	if _, err := Mermaid(&out, r, paths); err != nil {
		t.Fatal(err)
	}
	want := `flowchart LR
  n0(["distribution<br>distribution.a"])
  n1{{"origin access control<br>control"}}
  n2[("bucket<br>aws_s3_bucket.assets")]
  n3[["key<br>aws_kms_key.k"]]
  n4(["distribution<br>distribution.b"])
  n5(["distribution<br>distribution.c"])
  n6(["distribution<br>distribution.d"])
  n0 ==> n1
  n1 ==> n2
  n2 ==x|"missing"| n3
  n4 --> n1
  n1 --> n2
  n2 --> n3
  n5 -.-> n1
  n1 -.-> n2
  n2 -.->|"not known"| n3
  n6 ==> n1
  linkStyle 3,4,5 stroke:#2da44e
  linkStyle 0,1,2,9 stroke:#e5534b
  linkStyle 6,7,8 stroke:#bf8700
`
	if out.String() != want {
		t.Errorf("the diagram is\n%s\nwant\n%s", out.String(), want)
	}
}

func TestMermaidTextMeansNothing(t *testing.T) {
	tests := map[string]string{
		"module.a_b[0].aws_kms_key.k-1": "module.a_b#91;0#93;.aws_kms_key.k-1",
		`"]; click n0 "javascript:x"`:   "#34;#93;#59; click n0 #34;javascript#58;x#34;",
		"<b>&amp;#35;`x`":               "#60;b#62;#38;amp#59;#35;35#59;#96;x#96;",
		"1. a":                          "1#46; a",
		"- a":                           "#45; a",
		"www.example.com/x":             "www#46;example.com/x",
		"_a_ **b** a@b.c":               "#95;a#95; #42;#42;b#42;#42; a#64;b.c",
		"a\nb\u202ec":                   "a bc",
		"é😀":                            "é#128512;",
	}
	for text, want := range tests {
		if got := mermaidText(text); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestMermaidOfNothingIsAFlowchart(t *testing.T) {
	var out bytes.Buffer
	if _, err := Mermaid(&out, example(), nil); err != nil || out.String() != "flowchart LR\n  none[\"no path\"]\n" {
		t.Errorf("%v: %q", err, out.String())
	}
}

// TestMermaidDrawsNoMoreThanGitHub asserts that a diagram stays within the limits of
// edges and of text, draws as much as they allow, and says what it leaves out.
func TestMermaidDrawsNoMoreThanGitHub(t *testing.T) {
	r := example()
	for name, test := range map[string]struct {
		prefix       string
		paths, shown int
	}{
		"few paths": {"p", 3, 3},
		// Each has a line of its own, and those behind it are drawn once.
		"as many lines as can be": {"p", 498, 498},
		"one line more":           {"p", 499, 498},
		"many lines":              {"p", 5000, 498},
		"names that are too long": {strings.Repeat("long", 20), 400, -1},
		"no path":                 {"p", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var paths []*facts.Path
			for i := range test.paths {
				paths = append(paths, examplePath(fmt.Sprintf("%s%d", test.prefix, i), facts.Readable, facts.Fact{Verdict: iam.Yes}))
			}
			var out bytes.Buffer
			remark, err := Mermaid(&out, r, paths)
			if err != nil {
				t.Fatal(err)
			}
			text := out.String()
			if len(text) > mermaidMaxText || strings.Count(text, " --> ") > mermaidMaxEdges {
				t.Errorf("%d bytes and %d lines are more than GitHub draws", len(text), strings.Count(text, " --> "))
			}
			shown := strings.Count(text, "<br>distribution.")
			if test.shown >= 0 && shown != test.shown || test.shown < 0 && (shown == 0 || shown == test.paths) {
				t.Errorf("%d paths are drawn, want %d", shown, test.shown)
			}
			switch cut := shown < test.paths; {
			case cut && !strings.HasPrefix(remark, fmt.Sprintf("the diagram shows %d of %d paths: ", shown, test.paths)):
				t.Errorf("the remark is %q", remark)
			case cut != strings.HasPrefix(text, "%% "+remark+"\nflowchart LR\n"), cut == (remark == ""):
				t.Errorf("the remark is %q, the text begins with %q", remark, strings.SplitN(text, "\n", 2)[0])
			}
		})
	}
}
