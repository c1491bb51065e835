package iam

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// An OAIName is what a principal that is meant as an origin access identity says
// of it.
type OAIName struct {
	// Defect is why the principal names no identity whatever its id is, or "".
	Defect string
	// Partition is the partition of the ARN where that is text, else "".
	Partition string
	// ID is the id where it is text, Reference what stands in its place; at most
	// one of them is set.
	ID        string
	Reference value.Reference
}

var (
	oaiResource  = regexp.MustCompile(`^arn:[^:]*:cloudfront::[^:]*:origin-access-identity/(.*)$`)
	oaiPath      = regexp.MustCompile(`^origin-access-identity/cloudfront/(.*)$`)
	oaiPrincipal = regexp.MustCompile(`^arn:([^:]*):iam::([^:]*):user/(.*)$`)
	// oaiWords begin the name of a user that is meant as an identity.
	oaiWords = regexp.MustCompile(`(?i)^CloudFront[ _-]+(Origin[ _-]+Access[ _-]+Identity|OAI)\b`)
	oaiID    = regexp.MustCompile(`E[0-9A-Z]{7,19}`)
	// AWS publishes no form of the ids.
	oaiIDText = regexp.MustCompile(`^[0-9A-Za-z]+$`)
)

const (
	oaiAccount = "cloudfront"
	oaiUser    = "CloudFront Origin Access Identity "
)

// ReadOAI reads an expanded principal that is meant as an origin access identity.
// ok is false for all others, and where the text that would tell is not known.
//
// The only form besides the canonical user is that of "Giving an origin access
// identity permission to read files" in the CloudFront Developer Guide:
// arn:<partition>:iam::cloudfront:user/CloudFront Origin Access Identity <id>.
func ReadOAI(expanded value.Value) (name OAIName, ok bool) {
	if expanded.Kind != value.String {
		return OAIName{}, false
	}
	text, atoms := skeleton(expanded)
	// Hardly any principal is one.
	if !strings.Contains(text, "origin-access-identity/") && !strings.Contains(text, ":user/") {
		return OAIName{}, false
	}
	if match := oaiResource.FindStringSubmatch(text); match != nil {
		name.readID(match[1], atoms)
		name.Defect = "it is the ARN of the resource, not of the principal"
		return name, true
	}
	if match := oaiPath.FindStringSubmatch(text); match != nil {
		name.readID(match[1], atoms)
		name.Defect = "it is the path that an origin is given, not a principal"
		return name, true
	}
	match := oaiPrincipal.FindStringSubmatch(text)
	if match == nil || match[2] != oaiAccount && !oaiWords.MatchString(match[3]) {
		return OAIName{}, false
	}
	if !strings.ContainsFunc(match[1], isAtom) {
		name.Partition = match[1]
	}
	user := match[3]
	if strings.IndexFunc(user, isAtom) == 0 {
		return OAIName{}, false
	}
	name.readID(user, atoms)
	written := withoutAtoms(user)
	switch {
	case match[2] != oaiAccount:
		name.Defect = fmt.Sprintf("the account in it is %s, and that of an identity is %q", shownAccount(match[2]), oaiAccount)
	case strings.ContainsAny(written, "*?"):
		name.Defect = "a principal cannot hold a wildcard"
	case strings.HasPrefix(user, oaiUser):
		id := strings.TrimPrefix(user, oaiUser)
		if rest := withoutAtoms(id); id == "" || rest != "" && !oaiIDText.MatchString(rest) {
			name.Defect = "what follows \"CloudFront Origin Access Identity\" is not an id"
		}
	case strings.Contains(written, "_"):
		name.Defect = "the name is written with underscores instead of spaces"
	case len(user) >= len(oaiUser) && strings.EqualFold(user[:len(oaiUser)], oaiUser):
		// Whether the case of the name matters is documented nowhere.
		return OAIName{}, false
	default:
		name.Defect = "the name in it is not \"CloudFront Origin Access Identity <id>\""
	}
	return name, true
}

// readID finds the id at the end of a text.
func (n *OAIName) readID(text string, atoms []value.Part) {
	for _, r := range text {
		if !isAtom(r) {
			continue
		}
		if part := atoms[r-firstAtom]; part.Kind == value.ReferenceTo {
			n.Reference = part.Reference
		}
		return
	}
	if found := oaiID.FindAllString(text, -1); found != nil {
		n.ID = found[len(found)-1]
	}
}

func shownAccount(text string) string {
	if text == "" {
		return "empty"
	}
	if strings.ContainsFunc(text, isAtom) {
		return "that of the stack"
	}
	return fmt.Sprintf("%q", text)
}

// firstAtom is the first of the runes for private use, which stand for what is no
// literal text.
const firstAtom = '\U000F0000'

func isAtom(r rune) bool { return r >= firstAtom }

// skeleton writes a String with one rune for each part that is no literal.
func skeleton(v value.Value) (text string, atoms []value.Part) {
	if text, literal := v.SoleLiteral(); literal {
		return text, nil
	}
	var b strings.Builder
	for _, part := range v.Parts() {
		if part.Kind == value.Literal {
			b.WriteString(part.Text)
			continue
		}
		b.WriteRune(firstAtom + rune(len(atoms)))
		atoms = append(atoms, part)
	}
	return b.String(), atoms
}

func withoutAtoms(text string) string {
	return strings.Map(func(r rune) rune {
		if isAtom(r) {
			return -1
		}
		return r
	}, text)
}

// NamesOAI says whether a principal is an origin access identity, or meant as one.
func (s *Statement) NamesOAI(expand func(value.Value) value.Value) Truth {
	for _, p := range s.Principals {
		switch p.Type {
		case AWS:
			if _, ok := ReadOAI(expand(p.Value)); ok {
				return Yes
			}
		case CanonicalUser:
			if reference, ok := p.Value.SoleReference(); ok && reference.Attribute == value.CanonicalUser {
				return Yes
			}
		case Everyone, Service, Federated:
		}
	}
	if s.Gaps["Principal"] != "" {
		return Unknown
	}
	return No
}
