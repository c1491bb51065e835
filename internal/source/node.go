package source

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
	// Place converts a range of bytes of Text to where it is written. It is
	// nil where only the whole node's place is known.
	Place func(start, end int) Location
	// Breaks holds the offsets in Text, ascending, at which what is written
	// does not simply go on: the indentation of a line, an escape.
	Breaks []int
}

// setPlace lets a scalar say where its text is written.
func (n *Node) setPlace(runs offsetRuns, locate func(start, end int) Location) {
	for _, run := range runs {
		if run.decoded > 0 && run.decoded < len(n.Text) {
			n.Breaks = append(n.Breaks, run.decoded)
		}
	}
	n.Place = func(start, end int) Location {
		// What follows white space may be written on another line.
		for end > start+1 && (n.Text[end-1] == ' ' || n.Text[end-1] == '\n') {
			end--
		}
		return locate(runs.written(start), runs.written(end))
	}
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
