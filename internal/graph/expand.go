package graph

import (
	"slices"
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
func (g *Graph) Expand(v value.Value) value.Value {
	v = g.follow(v)
	switch v.Kind {
	case value.Choice:
		return value.If(v.Condition(), g.Expand(*v.Then()), g.Expand(*v.Else()), v.Location)
	case value.String:
		if _, literal := v.SoleLiteral(); literal {
			return v
		}
		first := slices.IndexFunc(v.Parts(), g.expands)
		if first < 0 {
			return v
		}
		e := expansion{graph: g}
		// Most texts hold one reference, and an ARN has up to nine parts.
		parts := append(make([]value.Part, 0, len(v.Parts())+8), v.Parts()[:first]...)
		if parts = e.parts(parts, v.Parts()[first:], 0); e.choice {
			return g.expandChoices(v, 0)
		}
		v = value.StringOf(parts, v.Location)
	}
	return v
}

// follow replaces a reference to what is written in a node by that, as long as there is
// nothing else in the text: most names of resources are such references.
func (g *Graph) follow(v value.Value) value.Value {
	for range maxExpansion {
		reference, alone := v.SoleReference()
		if !alone {
			break
		}
		var made constituents
		if !g.constituents(&made, reference, v.Location) || made.count > 1 {
			break
		}
		if made.count == 1 {
			v = value.StringOf([]value.Part{made.pieces[0]}, v.Location)
			continue
		}
		at := v.Location
		v = made.written
		v.Location = at
	}
	return v
}

// expands reports whether a part has constituents.
func (g *Graph) expands(part value.Part) bool {
	if part.Kind != value.ReferenceTo {
		return false
	}
	var made constituents
	return g.constituents(&made, part.Reference, part.Location)
}

// An expansion writes the constituents of one text.
type expansion struct {
	graph *Graph
	// choice says that a constituent was a Choice, so that the parts written are
	// not all.
	choice bool
}

// parts appends the constituents of parts.
func (e *expansion) parts(expanded, parts []value.Part, depth int) []value.Part {
	for i := range parts {
		if parts[i].Kind == value.ReferenceTo && depth < maxExpansion {
			expanded = e.reference(expanded, &parts[i], depth)
		} else {
			expanded = append(expanded, parts[i])
		}
	}
	return expanded
}

func (e *expansion) reference(expanded []value.Part, part *value.Part, depth int) []value.Part {
	var made constituents
	if !e.graph.constituents(&made, part.Reference, part.Location) {
		return append(expanded, *part)
	}
	e.choice = e.choice || made.written.Kind == value.Choice
	return e.parts(expanded, made.parts(), depth+1)
}

// expandChoices expands a text of which a constituent is a Choice.
func (g *Graph) expandChoices(v value.Value, depth int) value.Value {
	switch v.Kind {
	case value.Choice:
		return value.If(v.Condition(), g.expandChoices(*v.Then(), depth), g.expandChoices(*v.Else(), depth), v.Location)
	case value.String:
		parts := v.Parts()
		pieces := make([]value.Value, 0, len(parts))
		for _, part := range parts {
			piece := value.StringOf([]value.Part{part}, part.Location)
			if part.Kind == value.ReferenceTo && depth < maxExpansion {
				var made constituents
				if g.constituents(&made, part.Reference, part.Location) {
					piece = g.expandChoices(made.value(part.Location), depth+1)
				}
			}
			pieces = append(pieces, piece)
		}
		return value.Concat(v.Location, pieces...)
	default:
		return v
	}
}

// constituents are what a reference is made of, one step at a time: pieces that
// are the same for all references to that attribute, or what is written in the
// node.
type constituents struct {
	pieces  [9]value.Part
	count   int
	written value.Value
}

func (c *constituents) parts() []value.Part {
	if c.count > 0 {
		return c.pieces[:c.count]
	}
	return c.written.Parts()
}

func (c *constituents) value(at source.Location) value.Value {
	if c.count > 0 {
		return value.StringOf(slices.Clone(c.pieces[:c.count]), at)
	}
	return c.written
}

func (c *constituents) text(text string, at source.Location) {
	c.pieces[c.count] = value.Part{Kind: value.Literal, Text: text, Location: at}
	c.count++
}

func (c *constituents) reference(node string, attribute value.Attribute, written string, at source.Location) {
	c.pieces[c.count] = value.Part{
		Kind: value.ReferenceTo, Reference: value.Reference{Node: node, Attribute: attribute}, Text: written, Location: at,
	}
	c.count++
}

// own is another attribute of a node, environment one of where it is.
func (c *constituents) own(node *Node, attribute value.Attribute, at source.Location) {
	c.reference(node.ID, attribute, node.Address, at)
}

func (c *constituents) environment(node *Node, attribute value.Attribute, at source.Location) {
	c.reference(node.Environment, attribute, string(attribute), at)
}

// arn is the ARN of a node up to its id. service and resource are what stands there
// with the colons before them and between; services that are the same in all Regions
// have none in it.
func (c *constituents) arn(node *Node, service string, regional bool, resource string, at source.Location) {
	c.text("arn:", at)
	c.environment(node, value.Partition, at)
	c.text(service, at)
	if regional {
		c.environment(node, value.Region, at)
	}
	c.text(":", at)
	c.environment(node, value.Account, at)
	c.text(resource, at)
}

// host is the name of a bucket with what stands behind it, and with the Region and
// the end of the name where there is a Region in it.
func (c *constituents) host(bucket *Node, behind string, regional bool, at source.Location) {
	c.own(bucket, value.Name, at)
	c.text(behind, at)
	if regional {
		c.environment(bucket, value.Region, at)
		c.text(".amazonaws.com", at)
	}
}

// constituents finds what a reference is made of. It returns false where that is
// nothing else.
func (g *Graph) constituents(c *constituents, reference value.Reference, at source.Location) bool {
	node := g.Node(reference.Node)
	if node == nil {
		environment, ok := g.Environments[reference.Node]
		return ok && c.ofEnvironment(environment, reference.Attribute, at)
	}
	switch node.Kind {
	case Bucket:
		c.ofBucket(node, reference.Attribute, at)
	case Key:
		switch reference.Attribute {
		case value.ID:
			c.written, _ = writtenKeyID(node)
		case value.ARN:
			if full, ok := writtenKeyARN(node); ok {
				c.written = full
				break
			}
			c.arn(node, ":kms:", true, ":key/", at)
			c.own(node, value.ID, at)
		}
	case Alias:
		switch reference.Attribute {
		case value.ID, value.Name:
			c.written, _ = written(node, "name")
		case value.ARN:
			c.arn(node, ":kms:", true, ":", at)
			c.own(node, value.Name, at)
		case value.TargetKeyID, value.TargetKeyARN:
			c.written, _ = written(node, "target_key")
		}
	case Distribution:
		c.ofGlobal(node, ":distribution/", reference.Attribute, at)
	case OAC:
		c.ofGlobal(node, ":origin-access-control/", reference.Attribute, at)
	case OAI:
		switch reference.Attribute {
		case value.CanonicalUser:
			c.written, _ = written(node, "canonical_user")
		case value.IAMARN:
			c.text("arn:", at)
			c.environment(node, value.Partition, at)
			c.text(":iam::cloudfront:user/CloudFront Origin Access Identity ", at)
			c.own(node, value.ID, at)
		case value.AccessIdentityPath:
			c.text("origin-access-identity/cloudfront/", at)
			c.own(node, value.ID, at)
		default:
			c.ofGlobal(node, ":origin-access-identity/", reference.Attribute, at)
		}
	}
	return c.count > 0 || c.written.Kind == value.String || c.written.Kind == value.Choice
}

func (c *constituents) ofEnvironment(environment Environment, attribute value.Attribute, at source.Location) bool {
	known := ""
	switch attribute {
	case value.Account:
		known = environment.Account
	case value.Region:
		known = environment.Region
	case value.Partition:
		known = environment.Partition
	}
	switch {
	case known != "":
		c.text(known, at)
	case environment.SameAccountAs != "" && attribute != value.Region:
		c.reference(environment.SameAccountAs, attribute, string(attribute), at)
	}
	return c.count > 0
}

func (c *constituents) ofBucket(bucket *Node, attribute value.Attribute, at source.Location) {
	switch attribute {
	case value.ID:
		c.own(bucket, value.Name, at)
	case value.Name:
		c.written, _ = written(bucket, "name")
	case value.ARN:
		c.text("arn:", at)
		c.environment(bucket, value.Partition, at)
		c.text(":s3:::", at)
		c.own(bucket, value.Name, at)
	case value.DomainName:
		c.host(bucket, ".s3.amazonaws.com", false, at)
	case value.RegionalDomainName:
		c.host(bucket, ".s3.", true, at)
	case value.DualStackDomainName:
		c.host(bucket, ".s3.dualstack.", true, at)
	case value.WebsiteEndpoint:
		c.host(bucket, ".s3-website-", true, at)
	case value.WebsiteURL:
		c.text("http://", at)
		c.own(bucket, value.WebsiteEndpoint, at)
	}
}

// ofGlobal is what the id and ARN of a resource of CloudFront are made of.
func (c *constituents) ofGlobal(node *Node, resource string, attribute value.Attribute, at source.Location) {
	switch attribute {
	case value.ID:
		c.written, _ = written(node, "id")
	case value.ARN:
		c.arn(node, ":cloudfront:", false, resource, at)
		c.own(node, value.ID, at)
	}
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
