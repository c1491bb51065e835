package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// githubShown is how many annotations of a kind GitHub shows of a step. The others
// are in its log only ("Limitations" in GitHub's documentation of annotations).
const githubShown = 10

// githubCommands are the workflow commands by level.
var githubCommands = map[finding.Level]string{finding.Error: "error", finding.Warning: "warning", finding.Note: "notice"}

// GitHub writes workflow commands, of which GitHub Actions makes annotations, and
// the summary as a line of the log.
func GitHub(w io.Writer, r *Report, _ Style) error {
	var b strings.Builder
	counts := map[string]int{}
	add := func(command string, at source.Location, title, message string) {
		counts[command]++
		githubCommand(&b, command, at, title, message)
	}
	for _, d := range r.Diagnostics {
		command := "error"
		if d.Severity == source.Warning {
			command = "warning"
		}
		add(command, d.Location, "originkey", oneLine(d.Message))
	}
	for _, f := range r.Findings {
		add(githubCommands[f.Level], f.Location, "originkey: "+f.Rule, githubMessage(f))
	}
	fmt.Fprintf(&b, "%s; %s\n", r.countFindings(), r.countPaths())
	for _, command := range []string{"error", "warning", "notice"} {
		if counts[command] > githubShown {
			fmt.Fprintf(&b, "GitHub shows %d of %s as annotations of a step; all are in this log\n", githubShown, plural(counts[command], command))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// githubMessage is the message and, as its own lines, what to write.
func githubMessage(f finding.Finding) string {
	message := oneLine(f.Message)
	if f.Suggestion == nil {
		return message
	}
	return message + "\n\n" + lines(suggestionText(f.Suggestion))
}

func githubCommand(b *strings.Builder, command string, at source.Location, title, message string) {
	b.WriteString("::" + command + " ")
	if at.File != "" {
		b.WriteString("file=" + githubProperty(at.File))
		if at.Line > 0 {
			fmt.Fprintf(b, ",line=%d,endLine=%d", at.Line, max(at.Line, at.EndLine))
			// GitHub takes columns of a single line only.
			if at.Column > 0 && at.EndLine <= at.Line {
				fmt.Fprintf(b, ",col=%d,endColumn=%d", at.Column, max(at.Column, at.EndColumn))
			}
		}
		b.WriteByte(',')
	}
	fmt.Fprintf(b, "title=%s::%s\n", githubProperty(title), githubData(message))
}

// githubData and githubProperty escape as toCommandValue of @actions/core does: the
// runner resolves what stands behind a percent sign.
var (
	githubDataReplacer     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubPropertyReplacer = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func githubData(text string) string     { return githubDataReplacer.Replace(text) }
func githubProperty(text string) string { return githubPropertyReplacer.Replace(text) }
