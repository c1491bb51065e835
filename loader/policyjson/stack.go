package policyjson

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// cloudFront is the principal of requests through an origin access control.
const cloudFront = "cloudfront.amazonaws.com"

// maxAssumed is how many policies a folder has that is taken as one stack.
const maxAssumed = 500

// assume takes a folder that holds only policies as one stack: the buckets whose
// policies let CloudFront read are encrypted with the key of the only key policy.
// What nobody wrote down becomes nodes that say so.
func (u *unit) assume() {
	if u.snapshot || u.outputs || u.incomplete != "" || u.options.Shared || u.options.NoAssumption || len(u.policies) > maxAssumed {
		return
	}
	var keyPolicy *policy
	for _, p := range u.policies {
		if _, bound := u.options.Bindings[p.document.file.Path]; bound {
			return
		}
		if p.role == graph.KeyPolicy {
			if keyPolicy != nil {
				return
			}
			keyPolicy = p
		}
	}
	if keyPolicy == nil {
		return
	}
	s := &stack{unit: u, keyPolicy: keyPolicy, buckets: map[string]bool{}, distributions: map[string]*graph.Node{}}
	for _, p := range u.policies {
		if p.role == graph.BucketPolicy {
			s.addBucket(p)
		}
	}
}

// A stack is a folder of bare policies while its nodes are made.
type stack struct {
	*unit
	keyPolicy *policy
	key       *graph.Node
	buckets   map[string]bool
	// distributions are those that are assumed, by their address.
	distributions map[string]*graph.Node
}

// An identity is what CloudFront reads as, where a policy names it.
type identity struct {
	kind graph.Kind
	// id is that of the distribution for an OAC and of the OAI else; it is
	// empty where the policy does not say which distribution.
	id string
	// arn says of a distribution where it is.
	arn arn
	at  source.Location
}

// addBucket adds the bucket of a policy that names a CloudFront identity, and what
// leads there.
func (s *stack) addBucket(p *policy) {
	name, at, ok := p.bucketOf()
	identities := identitiesOf(p.parsed)
	if !ok || len(identities) == 0 || s.buckets[name] {
		return
	}
	s.buckets[name] = true
	s.addKey()
	n := s.assumed(graph.Bucket, "bucket/"+name, at, s.assumption(name))
	n.Attributes.Set("name", value.Text(name, at))
	s.addNode(n)
	encryption := part(n, graph.Encryption, "encryption/0", at, at)
	encryption.Environment, encryption.Assumed = n.Environment, n.Assumed
	encryption.Attributes.Set("algorithm", value.Text("aws:kms", at))
	encryption.Attributes.Set("key", value.To(value.Reference{Node: s.key.ID, Attribute: value.ID}, s.key.Address, at))
	encryption.Attributes.Set("bucket_key_enabled", value.NotKnown("whether bucket keys are on is not known", at))
	s.addNode(encryption)
	for _, identity := range identities {
		s.addOrigin(identity, name)
	}
}

func (s *stack) assumption(bucket string) string {
	return fmt.Sprintf("bucket/%s is taken to be encrypted with the key of %s, the only key policy of the folder", bucket, s.keyPolicy.document.file.Path)
}

// addKey adds the key of the key policy.
func (s *stack) addKey() {
	if s.key != nil {
		return
	}
	d := s.keyPolicy.document
	s.key = s.newNode(graph.Key, d.file.Path, s.keyPolicy.at, d.root)
	s.key.Environment = s.id
	s.addNode(s.key)
	s.keyPolicy.owner = &resource{node: s.key}
}

// assumed returns a node that nobody wrote down.
func (s *stack) assumed(kind graph.Kind, address string, at source.Location, assumption string) *graph.Node {
	return &graph.Node{
		ID: s.id + "#" + address, Kind: kind, Unit: s.id, Address: address, Location: at, Body: at, Environment: s.id,
		Assumed: assumption,
	}
}

// addOrigin adds an origin of the distribution that reads through an identity.
func (s *stack) addOrigin(i identity, bucket string) {
	distribution := s.distribution(i)
	origins := distribution.Attribute("behaviors").Items()
	n := part(distribution, graph.Origin, fmt.Sprintf("origin/%d", len(origins)), i.at, i.at)
	n.Environment = distribution.Environment
	n.Assumed = distribution.Assumed
	n.Attributes.Set("origin_id", value.Text(bucket, i.at))
	n.Attributes.Set("domain_name", value.Text(bucket+".s3.amazonaws.com", i.at))
	n.Attributes.Set("custom", value.Boolean(false, i.at))
	if i.kind == graph.OAI {
		n.Attributes.Set("origin_access_identity", value.Text("origin-access-identity/cloudfront/"+i.id, i.at))
	} else {
		n.Attributes.Set("origin_access_control_id", value.To(value.Reference{Node: controlOf(distribution), Attribute: value.ID}, "an origin access control", i.at))
	}
	s.addNode(n)
	target := value.MapOf([]value.Member{{Key: "target_origin_id", Value: value.Text(bucket, i.at)}}, i.at)
	distribution.Attributes.Set("behaviors", value.ListOf(append(slices.Clone(origins), target), i.at))
}

