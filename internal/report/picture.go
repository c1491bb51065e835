package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

// A picture lays out paths in four columns. Each path is a line of its own through
// its nodes, so that one can follow it through a node that many share: it leaves a
// node at the height at which it came.
type picture struct {
	columns [len(pictureColumns)][]*pictureNode
	paths   []*picturePath
	height  int
}

// pictureColumns are the headings of the columns.
var pictureColumns = [...]string{"Distributions", "Identities", "Buckets", "Keys"}

// A pictureNode is a distribution, an identity, a bucket or a key, or says that
// there is none or that it is not known.
type pictureNode struct {
	id     string
	column int
	label  string
	detail string
	// missing says that the node stands for no resource.
	missing bool
	// paths are those that lead through the node, from top to bottom.
	paths []*picturePath
	// row is the place of the node in its column, y its upper edge, and pitch how
	// far its lines are apart, in 1/fraction.
	row, y, pitch int
}

// A picturePath is one line.
type picturePath struct {
	path *facts.Path
	// status is the verdict, or uploadStatus.
	status string
	// nodes is nil at the end of a path that no key is on.
	nodes [len(pictureColumns)]*pictureNode
	// places is the path's place among those of each node.
	places [len(pictureColumns)]int
	// holds says of each step whether it works.
	holds [len(pictureColumns) - 1]iam.Truth
}

// uploadStatus stands in the place of a verdict where an origin is for uploads
// alone.
const uploadStatus = "uploads"

// statuses are those of paths in the order in which they are listed.
var statuses = []string{string(facts.Unreadable), string(facts.Undecided), string(facts.Readable), string(facts.NotKMS), uploadStatus}

// The measures of a picture. The page lays out what a filter leaves with the same
// ones (page.js), and both compute in integers, so that they agree.
const (
	nodeWidth  = 216
	nodeHeight = 44
	columnGap  = 72
	margin     = 16
	nodeGap    = 12
	leastPitch = 14 * fraction
	mostPitch  = (nodeHeight + nodeGap) * fraction
	fraction   = 64
	headHeight = 96
	// legendHeight is the part of headHeight that the legend takes.
	legendHeight = 52
	// labelEvery is how often a tall node repeats what it is.
	labelEvery = 420
)

const pictureWidth = 2*margin + len(pictureColumns)*nodeWidth + (len(pictureColumns)-1)*columnGap

func drawPicture(r *Report) *picture {
	p := &picture{}
	known := map[string]*pictureNode{}
	for _, path := range slices.Concat(r.Paths, r.Uploads) {
		line := &picturePath{path: path, status: string(path.Verdict)}
		if path.Request == facts.UploadRequest {
			line.status = uploadStatus
		}
		for column, node := range nodesOf(path) {
			if node == nil {
				continue
			}
			key := fmt.Sprintf("%d %s", column, node.id)
			if known[key] == nil {
				node.column = column
				known[key] = node
				p.columns[column] = append(p.columns[column], node)
			}
			line.nodes[column] = known[key]
			known[key].paths = append(known[key].paths, line)
		}
		line.holds = steps(path)
		p.paths = append(p.paths, line)
	}
	p.order()
	p.place()
	return p
}

// nodesOf returns the nodes of a path by column.
func nodesOf(path *facts.Path) [len(pictureColumns)]*pictureNode {
	nodes := [len(pictureColumns)]*pictureNode{}
	nodes[0] = resource(path.Distribution, "")
	kind := strings.ToUpper(string(path.IdentityKind))
	switch {
	case path.IdentityKind == facts.NoIdentity:
		nodes[1] = absent("no identity of "+path.Distribution.ID, "no identity", "requests are not signed")
	case path.Identity == nil && path.IdentityKind == facts.OAC:
		// All of them have the same principal, and it is not known which one it is.
		nodes[1] = absent("identity of "+path.Distribution.ID, path.Principal, kind)
	case path.Identity == nil:
		nodes[1] = absent("identity "+path.Principal, path.Principal, kind)
	case path.Identity.Anonymous():
		nodes[1] = absent(path.Identity.ID, path.Principal, kind)
	default:
		nodes[1] = resource(path.Identity, kind)
	}
	if path.Bucket == nil {
		nodes[2] = absent("bucket of "+path.ID, cmp.Or(path.BucketName, "a bucket"), "not in the input")
		return nodes
	}
	encryption := map[string]string{"default": "SSE-S3", "unknown": "encryption not known"}
	nodes[2] = resource(path.Bucket, cmp.Or(encryption[path.Algorithm], path.Algorithm))
	switch {
	case path.Verdict == facts.NotKMS:
	case path.Key != nil:
		nodes[3] = resource(path.Key, "")
	case path.ManagedBy == "aws":
		nodes[3] = absent("aws/s3 of "+path.Bucket.Unit, "aws/s3", "AWS managed key")
	default:
		nodes[3] = absent("key of "+path.Bucket.ID, "a key", "not known which")
	}
	return nodes
}

