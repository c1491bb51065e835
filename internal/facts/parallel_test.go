package facts

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// site adds a unit whose distribution reads an encrypted bucket. The bucket policy
// names it by reference, and every other unit names its key by an alias.
func (s stage) site(i int) {
	unit := fmt.Sprintf("site%04d", i)
	id := func(address string) string { return unit + "#" + address }
	at := source.Location{File: unit, Line: 1}
	s.AddUnit(graph.Unit{ID: unit, Path: unit, Language: graph.Terraform})
	s.AddEnvironment(graph.Environment{ID: unit})
	s.node(graph.OAC, id("control"), unit, "signing_behavior", "always", "signing_protocol", "sigv4", "origin_type", "s3")
	behavior := value.MapOf([]value.Member{{Key: "target_origin_id", Value: value.Text("b", at)}}, at)
	s.node(graph.Distribution, id("cdn"), unit, "behaviors", value.ListOf([]value.Value{behavior}, at))
	origin := s.node(graph.Origin, id("cdn#origin/0"), unit,
		"origin_id", "b", "domain_name", to(id("bucket"), value.RegionalDomainName), "origin_access_control_id", to(id("control"), value.ID))
	origin.Parent = id("cdn")
	s.node(graph.Bucket, id("bucket"), unit, "name", fmt.Sprintf("site-%d", i))
	s.node(graph.Key, id("key"), unit)
	key := to(id("key"), value.ARN)
	if i%2 == 0 {
		s.node(graph.Alias, id("alias"), unit, "name", fmt.Sprintf("alias/site-%d", i), "target_key", key)
		key = value.Text(fmt.Sprintf("alias/site-%d", i), at)
	}
	s.node(graph.Encryption, id("encryption"), unit, "bucket", to(id("bucket"), value.ID), "algorithm", "aws:kms", "key", key)
	grant := func(action string, resource value.Value) value.Value {
		return value.Concat(at,
			value.Text(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::`+ours+`:root"}, "Action": "kms:*", "Resource": "*"}, {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "`+action+`", "Resource": "`, at),
			resource, value.Text(`", "Condition": {"StringEquals": {"aws:SourceArn": "`, at), to(id("cdn"), value.ARN), value.Text(`"}}}]}`, at))
	}
	s.node(graph.Policy, id("bucket_policy"), unit, "role", graph.BucketPolicy, "target", fmt.Sprintf("site-%d", i),
		"document", grant("s3:GetObject", value.Concat(at, to(id("bucket"), value.ARN), value.Text("/*", at))))
	s.node(graph.Policy, id("key_policy"), unit, "role", graph.KeyPolicy, "target", to(id("key"), value.ID), "document", grant("kms:Decrypt", value.Text("*", at)))
}

func sites(n int) *graph.Graph {
	s := newStage()
	for i := range n {
		s.site(i)
	}
	return s.Freeze()
}

// TestOneMistakeSpoilsOnePath breaks two nodes in a way that no loader makes: what
// has nothing to do with them is judged all the same.
func TestOneMistakeSpoilsOnePath(t *testing.T) {
	s := newStage()
	for i := range 5 {
		s.site(i)
	}
	s.node(graph.Policy, "live#lone", "nowhere", "role", graph.KeyPolicy, "document", `{"Statement": [{"Effect": "Allow"}]}`)
	g := s.Freeze()
	g.Node("site0001#cdn").Attributes.Set("behaviors", value.Value{Kind: value.Choice})
	g.Node("live#lone#statement/0").Statement = nil
	result := Compute(g)
	for i, want := range []string{
		"the origin b of cdn could not be judged: internal error, please report it: ",
		"lone could not be judged: internal error, please report it: ",
	} {
		if i >= len(result.Diagnostics) || !strings.HasPrefix(result.Diagnostics[i].Message, want) {
			t.Fatalf("diagnostic %d is not %q: %v", i, want, result.Diagnostics)
		}
	}
	if at := result.Diagnostics[0].File; len(result.Diagnostics) != 2 || at != "site0001" || result.Diagnostics[0].Severity != source.Error {
		t.Errorf("diagnostics: %v", result.Diagnostics)
	}
	var paths []string
	for _, path := range result.Paths {
		paths = append(paths, path.Distribution.Unit)
		if path.Verdict != Readable {
			t.Errorf("%s is %s: %v", path.ID, path.Verdict, path.Facts)
		}
	}
	if got := strings.Join(paths, " "); got != "site0000 site0002 site0003 site0004" {
		t.Errorf("paths of %s", got)
	}
	if _, judged := result.Facts["live#lone"]; judged {
		t.Error("half of a policy was judged")
	}
	// A path that was not followed may be what the statement is for.
	if fact := result.Facts["site0001#key_policy#statement/1"].Get(ServesBucket); fact.Verdict.String() != "unknown" {
		t.Errorf("the statement for the spoiled path serves a bucket: %v", fact)
	}
}

// TestProcessorsDoNotMatter computes the facts of one graph on one processor and on
// several.
func TestProcessorsDoNotMatter(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	g := sites(50)
	want := Compute(g)
	if len(want.Paths) != 50 || len(want.Diagnostics) > 0 {
		t.Fatalf("%d paths, diagnostics %v", len(want.Paths), want.Diagnostics)
	}
	for _, processors := range []int{2, 8} {
		runtime.GOMAXPROCS(processors)
		for range 3 {
			if got := Compute(g); !reflect.DeepEqual(got, want) {
				t.Fatalf("%d processors find something else", processors)
			}
		}
	}
}

// TestWorkOfAUnitDoesNotGrow counts how often statements are evaluated and names are
// compared.
func TestWorkOfAUnitDoesNotGrow(t *testing.T) {
	perUnit := func(n int) (evaluations, comparisons float64) {
		c := newComputation(sites(n))
		c.index.work = &work{}
		if result := c.compute(); len(result.Paths) != n || result.Paths[n-1].Verdict != Readable {
			t.Fatalf("%d units have %d paths", n, len(result.Paths))
		}
		return float64(c.index.work.evaluations.Load()) / float64(n), float64(c.index.work.comparisons.Load()) / float64(n)
	}
	fewEvaluations, fewComparisons := perUnit(50)
	manyEvaluations, manyComparisons := perUnit(200)
	if manyEvaluations != fewEvaluations || manyComparisons != fewComparisons || fewEvaluations == 0 || fewComparisons == 0 {
		t.Errorf("a unit of 50 takes %v evaluations and %v comparisons, one of 200 %v and %v", fewEvaluations, fewComparisons, manyEvaluations, manyComparisons)
	}
}

// TestAllocationsOfAUnit bounds how much is made for a unit, and asserts that what is seen
// of an origin is not kept once its path is made.
func TestAllocationsOfAUnit(t *testing.T) {
	const n, most = 100, 250
	g := sites(n)
	if made := testing.AllocsPerRun(1, func() { Compute(g) }) / n; made > most {
		t.Errorf("a unit takes %v allocations, more than %d", made, most)
	} else {
		t.Logf("a unit takes %v allocations", made)
	}
	for _, walked := range newComputation(g).walks() {
		for _, seen := range walked.views {
			if walked.path == nil || seen.facts != nil || seen.matches != nil || seen.readMatches != nil {
				t.Fatalf("%s is kept as it was seen", walked.pathID())
			}
		}
	}
}