func controlOf(distribution *graph.Node) string { return distribution.ID + "#origin-access-control" }

// distribution returns the distribution that reads through an identity.
func (s *stack) distribution(i identity) *graph.Node {
	address := "distribution/" + i.id
	switch {
	case i.kind == graph.OAI:
		address = "the distribution that uses origin-access-identity/" + i.id
	case i.id == "":
		address = "the distribution that the bucket policies let read"
	}
	if known, ok := s.distributions[address]; ok {
		return known
	}
	n := s.assumed(graph.Distribution, address, i.at, address+" is known from bucket policies only")
	n.Attributes.Set("behaviors", value.ListOf(nil, i.at))
	s.distributions[address] = n
	if i.kind == graph.OAI {
		oai := s.assumed(graph.OAI, "origin-access-identity/"+i.id, i.at, n.Assumed)
		oai.Attributes.Set("id", value.Text(i.id, i.at))
		s.addNode(n)
		s.addNode(oai)
		return n
	}
	if i.id != "" {
		n.Attributes.Set("id", value.Text(i.id, i.at))
	}
	if i.arn != (arn{}) {
		environments := environments{unit: s.unit}
		n.Environment = environments.of(&resource{node: n, arn: i.arn})
	}
	s.addNode(n)
	control := s.assumed(graph.OAC, "the origin access control of "+address, i.at, address+" is taken to sign its requests through an origin access control")
	control.ID, control.Environment = controlOf(n), n.Environment
	control.Attributes.Set("signing_behavior", value.Text("always", i.at))
	control.Attributes.Set("origin_type", value.Text("s3", i.at))
	s.addNode(control)
	return n
}

// The forms in which policies name an identity of CloudFront. A principal that is
// meant as an origin access identity counts, even where it is malformed.
var (
	distributionARN = regexp.MustCompile(`^arn:[^:]*:cloudfront::[0-9]{12}:distribution/([0-9A-Za-z]+)$`)
	meantAsOAI      = regexp.MustCompile(`^arn:[^:]*:(?:iam::cloudfront:user/|cloudfront::[^:]*:origin-access-identity/).*\b(E[0-9A-Z]{7,19})\b`)
	underscores     = strings.NewReplacer("_", " ")
)

// identitiesOf returns the CloudFront identities that a bucket policy lets read,
// each once, in the order in which they are written.
func identitiesOf(p *iam.Document) []identity {
	var all []identity
	add := func(found ...identity) {
		for _, i := range found {
			known := slices.ContainsFunc(all, func(other identity) bool { return other.kind == i.kind && other.id == i.id })
			if !known {
				all = append(all, i)
			}
		}
	}
	for _, s := range p.Statements {
		if s.Allow != iam.Yes || s.AllowsAction("s3:GetObject").Truth == iam.No {
			continue
		}
		for _, principal := range s.Principals {
			text, literal := principal.Value.Literal()
			switch {
			case !literal:
			case principal.Type == iam.Service && text == cloudFront:
				add(distributionsOf(s, principal.Location)...)
			case principal.Type == iam.AWS:
				if match := meantAsOAI.FindStringSubmatch(underscores.Replace(text)); match != nil {
					add(identity{kind: graph.OAI, id: match[1], at: principal.Location})
				}
			}
		}
	}
	return all
}

// distributionsOf returns the distributions that the conditions of a statement
// name, or one that is not known.
func distributionsOf(s *iam.Statement, at source.Location) []identity {
	var all []identity
	for _, condition := range s.Conditions {
		positive := slices.Contains([]string{"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"}, condition.Operator)
		if !positive || !strings.EqualFold(condition.Key, "aws:SourceArn") {
			continue
		}
		for _, named := range condition.Values {
			text, literal := named.Literal()
			match := distributionARN.FindStringSubmatch(text)
			if !literal || match == nil {
				all = append(all, identity{kind: graph.OAC, at: named.Location})
				continue
			}
			all = append(all, identity{kind: graph.OAC, id: match[1], arn: parseARN(text), at: named.Location})
		}
	}
	if len(all) == 0 {
		all = []identity{{kind: graph.OAC, at: at}}
	}
	return all
}