func resource(node *graph.Node, detail string) *pictureNode {
	n := &pictureNode{id: node.ID, label: oneLine(node.Label()), detail: detail}
	if node.Location.File == "" {
		return n
	}
	if n.detail != "" {
		n.detail += ", "
	}
	n.detail += fmt.Sprintf("%s:%d", oneLine(node.Location.File), node.Location.Line)
	return n
}

func absent(id, label, detail string) *pictureNode {
	return &pictureNode{id: id, label: oneLine(label), detail: detail, missing: true}
}

// steps says whether the steps to the identity, to the bucket and to the key work.
func steps(path *facts.Path) [len(pictureColumns) - 1]iam.Truth {
	signing, reading, using := stepFacts(path)
	var all [len(pictureColumns) - 1]iam.Truth
	for i, names := range [][]string{signing, reading, using} {
		all[i], _ = hop(path, names)
	}
	return all
}

// order puts the nodes of each column where their neighbours are on average, so
// that few lines cross (the barycentre heuristic), and the lines of each node in
// the order in which they come.
func (p *picture) order() {
	p.number()
	const sweeps = 4
	for range sweeps {
		for column := 1; column < len(p.columns); column++ {
			p.follow(column, left(column))
		}
		for column := len(p.columns) - 2; column >= 0; column-- {
			p.follow(column, right(column))
		}
	}
	for column, nodes := range p.columns {
		// Lines come from the left, and into the first column from the right.
		by := slices.Concat(left(column), right(column))
		for _, node := range nodes {
			slices.SortStableFunc(node.paths, func(x, y *picturePath) int {
				for _, other := range by {
					if c := cmp.Compare(x.row(other), y.row(other)); c != 0 {
						return c
					}
				}
				return 0
			})
			for i, path := range node.paths {
				path.places[column] = i
			}
		}
	}
}

// row is that of a path's node in a column, 0 where it has none.
func (l *picturePath) row(column int) int {
	if l.nodes[column] == nil {
		return 0
	}
	return l.nodes[column].row
}

func (p *picture) number() {
	for _, nodes := range p.columns {
		for row, node := range nodes {
			node.row = row
		}
	}
}

// left and right are the columns beside a column, the nearest first.
func left(column int) []int {
	var columns []int
	for other := column - 1; other >= 0; other-- {
		columns = append(columns, other)
	}
	return columns
}

func right(column int) []int {
	var columns []int
	for other := column + 1; other < len(pictureColumns); other++ {
		columns = append(columns, other)
	}
	return columns
}

// follow orders a column by where the neighbours of its nodes are on average in the
// nearest of others, and where that is the same in the next.
func (p *picture) follow(column int, others []int) {
	averages := make(map[*pictureNode][]float64, len(p.columns[column]))
	for _, node := range p.columns[column] {
		for _, other := range others {
			averages[node] = append(averages[node], p.average(node, other))
		}
	}
	slices.SortStableFunc(p.columns[column], func(x, y *pictureNode) int { return slices.Compare(averages[x], averages[y]) })
	p.number()
}

// average is where the neighbours of a node are in a column, between 0 and 1. A node
// without neighbours there stays where it is.
func (p *picture) average(node *pictureNode, column int) float64 {
	rows, n := 0, 0
	for _, path := range node.paths {
		if neighbour := path.nodes[column]; neighbour != nil {
			rows += 2*neighbour.row + 1
			n++
		}
	}
	if n == 0 {
		rows, n, column = 2*node.row+1, 1, node.column
	}
	return float64(rows) / float64(2*n*len(p.columns[column]))
}

// place gives each node its height: the tallest column is stacked, and the others
// follow it outwards, each node beside its neighbours as far as there is room. A
// node that many lines share is as tall as there is room for, so that they run as
// level as they can.
func (p *picture) place() {
	tallest, height := 0, 0
	for column := range p.columns {
		if h := stacked(p.columns[column], leastPitch); h > height {
			tallest, height = column, h
		}
	}
	p.height = headHeight + height + margin
	for _, nodes := range p.columns {
		// The least pitch fits.
		pitch, tooMuch := leastPitch, mostPitch+1
		for tooMuch-pitch > 1 {
			if middle := (pitch + tooMuch) / 2; stacked(nodes, middle) <= height {
				pitch = middle
			} else {
				tooMuch = middle
			}
		}
		for _, node := range nodes {
			node.pitch = pitch
		}
	}
	p.settle(tallest, tallest, height)
	for column := tallest - 1; column >= 0; column-- {
		p.settle(column, column+1, height)
	}
	for column := tallest + 1; column < len(p.columns); column++ {
		p.settle(column, column-1, height)
	}
}

