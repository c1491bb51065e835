package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
)

// DOT draws paths for Graphviz. It is the graph that Mermaid draws.
func DOT(w io.Writer, r *Report, paths []*facts.Path) error {
	d := drawing(paths, r.ruleOf)
	var b strings.Builder
	b.WriteString("digraph originkey {\n")
	fmt.Fprintf(&b, "  graph [rankdir=LR, label=%s, labelloc=t, fontname=\"sans-serif\"]\n", quoteDOT(pictureTitle(r)))
	b.WriteString("  node [shape=box, style=rounded, fontname=\"sans-serif\"]\n  edge [fontname=\"sans-serif\", fontsize=10]\n")
	for i, node := range d.nodes {
		fmt.Fprintf(&b, "  n%d [label=%s, shape=%s]\n", i, quoteDOT(mermaidKinds[node.kind]+"\n"+node.label), dotShapes[node.kind])
	}
	for i, kinds := range [][]graph.Kind{{graph.Distribution}, {graph.OAC, graph.OAI}, {graph.Bucket}, {graph.Key}} {
		var column []string
		for number, node := range d.nodes {
			if slices.Contains(kinds, node.kind) {
				column = append(column, fmt.Sprintf("n%d", number))
			}
		}
		if len(column) > 0 {
			fmt.Fprintf(&b, "  subgraph column%d { rank=same; %s }\n", i, strings.Join(column, "; "))
		}
	}
	for _, edge := range d.edges {
		color, ok := mermaidColors[edge.verdict]
		if !ok {
			color = "#0969da"
		}
		label, arrow := edge.text(), "normal"
		switch edge.holds {
		case iam.No:
			arrow = "tee"
		case iam.Unknown:
			arrow = "odot"
		case iam.Yes:
		}
		fmt.Fprintf(&b, "  n%d -> n%d [color=%s, style=%s, arrowhead=%s, label=%s]\n", edge.from, edge.to, quoteDOT(color), dotStyles[edge.verdict], arrow, quoteDOT(label))
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// text says in words what the line of an edge stands for.
func (e diagramEdge) text() string {
	verdict := string(e.verdict)
	if verdict == "" {
		verdict = uploadStatus
	}
	if len(e.rules) > 0 {
		return verdict + "\n" + strings.Join(e.rules, "\n")
	}
	return verdict
}

var dotShapes = map[graph.Kind]string{
	graph.Distribution: "oval", graph.OAC: "hexagon", graph.OAI: "hexagon", graph.Bucket: "cylinder", graph.Key: "box",
}

var dotStyles = map[facts.Verdict]string{
	facts.Readable: "solid", facts.Unreadable: "bold", facts.Undecided: "dashed", facts.NotKMS: "dotted", "": "solid",
}

// quoteDOT writes a label: in quotes, where Graphviz reads escape sequences and
// HTML's entities ("escString" in its documentation of attribute types).
func quoteDOT(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(oneLine(line))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
