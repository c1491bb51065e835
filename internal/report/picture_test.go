package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
)

// hostileName is a name that means something to HTML, XML, scripts and DOT.
const hostileName = `</script><script>alert(1)</script>"'<!-- --> &amp; \ ]]>`

// manyPaths is a report of n paths: two a distribution, through one of eight
// identities, to a bucket each, of which ten share a key. Their verdicts take
// turns. The last distribution has a hostile name.
func manyPaths(n int) *Report {
	at := func(line int) source.Location {
		return source.Location{File: "infra/site with a long folder/main.tf", Line: int32(line + 1), Column: 1, EndLine: int32(line + 1), EndColumn: 5}
	}
	nodes := map[string]*graph.Node{}
	node := func(kind graph.Kind, address string, line int) *graph.Node {
		if nodes[address] == nil {
			nodes[address] = &graph.Node{ID: "terraform:infra#" + address, Kind: kind, Unit: "terraform:infra", Address: address, Location: at(line)}
		}
		return nodes[address]
	}
	r := &Report{
		Version: "1.2.3",
		Rules:   []Rule{{Name: "missing-decrypt-grant", HelpURL: "https://example.com/missing-decrypt-grant", Level: finding.Error, Reports: []string{"decrypt-not-granted"}}},
		Blockers: func(path *facts.Path) []string {
			if path.Verdict == facts.Unreadable {
				return []string{"missing-decrypt-grant"}
			}
			return []string{}
		},
	}
	turns := []facts.Verdict{facts.Readable, facts.Unreadable, facts.Undecided, facts.NotKMS}
	for i := range n {
		distribution := fmt.Sprintf("module.site[%d].aws_cloudfront_distribution.content_delivery", i/2)
		if i/2 == (n-1)/2 {
			distribution = "distribution " + hostileName
		}
		path := &facts.Path{
			ID: fmt.Sprintf("path/%d", i), Request: facts.ReadRequest, OriginID: fmt.Sprintf("origin-%d", i%2),
			Distribution: node(graph.Distribution, distribution, i), Origin: node(graph.Origin, fmt.Sprintf("origin %d", i), i),
			IdentityKind: facts.OAC, Identity: node(graph.OAC, fmt.Sprintf("aws_cloudfront_origin_access_control.c%d", i%8), i), Principal: "cloudfront.amazonaws.com",
			Bucket: node(graph.Bucket, fmt.Sprintf("module.site[%d].aws_s3_bucket.assets_%d", i/2, i%2), i), Algorithm: "aws:kms", BucketKey: "on",
			ManagedBy: "customer", Verdict: turns[i%len(turns)],
		}
		path.BucketName = path.Bucket.Address
		for _, name := range facts.PathFacts {
			path.Facts.Set(name, facts.Fact{Verdict: iam.Yes})
		}
		if path.Verdict == facts.NotKMS {
			path.Algorithm = "AES256"
		} else {
			path.Key = node(graph.Key, fmt.Sprintf("aws_kms_key.k%d", i/10), i)
			path.Statements = []facts.StatementAnswer{{
				Node:    &graph.Node{Location: at(i), Statement: &iam.Statement{Sid: fmt.Sprintf("Statement%d", i), Allow: iam.Yes}},
				Verdict: iam.Yes, Text: "it allows kms:Decrypt",
			}}
		}
		switch path.Verdict {
		case facts.Unreadable:
			path.Facts.Set(facts.Decrypt, facts.Fact{Verdict: iam.No, Reasons: []facts.Reason{{Code: "decrypt-not-granted", Text: "no statement allows it"}}})
			r.Findings = append(r.Findings, finding.Finding{
				Rule: "missing-decrypt-grant", Level: finding.Error, Message: fmt.Sprintf("the key policy for path %d misses a grant %s", i, hostileName), Location: at(i),
				Address: path.Key.Address, Paths: []string{path.ID}, Suggestion: &finding.Suggestion{Text: "statement {\n}", Advice: "add this"},
			})
		case facts.Undecided:
			path.Facts.Set(facts.Read, facts.Fact{Verdict: iam.Unknown, Reasons: []facts.Reason{{Text: "var.policy is not known"}}})
			path.Unknowns = []string{"var.policy is not known"}
		case facts.Readable, facts.NotKMS:
		}
		r.Paths = append(r.Paths, path)
	}
	r.Findings = append(r.Findings, finding.Finding{Rule: "public-decrypt", Level: finding.Error, Message: "everyone may decrypt", Location: at(1), Address: "aws_kms_key.other"})
	return r
}

