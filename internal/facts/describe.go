package facts

import (
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

// describe writes the hops and what each statement of the key policy does, as a
// person would check them.
func (c *computation) describe(path *Path, walked *walkedOrigin) {
	hop := func(name string, node *graph.Node, place, text string) {
		if node != nil {
			path.Hops = append(path.Hops, Hop{Name: name, Node: node, Location: node.Place(place), Text: text})
		}
	}
	hop("distribution", path.Distribution, "", path.Distribution.Address+" serves the content")
	hop("origin", path.Origin, "domain_name", fmt.Sprintf("its origin %s reads %s", path.OriginID, path.BucketName))
	switch path.IdentityKind {
	case OAC:
		hop("identity", path.Identity, "", fmt.Sprintf("requests are signed through %s, as %s", addressOf(path.Identity), path.Principal))
	case OAI:
		hop("identity", path.Identity, "", "requests are signed by "+addressOf(path.Identity))
	case NoIdentity:
	}
	if path.Bucket != nil {
		hop("bucket", path.Bucket, "", path.Bucket.Address+" holds the objects")
	}
	if path.Encryption != nil {
		hop("encryption", path.Encryption, "algorithm", fmt.Sprintf("it encrypts new objects with %s, bucket keys are %s", path.Algorithm, path.BucketKey))
	}
	if path.BucketPolicy != nil {
		hop("bucket policy", path.BucketPolicy, "document", c.readAnswer(path))
	}
	hop("key", path.Key, "", addressOf(path.Key)+" is the key")
	hop("key policy", path.KeyPolicy, "document", c.decryptAnswer(path))
	c.describeStatements(path, walked)
}

func addressOf(node *graph.Node) string {
	if node == nil {
		return "an identity that is not in the input"
	}
	return node.Address
}

func (c *computation) readAnswer(path *Path) string {
	switch path.Facts[Read].Verdict {
	case iam.Yes:
		return "its policy allows s3:GetObject"
	case iam.No:
		return "its policy does not allow s3:GetObject"
	default:
		return "whether its policy allows s3:GetObject is not known"
	}
}

func (c *computation) decryptAnswer(path *Path) string {
	switch path.Facts[Decrypt].Verdict {
	case iam.Yes:
		return "the key policy allows kms:Decrypt"
	case iam.No:
		return "the key policy does not allow kms:Decrypt"
	default:
		return "whether the key policy allows kms:Decrypt is not known"
	}
}

// describeStatements joins what each statement says in all worlds.
func (c *computation) describeStatements(path *Path, walked *walkedOrigin) {
	if path.KeyPolicy == nil {
		return
	}
	for _, node := range c.graph.Children(path.KeyPolicy.ID, graph.Statement) {
		answer := StatementAnswer{Node: node}
		for i, seen := range walked.views {
			for _, match := range seen.matches {
				if match.Statement != node.Statement {
					continue
				}
				truth := match.Applies()
				if i > 0 && truth != answer.Verdict {
					truth = iam.Unknown
				}
				answer.Verdict = truth
				answer.Text = describeMatch(match)
			}
		}
		path.Statements = append(path.Statements, answer)
	}
}

// describeMatch says why a statement applies or not.
func describeMatch(match iam.Match) string {
	effect := map[iam.Truth]string{iam.Yes: "allows", iam.No: "denies", iam.Unknown: "allows or denies"}[match.Statement.Allow]
	if match.Applies() == iam.Yes {
		return effect + " it"
	}
	var causes []string
	for _, element := range []iam.Result{match.Principal, match.Action, match.Resource, match.Condition} {
		if element.Truth != match.Applies() {
			continue
		}
		for _, reason := range element.Reasons {
			causes = append(causes, reason.Text)
		}
	}
	if len(causes) == 0 {
		return "does not apply"
	}
	return strings.Join(causes, "; ")
}
