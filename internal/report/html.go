package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

//go:embed page.html
var pageTemplate string

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// An htmlPage is all that the template of the page needs.
type htmlPage struct {
	Title    string
	Policy   string
	Statuses []pageStatus
	Total    int
	Picture  template.HTML
	Style    template.CSS
	Data     template.JS
	Script   template.JS
}

type pageStatus struct {
	Name  string
	Count int
}

// pageData is what the script reads. All numbers of paths and nodes are their
// places in the picture's elements.
type pageData struct {
	Measures map[string]int `json:"measures"`
	// Columns holds the nodes of each column from top to bottom.
	Columns [][]pageNode `json:"columns"`
	Paths   []pagePath   `json:"paths"`
	// Others are the findings that are about no path of the picture.
	Others []pageFinding `json:"others"`
}

type pageNode struct {
	Node int `json:"node"`
	// Paths are those through the node from top to bottom.
	Paths []int `json:"paths"`
}

type pagePath struct {
	Status       string `json:"status"`
	Distribution string `json:"distribution"`
	Origin       string `json:"origin"`
	Bucket       string `json:"bucket"`
	At           string `json:"at"`
	// Nodes are those of each column, null where a path has none.
	Nodes    []*int        `json:"nodes"`
	Blockers []string      `json:"blockers"`
	Rows     []pageRow     `json:"rows"`
	Findings []pageFinding `json:"findings"`
	// Text is what a search looks at, beside what is shown.
	Text string `json:"text"`
}

type pageRow struct {
	Name       string       `json:"name"`
	Text       string       `json:"text"`
	At         string       `json:"at,omitempty"`
	Snippet    string       `json:"snippet,omitempty"`
	Statements []pageAnswer `json:"statements,omitempty"`
}

type pageAnswer struct {
	Name    string `json:"name"`
	At      string `json:"at"`
	Applies string `json:"applies"`
	Text    string `json:"text"`
}

type pageFinding struct {
	Rule       string        `json:"rule"`
	Help       string        `json:"help"`
	Level      finding.Level `json:"level"`
	Message    string        `json:"message"`
	At         string        `json:"at"`
	Suggestion string        `json:"suggestion,omitempty"`
}

// HTML writes a page that holds the picture and lets a reader search and filter
// the paths and see what each is made of. It is one file that loads nothing: its
// policy forbids all but its own style and script.
func HTML(w io.Writer, r *Report) error {
	p := drawPicture(r)
	data, err := json.Marshal(pageDataOf(p, r))
	if err != nil {
		return fmt.Errorf("write the data of the page: %w", err)
	}
	style := pictureStyle + pageStyle
	drawn := &svg{}
	// The page has the legend in its head, so that the picture begins below.
	drawn.printf(`<svg class="picture" role="group" aria-label="%s" width="%d" height="%d" viewBox="0 %d %d %d">`+"\n", escapeXML(pictureTitle(r)), pictureWidth, p.height-legendHeight, legendHeight, pictureWidth, p.height-legendHeight)
	drawn.content(p, r, true)
	drawn.printf("</svg>")
	content := htmlPage{
		Title:   pictureTitle(r),
		Policy:  fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; base-uri 'none'; form-action 'none'", hash(pageScript), hash(style)),
		Total:   len(p.paths),
		Picture: template.HTML(drawn.String()), // escaped where it is written
		Style:   template.CSS(style),
		Data:    template.JS(data), // json.Marshal escapes what could end the element
		Script:  template.JS(pageScript),
	}
	for _, status := range statuses {
		if n := p.count(status); n > 0 {
			content.Statuses = append(content.Statuses, pageStatus{status, n})
		}
	}
	parsed, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("read the template of the page: %w", err)
	}
	return parsed.Execute(w, content)
}

// hash is the source expression that allows one inline element.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func pageDataOf(p *picture, r *Report) pageData {
	data := pageData{
		Measures: map[string]int{
			"nodeWidth": nodeWidth, "nodeHeight": nodeHeight, "columnGap": columnGap, "margin": margin, "nodeGap": nodeGap,
			"leastPitch": leastPitch, "mostPitch": mostPitch, "fraction": fraction, "headHeight": headHeight, "labelEvery": labelEvery, "legendHeight": legendHeight,
		},
		Columns: [][]pageNode{}, Paths: []pagePath{}, Others: []pageFinding{},
	}
	numberOf := make(map[*picturePath]int, len(p.paths))
	for i, path := range p.paths {
		numberOf[path] = i
	}
	nodeNumber, next := map[*pictureNode]int{}, 0
	for _, nodes := range p.columns {
		column := []pageNode{}
		for _, node := range nodes {
			paths := make([]int, len(node.paths))
			for i, path := range node.paths {
				paths[i] = numberOf[path]
			}
			column = append(column, pageNode{Node: next, Paths: paths})
			nodeNumber[node] = next
			next++
		}
		data.Columns = append(data.Columns, column)
	}
	help := map[string]string{}
	for _, rule := range r.Rules {
		help[rule.Name] = rule.HelpURL
	}
	drawn := map[string]bool{}
	for _, path := range p.paths {
		drawn[path.path.ID] = true
	}
	about := map[string][]pageFinding{}
	for _, f := range r.Findings {
		written := pageFinding{Rule: f.Rule, Help: help[f.Rule], Level: f.Level, Message: f.Message, At: place(f.Location)}
		if f.Suggestion != nil {
			written.Suggestion = suggestionText(f.Suggestion)
		}
		shown := false
		for _, id := range slices.Compact(slices.Sorted(slices.Values(f.Paths))) {
			if drawn[id] {
				about[id] = append(about[id], written)
				shown = true
			}
		}
		if !shown {
			data.Others = append(data.Others, written)
		}
	}
	for _, path := range p.paths {
		data.Paths = append(data.Paths, pagePathOf(path, r, nodeNumber, about[path.path.ID]))
	}
	return data
}

func pagePathOf(path *picturePath, r *Report, nodeNumber map[*pictureNode]int, findings []pageFinding) pagePath {
	written := pagePath{
		Status: path.status, Distribution: path.path.Distribution.Label(), Origin: path.path.OriginID, Bucket: path.nodes[2].label,
		At:       place(path.path.Distribution.Location),
		Blockers: r.Blockers(path.path), Rows: []pageRow{}, Findings: findings,
	}
	if findings == nil {
		written.Findings = []pageFinding{}
	}
	text := []string{path.path.Principal, path.path.BucketName}
	for _, node := range path.nodes {
		if node == nil {
			written.Nodes = append(written.Nodes, nil)
			continue
		}
		number := nodeNumber[node]
		written.Nodes = append(written.Nodes, &number)
		text = append(text, node.label, node.detail)
	}
	written.Text = strings.Join(text, "\n")
	explained := explainUpload(path.path)
	if path.path.Request != facts.UploadRequest {
		explained = explain(r, path.path)
	}
	for _, row := range explained.rows {
		one := pageRow{Name: row.name, Text: row.text, At: place(row.at), Snippet: row.snippet}
		for _, answer := range row.answers {
			one.Statements = append(one.Statements, pageAnswer{Name: answer.name, At: place(answer.at), Applies: answer.verdict.String(), Text: answer.text})
		}
		written.Rows = append(written.Rows, one)
	}
	return written
}

func place(at source.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.String()
}
