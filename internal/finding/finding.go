// Package finding holds what rules report, after Go has joined it with the
// rule's metadata and resolved where it is.
package finding

import (
	"cmp"
	"regexp"
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
	// Anchor is where the resource or statement begins that the finding is about.
	Anchor source.Location
	// Address is the user's name for the resource that the finding is about.
	Address string
	// Label is Address with what else the user knows the resource by.
	Label string
	// Unit is the path of the unit that defines the resource.
	Unit string
	// Sid is that of the statement that the finding is about, or "".
	Sid string
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
	// Suppression says that the finding is accepted, or is nil.
	Suppression *Suppression
	// Known says that the finding is in the baseline.
	Known bool
	// Members are the findings of one cause that this one stands for, where
	// users can tell them apart; none where it stands for itself alone.
	Members []Finding
}

// A Suppression says that someone accepted a finding.
type Suppression struct {
	Kind SuppressionKind
	// Justification is what that person wrote.
	Justification string
	// Location is where.
	Location source.Location
	// Until is the last day on which it holds, as 2006-01-02, or "".
	Until string
}

// SuppressionKind says where a suppression is written, as SARIF names it.
type SuppressionKind string

// The kinds of suppressions: a comment in the code, or a file beside it.
const (
	InSource SuppressionKind = "inSource"
	External SuppressionKind = "external"
)

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
	// Edit writes all of Text where it belongs. It is nil where the place is
	// not certain or something else has to change as well.
	Edit *Edit
}

// An Edit replaces a range of one file. An empty range inserts.
type Edit struct {
	Location source.Location
	// Text has the indentation and the line endings of its place.
	Text string
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

// position is what a message says of where something stands among others.
var position = regexp.MustCompile(`\b(statement|line) [0-9]+\b`)

// Lasting returns a message without what changes when something is written above
// what it is about: the numbers of lines and of statements without a Sid.
func Lasting(message string) string { return position.ReplaceAllString(message, "$1") }
