package report

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// informationURI is where the tool is described.
const informationURI = "https://github.com/originkey/originkey"

// What GitHub code scanning requires beyond the schema, see "SARIF support for
// code scanning" in its documentation: one run; all rules are listed whether they
// found something or not; help text is required; security-severity is a string and
// counts only beside the tag "security"; related locations need a message and are
// shown only where the message links them; only the first location counts, and an
// annotation is shown only where all its lines are in the diff; URIs are relative
// to the repository root; suppressed results would become open alerts.

// sarifLimits are what a report may hold. Code scanning refuses a file that
// exceeds its limits as a whole.
type sarifLimits struct {
	results int
	// bytes is the size after compression with gzip.
	bytes int
	// locations of one result, steps of its code flows.
	locations, steps int
}

// codeScanning holds the limits that GitHub documents.
var codeScanning = sarifLimits{results: 25_000, bytes: 10_000_000, locations: 1_000, steps: 10_000}

const (
	// maxDescription is how many characters code scanning takes of the
	// descriptions of a rule, and maxTags how many tags it keeps.
	maxDescription = 1024
	maxTags        = 10
)

// The following types add to those of go-sarif what it lacks or writes as null,
// which the schema refuses.
type (
	sarifLog struct {
		*sarif.Report
		Runs []*sarifRun `json:"runs"`
	}
	sarifRun struct {
		*sarif.Run
		Tool       sarifTool         `json:"tool"`
		Taxonomies []*sarifComponent `json:"taxonomies,omitempty"`
		Results    []*sarifResult    `json:"results"`
	}
	sarifTool struct {
		Driver *sarifComponent `json:"driver"`
	}
	sarifComponent struct {
		*sarif.ToolComponent
		Rules               []*sarifDescriptor `json:"rules,omitempty"`
		Taxa                []*sarifDescriptor `json:"taxa,omitempty"`
		SupportedTaxonomies []sarifTaxonomy    `json:"supportedTaxonomies,omitempty"`
	}
	sarifDescriptor struct {
		*sarif.ReportingDescriptor
		Relationships []sarifRelationship `json:"relationships,omitempty"`
	}
	sarifRelationship struct {
		Target sarifTarget `json:"target"`
		Kinds  []string    `json:"kinds"`
	}
	sarifTarget struct {
		ID            string        `json:"id"`
		Index         int           `json:"index"`
		ToolComponent sarifTaxonomy `json:"toolComponent"`
	}
	sarifTaxonomy struct {
		Name  string `json:"name"`
		Index int    `json:"index"`
		GUID  string `json:"guid"`
	}
	sarifResult struct {
		*sarif.Result
		// Suppressions is nil where nothing is said about them. Either all
		// results say something or none does (SARIF 3.27.23).
		Suppressions *[]sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifSuppression struct {
		Kind          finding.SuppressionKind `json:"kind"`
		Justification string                  `json:"justification,omitempty"`
	}
)

// SARIF writes one run of SARIF 2.1.0.
func SARIF(w io.Writer, r *Report, _ Style) error { return writeSARIF(w, r, codeScanning) }

// writeSARIF leaves out the least severe results where the limits demand it, and
// says so in the report.
func writeSARIF(w io.Writer, r *Report, limits sarifLimits) error {
	writer := newSARIFWriter(r, limits)
	all := writer.findings()
	for kept := min(len(all), limits.results); ; {
		var content bytes.Buffer
		if err := encode(&content, writer.log(all[:kept], len(all))); err != nil {
			return err
		}
		size, err := compressedSize(content.Bytes(), limits.bytes)
		if err != nil {
			return err
		}
		if size > limits.bytes && kept > 0 {
			// The rest is a little smaller than its share, so that few rounds do.
			kept = min(kept-1, int(float64(kept)*0.9*float64(limits.bytes)/float64(size)))
			continue
		}
		_, err = content.WriteTo(w)
		return err
	}
}

// compressedSize is the size of a text after compression, or a larger one where that is
// within the limit already: the text's own, or that after quick compression.
func compressedSize(text []byte, limit int) (int, error) {
	if len(text) <= limit {
		return len(text), nil
	}
	var size int
	for _, level := range []int{gzip.BestSpeed, gzip.DefaultCompression} {
		var compressed counter
		writer, err := gzip.NewWriterLevel(&compressed, level)
		if err != nil {
			return 0, fmt.Errorf("compress the report: %w", err)
		}
		if _, err := writer.Write(text); err != nil {
			return 0, fmt.Errorf("compress the report: %w", err)
		}
		if err := writer.Close(); err != nil {
			return 0, fmt.Errorf("compress the report: %w", err)
		}
		if size = int(compressed); size <= limit {
			break
		}
	}
	return size, nil
}

// A counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

type sarifWriter struct {
	report *Report
	limits sarifLimits
	rules  []Rule
	// index holds the places of rules in the list, by name, and weaknesses the
	// CWEs that they mention, sorted.
	index      map[string]int
	weaknesses []string
	hashes     map[string][]string
	// widths keeps the widths of lines: all of a minified file is on one.
	widths map[fileLine]int32
	// notices are what the report itself leaves out.
	notices []string
}

type fileLine struct {
	file string
	line int32
}

func newSARIFWriter(r *Report, limits sarifLimits) *sarifWriter {
	w := &sarifWriter{report: r, limits: limits, rules: slices.Clone(r.Rules), index: map[string]int{}, hashes: map[string][]string{}, widths: map[fileLine]int32{}}
	slices.SortFunc(w.rules, func(x, y Rule) int { return cmp.Compare(x.Name, y.Name) })
	for i, rule := range w.rules {
		w.index[rule.Name] = i
		for _, weakness := range rule.CWE {
			w.weaknesses = append(w.weaknesses, weaknessNumber(weakness))
		}
	}
	slices.SortFunc(w.weaknesses, func(x, y string) int { return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)) })
	w.weaknesses = slices.Compact(w.weaknesses)
	return w
}

