package facts

import (
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// accessPointOf returns the access point of the input whose domain name it is, or
// whose alias stands for the bucket's name.
func (w *walker) accessPointOf(domain, name value.Value) *graph.Node {
	if node := w.accessPointIn(domain); node != nil {
		return node
	}
	if _, ok := name.SoleReference(); ok {
		return w.accessPointIn(name)
	}
	return nil
}

// accessPointIn returns the access point whose domain name or alias a text begins
// with: the endpoint of a multi-Region access point is its alias and
// ".accesspoint.s3-global.amazonaws.com".
func (ix *index) accessPointIn(v value.Value) *graph.Node {
	parts := v.Parts()
	if len(parts) == 0 {
		return nil
	}
	reference := parts[0].Reference
	if parts[0].Kind != value.ReferenceTo || reference.Attribute != value.DomainName && reference.Attribute != value.AccessPointAlias {
		return nil
	}
	if node := ix.graph.Node(reference.Node); node != nil && node.Kind == graph.AccessPoint {
		return node
	}
	return nil
}

// branches is how many buckets an origin may lead to: one for each Region of a
// multi-Region access point, and one for everything else.
func (ix *index) branches(origin *graph.Node) int {
	count := 1
	ix.graph.Expand(origin.Attribute("domain_name")).Walk(func(v value.Value) {
		if node := ix.accessPointIn(v); node != nil {
			count = max(count, len(node.Attribute("buckets").Items()))
		}
	})
	return count
}

// hasBranch reports whether the branch leads to a bucket in this world.
func (w *walker) hasBranch() bool {
	if !w.isMultiRegion() {
		return w.branch == 0
	}
	buckets := w.accessPoint.Attribute("buckets").In(w.world)
	if buckets.Kind != value.List {
		return w.branch == 0
	}
	return w.branch < len(buckets.Items()) && !buckets.Items()[w.branch].In(w.world).IsAbsent()
}

func (w *walker) isMultiRegion() bool {
	return w.accessPoint != nil && !w.accessPoint.Attribute("buckets").IsAbsent()
}

// accessPointBucket names the bucket behind the access point.
func (w *walker) accessPointBucket() value.Value {
	if !w.isMultiRegion() {
		return w.accessPoint.Attribute("bucket")
	}
	buckets := w.accessPoint.Attribute("buckets").In(w.world)
	if buckets.Kind != value.List {
		return buckets
	}
	return buckets.Items()[w.branch].In(w.world)
}
