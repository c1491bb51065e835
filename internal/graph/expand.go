package graph

import (
	"strings"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// maxExpansion bounds how many references lead to one another. The longest
// honest chain is alias, key, environment.
const maxExpansion = 16

// Expand rewrites the references in a String into their constituent parts, so
// that two spellings of the same text become equal: a bucket's regional domain
// name into its name, ".s3." and a Region; a key's ARN into partition, Region,
// account and id; an environment's account into its digits where they are
// known. What has no parts (an id that AWS gives) stays a reference. The result
// may be a Choice. Values other than Strings and Choices are returned as they
// are.
func (g *Graph) Expand(v value.Value) value.Value { return g.expand(v, 0) }

func (g *Graph) expand(v value.Value, depth int) value.Value {
	switch v.Kind {
	case value.Choice:
		return value.If(v.Condition, g.expand(*v.Then, depth), g.expand(*v.Else, depth), v.Location)
	case value.String:
		pieces := make([]value.Value, 0, len(v.Parts))
		changed := false
		for _, part := range v.Parts {
			piece := value.Value{Kind: value.String, Parts: []value.Part{part}, Location: part.Location}
			if part.Kind == value.ReferenceTo && depth < maxExpansion {
				if constituents, ok := g.constituents(part.Reference, part.Location); ok {
					piece = g.expand(constituents, depth+1)
					changed = true
				}
			}
			pieces = append(pieces, piece)
		}
		if !changed {
			return v
		}
		return value.Concat(v.Location, pieces...)
	default:
		return v
	}
}

// constituents returns what a reference is made of, one step at a time.
func (g *Graph) constituents(reference value.Reference, at source.Location) (value.Value, bool) {
	if environment, ok := g.Environments[reference.Node]; ok {
		known := map[value.Attribute]string{
			value.Account: environment.Account, value.Region: environment.Region, value.Partition: environment.Partition,
		}[reference.Attribute]
		if known == "" && environment.SameAccountAs != "" && reference.Attribute != value.Region {
			same := value.Reference{Node: environment.SameAccountAs, Attribute: reference.Attribute}
			return value.To(same, string(reference.Attribute), at), true
		}
		return value.Text(known, at), known != ""
	}
	node := g.Node(reference.Node)
	if node == nil {
		return value.Value{}, false
	}
	own := func(attribute value.Attribute) value.Value {
		return value.To(value.Reference{Node: node.ID, Attribute: attribute}, node.Address, at)
	}
	environment := func(attribute value.Attribute) value.Value {
		return value.To(value.Reference{Node: node.Environment, Attribute: attribute}, string(attribute), at)
	}
	join := func(pieces ...any) (value.Value, bool) {
		values := make([]value.Value, len(pieces))
		for i, piece := range pieces {
			switch piece := piece.(type) {
			case string:
				values[i] = value.Text(piece, at)
			case value.Value:
				values[i] = piece
			}
		}
		return value.Concat(at, values...), true
	}
	arn := func(service string, regional bool, resource ...any) (value.Value, bool) {
		pieces := []any{"arn:", environment(value.Partition), ":" + service + ":"}
		if regional {
			pieces = append(pieces, environment(value.Region))
		}
		pieces = append(pieces, ":", environment(value.Account), ":")
		return join(append(pieces, resource...)...)
	}

	switch node.Kind {
	case Bucket:
		switch reference.Attribute {
		case value.ID:
			return own(value.Name), true
		case value.Name:
			return written(node, "name")
		case value.ARN:
			return join("arn:", environment(value.Partition), ":s3:::", own(value.Name))
		case value.DomainName:
			return join(own(value.Name), ".s3.amazonaws.com")
		case value.RegionalDomainName:
			return join(own(value.Name), ".s3.", environment(value.Region), ".amazonaws.com")
		case value.DualStackDomainName:
			return join(own(value.Name), ".s3.dualstack.", environment(value.Region), ".amazonaws.com")
		case value.WebsiteEndpoint:
			return join(own(value.Name), ".s3-website-", environment(value.Region), ".amazonaws.com")
		case value.WebsiteURL:
			return join("http://", own(value.WebsiteEndpoint))
		}
	case Key:
		switch reference.Attribute {
		case value.ID:
			return writtenKeyID(node)
		case value.ARN:
			if full, ok := writtenKeyARN(node); ok {
				return full, true
			}
			return arn("kms", true, "key/", own(value.ID))
		}
	case Alias:
		switch reference.Attribute {
		case value.ID, value.Name:
			return written(node, "name")
		case value.ARN:
			return arn("kms", true, own(value.Name))
		case value.TargetKeyID, value.TargetKeyARN:
			return written(node, "target_key")
		}
	case Distribution:
		if reference.Attribute == value.ARN {
			return arn("cloudfront", false, "distribution/", own(value.ID))
		}
		if reference.Attribute == value.ID {
			return written(node, "id")
		}
	case OAC:
		if reference.Attribute == value.ARN {
			return arn("cloudfront", false, "origin-access-control/", own(value.ID))
		}
		if reference.Attribute == value.ID {
			return written(node, "id")
		}
	case OAI:
		switch reference.Attribute {
		case value.ID:
			return written(node, "id")
		case value.ARN:
			return arn("cloudfront", false, "origin-access-identity/", own(value.ID))
		case value.CanonicalUser:
			return written(node, "canonical_user")
		case value.IAMARN:
			return join("arn:", environment(value.Partition), ":iam::cloudfront:user/CloudFront Origin Access Identity ", own(value.ID))
		case value.AccessIdentityPath:
			return join("origin-access-identity/cloudfront/", own(value.ID))
		}
	}
	return value.Value{}, false
}

// written returns an attribute that is written as text.
func written(node *Node, name string) (value.Value, bool) {
	v := node.Attribute(name)
	return v, v.Kind == value.String || v.Kind == value.Choice
}

// A data source finds a key by an id, an ARN or an alias: only an ARN or an id
// is a name of the key itself.
func writtenKeyID(node *Node) (value.Value, bool) {
	v, ok := written(node, "key_id")
	if text, literal := v.Literal(); literal && (strings.Contains(text, "alias/") || strings.HasPrefix(text, "arn:")) {
		return value.Value{}, false
	}
	return v, ok
}

func writtenKeyARN(node *Node) (value.Value, bool) {
	v, ok := written(node, "key_id")
	text, literal := v.Literal()
	return v, ok && literal && strings.HasPrefix(text, "arn:") && !strings.Contains(text, "alias/")
}
