package facts

import (
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// A place is the account and Region that a name is meant for or a node is in. What
// is not known is "".
type place struct {
	partition, account, region string
}

// place is where a node is.
func (ix *index) place(node *graph.Node) place {
	environment := ix.graph.Environments[node.Environment]
	at := place{partition: environment.Partition, account: environment.Account, region: environment.Region}
	for range maxAliases {
		if environment.SameAccountAs == "" {
			break
		}
		environment = ix.graph.Environments[environment.SameAccountAs]
		if at.account == "" {
			at.account = environment.Account
		}
		if at.partition == "" {
			at.partition = environment.Partition
		}
	}
	return at
}

// placeOf returns the place that a literal ARN of a key or alias names.
func placeOf(v value.Value) (place, bool) {
	if v.Kind != value.String {
		return place{}, false
	}
	text, _ := flatten(v)
	segments := strings.SplitN(text, ":", 6)
	if len(segments) != 6 || segments[0] != "arn" || segments[2] != "kms" {
		return place{}, false
	}
	for i, segment := range segments {
		if strings.ContainsFunc(segment, isPlaceholder) {
			segments[i] = ""
		}
	}
	return place{partition: segments[1], region: segments[3], account: segments[4]}, true
}

// contradicts reports whether two places are certainly not the same.
func (p place) contradicts(other place) bool {
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	return differ(p.partition, other.partition) || differ(p.account, other.account) || differ(p.region, other.region)
}

// is reports whether two places are certainly the same.
func (p place) is(other place) bool {
	return p.account != "" && p.region != "" && p.account == other.account && p.region == other.region && !p.contradicts(other)
}

// String names a place for a person.
func (p place) String() string {
	switch {
	case p.account == "" && p.region == "":
		return "a place that is not known"
	case p.account == "":
		return p.region
	case p.region == "":
		return "account " + p.account
	default:
		return "account " + p.account + ", " + p.region
	}
}

// isRegional reports whether the names of a kind belong to an account and Region.
func isRegional(kind graph.Kind) bool { return kind == graph.Alias || kind == graph.Key }

// isShared reports whether other keys may have the same id, in other Regions
// ("Multi-Region keys in AWS KMS" in the AWS KMS Developer Guide).
func isShared(keyID string) bool { return strings.HasPrefix(keyID, "mrk-") }
