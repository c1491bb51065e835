package facts

import (
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// refer makes a reference to an attribute of a node.
func refer(node *graph.Node, attribute value.Attribute, written string) value.Value {
	return value.To(value.Reference{Node: node.ID, Attribute: attribute}, written, source.Location{})
}

// common returns what all requests of this path have in common. The bucket is found
// before there is one.
func (w *walker) common() *iam.Request {
	if w.asked != nil {
		return w.asked
	}
	read := &iam.Read{
		DistributionARN: refer(w.distribution, value.ARN, "the ARN of "+w.distribution.Address),
		Account:         value.To(value.Reference{Node: w.distribution.Environment, Attribute: value.Account}, "the account of "+w.distribution.Address, source.Location{}),
		BucketKey:       w.view.bucketKey,
	}
	w.asked = &iam.Request{Read: read, Expand: w.expand, Generated: w.generated}
	if w.view.bucket != nil {
		read.BucketARN = refer(w.view.bucket, value.ARN, "the ARN of "+w.view.bucket.Address)
		w.asked.Resources = []value.Value{read.ObjectARN()}
	}
	return w.asked
}

func (w *walker) request(role, action string, resources []value.Value) iam.Request {
	request := *w.common()
	request.Role, request.Action, request.Resources = role, action, resources
	if w.view.identityKind == OAI {
		request.Caller = w.originAccessIdentity()
		read := *request.Read
		read.OAI = request.Caller.ARN
		request.Read = &read
		return request
	}
	request.Caller = iam.Caller{Type: iam.Service, Service: cloudFront}
	return request
}

// originAccessIdentity is the OAI as a caller, whether or not it is in the input.
func (w *walker) originAccessIdentity() iam.Caller {
	if w.view.identity != nil {
		return iam.Caller{
			Type:          iam.AWS,
			ARN:           refer(w.view.identity, value.IAMARN, "the principal of "+w.view.identity.Address),
			CanonicalUser: refer(w.view.identity, value.CanonicalUser, "the canonical user of "+w.view.identity.Address),
		}
	}
	path := w.expand(w.origin.Attribute("origin_access_identity"))
	id, ok := afterPrefix(path, "origin-access-identity/cloudfront/")
	if !ok {
		id = path
	}
	partition := value.To(value.Reference{Node: w.distribution.Environment, Attribute: value.Partition}, "the partition", source.Location{})
	return iam.Caller{
		Type:          iam.AWS,
		ARN:           iam.OAIPrincipal(partition, id),
		CanonicalUser: value.Concat(source.Location{}, value.NotKnown("the canonical user of the origin access identity is not known", source.Location{})),
	}
}

// evaluate decides a request by a policy.
func (w *walker) evaluate(policy *graph.Node, request iam.Request) iam.Decision {
	w.work.evaluate(len(policy.Document.Statements))
	return policy.Document.Evaluate(request, w.world)
}

func (w *walker) objectRequest(action string) iam.Request {
	return w.request("bucket", action, w.common().Resources)
}

func (w *walker) decryptRequest() iam.Request { return w.keyRequest("kms:Decrypt") }

func (w *walker) keyRequest(action string) iam.Request {
	return w.request("key", action, []value.Value{refer(w.view.key, value.ARN, "the ARN of "+w.view.key.Address)})
}

// generated reports whether AWS makes the identifiers of a node.
func (ix *index) generated(id string) bool {
	node := ix.graph.Node(id)
	return node != nil && node.Kind != graph.Opaque && node.External == ""
}

// anyDecrypt is a request for decrypting with a key, by no one in particular: it
// serves to compare resources.
func (c *computation) anyDecrypt(key *graph.Node) iam.Request {
	resource := value.Concat(source.Location{}, value.NotKnown("the key is not known", source.Location{}))
	if key != nil {
		resource = refer(key, value.ARN, "the ARN of "+key.Address)
	}
	return iam.Request{
		Action:    "kms:Decrypt",
		Resources: []value.Value{resource},
		Expand:    c.graph.Expand,
		Generated: c.generated,
		Role:      "key",
	}
}
