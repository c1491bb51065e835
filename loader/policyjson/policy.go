package policyjson

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A policy is a policy document, where it is written, and what it is for.
type policy struct {
	document *document
	role     string
	// owner is the bucket or key that the policy belongs to, or nil.
	owner *resource
	// text is the policy, parsed is it read.
	text   value.Value
	parsed *iam.Document
	// at is the place that stands for the whole.
	at source.Location
}

// loadPolicy reads a policy document, alone or as get-key-policy and
// get-bucket-policy print it.
func (d *document) loadPolicy() bool {
	switch d.part {
	case bucketPolicyPart:
		d.unit.bucket(d.name).policy = d
		return true
	case keyPolicyPart:
		d.unit.key(d.name).policy = d
		return true
	}
	p := &policy{document: d}
	if !p.read() {
		return false
	}
	p.role = d.role(p.parsed)
	if binding, bound := d.unit.options.Bindings[d.file.Path]; bound {
		p.role = binding.Role
	}
	if p.role == "" {
		// A trust policy, or one of another service.
		return false
	}
	d.unit.policies = append(d.unit.policies, p)
	return true
}

// read finds the document in the file. It returns false where there is none.
func (p *policy) read() bool {
	d := p.document
	p.at = d.root.Location
	switch printed := memberOf(d.root, "Policy"); {
	case d.root.Get("Statement") != nil:
		// The brace that opens the file says nothing.
		p.at = memberOf(d.root, "Statement").Key.Location
		p.text = withPlaceholders(d.root)
	case printed == nil || !onlyPrinted(d.root):
		return false
	case printed.Value.Kind == source.StringNode:
		p.at = printed.Key.Location
		p.text = d.unit.decode(printed.Value)
	case printed.Value.Get("Statement") != nil:
		p.at = printed.Key.Location
		p.text = withPlaceholders(printed.Value)
	default:
		return false
	}
	p.parsed = iam.Parse(p.text)
	return true
}

// onlyPrinted reports whether an object has only the members of get-key-policy and
// get-bucket-policy.
func onlyPrinted(root *source.Node) bool {
	for _, member := range root.Members {
		if member.Key.Text != "Policy" && member.Key.Text != "PolicyName" {
			return false
		}
	}
	return true
}

// decode reads a policy inside a JSON string, with its positions.
func (u *unit) decode(text *source.Node) value.Value {
	node, err := source.ParseJSON([]byte(text.Text), text.Place)
	var syntax *source.SyntaxError
	if errors.As(err, &syntax) {
		u.fail(syntax.Location, "the policy is %s", syntax.Message)
		return value.NotKnown(fmt.Sprintf("the policy in %s is not JSON", text.Location.File), text.Location)
	}
	u.checkKeys(node)
	return value.FromNode(node)
}

// placeholder matches what is filled in before a policy is used: by envsubst, a
// template engine, or a person. Variables of IAM hold a colon, and ${*}, ${?} and
// ${$} are its escapes.
var placeholder = regexp.MustCompile(`\$\{[^{}:*?$]+\}|\{\{[^{}]+\}\}|<[A-Za-z][^<>]*>`)

// withPlaceholders is value.FromNode with unknown parts for placeholders.
func withPlaceholders(node *source.Node) value.Value {
	switch node.Kind {
	case source.SequenceNode:
		var list []value.Value
		for _, item := range node.Items {
			list = append(list, withPlaceholders(item))
		}
		return value.ListOf(list, node.Location)
	case source.MappingNode:
		var object []value.Member
		for _, member := range node.Members {
			object = append(object, value.Member{Key: member.Key.Text, KeyLocation: member.Key.Location, Value: withPlaceholders(member.Value)})
		}
		return value.MapOf(object, node.Location)
	case source.StringNode:
		return textWithPlaceholders(node)
	default:
		return value.FromNode(node)
	}
}

func textWithPlaceholders(node *source.Node) value.Value {
	found := placeholder.FindAllStringIndex(node.Text, -1)
	if found == nil {
		return value.FromNode(node)
	}
	var parts []value.Part
	add := func(kind value.PartKind, text string) {
		if text != "" {
			parts = append(parts, value.Part{Kind: kind, Text: text, Location: node.Location})
		}
	}
	end := 0
	for _, match := range found {
		add(value.Literal, node.Text[end:match[0]])
		add(value.UnknownText, fmt.Sprintf("what %s stands for is not known", node.Text[match[0]:match[1]]))
		end = match[1]
	}
	add(value.Literal, node.Text[end:])
	return value.StringOf(parts, node.Location)
}

