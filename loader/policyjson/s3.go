package policyjson

import (
	"fmt"
	"maps"
	"slices"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A bucket is what a snapshot holds of a bucket. A document that is nil is not
// in the snapshot, so that what it would say is not known.
type bucket struct {
	encryption, policy, location *document
}

func (u *unit) bucket(name string) *bucket {
	if u.buckets[name] == nil {
		u.buckets[name] = &bucket{}
	}
	return u.buckets[name]
}

// loadS3 reads the outputs of "aws s3api" besides policies.
func (d *document) loadS3() bool {
	switch d.part {
	case encryptionPart:
		d.unit.bucket(d.name).encryption = d
		return true
	case locationPart:
		d.unit.bucket(d.name).location = d
		return true
	}
	if rules := encryptionRules(d.root); rules != nil {
		d.unit.outputs = true
		d.addLooseEncryption(rules)
		return true
	}
	return false
}

// encryptionRules returns the rules of an output of get-bucket-encryption, or nil.
func encryptionRules(root *source.Node) *source.Node {
	rules := root.Get("ServerSideEncryptionConfiguration").Get("Rules")
	if rules == nil || rules.Kind != source.SequenceNode {
		return nil
	}
	return rules
}

// addLooseEncryption adds the encryption of a bucket that the output does not
// name.
func (d *document) addLooseEncryption(rules *source.Node) {
	target := d.target(graph.BucketPolicy, value.NotKnown(fmt.Sprintf("%s does not say which bucket it is about", d.file.Path), rules.Location))
	for i, rule := range rules.Items {
		address := d.file.Path
		n := d.node(graph.Encryption, address, start(rule, "ApplyServerSideEncryptionByDefault"), rule)
		if i > 0 {
			n.ID = fmt.Sprintf("%s#%d", n.ID, i)
		}
		setEncryption(n, rule)
		n.Attributes.Set("bucket", target)
		d.unit.add(&resource{node: n})
	}
}

func setEncryption(n *graph.Node, rule *source.Node) {
	set(n, rule.Get("ApplyServerSideEncryptionByDefault"), map[string]string{"algorithm": "SSEAlgorithm", "key": "KMSMasterKeyID"})
	set(n, rule, map[string]string{"bucket_key_enabled": "BucketKeyEnabled"})
}

// addBuckets adds the buckets of a snapshot.
func (u *unit) addBuckets() {
	for _, name := range slices.Sorted(maps.Keys(u.buckets)) {
		b := u.buckets[name]
		first := b.encryption
		for _, other := range []*document{b.location, b.policy} {
			if first == nil {
				first = other
			}
		}
		n := u.newNode(graph.Bucket, "bucket/"+name, first.root.Location, first.root)
		n.Attributes.Set("name", value.Text(name, first.root.Location))
		r := &resource{node: n}
		r.parts = b.encryptions(n, name)
		if b.location != nil {
			r.arn.region = b.location.region()
			r.arn.partition = partitionOf(r.arn.region)
		}
		u.add(r)
		switch {
		case b.policy == nil:
			n.SetElsewhere("policy", fmt.Sprintf("the snapshot holds no policy.json of the bucket %s", name))
		case b.policy.empty():
			n.Positions.Set("policy", b.policy.root.Location)
		default:
			u.addOwned(b.policy, graph.BucketPolicy, r)
		}
	}
}

// encryptions returns the encryption nodes of a bucket.
func (b *bucket) encryptions(n *graph.Node, name string) []*graph.Node {
	if b.encryption == nil {
		n.SetElsewhere("encryption", fmt.Sprintf("the snapshot holds no encryption.json of the bucket %s", name))
		return nil
	}
	rules := encryptionRules(b.encryption.root)
	if rules == nil {
		if !b.encryption.empty() {
			n.SetElsewhere("encryption", fmt.Sprintf("%s is no output of get-bucket-encryption", b.encryption.file.Path))
		}
		return nil
	}
	var nodes []*graph.Node
	for i, rule := range rules.Items {
		if rule.Get("ApplyServerSideEncryptionByDefault") == nil {
			continue
		}
		encryption := part(n, graph.Encryption, fmt.Sprintf("encryption/%d", i), start(rule, "ApplyServerSideEncryptionByDefault"), rule.Location)
		setEncryption(encryption, rule)
		nodes = append(nodes, encryption)
	}
	return nodes
}

// region returns the Region of an output of get-bucket-location: null is
// us-east-1, and EU the old name of eu-west-1 ("GetBucketLocation" in the S3 API
// Reference).
func (d *document) region() string {
	constraint := d.root.Get("LocationConstraint")
	switch {
	case constraint == nil:
		return ""
	case constraint.Kind == source.NullNode || constraint.Text == "":
		return "us-east-1"
	case constraint.Text == "EU":
		return "eu-west-1"
	default:
		return constraint.Text
	}
}