// findings returns what is to be shown, the most severe first.
func (w *sarifWriter) findings() []finding.Finding {
	shown := slices.Concat(w.report.Findings, w.report.Known)
	if w.report.SARIFSuppressed {
		shown = append(shown, w.report.Suppressed...)
	}
	severities := map[string]float64{}
	for _, rule := range w.rules {
		if number, err := strconv.ParseFloat(rule.SecuritySeverity, 64); err == nil {
			severities[rule.Name] = number
		}
	}
	slices.SortStableFunc(shown, func(x, y finding.Finding) int {
		return cmp.Or(cmp.Compare(y.Level.Rank(), x.Level.Rank()), cmp.Compare(severities[y.Rule], severities[x.Rule]), finding.Compare(x, y))
	})
	return shown
}

// log is the whole report with some of all its findings.
func (w *sarifWriter) log(kept []finding.Finding, all int) *sarifLog {
	w.notices = nil
	if len(kept) < all {
		w.notice("the report shows %d of %d findings, the most severe ones: code scanning accepts no more", len(kept), all)
	}
	run := &sarifRun{
		Run:     &sarif.Run{ColumnKind: "utf16CodeUnits"},
		Tool:    sarifTool{Driver: w.driver()},
		Results: []*sarifResult{},
	}
	if len(w.weaknesses) > 0 {
		run.Taxonomies = []*sarifComponent{w.taxonomy()}
	}
	if w.report.Category != "" {
		id := strings.TrimSuffix(w.report.Category, "/") + "/"
		run.AutomationDetails = &sarif.RunAutomationDetails{ID: &id}
	}
	for _, f := range kept {
		if result := w.result(f); result != nil {
			run.Results = append(run.Results, result)
		}
	}
	slices.SortStableFunc(run.Results, compareResults)
	run.Invocations = []*sarif.Invocation{w.invocation()}
	return &sarifLog{
		Report: &sarif.Report{Version: string(sarif.Version210), Schema: "https://json.schemastore.org/sarif-2.1.0.json"},
		Runs:   []*sarifRun{run},
	}
}

