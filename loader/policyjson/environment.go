package policyjson

import (
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// An arn is what the ARN of a resource says of where it is.
type arn struct{ partition, region, account string }

// parseARN reads an ARN; it is zero for other texts. Policies may hold a wildcard
// in place of the partition.
func parseARN(text string) arn {
	segments := strings.SplitN(text, ":", 6)
	if len(segments) < 6 || segments[0] != "arn" || strings.ContainsAny(segments[1], "*?$") {
		return arn{}
	}
	return arn{partition: segments[1], region: segments[3], account: segments[4]}
}

// partitionOf is the partition of a Region: "Amazon Resource Names (ARNs)" in
// the IAM User Guide.
func partitionOf(region string) string {
	switch {
	case region == "":
		return ""
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// environments makes the environments of a unit as resources need them.
type environments struct {
	unit *unit
	// account and partition are the unit's, "" where they are not known.
	account, partition string
}

// newEnvironments adds the environment of what says nothing of where it is. A
// snapshot is of one account; outputs that lie side by side need not be.
func (u *unit) newEnvironments() *environments {
	e := &environments{unit: u, account: u.options.Account, partition: u.options.Partition}
	accounts, partitions := map[string]bool{}, map[string]bool{}
	for _, r := range u.resources {
		if r.arn.account != "" {
			accounts[r.arn.account] = true
		}
		if r.arn.partition != "" {
			partitions[r.arn.partition] = true
		}
	}
	for _, p := range u.policies {
		p.text.Walk(func(v value.Value) {
			if text, literal := v.Literal(); literal && parseARN(text).partition != "" {
				partitions[parseARN(text).partition] = true
			}
		})
	}
	if e.account == "" && u.snapshot {
		e.account = only(accounts)
	}
	if e.partition == "" {
		e.partition = only(partitions)
	}
	u.builder.AddEnvironment(graph.Environment{ID: u.id, Account: e.account, Region: u.options.Region, Partition: e.partition})
	return e
}

func only(texts map[string]bool) string {
	if len(texts) == 1 {
		for text := range texts {
			return text
		}
	}
	return ""
}

// of returns the id of a resource's environment.
func (e *environments) of(r *resource) string {
	if r.arn == (arn{}) {
		return e.unit.id
	}
	environment := graph.Environment{Account: r.arn.account, Region: r.arn.region, Partition: r.arn.partition}
	if environment.Account == "" {
		environment.Account = e.account
	}
	if environment.Partition == "" {
		environment.Partition = e.partition
	}
	if environment.Region == "" && r.node.Kind != graph.Distribution {
		environment.Region = e.unit.options.Region
	}
	environment.ID = fmt.Sprintf("%s@%s/%s/%s", e.unit.id, environment.Partition, environment.Account, environment.Region)
	if environment.Account == "" && e.unit.snapshot {
		environment.SameAccountAs = e.unit.id
	}
	e.unit.builder.AddEnvironment(environment)
	return environment.ID
}