// role says what a policy is for, or "". A policy of a resource names principals;
// one that only denies is a policy of an organization.
func (d *document) role(p *iam.Document) string {
	if memberOf(d.root, "PolicyName") != nil {
		return graph.KeyPolicy
	}
	if len(p.Statements) == 0 {
		return ""
	}
	principals, allows := false, false
	services := map[string]bool{}
	accessPoint := false
	for _, s := range p.Statements {
		principals = principals || s.Principals != nil || s.NotPrincipals != nil
		allows = allows || s.Allow != iam.No
		for _, action := range append(append([]value.Value{}, s.Actions...), s.NotActions...) {
			if service, _, ok := strings.Cut(strings.ToLower(action.String()), ":"); ok {
				services[service] = true
			}
		}
		for _, resource := range s.Resources {
			accessPoint = accessPoint || strings.Contains(resource.String(), ":accesspoint/")
		}
	}
	switch {
	case !principals:
		return graph.IdentityPolicy
	case !allows || len(services) != 1:
		return ""
	case services["kms"]:
		return graph.KeyPolicy
	case services["s3"] && accessPoint:
		return graph.AccessPointPolicy
	case services["s3"]:
		return graph.BucketPolicy
	default:
		return ""
	}
}

// target returns what the configuration says a file is about, else what is known
// otherwise.
func (d *document) target(role string, otherwise value.Value) value.Value {
	if binding, ok := d.unit.options.Bindings[d.file.Path]; ok && binding.Role == role {
		return binding.Target
	}
	return otherwise
}

// bucketARN matches the ARN of a bucket or of objects in it.
var bucketARN = regexp.MustCompile(`^arn:[^:]*:s3:::([^/*?]+)(?:/.*)?$`)

// bucketOf returns the name of the bucket that a policy's resources name. S3
// accepts no others in a bucket policy.
func (p *policy) bucketOf() (name string, at source.Location, ok bool) {
	for _, s := range p.parsed.Statements {
		for _, resource := range s.Resources {
			text, literal := resource.Literal()
			match := bucketARN.FindStringSubmatch(text)
			if !literal || match == nil || name != "" && name != match[1] {
				return "", at, false
			}
			if name == "" {
				name, at = match[1], resource.Location
			}
		}
	}
	return name, at, name != ""
}

// addOwned reads the policy of a bucket or key of a snapshot.
func (u *unit) addOwned(d *document, role string, owner *resource) {
	p := &policy{document: d, role: role, owner: owner}
	if !p.read() {
		owner.node.SetElsewhere("policy", fmt.Sprintf("%s holds no policy", d.file.Path))
		return
	}
	u.policies = append(u.policies, p)
}

// addPolicies adds the policies, after what they belong to.
func (u *unit) addPolicies() {
	u.assume()
	for _, p := range u.policies {
		u.addNode(p.node())
	}
}

// node returns the node of a policy.
func (p *policy) node() *graph.Node {
	d := p.document
	var n *graph.Node
	if p.owner != nil {
		n = part(p.owner.node, graph.Policy, "policy", p.at, d.root.Location)
		n.Environment = p.owner.node.Environment
		n.Attributes.Set("target", p.ownName())
	} else {
		n = d.node(graph.Policy, d.file.Path, p.at, d.root)
		n.Environment = d.unit.id
		if target := p.target(); !target.IsAbsent() {
			n.Attributes.Set("target", target)
		}
	}
	n.Attributes.Set("role", value.Text(p.role, p.at))
	n.Attributes.Set("document", p.text)
	n.Positions.Set("document", p.at)
	return n
}

func (p *policy) ownName() value.Value {
	owner := p.owner.node
	attribute := value.Name
	if owner.Kind == graph.Key {
		attribute = value.ID
	}
	return value.To(value.Reference{Node: owner.ID, Attribute: attribute}, owner.Address, p.at)
}

// target is what a policy that stands alone is written for.
func (p *policy) target() value.Value {
	d := p.document
	switch p.role {
	case graph.KeyPolicy:
		return d.target(p.role, value.NotKnown(fmt.Sprintf("%s does not say which key its policy is for", d.file.Path), p.at))
	case graph.BucketPolicy:
		if name, at, ok := p.bucketOf(); ok {
			return d.target(p.role, value.Text(name, at))
		}
		return d.target(p.role, value.NotKnown(fmt.Sprintf("the resources of %s do not name one bucket", d.file.Path), p.at))
	case graph.AccessPointPolicy:
		return value.NotKnown(fmt.Sprintf("%s does not say which access point its policy is for", d.file.Path), p.at)
	default:
		return value.Nothing(p.at)
	}
}
