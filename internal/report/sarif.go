package report

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// informationURI is where the tool is described.
const informationURI = "https://github.com/originkey/originkey"

// What GitHub code scanning requires beyond the schema, see "SARIF support for
// code scanning" in its documentation: all rules are listed whether they found
// something or not; help text is required; security-severity is a string and
// counts only beside the tag "security"; related locations are shown only where
// the message links them; only the first location counts; URIs are relative to
// the repository root; suppressed results would become open alerts.

// SARIF writes one run of SARIF 2.1.0.
func SARIF(w io.Writer, r *Report, _ Style) error {
	log, err := sarif.New(sarif.Version210)
	if err != nil {
		return err
	}
	log.Schema = "https://json.schemastore.org/sarif-2.1.0.json"
	driver := sarif.NewDriver("originkey").WithVersion(r.Version)
	version := r.Version
	driver.SemanticVersion = &version
	information := informationURI
	driver.InformationURI = &information
	indexes := map[string]int{}
	for i, rule := range r.Rules {
		indexes[rule.Name] = i
		driver.Rules = append(driver.Rules, sarifRule(rule))
	}

	run := sarif.NewRun(sarif.Tool{Driver: driver})
	run.ColumnKind = "utf16CodeUnits"
	run.Results = []*sarif.Result{}
	if r.Category != "" {
		id := strings.TrimSuffix(r.Category, "/") + "/"
		run.AutomationDetails = &sarif.RunAutomationDetails{ID: &id}
	}
	writer := &sarifWriter{report: r, hashes: map[string][]string{}}
	for _, f := range r.Findings {
		run.Results = append(run.Results, writer.result(f, indexes[f.Rule]))
	}
	run.AddInvocations(writer.invocation())
	log.AddRun(run)

	return encode(w, log)
}

func sarifRule(rule Rule) *sarif.ReportingDescriptor {
	descriptor := sarif.NewRule(rule.Name)
	descriptor.ShortDescription = sarif.NewMultiformatMessageString(rule.Title)
	descriptor.FullDescription = sarif.NewMultiformatMessageString(shorten(firstParagraph(rule.Description), 1000))
	descriptor.Help = sarif.NewMultiformatMessageString(rule.Description)
	descriptor.Help.Markdown = &rule.Description
	descriptor.HelpURI = &rule.HelpURL
	descriptor.DefaultConfiguration = sarif.NewReportingConfiguration().WithLevel(string(rule.Level))
	tags := slices.Clone(rule.Tags)
	for _, cwe := range rule.CWE {
		tags = append(tags, "external/cwe/"+strings.ToLower(cwe))
	}
	descriptor.Properties = sarif.Properties{"tags": tags, "precision": rule.Precision}
	if rule.SecuritySeverity != "" {
		descriptor.Properties["security-severity"] = rule.SecuritySeverity
	} else {
		descriptor.Properties["problem.severity"] = map[finding.Level]string{
			finding.Error: "error", finding.Warning: "warning", finding.Note: "recommendation",
		}[rule.Level]
	}
	return descriptor
}

// firstParagraph is what the first section of a description says.
func firstParagraph(description string) string {
	for _, paragraph := range strings.Split(description, "\n\n") {
		lines := strings.Split(strings.TrimSpace(paragraph), "\n")
		if strings.HasPrefix(lines[0], "#") {
			lines = lines[1:]
		}
		if len(lines) > 0 {
			return strings.Join(lines, " ")
		}
	}
	return description
}

func shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

type sarifWriter struct {
	report *Report
	hashes map[string][]string
}

func (w *sarifWriter) result(f finding.Finding, index int) *sarif.Result {
	result := sarif.NewRuleResult(f.Rule).WithRuleIndex(index).WithLevel(string(f.Level))
	message := sentence(f.Message)
	for i, related := range f.Related {
		id := i + 1
		location := sarifLocation(related.Location, related.Message)
		number := uint(id)
		location.Id = &number
		result.RelatedLocations = append(result.RelatedLocations, location)
		message += fmt.Sprintf(" [%s](%d).", escape(related.Message), id)
	}
	if f.Suggestion != nil && f.Suggestion.Advice != "" {
		for _, remark := range strings.Split(f.Suggestion.Advice, "\n") {
			message += " " + sentence(remark)
		}
	}
	result.Message = *sarif.NewTextMessage(message)
	result.Locations = []*sarif.Location{sarifLocation(f.Location, "")}
	result.PartialFingerprints = map[string]any{"originkey/v1": f.Fingerprint}
	if hash := w.lineHash(f.Location); hash != "" {
		result.PartialFingerprints["primaryLocationLineHash"] = hash
	}
	if len(f.Flow) > 0 {
		flow := &sarif.ThreadFlow{}
		for _, step := range f.Flow {
			flow.Locations = append(flow.Locations, &sarif.ThreadFlowLocation{Location: sarifLocation(step.Location, step.Message)})
		}
		result.CodeFlows = []*sarif.CodeFlow{{ThreadFlows: []*sarif.ThreadFlow{flow}}}
	}
	return result
}

// sentence ends a message with a full stop.
func sentence(text string) string { return escape(strings.TrimSuffix(text, ".")) + "." }

// escape keeps SARIF from taking brackets for a link.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(text)
}

func (w *sarifWriter) lineHash(at source.Location) string {
	file, ok := w.report.Files[at.File]
	if !ok {
		return ""
	}
	hashes, ok := w.hashes[at.File]
	if !ok {
		hashes = lineHashes(file.Bytes)
		w.hashes[at.File] = hashes
	}
	if at.Line < 1 || at.Line > len(hashes) {
		return ""
	}
	return hashes[at.Line-1]
}

func sarifLocation(at source.Location, message string) *sarif.Location {
	uri := (&url.URL{Path: at.File}).EscapedPath()
	line, column := max(at.Line, 1), max(at.Column, 1)
	endColumn := max(at.EndColumn, column+1)
	location := &sarif.Location{PhysicalLocation: &sarif.PhysicalLocation{
		ArtifactLocation: &sarif.ArtifactLocation{URI: &uri},
		Region:           &sarif.Region{StartLine: &line, StartColumn: &column, EndLine: &line, EndColumn: &endColumn},
	}}
	if message != "" {
		location.Message = sarif.NewTextMessage(message)
	}
	return location
}

// invocation carries what could not be read.
func (w *sarifWriter) invocation() *sarif.Invocation {
	success := !slices.ContainsFunc(w.report.Diagnostics, func(d source.Diagnostic) bool { return d.Severity == source.Error })
	invocation := &sarif.Invocation{ExecutionSuccessful: &success}
	for _, d := range w.report.Diagnostics {
		level := cmp.Or(string(d.Severity), "error")
		notification := &sarif.Notification{Level: level, Message: sarif.NewTextMessage(d.Message)}
		if d.File != "" {
			notification.Locations = []*sarif.Location{sarifLocation(d.Location, "")}
		}
		invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications, notification)
	}
	return invocation
}
