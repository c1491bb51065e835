package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

// ExplainText writes each path hop by hop, as a person would check it.
func ExplainText(w io.Writer, r *Report, style Style) error {
	p := &painter{color: style.Color}
	if len(r.Paths) == 0 {
		p.printf("no distribution with an S3 origin was found\n")
	}
	for i, path := range r.Paths {
		if i > 0 {
			p.printf("\n")
		}
		p.path(r, path)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func (p *painter) path(r *Report, path *facts.Path) {
	p.printf("%s %s %s %s\n", p.paint(bold, path.Distribution.Label()), p.paint(blue, "->"), p.paint(bold, path.BucketName), p.paint(verdictStyle(path.Verdict), string(path.Verdict)))
	p.row("distribution", at(path.Distribution, ""))
	p.row("origin", fmt.Sprintf("%s %s", path.OriginID, at(path.Origin, "domain_name")))
	p.row("identity", identity(path))
	if path.Bucket == nil {
		p.row("bucket", path.BucketName+", not in the input")
	} else {
		p.row("bucket", fmt.Sprintf("%s %s", path.Bucket.Label(), at(path.Bucket, "")))
		p.row("encryption", encryption(path))
	}
	if path.Verdict == facts.NotKMS {
		return
	}
	if path.BucketPolicy != nil {
		p.row("bucket policy", fmt.Sprintf("%s %s: %s", path.BucketPolicy.Label(), at(path.BucketPolicy, "document"), answer(path.Facts[facts.Read], "s3:GetObject is allowed")))
	} else if path.Bucket != nil && path.IdentityKind != facts.NoIdentity {
		p.row("bucket policy", answer(path.Facts[facts.Read], "s3:GetObject is allowed"))
	}
	p.key(path)
	for _, assumed := range path.Assumed {
		p.row("assumed", assumed)
	}
	for _, blocker := range r.Blockers(path) {
		p.row("blocked by", fmt.Sprintf("%s %s", blocker, p.paint(faint, "(originkey rules "+blocker+")")))
	}
	for _, unknown := range path.Unknowns {
		p.row("not known", unknown)
	}
}

func (p *painter) row(name, text string) {
	p.printf("  %s %s\n", p.paint(faint, fmt.Sprintf("%-13s", name)), text)
}

func verdictStyle(verdict facts.Verdict) string {
	return map[facts.Verdict]string{facts.Readable: green, facts.Unreadable: red, facts.Undecided: yellow, facts.NotKMS: faint}[verdict]
}

func at(node *graph.Node, place string) string {
	return fmt.Sprintf("(%s)", node.Place(place))
}

func identity(path *facts.Path) string {
	switch {
	case path.IdentityKind == facts.NoIdentity:
		return "none, requests are unsigned"
	case path.Identity == nil || path.Identity.Anonymous():
		return fmt.Sprintf("%s, as %s", path.IdentityKind, path.Principal)
	default:
		signed := answer(path.Facts[facts.Signed], "it signs requests")
		return fmt.Sprintf("%s %s, %s: %s", path.IdentityKind, path.Identity.Label(), at(path.Identity, ""), signed)
	}
}

func encryption(path *facts.Path) string {
	text := path.Algorithm
	if text == "default" {
		text = "none is configured, which is SSE-S3"
	}
	if path.Encryption != nil {
		text += fmt.Sprintf(" %s", at(path.Encryption, "algorithm"))
	}
	if strings.HasPrefix(path.Algorithm, "aws:kms") {
		text += ", bucket keys " + path.BucketKey
	}
	return text
}

// answer writes a fact: what holds, or why it does not or is not known.
func answer(fact facts.Fact, holds string) string {
	if fact.Verdict == iam.Yes {
		return holds
	}
	texts := make([]string, 0, len(fact.Reasons))
	for _, reason := range fact.Reasons {
		texts = append(texts, reason.Text)
	}
	if len(texts) == 0 {
		return "not checked"
	}
	return strings.Join(texts, "; ")
}

func (p *painter) key(path *facts.Path) {
	switch {
	case path.ManagedBy == "aws":
		p.row("key", "the AWS managed key aws/s3: "+answer(path.Facts[facts.KeyManageable], ""))
		return
	case path.Key == nil:
		p.row("key", answer(path.Facts[facts.KeyManageable], "depends on conditions"))
		return
	}
	p.row("key", fmt.Sprintf("%s %s: %s", path.Key.Label(), at(path.Key, ""), answer(path.Facts[facts.KeyUsable], "S3 can use it")))
	if path.KeyPolicy == nil {
		p.row("key policy", answer(path.Facts[facts.Decrypt], "kms:Decrypt is allowed"))
		return
	}
	p.row("key policy", fmt.Sprintf("%s %s: %s", path.KeyPolicy.Label(), at(path.KeyPolicy, "document"), answer(path.Facts[facts.Decrypt], "kms:Decrypt is allowed")))
	for _, statement := range path.Statements {
		name := fmt.Sprintf("statement %d", statement.Node.Statement.Index+1)
		if statement.Node.Statement.Sid != "" {
			name = fmt.Sprintf("%q", statement.Node.Statement.Sid)
		}
		p.row("", fmt.Sprintf("%s %s: %s, %s", name, at(statement.Node, ""), statement.Verdict, statement.Text))
	}
}
