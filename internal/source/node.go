package source

import "sort"

// NodeKind is the kind of a syntax Node.
type NodeKind uint8

// The kinds of syntax nodes, the same for JSON and YAML.
const (
	NullNode NodeKind = iota
	BoolNode
	NumberNode
	StringNode
	SequenceNode
	MappingNode
)

// A Node is a piece of a JSON or YAML document with its position.
type Node struct {
	Kind NodeKind
	// from is where Text begins in what is written, unless that is in runs.
	from int32
	// Tag is the short tag of a YAML node as written ("!Ref"), or "".
	Tag string
	// Text is the decoded text of a scalar, as written for numbers, booleans
	// and dates.
	Text     string
	Items    []*Node
	Members  []Member
	Location Location
	// Start and End are the byte offsets of the node in its text.
	Start, End int

	// writing says how Text is written. It is nil where only the whole node's
	// place is known.
	writing *writing
}

// A writing is how scalars are written: those that are written without a break, most
// of them, share that of their document.
type writing struct {
	locate func(start, end int) Location
	// runs are those of a text that is written with breaks.
	runs offsetRuns
}

// write says that the text of a scalar is written in runs, or where there are none,
// without a break from an offset.
func (n *Node) write(plain *writing, from int, runs offsetRuns) {
	n.writing, n.from = plain, int32(from)
	if len(runs) > 0 {
		n.writing = &writing{locate: plain.locate, runs: runs}
	}
}

// SetText gives a scalar a text that is not what is written.
func (n *Node) SetText(text string) { n.Text, n.writing = text, nil }

// Place converts a range of bytes of Text to where it is written, or to the place of
// the whole node where no more is known.
func (n *Node) Place(start, end int) Location {
	if n.writing == nil {
		return n.Location
	}
	// What follows white space may be written on another line.
	for end > start+1 && (n.Text[end-1] == ' ' || n.Text[end-1] == '\n') {
		end--
	}
	return n.writing.locate(n.written(start), n.written(end))
}

func (n *Node) written(offset int) int {
	if len(n.writing.runs) == 0 {
		return int(n.from) + offset
	}
	return n.writing.runs.written(offset)
}

// Break returns the first offset in Text behind another one at which what is written
// does not simply go on: the indentation of a line, an escape. It is the length of
// Text where there is none.
func (n *Node) Break(behind int) int {
	if n.writing == nil {
		return len(n.Text)
	}
	runs := n.writing.runs
	i := sort.Search(len(runs), func(i int) bool { return runs[i].decoded > behind })
	if i == len(runs) {
		return len(n.Text)
	}
	return min(runs[i].decoded, len(n.Text))
}

// A Member is one key of a mapping. Repeated keys are kept.
type Member struct {
	Key   *Node
	Value *Node
}

// Get returns the value of the last member with that key, or nil.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for i := len(n.Members) - 1; i >= 0; i-- {
		if n.Members[i].Key.Text == key {
			return n.Members[i].Value
		}
	}
	return nil
}

// A SyntaxError is text that is not JSON or YAML.
type SyntaxError struct {
	Location Location
	Message  string
}

// Error implements error, without the location.
func (e *SyntaxError) Error() string { return e.Message }
