package report

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

const (
	// commentLimit is below the 65,536 characters of a comment on GitHub, so
	// that whoever posts it can add a line.
	commentLimit = 65_000
	// summaryLimit is below the 1 MiB of a job summary.
	summaryLimit = 1_000_000
	// noticeRoom is what is kept free for what is said of what was left out.
	noticeRoom = 500
)

// A page is Markdown that has a greatest size in bytes.
type page struct {
	strings.Builder
	limit int
}

// fits writes text if it leaves room bytes free.
func (p *page) fits(text string, room int) bool {
	if p.Len()+len(text)+room > p.limit {
		return false
	}
	p.WriteString(text)
	return true
}

// Markdown writes a job summary or a comment on a pull request, the worst findings
// first. It leaves out what GitHub would not take, and says so.
func Markdown(w io.Writer, r *Report, _ Style) error {
	p := &page{limit: commentLimit}
	fmt.Fprintf(p, "## originkey: %s\n\n%s\n", r.countFindings(), r.countPaths())
	p.diagnostics(r)

	findings := slices.Clone(r.Findings)
	slices.SortStableFunc(findings, func(x, y finding.Finding) int { return cmp.Compare(y.Level.Rank(), x.Level.Rank()) })
	p.table(r, findings)
	p.diagram(r, r.brokenPaths(), "broken path", commentLimit/2)
	for i, f := range findings {
		if !p.fits("\n"+markdownDetails(r, f), noticeRoom) {
			fmt.Fprintf(p, "\nDetails of %d of %s are left out, since a comment on GitHub is short; `originkey lint` prints them.\n", len(findings)-i, plural(len(findings), "finding"))
			break
		}
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// diagnostics lists what could not be read, and remarks.
func (p *page) diagnostics(r *Report) {
	if len(r.Diagnostics) == 0 {
		return
	}
	heading := "Remarks"
	if slices.ContainsFunc(r.Diagnostics, func(d source.Diagnostic) bool { return d.Severity == source.Error }) {
		heading = "Not all was read"
	}
	fmt.Fprintf(p, "\n%s:\n\n", heading)
	for i, d := range r.Diagnostics {
		item := markdownProse(shorten(d.Message, 500))
		if d.File != "" {
			item = placeLink(r, d.Location) + ": " + item
		}
		if !p.fits(fmt.Sprintf("- %s: %s\n", d.Severity, item), p.limit*7/8) {
			fmt.Fprintf(p, "- %d more\n", len(r.Diagnostics)-i)
			return
		}
	}
}

func (p *page) table(r *Report, findings []finding.Finding) {
	if len(findings) == 0 {
		return
	}
	p.WriteString("\n| level | place | rule | finding |\n|---|---|---|---|\n")
	for i, f := range findings {
		row := fmt.Sprintf("| %s | %s | %s | %s |\n", f.Level, placeLink(r, f.Location), ruleLink(r, f.Rule), markdownProse(shorten(f.Message, 500)))
		if !p.fits(row, p.limit/2) {
			fmt.Fprintf(p, "\n%d of %s are left out, since a comment on GitHub is short; `originkey lint` prints them.\n", len(findings)-i, plural(len(findings), "finding"))
			return
		}
	}
}

// diagram draws paths in no more than a number of bytes.
func (p *page) diagram(r *Report, paths []*facts.Path, noun string, limit int) {
	if len(paths) == 0 {
		return
	}
	text, shown := boundedMermaid(r, paths, min(limit, p.limit-p.Len())-2*noticeRoom)
	if shown > 0 {
		p.WriteString("\n" + fence("mermaid", text))
	}
	if shown < len(paths) {
		fmt.Fprintf(p, "\nThe diagram shows %d of %s.\n", shown, plural(len(paths), noun))
	}
}

func (r *Report) brokenPaths() []*facts.Path {
	var broken []*facts.Path
	for _, path := range r.Paths {
		if path.Verdict == facts.Unreadable {
			broken = append(broken, path)
		}
	}
	return broken
}

// markdownDetails writes all that is to be said of a finding, folded.
func markdownDetails(r *Report, f finding.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<details><summary>%s: %s</summary>\n\n", f.Level, htmlProse(f.Message))
	fmt.Fprintf(&b, "%s, rule %s\n", placeLink(r, f.Location), ruleLink(r, f.Rule))
	if file := r.Files[f.Location.File]; file != nil && f.Location.Line > 0 {
		b.WriteString("\n" + fence(languageOf(f.Location.File), strings.TrimSpace(excerptText(file, f.Location, 300))))
	}
	if len(f.Related) > 0 {
		b.WriteString("\n")
	}
	for _, related := range f.Related {
		fmt.Fprintf(&b, "- %s: %s\n", placeLink(r, related.Location), markdownProse(related.Message))
	}
	if f.Suggestion != nil {
		for _, remark := range strings.Split(f.Suggestion.Advice, "\n") {
			if remark != "" {
				b.WriteString("\n" + markdownProse(remark) + "\n")
			}
		}
		if f.Suggestion.Text != "" {
			b.WriteString("\n" + fence(languageOf(f.Location.File), lines(f.Suggestion.Text)))
		}
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// placeLink names a place, as a link where it is known where the files are shown.
func placeLink(r *Report, at source.Location) string {
	text := at.File
	if at.Line > 0 {
		text = fmt.Sprintf("%s:%d", at.File, at.Line)
	}
	address := ""
	if r.SourceURL != "" && at.File != "" {
		address = r.SourceURL + (&url.URL{Path: at.File}).EscapedPath()
		if at.Line > 0 {
			address += fmt.Sprintf("#L%d", at.Line)
		}
	}
	return markdownLink(markdownCode(text), address)
}

func ruleLink(r *Report, name string) string {
	for _, rule := range r.Rules {
		if rule.Name == name && rule.HelpURL != "" {
			return markdownLink(markdownCode(name), rule.HelpURL)
		}
	}
	return markdownCode(name)
}

// ExplainMarkdown writes each path hop by hop.
func ExplainMarkdown(w io.Writer, r *Report, _ Style) error {
	p := &page{limit: summaryLimit}
	fmt.Fprintf(p, "## originkey\n\n%s\n", r.countPaths())
	p.diagnostics(r)
	p.diagram(r, r.Paths, "path", mermaidMaxText)
	all := make([]explanation, 0, len(r.Paths)+len(r.Uploads))
	for _, path := range r.Paths {
		all = append(all, explain(r, path))
	}
	for _, path := range r.Uploads {
		all = append(all, explainUpload(path))
	}
	for i, e := range all {
		if !p.fits("\n"+markdownExplanation(r, e), noticeRoom) {
			fmt.Fprintf(p, "\n%d of %s are left out, since a job summary on GitHub holds 1 MiB; `originkey explain` prints them.\n", len(all)-i, plural(len(all), "path"))
			break
		}
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func markdownExplanation(r *Report, e explanation) string {
	var b, snippets strings.Builder
	fmt.Fprintf(&b, "### %s → %s: %s\n\n| step | what | place |\n|---|---|---|\n", markdownCode(e.distribution), markdownCode(e.bucket), e.verdict)
	add := func(name, text string, at source.Location) {
		place := ""
		if !at.IsZero() {
			place = placeLink(r, at)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, text, place)
	}
	for _, row := range e.rows {
		add(row.name, markdownProse(row.text), row.at)
		for _, statement := range row.answers {
			add("", fmt.Sprintf("%s: **%s**, %s", markdownProse(statement.name), statement.verdict, markdownProse(statement.text)), statement.at)
		}
		if row.snippet != "" {
			snippets.WriteString("\n" + fence("yaml", lines(row.snippet)))
		}
	}
	return b.String() + snippets.String()
}
