package report

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

// Mermaid draws paths as a flowchart, from distributions on the left to keys on
// the right. Lines tell the verdict of their path by colour and by stroke, and a
// step that is broken ends in a cross with the rules that say why. Where there are
// more paths than GitHub draws, the first are drawn; a comment in the text says so,
// and remark, which is "" otherwise.
func Mermaid(w io.Writer, r *Report, paths []*facts.Path) (remark string, err error) {
	text, shown := boundedMermaid(r, paths, mermaidMaxText-mermaidRoom)
	if shown < len(paths) {
		remark = fmt.Sprintf("the diagram shows %d of %s: GitHub draws none with more than %d lines or %d characters; --focus ADDRESS draws the paths through one resource, and the formats svg, html and dot draw all",
			shown, plural(len(paths), "path"), mermaidMaxEdges, mermaidMaxText)
		text = "%% " + remark + "\n" + text
	}
	_, err = io.WriteString(w, text)
	return remark, err
}

// GitHub draws no diagram of more text or more edges than these (maxTextSize and
// maxEdges in Mermaid's configuration).
const (
	mermaidMaxText  = 50_000
	mermaidMaxEdges = 500
)

// mermaidRoom is left for a comment.
const mermaidRoom = 500

// mermaidLabel is how many characters of a name are drawn.
const mermaidLabel = 100

// boundedMermaid draws as many of the paths, from the first, as fit into a number
// of bytes and as Mermaid draws. It returns how many these are.
func boundedMermaid(r *Report, paths []*facts.Path, limit int) (string, int) {
	fits := func(d diagram, text string) bool {
		return len(d.edges) <= mermaidMaxEdges && len(text) <= min(limit, mermaidMaxText)
	}
	// More paths never make less of a diagram.
	tooMany := sort.Search(len(paths)+1, func(n int) bool {
		d := drawing(paths[:n], r.ruleOf)
		return !fits(d, mermaid(d))
	})
	if tooMany == 0 {
		return "", 0
	}
	return mermaid(drawing(paths[:tooMany-1], r.ruleOf)), tooMany - 1
}

// mermaidShapes are the brackets of a node by what it is.
var mermaidShapes = map[graph.Kind][2]string{
	graph.Distribution: {"([", "])"},
	graph.OAC:          {"{{", "}}"},
	graph.OAI:          {"{{", "}}"},
	graph.Bucket:       {"[(", ")]"},
	graph.Key:          {"[[", "]]"},
}

var mermaidKinds = map[graph.Kind]string{
	graph.Distribution: "distribution",
	graph.OAC:          "origin access control",
	graph.OAI:          "origin access identity",
	graph.Bucket:       "bucket",
	graph.Key:          "key",
}

// mermaidColors are readable on light and on dark pages.
var mermaidColors = map[facts.Verdict]string{
	facts.Readable:   "#2da44e",
	facts.Unreadable: "#e5534b",
	facts.Undecided:  "#bf8700",
	facts.NotKMS:     "#848d97",
}

func mermaid(d diagram) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	if len(d.nodes) == 0 {
		// A flowchart without a node is an error.
		b.WriteString("  none[\"no path\"]\n")
	}
	for i, node := range d.nodes {
		shape := mermaidShapes[node.kind]
		fmt.Fprintf(&b, "  n%d%s\"%s<br>%s\"%s\n", i, shape[0], mermaidKinds[node.kind], mermaidText(shorten(node.label, mermaidLabel)), shape[1])
	}
	links := map[facts.Verdict][]string{}
	for i, edge := range d.edges {
		line, label := "--", strings.Join(edge.rules, ", ")
		switch edge.verdict {
		case facts.Unreadable:
			line = "=="
		case facts.Undecided:
			line = "-.-"
		}
		end := ">"
		switch {
		case edge.holds == iam.No:
			end = "x"
		case edge.holds == iam.Unknown:
			label = "not known"
		case edge.verdict == facts.NotKMS && d.nodes[edge.to].kind == graph.Bucket:
			label = "not SSE-KMS"
		case edge.verdict == "" && d.nodes[edge.to].kind == graph.Bucket:
			label = uploadStatus
		}
		fmt.Fprintf(&b, "  n%d %s%s", edge.from, line, end)
		if label != "" {
			fmt.Fprintf(&b, "|\"%s\"|", mermaidText(label))
		}
		fmt.Fprintf(&b, " n%d\n", edge.to)
		if mermaidColors[edge.verdict] != "" {
			links[edge.verdict] = append(links[edge.verdict], fmt.Sprint(i))
		}
	}
	for _, each := range verdictTexts {
		if all := links[each.verdict]; len(all) > 0 {
			fmt.Fprintf(&b, "  linkStyle %s stroke:%s\n", strings.Join(all, ","), mermaidColors[each.verdict])
		}
	}
	return b.String()
}

// mermaidText writes text for a quoted label, where Mermaid reads Markdown, HTML,
// links and entity codes. All that could mean something to one of them is an
// entity code ("Entity codes to escape characters" in Mermaid's documentation of
// flowcharts), which Mermaid resolves last.
func mermaidText(text string) string {
	var b strings.Builder
	runes := []rune(oneLine(text))
	word := func(i int) bool {
		return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
	}
	counting := true // nothing but digits yet: "1." would begin a list
	for i, r := range runes {
		plain := false
		switch {
		case word(i), unicode.IsMark(r):
			plain = true
		case r == '_', r == '-':
			plain = word(i-1) && word(i+1)
		case r == '.':
			plain = !counting && (i < 3 || !strings.EqualFold(string(runes[i-3:i]), "www"))
		case r == ' ', r == ',', r == '/':
			plain = i > 0
		}
		counting = counting && unicode.IsDigit(r)
		if plain {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