func (w *sarifWriter) notice(format string, arguments ...any) {
	w.notices = append(w.notices, fmt.Sprintf(format, arguments...))
}

func compareResults(x, y *sarifResult) int {
	at := func(r *sarifResult) (uri string, line, column int) {
		physical := r.Locations[0].PhysicalLocation
		return *physical.ArtifactLocation.URI, *physical.Region.StartLine, *physical.Region.StartColumn
	}
	xURI, xLine, xColumn := at(x)
	yURI, yLine, yColumn := at(y)
	return cmp.Or(
		cmp.Compare(xURI, yURI), cmp.Compare(xLine, yLine), cmp.Compare(xColumn, yColumn), cmp.Compare(*x.RuleID, *y.RuleID),
		cmp.Compare(fmt.Sprint(x.PartialFingerprints[ownFingerprint]), fmt.Sprint(y.PartialFingerprints[ownFingerprint])),
		cmp.Compare(*x.Message.Text, *y.Message.Text),
	)
}

func (w *sarifWriter) driver() *sarifComponent {
	version, information := w.report.Version, informationURI
	driver := &sarifComponent{ToolComponent: &sarif.ToolComponent{
		Name: "originkey", Version: &version, SemanticVersion: &version, InformationURI: &information,
	}}
	for _, rule := range w.rules {
		driver.Rules = append(driver.Rules, w.rule(rule))
	}
	if len(w.weaknesses) > 0 {
		driver.SupportedTaxonomies = []sarifTaxonomy{cwe}
	}
	return driver
}

func (w *sarifWriter) rule(rule Rule) *sarifDescriptor {
	descriptor := &sarifDescriptor{ReportingDescriptor: sarif.NewRule(rule.Name)}
	if name := pascalCase(rule.Name); name != rule.Name {
		descriptor.Name = &name
	}
	descriptor.ShortDescription = sarif.NewMultiformatMessageString(shorten(rule.Title, maxDescription))
	descriptor.FullDescription = sarif.NewMultiformatMessageString(shorten(firstParagraph(rule.Description), maxDescription))
	help := rule.helpPage()
	descriptor.Help = sarif.NewMultiformatMessageString(plain(help))
	descriptor.Help.Markdown = &help
	if rule.HelpURL != "" {
		descriptor.HelpURI = &rule.HelpURL
	}
	descriptor.DefaultConfiguration = sarif.NewReportingConfiguration().WithLevel(string(rule.Level))
	isSecurity := slices.Contains(rule.Tags, "security")
	tags := rule.sarifTags(isSecurity)
	descriptor.Properties = sarif.Properties{"tags": tags}
	if rule.Precision != "" {
		descriptor.Properties["precision"] = rule.Precision
	}
	if isSecurity && rule.SecuritySeverity != "" {
		descriptor.Properties["security-severity"] = rule.SecuritySeverity
	} else {
		descriptor.Properties["problem.severity"] = map[finding.Level]string{
			finding.Error: "error", finding.Warning: "warning", finding.Note: "recommendation",
		}[rule.Level]
	}
	for _, weakness := range rule.CWE {
		number := weaknessNumber(weakness)
		descriptor.Relationships = append(descriptor.Relationships, sarifRelationship{
			Target: sarifTarget{ID: number, Index: slices.Index(w.weaknesses, number), ToolComponent: cwe},
			Kinds:  []string{"superset"},
		})
	}
	return descriptor
}

