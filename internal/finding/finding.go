// Package finding holds what rules report, after Go has joined it with the
// rule's metadata and resolved where it is.
package finding

import (
	"cmp"
	"slices"

	"github.com/originkey/originkey/internal/source"
)

// Level is how serious a rule's findings are.
type Level string

// The levels, as SARIF names them.
const (
	Note    Level = "note"
	Warning Level = "warning"
	Error   Level = "error"
)

// Rank orders levels: note, warning, error. Anything else ranks 0.
func (l Level) Rank() int { return slices.Index([]Level{"", Note, Warning, Error}, l) }

// A Finding is one defect at one place.
type Finding struct {
	Rule  string
	Level Level
	// Message is one or more sentences in lower case without final full stop;
	// the first stands alone.
	Message string
	// Location is confined to one line.
	Location source.Location
	// Address is the user's name for the resource that the finding is about.
	Address string
	// Fingerprint identifies the finding independent of lines.
	Fingerprint string
	Related     []Related
	// Flow walks distribution, origin, identity, bucket, key and policy, where
	// the finding is about a path.
	Flow []Related
	// Paths are the ids of the paths that the finding is about, which are
	// none where it is about a statement or a document.
	Paths      []string
	Suggestion *Suggestion
}

// A Related place belongs to a finding or is a step of its flow.
type Related struct {
	Location source.Location
	Message  string
}

// A Suggestion is what to write instead.
type Suggestion struct {
	// Statement is the policy statement as data, or nil. References of the
	// stack are written as its language does.
	Statement map[string]any
	// Text is complete text in the language of the file, or nothing where
	// only Advice helps.
	Text string
	// Advice says where Text goes and why, one remark a line.
	Advice string
}

// Compare orders findings by place, rule and message.
func Compare(x, y Finding) int {
	return cmp.Or(
		cmp.Compare(x.Location.File, y.Location.File),
		cmp.Compare(x.Location.Line, y.Location.Line),
		cmp.Compare(x.Location.Column, y.Location.Column),
		cmp.Compare(x.Rule, y.Rule),
		cmp.Compare(x.Address, y.Address),
		cmp.Compare(x.Message, y.Message),
	)
}
