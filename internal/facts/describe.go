package facts

import (
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

// Hops are the steps from the distribution to the key policy. They follow from the rest
// of the path, and are written for those who ask.
func (p *Path) Hops() []Hop {
	var hops []Hop
	hop := func(name string, node *graph.Node, place, text string) {
		if node != nil {
			hops = append(hops, Hop{Name: name, Node: node, Location: node.Place(place), Text: text})
		}
	}
	does := "reads"
	if p.Request == UploadRequest {
		does = "uploads to"
	}
	hop("distribution", p.Distribution, "", p.Distribution.Address+" serves the content")
	hop("origin", p.Origin, "domain_name", fmt.Sprintf("its origin %s %s %s", p.OriginID, does, p.BucketName))
	switch p.IdentityKind {
	case OAC:
		hop("identity", p.Identity, "", fmt.Sprintf("requests are signed through %s, as %s", addressOf(p.Identity), p.Principal))
	case OAI:
		hop("identity", p.Identity, "", "requests are signed by "+addressOf(p.Identity))
	case NoIdentity:
	}
	if p.Bucket != nil {
		hop("bucket", p.Bucket, "", p.Bucket.Address+" holds the objects")
	}
	hop("encryption", p.Encryption, "algorithm", fmt.Sprintf("it encrypts new objects with %s, bucket keys are %s", p.Algorithm, p.BucketKey))
	hop("bucket policy", p.BucketPolicy, "document", p.readAnswer())
	hop("key", p.Key, "", addressOf(p.Key)+" is the key")
	hop("key policy", p.KeyPolicy, "document", p.decryptAnswer())
	return hops
}

// describe says what each statement of the policies does, as a person would check
// them.
func (c *computation) describe(path *Path, walked *walkedOrigin) {
	if path.Request == UploadRequest {
		path.Statements = c.answers(path.KeyPolicy, walked, generateDataKey, func(seen *view) []iam.Match { return seen.uploadMatches })
		return
	}
	path.ReadStatements = c.answers(path.BucketPolicy, walked, "s3:GetObject", func(seen *view) []iam.Match { return seen.readMatches })
	path.Statements = c.answers(path.KeyPolicy, walked, "kms:Decrypt", func(seen *view) []iam.Match { return seen.matches })
}

func addressOf(node *graph.Node) string {
	if node == nil {
		return "an identity that is not in the input"
	}
	return node.Address
}

func (p *Path) readAnswer() string {
	if p.Request == UploadRequest {
		return "its policy allows s3:PutObject and not s3:GetObject"
	}
	switch p.Facts.Get(Read).Verdict {
	case iam.Yes:
		return "its policy allows s3:GetObject"
	case iam.No:
		return "its policy does not allow s3:GetObject"
	default:
		return "whether its policy allows s3:GetObject is not known"
	}
}

func (p *Path) decryptAnswer() string {
	fact, action := p.Facts.Get(Decrypt), "kms:Decrypt"
	if p.Request == UploadRequest {
		fact, action = p.Facts.Get(UploadGrant), generateDataKey
	}
	switch fact.Verdict {
	case iam.Yes:
		return "the key policy allows " + action
	case iam.No:
		return "the key policy does not allow " + action
	default:
		return "whether the key policy allows " + action + " is not known"
	}
}

// answers says of each statement of a policy whether it speaks of what the path
// asks, in all worlds in which the path and the statement exist.
func (c *computation) answers(policy *graph.Node, walked *walkedOrigin, action string, matches func(*view) []iam.Match) []StatementAnswer {
	if policy == nil {
		return nil
	}
	var answers []StatementAnswer
	for _, node := range c.graph.Children(policy.ID, graph.Statement) {
		answer := StatementAnswer{Node: node}
		var worlds []string
		asked, differs := 0, false
		for i, seen := range walked.views {
			if !node.Statement.When.In(walked.worlds[i]) {
				// There is a world of the policy without the statement.
				differs = differs || seen.bucketPolicy == policy || seen.keyPolicy == policy
			}
			for _, match := range matches(seen) {
				if match.Statement != node.Statement {
					continue
				}
				truth, text := match.Applies(), describeMatch(match, action)
				if asked++; asked == 1 {
					answer.Verdict, answer.Text = truth, text
				}
				differs = differs || truth != answer.Verdict || text != answer.Text
				if when := walked.worlds[i].Describe(c.graph.Variables); when != "" {
					text += " when " + when
				}
				worlds = union(worlds, []string{text})
			}
		}
		if differs {
			answer.Verdict, answer.Text = iam.Unknown, strings.Join(worlds, "; ")
		}
		if asked > 0 {
			answers = append(answers, answer)
		}
	}
	return answers
}

var effects = [...]string{iam.Yes: "allows", iam.No: "denies", iam.Unknown: "allows or denies"}

// describeMatch says what a statement does with an action, or why it does nothing.
func describeMatch(match iam.Match, action string) string {
	if match.Applies() == iam.Yes {
		return "it " + effects[match.Statement.Allow] + " " + action
	}
	var causes []string
	for _, reason := range match.Reasons() {
		causes = union(causes, []string{reason.Text})
	}
	if len(causes) == 0 {
		return "it does not apply"
	}
	return strings.Join(causes, "; ")
}