// stacked is the height of a column whose lines are a pitch apart.
func stacked(nodes []*pictureNode, pitch int) int {
	height := max(0, len(nodes)-1) * nodeGap
	for _, node := range nodes {
		height += nodeHeightFor(len(node.paths), pitch)
	}
	return height
}

// nodeHeightFor is the height of a node. With the greatest pitch, a node of n lines
// is as tall as n nodes of one line that are stacked.
func nodeHeightFor(lines, pitch int) int { return nodeHeight + pitch*(lines-1)/fraction }

// settle places a column beside one that is placed; the first is placed beside
// itself.
func (p *picture) settle(column, beside, height int) {
	nodes := p.columns[column]
	free := headHeight
	for _, node := range nodes {
		node.y = free
		if column != beside {
			sum, n := 0, 0
			for i, path := range node.paths {
				if neighbour := path.nodes[beside]; neighbour != nil {
					sum += neighbour.slot(path) - node.offset(i)
					n++
				}
			}
			if n > 0 {
				node.y = max(free, sum/n)
			}
		}
		free = node.y + node.height() + nodeGap
	}
	limit := headHeight + height
	for _, node := range slices.Backward(nodes) {
		node.y = min(node.y, limit-node.height())
		limit = node.y - nodeGap
	}
}

func (n *pictureNode) height() int { return nodeHeightFor(len(n.paths), n.pitch) }

// offset is where the i-th line meets the node, below its upper edge.
func (n *pictureNode) offset(i int) int {
	return nodeHeight/2 + n.pitch*i/fraction
}

// slot is where a line meets the node.
func (n *pictureNode) slot(path *picturePath) int {
	return n.y + n.offset(path.places[n.column])
}

// labels are where a node says what it is, below its upper edge.
func (n *pictureNode) labels() []int {
	var at []int
	for y := 0; y <= n.height()-nodeHeight; y += labelEvery {
		at = append(at, y)
	}
	return at
}

// x is the left edge of a column.
func columnX(column int) int { return margin + column*(nodeWidth+columnGap) }

// line is a path as SVG path data, a curve for each step, and where the middle of
// each step is.
func (l *picturePath) line() (data string, middles [][2]int) {
	var curves []string
	for column := range len(l.nodes) - 1 {
		from, to := l.nodes[column], l.nodes[column+1]
		if from == nil || to == nil {
			continue
		}
		x, y, toX, toY := columnX(column)+nodeWidth, from.slot(l), columnX(column+1), to.slot(l)
		middle := (x + toX) / 2
		curves = append(curves, fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x, y, middle, y, middle, toY, toX, toY))
		middles = append(middles, [2]int{middle, (y + toY) / 2})
	}
	return strings.Join(curves, ""), middles
}

// title says what a line shows.
func (l *picturePath) title(r *Report) string {
	text := oneLine(fmt.Sprintf("%s, origin %s, to %s: %s", l.path.Distribution.Label(), l.path.OriginID, l.nodes[2].label, l.status))
	if blockers := r.Blockers(l.path); len(blockers) > 0 {
		text += ": " + strings.Join(blockers, ", ")
	}
	return text
}

// count counts lines by status.
func (p *picture) count(status string) int {
	n := 0
	for _, path := range p.paths {
		if path.status == status {
			n++
		}
	}
	return n
}

// cut leaves out the middle of a text that takes more than width characters, of
// which those of East Asia count twice.
func cut(text string, width int) string {
	size := func(r rune) int {
		if r >= 0x1100 {
			return 2
		}
		return 1
	}
	total := 0
	for _, r := range text {
		total += size(r)
	}
	if total <= width {
		return text
	}
	runes := []rune(text)
	head, tail, left := 0, len(runes), width-1
	for {
		switch {
		case head <= len(runes)-tail && size(runes[head]) <= left:
			left -= size(runes[head])
			head++
		case head > len(runes)-tail && size(runes[tail-1]) <= left:
			tail--
			left -= size(runes[tail])
		default:
			return string(runes[:head]) + "…" + string(runes[tail:])
		}
	}
}
