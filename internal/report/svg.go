package report

import (
	_ "embed"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/iam"
)

//go:embed picture.css
var pictureStyle string

// SVG draws the paths as one picture that stands alone: it needs no script and no
// font, says what it shows to who cannot see it, and follows the colour scheme of
// the reader, also where it is embedded as an image.
func SVG(w io.Writer, r *Report) error {
	p := drawPicture(r)
	s := &svg{}
	s.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" aria-labelledby="originkey-title originkey-description" width="%d" height="%d" viewBox="0 0 %d %d">`+"\n", pictureWidth, p.height, pictureWidth, p.height)
	s.printf("<title id=\"originkey-title\">%s</title>\n", escapeXML(pictureTitle(r)))
	s.printf("<desc id=\"originkey-description\">%s</desc>\n", escapeXML(pictureDescription(p, r)))
	s.printf("<style>\n%s</style>\n", pictureStyle)
	s.printf(`<rect class="ground" width="%d" height="%d"/>`+"\n", pictureWidth, p.height)
	s.content(p, r, false)
	s.printf("</svg>\n")
	_, err := io.WriteString(w, s.String())
	return err
}

func pictureTitle(r *Report) string {
	if r.Focused != "" {
		return "Paths from CloudFront to KMS through " + oneLine(r.Focused)
	}
	return "Paths from CloudFront to KMS"
}

// pictureDescription says in words what the picture shows.
func pictureDescription(p *picture, r *Report) string {
	if len(p.paths) == 0 {
		return nothingToDraw(r)
	}
	var counts []string
	for _, status := range statuses {
		if n := p.count(status); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, status))
		}
	}
	text := fmt.Sprintf("%s: %s", plural(len(p.paths), "path"), strings.Join(counts, ", "))
	const enough = 20
	for i, path := range p.paths {
		if i == enough {
			return text + fmt.Sprintf("; and %d more", len(p.paths)-enough)
		}
		text += "; " + path.title(r)
	}
	return text
}

func nothingToDraw(r *Report) string {
	if r.Focused != "" {
		return "No path leads through " + oneLine(r.Focused)
	}
	return "No distribution with an S3 origin was found"
}

// An svg is written element by element. All text of the input goes through escapeXML.
type svg struct{ strings.Builder }

func (s *svg) printf(format string, arguments ...any) { fmt.Fprintf(s, format, arguments...) }

// escapeXML writes text for XML and HTML alike; characters that XML does not have
// become U+FFFD.
func escapeXML(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // A strings.Builder takes everything.
	return b.String()
}

// content draws all but the frame. In a page, paths can be chosen.
func (s *svg) content(p *picture, r *Report, inPage bool) {
	if !inPage {
		s.legend(p)
	}
	for column, heading := range pictureColumns {
		s.printf(`<text class="heading" x="%d" y="%d">%s</text>`+"\n", columnX(column), headHeight-16, heading)
	}
	if len(p.paths) == 0 {
		s.printf(`<text class="nothing" x="%d" y="%d">%s</text>`+"\n", margin, headHeight+4, escapeXML(cut(nothingToDraw(r), 140)))
	}
	for _, path := range p.paths {
		s.path(path, r, inPage)
	}
	for _, nodes := range p.columns {
		for _, node := range nodes {
			s.node(node)
		}
	}
}

// legend explains the lines, whose colour is never all that tells them apart.
func (s *svg) legend(p *picture) {
	x := margin
	for _, status := range statuses {
		n := p.count(status)
		if n == 0 && status == uploadStatus {
			continue
		}
		s.printf(`<g class="status %s" transform="translate(%d 28)"><path class="line" d="M0 0H44"/>`, status, x)
		switch status {
		case string(facts.Unreadable):
			s.mark(22, 0, iam.No)
		case string(facts.Undecided):
			s.mark(22, 0, iam.Unknown)
		}
		text := fmt.Sprintf("%d %s", n, status)
		s.printf(`<text class="legend" x="52" y="4">%s</text></g>`+"\n", text)
		x += 52 + 9*len(text) + 24
	}
}

// path draws a line and marks the steps that do not work or are not known.
func (s *svg) path(path *picturePath, r *Report, inPage bool) {
	data, middles := path.line()
	title := escapeXML(path.title(r))
	if inPage {
		s.printf(`<g class="status path %s" role="button" tabindex="-1" aria-label="%s">`, path.status, title)
		s.printf(`<title>%s</title><path class="target" d="%s"/>`, title, data)
	} else {
		s.printf(`<g class="status path %s"><title>%s</title>`, path.status, title)
	}
	s.printf(`<path class="line" d="%s"/>`, data)
	for i, middle := range middles {
		s.mark(middle[0], middle[1], path.holds[i])
	}
	s.printf("</g>\n")
}

// mark draws a cross for what does not work and a question mark for what is not
// known.
func (s *svg) mark(x, y int, holds iam.Truth) {
	shape := map[iam.Truth]string{
		iam.No:      "M-2.5 -2.5L2.5 2.5M2.5 -2.5L-2.5 2.5",
		iam.Unknown: "M-1.8 -1.6C-1.6 -3.8 2 -3.6 1.8 -1.4C1.7 -0.3 0 -0.2 0 1.2M0 3.4V3.5",
	}[holds]
	if shape == "" {
		return
	}
	s.printf(`<g class="mark" transform="translate(%d %d)"><circle r="6"/><path d="%s"/></g>`, x, y, shape)
}

func (s *svg) node(node *pictureNode) {
	class := "node"
	if node.missing {
		class += " missing"
	}
	s.printf(`<g class="%s" transform="translate(%d %d)"><title>%s</title>`, class, columnX(node.column), node.y, escapeXML(node.label+"\n"+node.detail))
	s.printf(`<rect width="%d" height="%d" rx="6"/>`, nodeWidth, node.height())
	const labelWidth, detailWidth = 27, 29
	for _, y := range node.labels() {
		s.printf(`<text x="10" y="%d">%s</text><text class="detail" x="10" y="%d">%s</text>`, y+19, escapeXML(cut(node.label, labelWidth)), y+35, escapeXML(cut(node.detail, detailWidth)))
	}
	s.printf("</g>\n")
}