func drawnAs(t *testing.T, r *Report, write func(io.Writer, *Report) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestSVGIsOneImage(t *testing.T) {
	text := drawnAs(t, manyPaths(60), SVG)
	decoder := xml.NewDecoder(strings.NewReader(text))
	elements, titles := map[string]int{}, []string{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		elements[start.Name.Local]++
		for _, attribute := range start.Attr {
			if attribute.Name.Local == "href" || attribute.Name.Local == "style" || strings.HasPrefix(attribute.Name.Local, "on") {
				t.Errorf("<%s> has the attribute %s", start.Name.Local, attribute.Name.Local)
			}
		}
		if start.Name.Local == "title" {
			var title string
			if err := decoder.DecodeElement(&title, &start); err != nil {
				t.Fatal(err)
			}
			titles = append(titles, title)
		}
	}
	for _, name := range []string{"script", "image", "use", "foreignObject", "a"} {
		if elements[name] > 0 {
			t.Errorf("there is an element <%s>", name)
		}
	}
	for _, wanted := range []string{
		"Paths from CloudFront to KMS",
		"module.site[0].aws_cloudfront_distribution.content_delivery\ninfra/site with a long folder/main.tf:1",
		"module.site[0].aws_cloudfront_distribution.content_delivery, origin origin-1, to module.site[0].aws_s3_bucket.assets_1: unreadable: missing-decrypt-grant",
	} {
		if !slices.Contains(titles, wanted) {
			t.Errorf("there is no title %q", wanted)
		}
	}
	for _, wanted := range []string{`role="img"`, "prefers-color-scheme: dark", "60 paths: 15 unreadable, 15 undecided, 15 readable, 15 not-kms"} {
		if !strings.Contains(text, wanted) {
			t.Errorf("the picture does not hold %s", wanted)
		}
	}
	if again := drawnAs(t, manyPaths(60), SVG); again != text {
		t.Error("two pictures differ")
	}
}

// TestNodesKeepApart asserts that nothing lies over anything else, and that each
// line meets its nodes between their edges.
func TestNodesKeepApart(t *testing.T) {
	for _, n := range []int{0, 1, 7, 60, 500} {
		p := drawPicture(manyPaths(n))
		for column, nodes := range p.columns {
			free := headHeight
			for _, node := range nodes {
				if node.y < free || node.y+node.height() > p.height-margin {
					t.Errorf("%d paths: column %d: %s is at %d to %d, free is from %d to %d", n, column, node.label, node.y, node.y+node.height(), free, p.height-margin)
				}
				free = node.y + node.height() + nodeGap
				for i, path := range node.paths {
					if y := node.slot(path); y <= node.y || y >= node.y+node.height() || i > 0 && y < node.slot(node.paths[i-1])+leastPitch/fraction {
						t.Errorf("%d paths: line %d meets %s at %d", n, i, node.label, y)
					}
				}
			}
		}
	}
}

// TestLinesDoNotCrossWithoutNeed draws separate sites whose identities, buckets
// and keys are met in another order than their distributions.
func TestLinesDoNotCrossWithoutNeed(t *testing.T) {
	r := manyPaths(0)
	node := func(kind graph.Kind, i int) *graph.Node {
		return &graph.Node{ID: fmt.Sprintf("%s %d", kind, i), Kind: kind, Address: fmt.Sprintf("%s %d", kind, i)}
	}
	distributions, buckets := []*graph.Node{}, []*graph.Node{}
	for i := range 3 {
		distributions, buckets = append(distributions, node(graph.Distribution, i)), append(buckets, node(graph.Bucket, i))
	}
	// The paths of three sites, one origin of each after the other.
	for i, site := range []int{0, 1, 2, 2, 0, 1} {
		r.Paths = append(r.Paths, &facts.Path{
			ID: fmt.Sprint(i), Distribution: distributions[site], IdentityKind: facts.OAC, Identity: node(graph.OAC, i),
			Bucket: buckets[site], Key: node(graph.Key, 10-site), Verdict: facts.Readable,
		})
	}
	doNotCross(t, r)
	// One identity for all, ten buckets a key, and some without a key.
	r = manyPaths(0)
	shared := node(graph.OAC, 0)
	for i := range 100 {
		path := &facts.Path{
			ID: fmt.Sprint(i), Distribution: node(graph.Distribution, i), IdentityKind: facts.OAC, Identity: shared,
			Bucket: node(graph.Bucket, i), Key: node(graph.Key, i/10), Verdict: facts.Readable,
		}
		if i%7 == 0 {
			path.Key, path.Verdict = nil, facts.NotKMS
		}
		r.Paths = append(r.Paths, path)
	}
	doNotCross(t, r)
}

func doNotCross(t *testing.T, r *Report) {
	t.Helper()
	p := drawPicture(r)
	for column := range len(pictureColumns) - 1 {
		for i, x := range p.paths {
			for _, y := range p.paths[:i] {
				if x.nodes[column+1] == nil || y.nodes[column+1] == nil {
					continue
				}
				left := x.nodes[column].slot(x) - y.nodes[column].slot(y)
				right := x.nodes[column+1].slot(x) - y.nodes[column+1].slot(y)
				if (left < 0) != (right < 0) {
					t.Errorf("the lines of %s and %s cross after column %d", x.path.ID, y.path.ID, column)
				}
			}
		}
	}
}

func TestUploadsAreDrawn(t *testing.T) {
	r := manyPaths(1)
	upload := *r.Paths[0]
	upload.Request, upload.Verdict = facts.UploadRequest, ""
	upload.Facts = facts.Facts{{Name: facts.UploadGrant, Fact: facts.Fact{Verdict: iam.No}}}
	r.Paths, r.Uploads = nil, []*facts.Path{&upload}
	text := drawnAs(t, r, SVG)
	for _, wanted := range []string{"1 uploads", `class="status path uploads"`, `class="mark"`} {
		if !strings.Contains(text, wanted) {
			t.Errorf("the picture does not hold %s", wanted)
		}
	}
}

// TestUndecidedStepsAreNotCalledBroken draws an identity that cannot read what is
// encrypted with KMS, before a bucket whose encryption is not known.
func TestUndecidedStepsAreNotCalledBroken(t *testing.T) {
	path := *manyPaths(1).Paths[0]
	path.Verdict = facts.Undecided
	path.Facts = facts.Facts{{Name: facts.IdentitySupportsKMS, Fact: facts.Fact{Verdict: iam.No, Reasons: []facts.Reason{{Code: "oai-with-kms"}}}}}
	if holds := steps(&path); holds[0] != iam.Unknown {
		t.Errorf("the step to the identity holds: %s, want unknown", holds[0])
	}
	path.Verdict = facts.Unreadable
	if holds := steps(&path); holds[0] != iam.No {
		t.Errorf("the step to the identity holds: %s, want no", holds[0])
	}
}

func TestPictureOfNothing(t *testing.T) {
	r := &Report{Blockers: func(*facts.Path) []string { return nil }}
	for name, write := range map[string]func(io.Writer, *Report) error{"svg": SVG, "html": HTML} {
		if text := drawnAs(t, r, write); !strings.Contains(text, "No distribution with an S3 origin was found") {
			t.Errorf("the %s does not say that there is nothing", name)
		}
	}
}

func TestCutLeavesOutTheMiddle(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 5, ""},
		{"short", 5, "short"},
		{"longer", 5, "lo…er"},
		{"aws_s3_bucket.assets", 10, "aws_s…sets"},
		{"日本語日本語", 12, "日本語日本語"},
		{"日本語日本語", 9, "日本…本語"},
	} {
		if got := cut(test.text, test.width); got != test.want {
			t.Errorf("cut(%q, %d) = %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

func TestFocus(t *testing.T) {
	r := manyPaths(40)
	g := graphOf(t, r)
	all := len(r.Paths)
	for address, want := range map[string]int{
		"module.site[3].aws_cloudfront_distribution.content_delivery": 2,
		"aws_cloudfront_origin_access_control.c1":                     5,
		"module.site[3].aws_s3_bucket.assets_1":                       1,
		"terraform:infra#module.site[3].aws_s3_bucket.assets_1":       1,
		"aws_kms_key.k0":     8,
		"aws_kms_key.unused": 0,
	} {
		focused := *r
		if err := focused.Focus(g, address); err != nil {
			t.Fatal(err)
		}
		if len(focused.Paths) != want {
			t.Errorf("%s: %d paths, want %d", address, len(focused.Paths), want)
		}
		if !strings.Contains(drawnAs(t, &focused, SVG), "through "+address) {
			t.Errorf("%s: the picture does not say what it is about", address)
		}
	}
	for address, want := range map[string]string{
		"aws_kms_key.k00": "did you mean aws_kms_key.k0 or ",
		"assets_1":        "did you mean module.site[0].aws_s3_bucket.assets_1 or ",
		"zzzz":            "a picture without --focus shows all",
		"":                "no distribution, identity, bucket or key has this address",
	} {
		if err := r.Focus(g, address); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %v, want %s", address, err, want)
		}
	}
	if len(r.Paths) != all {
		t.Error("an address that is not known changes the report")
	}
}

// graphOf returns a graph of the resources of a report, and one key that no path
// leads to.
func graphOf(t *testing.T, r *Report) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder()
	b.AddUnit(graph.Unit{ID: "terraform:infra", Path: "infra", Language: graph.Terraform})
	seen := map[*graph.Node]bool{nil: true}
	for _, path := range r.Paths {
		for _, node := range []*graph.Node{path.Distribution, path.Identity, path.Bucket, path.Key} {
			if seen[node] {
				continue
			}
			seen[node] = true
			if err := b.AddNode(node); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := b.AddNode(&graph.Node{ID: "terraform:infra#aws_kms_key.unused", Kind: graph.Key, Unit: "terraform:infra", Address: "aws_kms_key.unused"}); err != nil {
		t.Fatal(err)
	}
	return b.Freeze()
}

func TestDOT(t *testing.T) {
	r := manyPaths(8)
	text := drawnAs(t, r, func(w io.Writer, r *Report) error { return DOT(w, r, r.Paths) })
	for _, wanted := range []string{
		`label="distribution\nmodule.site[0].aws_cloudfront_distribution.content_delivery"`,
		`style=bold, arrowhead=tee, label="unreadable\nmissing-decrypt-grant"`,
		`label="distribution\ndistribution </script><script>alert(1)</script>\"'<!-- --> &amp;amp; \\ ]]>"`,
	} {
		if !strings.Contains(text, wanted) {
			t.Errorf("the graph does not hold %s:\n%s", wanted, text)
		}
	}
	dot, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("dot of Graphviz is not installed, so that nothing reads the graph")
	}
	command := exec.Command(dot, "-Tsvg")
	command.Stdin = strings.NewReader(text)
	drawn, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("dot: %v: %s", err, drawn)
	}
	var texts []string
	decoder := xml.NewDecoder(bytes.NewReader(drawn))
	for {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		if data, ok := token.(xml.CharData); ok {
			texts = append(texts, strings.ReplaceAll(string(data), "\u00a0", " "))
		}
	}
	if !slices.Contains(texts, "distribution "+hostileName) {
		t.Errorf("dot draws the names %q", texts)
	}
}