// sarifTags are the tags that decide something first, so that they are kept.
func (r Rule) sarifTags(isSecurity bool) []string {
	tags := []string{}
	if isSecurity {
		tags = append(tags, "security")
		for _, weakness := range r.CWE {
			tags = append(tags, "external/cwe/cwe-"+weaknessNumber(weakness))
		}
	}
	for _, tag := range r.Tags {
		if tag = strings.ToLower(tag); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags[:min(len(tags), maxTags)]
}

// helpPage is the Markdown that is shown beside a result.
func (r Rule) helpPage() string {
	page := strings.TrimSpace(r.Description)
	if len(r.References) > 0 {
		page += "\n\n## References\n"
	}
	for _, reference := range r.References {
		page += fmt.Sprintf("\n- [%s](%s)", reference.Description, reference.URL)
	}
	return page
}

// pascalCase writes a name of words with dashes as one word.
func pascalCase(name string) string {
	var joined strings.Builder
	for _, word := range strings.Split(name, "-") {
		if word != "" {
			joined.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return joined.String()
}

// cwe names the Common Weakness Enumeration. The GUID is the one that the SARIF
// committee's github.com/sarif-standard/taxonomies gives it.
var cwe = sarifTaxonomy{Name: "CWE", Index: 0, GUID: "FFC64C90-42B6-44CE-8BEB-F6B7DAE649E5"}

// weaknessNumber is the number of a weakness: "732" of "CWE-732".
func weaknessNumber(name string) string { return name[strings.LastIndex(name, "-")+1:] }

// weaknessNames are the names of the weaknesses that rules mention, as MITRE
// gives them.
var weaknessNames = map[string]string{
	"284": "Improper Access Control",
	"441": "Unintended Proxy or Intermediary ('Confused Deputy')",
	"732": "Incorrect Permission Assignment for Critical Resource",
	"863": "Incorrect Authorization",
}

func (w *sarifWriter) taxonomy() *sarifComponent {
	guid, organization, information, comprehensive := cwe.GUID, "MITRE", "https://cwe.mitre.org/", false
	taxonomy := &sarifComponent{ToolComponent: &sarif.ToolComponent{
		Name: cwe.Name, GUID: &guid, Organization: &organization, InformationURI: &information, IsComprehensive: &comprehensive,
		ShortDescription: sarif.NewMultiformatMessageString("The Common Weakness Enumeration of MITRE"),
	}}
	for _, number := range w.weaknesses {
		page := "https://cwe.mitre.org/data/definitions/" + number + ".html"
		taxonomy.Taxa = append(taxonomy.Taxa, &sarifDescriptor{ReportingDescriptor: &sarif.ReportingDescriptor{
			ID: number, HelpURI: &page,
			ShortDescription: sarif.NewMultiformatMessageString(cmp.Or(weaknessNames[number], "CWE-"+number)),
		}})
	}
	return taxonomy
}

// ownFingerprint names the fingerprint that stays the same wherever lines go.
const ownFingerprint = "originkey/v1"

// result is nil where the finding has no place in the repository.
func (w *sarifWriter) result(f finding.Finding) *sarifResult {
	primary, ok := primaryLocation(f)
	if !ok {
		w.notice("a finding of %s has no place in the repository: %s", f.Rule, f.Message)
		return nil
	}
	result := &sarifResult{Result: sarif.NewRuleResult(f.Rule).WithLevel(string(f.Level))}
	if index, known := w.index[f.Rule]; known {
		result.WithRuleIndex(index)
	}
	result.Locations = []*sarif.Location{w.location(primary, "")}
	result.Message = *sarif.NewTextMessage(w.message(f, result.Result))
	result.PartialFingerprints = map[string]any{ownFingerprint: f.Fingerprint}
	if hash := w.lineHash(primary); hash != "" {
		result.PartialFingerprints["primaryLocationLineHash"] = hash
	}
	if flow := w.flow(f); len(flow.Locations) > 0 {
		result.CodeFlows = []*sarif.CodeFlow{{ThreadFlows: []*sarif.ThreadFlow{flow}}}
	}
	if fix := w.fix(f.Suggestion); fix != nil {
		result.Fixes = []*sarif.Fix{fix}
	}
	if w.report.Baseline {
		result.WithBaselineState("new")
		if f.Known {
			result.WithBaselineState("unchanged")
		}
	}
	if w.report.SARIFSuppressed {
		result.Suppressions = &[]sarifSuppression{}
		if f.Suppression != nil {
			result.Suppressions = &[]sarifSuppression{{Kind: f.Suppression.Kind, Justification: f.Suppression.Justification}}
		}
	}
	return result
}

// primaryLocation is the finding's own place, or else the nearest one to it that
// a reader of the repository can look up.
func primaryLocation(f finding.Finding) (source.Location, bool) {
	if inRepository(f.Location.File) {
		return f.Location, true
	}
	for _, related := range f.Related {
		if inRepository(related.Location.File) {
			return related.Location, true
		}
	}
	for _, step := range slices.Backward(f.Flow) {
		if inRepository(step.Location.File) {
			return step.Location, true
		}
	}
	return source.Location{}, false
}

// message is the finding's message, with a link to each related location, which it
// adds to the result, and what to do and to write: code scanning does not show
// fixes.
func (w *sarifWriter) message(f finding.Finding, result *sarif.Result) string {
	var text strings.Builder
	text.WriteString(sentence(escape(f.Message)))
	for i, related := range f.Related {
		// The place of the finding itself is a location, too.
		if len(result.RelatedLocations)+1 >= w.limits.locations {
			left := len(f.Related) - i
			fmt.Fprintf(&text, " There are %d more.", left)
			w.notice("a finding of %s at %s has %d more related places than code scanning accepts", f.Rule, f.Location, left)
			break
		}
		if !inRepository(related.Location.File) {
			text.WriteString(" " + sentence(escape(related.Message+outside(related.Location))))
			continue
		}
		location := w.location(related.Location, related.Message)
		id := uint(len(result.RelatedLocations) + 1)
		location.Id = &id
		result.RelatedLocations = append(result.RelatedLocations, location)
		fmt.Fprintf(&text, " [%s](%d).", escape(related.Message), id)
	}
	if f.Suggestion == nil {
		return text.String()
	}
	if f.Suggestion.Advice != "" {
		for _, remark := range strings.Split(f.Suggestion.Advice, "\n") {
			text.WriteString(" " + sentence(escape(remark)))
		}
	}
	if f.Suggestion.Text != "" {
		text.WriteString("\n")
		for _, line := range strings.Split(f.Suggestion.Text, "\n") {
			text.WriteString("\n" + escape(line))
		}
	}
	return text.String()
}

// outside names a place that cannot be linked. What lies outside of the repository
// has no name there.
func outside(at source.Location) string {
	switch {
	case at.IsZero():
		return ""
	case source.IsInstalled(at.File):
		return fmt.Sprintf(" (%s:%d)", at.File, at.Line)
	default:
		return fmt.Sprintf(" (%s:%d)", path.Base(at.File), at.Line)
	}
}

// sentence ends a message with a full stop.
func sentence(text string) string { return strings.TrimSuffix(text, ".") + "." }

// escape keeps SARIF from taking brackets for a link.
func escape(text string) string { return brackets.Replace(oneLine(text)) }

var brackets = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`)

func (w *sarifWriter) flow(f finding.Finding) *sarif.ThreadFlow {
	flow := &sarif.ThreadFlow{}
	for _, step := range f.Flow {
		if len(flow.Locations) >= w.limits.steps {
			w.notice("the path of a finding of %s at %s has more steps than code scanning accepts", f.Rule, f.Location)
			break
		}
		if inRepository(step.Location.File) {
			flow.Locations = append(flow.Locations, &sarif.ThreadFlowLocation{Location: w.location(step.Location, step.Message)})
		}
	}
	return flow
}

func (w *sarifWriter) fix(suggestion *finding.Suggestion) *sarif.Fix {
	if suggestion == nil || suggestion.Edit == nil || !inRepository(suggestion.Edit.Location.File) {
		return nil
	}
	edit := suggestion.Edit
	at := edit.Location
	uri := w.uri(at.File)
	replacement := sarif.NewReplacement(region(at)).
		WithInsertedContent(sarif.NewArtifactContent().WithText(edit.Text))
	remark, _, _ := strings.Cut(suggestion.Advice, "\n")
	return sarif.NewFix().WithDescriptionText(sentence(cmp.Or(remark, "write the suggested statement"))).WithArtifactChanges([]*sarif.ArtifactChange{{
		ArtifactLocation: sarif.ArtifactLocation{URI: &uri},
		Replacements:     []*sarif.Replacement{replacement},
	}})
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
	if at.Line < 1 || int(at.Line) > len(hashes) {
		return ""
	}
	return hashes[at.Line-1]
}

// uri is the reference to the real file behind a path: code scanning does not
// follow symbolic links.
func (w *sarifWriter) uri(name string) string {
	return uriOf(cmp.Or(w.report.Links[path.Clean(name)], name))
}

// within confines a place to one line, and to what the file has of it.
func (w *sarifWriter) within(at source.Location) source.Location {
	at.Line, at.Column = max(at.Line, 1), max(at.Column, 1)
	file, ok := w.report.Files[at.File]
	if !ok {
		if at.EndLine != at.Line || at.EndColumn <= at.Column {
			at.EndColumn = at.Column + 1
		}
		at.EndLine = at.Line
		return at
	}
	at.Line = min(at.Line, int32(file.Lines()))
	line := fileLine{at.File, at.Line}
	width, known := w.widths[line]
	if !known {
		width = int32(file.Width(int(at.Line)))
		w.widths[line] = width
	}
	at.Column = min(at.Column, width+1)
	switch {
	case at.EndLine > at.Line:
		at.EndColumn = width + 1
	case at.EndColumn <= at.Column:
		at.EndColumn = at.Column + 1
	}
	at.EndLine, at.EndColumn = at.Line, min(at.EndColumn, width+1)
	return at
}

func region(at source.Location) *sarif.Region {
	line, column, endLine, endColumn := int(at.Line), int(at.Column), int(at.EndLine), int(at.EndColumn)
	return &sarif.Region{StartLine: &line, StartColumn: &column, EndLine: &endLine, EndColumn: &endColumn}
}

// location is a place with the message that belongs to it.
func (w *sarifWriter) location(at source.Location, message string) *sarif.Location {
	at = w.within(at)
	uri := w.uri(at.File)
	location := &sarif.Location{PhysicalLocation: &sarif.PhysicalLocation{
		ArtifactLocation: &sarif.ArtifactLocation{URI: &uri},
		Region:           region(at),
	}}
	if message != "" {
		location.Message = sarif.NewTextMessage(escape(message))
	}
	return location
}

// invocation carries what could not be read, and what the report leaves out.
func (w *sarifWriter) invocation() *sarif.Invocation {
	success := !slices.ContainsFunc(w.report.Diagnostics, func(d source.Diagnostic) bool { return d.Severity == source.Error })
	invocation := &sarif.Invocation{ExecutionSuccessful: &success}
	for _, d := range w.report.Diagnostics {
		notification := &sarif.Notification{Level: cmp.Or(string(d.Severity), "error"), Message: sarif.NewTextMessage(sentence(escape(d.Message)))}
		if inRepository(d.File) {
			location := w.location(d.Location, "")
			if d.Line == 0 {
				location.PhysicalLocation.Region = nil
			}
			notification.Locations = []*sarif.Location{location}
		}
		invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications, notification)
	}
	for _, notice := range w.notices {
		invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications, &sarif.Notification{
			Level: "warning", Message: sarif.NewTextMessage(sentence(escape(notice))),
		})
	}
	return invocation
}
