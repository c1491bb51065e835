package facts

import (
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/value"
)

// A looseIndex holds nodes that are written for a bucket or key that no node is
// for certain, by what is known of its name, so that those that may be meant are
// found without looking at all of them.
type looseIndex struct {
	// partial holds those with a name of which a part is literal text,
	// byFragment the same by the longest such part; rest the others.
	partial    []*graph.Node
	byFragment map[string][]*graph.Node
	rest       []*graph.Node
}

// add adds a node with the name of what it is written for.
func (l *looseIndex) add(node *graph.Node, name value.Value) {
	fragment := ""
	if name.Kind == value.String {
		flat, _ := flatten(name)
		for _, part := range strings.FieldsFunc(flat, isPlaceholder) {
			if len(part) > len(fragment) {
				fragment = part
			}
		}
	}
	if fragment == "" {
		l.rest = append(l.rest, node)
		return
	}
	if l.byFragment == nil {
		l.byFragment = map[string][]*graph.Node{}
	}
	l.partial = append(l.partial, node)
	l.byFragment[fragment] = append(l.byFragment[fragment], node)
}

// maxName bounds the names that are looked up by their parts. That of a bucket has
// at most 63 characters, the id of a key 36.
const maxName = 64

// candidates calls f with the nodes that may be written for what has a name, until
// f returns false. literal is false where the name is not in the text.
func (l *looseIndex) candidates(name string, literal bool, f func(*graph.Node) bool) {
	if l == nil {
		return
	}
	each := func(nodes []*graph.Node) bool {
		for _, node := range nodes {
			if !f(node) {
				return false
			}
		}
		return true
	}
	if !each(l.rest) {
		return
	}
	if !literal || len(name) > maxName {
		each(l.partial)
		return
	}
	for start := range len(name) {
		for end := start + 1; end <= len(name); end++ {
			if !each(l.byFragment[name[start:end]]) {
				return
			}
		}
	}
}
