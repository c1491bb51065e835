package facts

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

// remedies says what to give so that a view in which the path is undecided can be
// decided: values first, since with them the rest may follow by itself.
func (c *computation) remedies(path *Path, seen *view, broken string) {
	before := len(path.Remedies)
	for _, doubt := range append(seen.doubts(), broken) {
		if remedy, ok := valueRemedy(doubt); ok {
			path.remedy(remedy)
		}
	}
	if len(path.Remedies) > before || seen.otherSigner != "" {
		return
	}
	switch {
	case seen.bucket == nil:
		if bucketName.MatchString(seen.bucketName) {
			path.remedy(bindBucket(seen.bucketName))
		}
		return
	case seen.algorithm == unknownText && (seen.bucket.External != "" || seen.bucket.Elsewhere["encryption"] != ""):
		path.remedy(bindBucket(c.nameOf(seen.bucket)))
	}
	for _, name := range PathFacts {
		if fact := seen.facts.Get(name); fact.Verdict == iam.Unknown {
			for _, reason := range fact.Reasons {
				c.remedyFor(path, seen, reason)
			}
		}
	}
}

// remedyFor adds what decides one doubt about a fact.
func (c *computation) remedyFor(path *Path, seen *view, reason Reason) {
	node := c.graph.Node(reason.Node)
	switch reason.Code {
	case "key-unknown":
		path.remedy(Remedy{
			Text:    "lint the code that defines the key together with this, or say which policy the key has",
			Snippet: policyBinding("key", c.keyName(seen)),
		})
	case "policy-elsewhere":
		if node == nil {
			return
		}
		switch node.Kind {
		case graph.Key:
			path.remedy(Remedy{Text: "put the key's policy into a file (aws kms get-key-policy prints it), and say that it is the key's", Snippet: policyBinding("key", c.nameOf(node))})
		case graph.Bucket:
			path.remedy(Remedy{Text: "put the bucket's policy into a file (aws s3api get-bucket-policy prints it), and say that it is the bucket's", Snippet: policyBinding("bucket", c.nameOf(node))})
		default:
		}
	case "key-region":
		path.remedy(Remedy{Text: "say in which Region the stacks are", Snippet: "region: REGION"})
	case "two-policies":
		path.remedy(Remedy{Text: "write the policy in one of the two places only"})
	default:
		if strings.Contains(reason.Text, sayUnder(distributionIDs)) {
			path.remedy(Remedy{Text: "say which id AWS gave the distribution", Snippet: identifierBinding(distributionIDs, c.nameOf(path.Distribution))})
		}
		if strings.Contains(reason.Text, "is the account of ") || strings.Contains(reason.Text, saysAccount) {
			path.remedy(Remedy{Text: "say in which account the stacks are", Snippet: `account: "ACCOUNT"`})
		}
		if strings.Contains(reason.Text, sayUnder(identityIDs)) {
			path.remedy(Remedy{Text: "say which id AWS gave the origin access identity", Snippet: identifierBinding(identityIDs, c.nameOf(seen.identity))})
		}
	}
}

func (p *Path) remedy(remedy Remedy) {
	for _, known := range p.Remedies {
		if known == remedy {
			return
		}
	}
	p.Remedies = append(p.Remedies, remedy)
}

// keyName is what the bucket's encryption calls the key, where a binding can name
// it so, else "".
func (c *computation) keyName(seen *view) string {
	if seen.encryption == nil {
		return ""
	}
	text, _ := c.graph.Expand(seen.encryption.Attribute("key")).Literal()
	return text
}

// bucketName matches the names that AWS allows for buckets.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// doubtsAboutValues match what a reason says that a value is missing for, and say
// how to give it.
var doubtsAboutValues = sync.OnceValue(func() []doubtAboutValue {
	variable := `var\.([A-Za-z_][\w-]*)`
	parameter := `parameter ([A-Za-z0-9]+)`
	giveVariable := "give the variable a value: --var %[1]s=VALUE, or --var-file FILE"
	giveParameter := `give the parameter a value: --parameters FILE, where FILE holds {"Parameters": {"%[1]s": "VALUE"}}`
	return []doubtAboutValue{
		{regexp.MustCompile(variable + ` has no default and no value was given`), giveVariable},
		{regexp.MustCompile(`^it is broken when .*?` + variable + ` is `), giveVariable},
		{regexp.MustCompile(parameter + ` (?:has no default and no value was given|is read from the SSM parameter store|keeps its previous value)`), giveParameter},
		{regexp.MustCompile(`^it is broken when .*?` + parameter + ` is `), giveParameter},
		{regexp.MustCompile(`\(terraform get in (\S+) puts it there\)`), "run terraform get in %[1]s, which puts the module on disk"},
	}
})

type doubtAboutValue struct {
	pattern *regexp.Regexp
	remedy  string
}

func valueRemedy(doubt string) (Remedy, bool) {
	for _, known := range doubtsAboutValues() {
		if match := known.pattern.FindStringSubmatch(doubt); match != nil {
			return Remedy{Text: fmt.Sprintf(known.remedy, match[1])}, true
		}
	}
	return Remedy{}, false
}

// nameOf is what the configuration calls a node: its address, with its unit where
// another unit has the same one. It is "" for a node that has no name.
func (c *computation) nameOf(node *graph.Node) string {
	if node == nil || node.Anonymous() {
		return ""
	}
	if c.ambiguous()[kindAddress{node.Kind, node.Address}] {
		return c.graph.Unit(node.Unit).Path + "#" + node.Address
	}
	return node.Address
}

// ambiguous returns the addresses that several units have for a node of a kind.
func ambiguous(g *graph.Graph) map[kindAddress]bool {
	first := map[kindAddress]string{}
	several := map[kindAddress]bool{}
	for _, node := range g.Nodes {
		at := kindAddress{node.Kind, node.Address}
		if unit, known := first[at]; known && unit != node.Unit {
			several[at] = true
		} else if !known {
			first[at] = node.Unit
		}
	}
	return several
}

type kindAddress struct {
	kind    graph.Kind
	address string
}

// The keys of .originkey.yaml that say which ids AWS gave resources.
const (
	distributionIDs = "distributions"
	identityIDs     = "identities"
)

// sayUnder ends a reason that a key of the configuration can settle.
func sayUnder(key string) string { return "; say under " + key + " in .originkey.yaml which id " }

// saysAccount ends a reason that the account can settle.
const saysAccount = "; say under account in .originkey.yaml in which account "

func bindBucket(name string) Remedy {
	return Remedy{
		Text:    "lint the code that defines the bucket together with this, or say which key encrypts it",
		Snippet: fmt.Sprintf("buckets:\n  - bucket: %s\n    key: KEY # its ARN, id, alias or address", name),
	}
}

func policyBinding(of, name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("policies:\n  - file: %s-policy.json\n    %s: %s", of, of, name)
}

func identifierBinding(key, address string) string {
	if address == "" {
		return ""
	}
	return fmt.Sprintf("%s:\n  %s: ID", key, address)
}
