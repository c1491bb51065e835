package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/parallel"
	"github.com/originkey/originkey/internal/source"
)

// finish turns reports into findings: it resolves places, adds metadata, and
// merges what several subjects report alike.
func (r *run) finish(all []collected) ([]finding.Finding, []source.Diagnostic) {
	_ = parallel.Each(context.Background(), len(all), func(i int) { r.resolve(&all[i]) })
	groups := map[string][]finding.Finding{}
	var order []string
	var diagnostics []source.Diagnostic
	for _, c := range all {
		diagnostics = append(diagnostics, c.diagnostics...)
		for _, found := range c.findings {
			if len(groups[found.key]) == 0 {
				order = append(order, found.key)
			}
			groups[found.key] = append(groups[found.key], *found.Finding)
		}
	}
	findings := make([]finding.Finding, 0, len(order))
	for _, key := range order {
		findings = append(findings, finding.Merge(groups[key]))
	}
	slices.SortStableFunc(findings, finding.Compare)
	slices.SortStableFunc(diagnostics, func(x, y source.Diagnostic) int { return strings.Compare(x.Message, y.Message) })
	return findings, slices.Compact(diagnostics)
}

// A keyed finding has a key that those have which are to be merged with it.
type keyed struct {
	*finding.Finding
	key string
}

// resolve turns the reports about one subject into findings.
func (r *run) resolve(c *collected) {
	// seen counts what one subject reports under one key: those are not the same.
	seen := map[string]int{}
	for _, report := range c.reports {
		found, key, err := r.finding(c.subject, report)
		if err != nil {
			c.diagnostics = append(c.diagnostics, r.failed(r.engine.byName[report.rule], c.subject, "is mistaken", err))
			continue
		}
		// A finding holds without what it suggests.
		if found.Suggestion, err = r.suggestion(report); err != nil {
			c.diagnostics = append(c.diagnostics, r.failed(r.engine.byName[report.rule], c.subject, "is mistaken", err))
		}
		seen[key]++
		c.findings = append(c.findings, keyed{found, fmt.Sprintf("%s\x00%d", key, seen[key])})
	}
}

// finding joins one report with what Go knows. key is equal for reports that have
// the same cause.
func (r *run) finding(subject facts.Subject, report report) (found *finding.Finding, key string, err error) {
	defer source.RecoverError(&err)
	rule := r.engine.byName[report.rule]
	if err := report.check(rule.Custom); err != nil {
		return nil, "", err
	}
	message := report.message()
	node := r.result.Graph.Node(report.node())
	if node == nil {
		return nil, "", fmt.Errorf("a result names the node %q, which does not exist", report.node())
	}
	place := report.place()
	found = &finding.Finding{
		Rule: rule.Name, Level: rule.Level, Message: message, Anchor: r.firstLine(node.Location), Address: node.Address, Label: node.Label(),
		Unit: r.result.Graph.Unit(node.Unit).Path, Sid: sid(node),
		Location:    r.firstLine(node.Place(place)),
		Fingerprint: fingerprint(rule.Name, r.result.Graph, node, place, message),
	}
	r.callers(found, node)
	related, _ := report.content["related"].([]any)
	for _, item := range related {
		place, err := r.related(item)
		if err != nil {
			return nil, "", err
		}
		found.Related = append(found.Related, place)
	}
	if walked := r.paths[subject.ID]; walked != nil {
		found.Paths = []string{subject.ID}
		for _, hop := range walked.Hops() {
			found.Flow = append(found.Flow, r.step(hop))
		}
	}
	if subject.Kind == facts.DocumentSubject {
		found.Paths = append(found.Paths, r.pathsOf()[subject.ID]...)
	}
	return found, strings.Join(append([]string{rule.Name}, r.cause(subject, node, place, found)...), "\x00"), nil
}

// suggestion is what a report suggests, or nil.
func (r *run) suggestion(report report) (suggestion *finding.Suggestion, err error) {
	content, ok := report.content["suggestion"].(map[string]any)
	if !ok || r.suggest == nil {
		return nil, nil
	}
	defer source.RecoverError(&err)
	if suggestion, err = r.suggest(r.result, content); err != nil {
		return nil, fmt.Errorf("a suggestion %w", err)
	}
	return suggestion, nil
}

// members are those that a result may have, with what they are.
var members = map[string]func(any) bool{
	"message": is[string], "node": is[string], "path": is[string], "related": is[[]any], "suggestion": is[map[string]any],
}

func is[T any](v any) bool {
	_, ok := v.(T)
	return ok
}

// check returns an error where a result is not what a rule may return. What else
// than advice a suggestion may hold is between the rules of the program and those
// who write it out, and may change.
func (r report) check(custom bool) error {
	if r.content == nil {
		return errors.New("a result is not an object with message and node")
	}
	for _, name := range slices.Sorted(maps.Keys(r.content)) {
		switch valid, known := members[name]; {
		case !known:
			return fmt.Errorf("a result has the member %q, which is none of %s", name, strings.Join(slices.Sorted(maps.Keys(members)), ", "))
		case !valid(r.content[name]):
			return fmt.Errorf("the member %q of a result is of the wrong type", name)
		}
	}
	if r.message() == "" {
		return errors.New("a result has no message")
	}
	if suggestion, suggests := r.content["suggestion"].(map[string]any); custom && suggests {
		if _, ok := suggestion["advice"].(string); !ok || len(suggestion) != 1 {
			return errors.New("a suggestion is not an object with the text advice alone")
		}
	}
	return nil
}

// cause identifies what has to change for a finding to go away. Several origins
// that share key and identity have one cause, wherever they are written; so have
// all paths that meet the same statement or the same setting of an identity or
// key.
func (r *run) cause(subject facts.Subject, node *graph.Node, place string, found *finding.Finding) []string {
	walked := r.paths[subject.ID]
	// Alternatives of one statement are several nodes at one place.
	at := []string{node.Unit, node.Address, found.Location.String()}
	switch {
	case walked == nil || walked.Key == nil:
		return append(at, found.Message)
	case node == walked.Origin:
		return append([]string{place}, sharing(walked)...)
	case node.Kind == graph.Statement, node == walked.Identity, node == walked.Key && place != "":
		return at
	default:
		return append(at, sharing(walked)...)
	}
}

// sharing identifies a path's key and who asks for its objects. An origin access
// control has no principal of its own: its distribution is whom policies name.
func sharing(walked *facts.Path) []string {
	identity := "distribution:" + walked.Distribution.ID
	if walked.IdentityKind == facts.OAI {
		identity = walked.Principal
		if walked.Identity != nil {
			identity = walked.Identity.ID
		}
	}
	return []string{walked.Key.ID, string(walked.IdentityKind), identity}
}

// callers shows the module calls that lead to a node. A place in a module that is
// not part of the repository is where nobody can act, and code scanning refuses
// it: the finding is placed on the call instead.
func (r *run) callers(found *finding.Finding, node *graph.Node) {
	for i := len(node.Callers) - 1; i >= 0; i-- {
		call := r.firstLine(node.Callers[i])
		if source.IsInstalled(found.Location.File) {
			found.Related = append(found.Related, finding.Related{Location: found.Location, Message: "in the module, " + node.Address})
			found.Location = call
			continue
		}
		found.Related = append(found.Related, finding.Related{Location: call, Message: callText(r.result.Graph.Unit(node.Unit).Language)})
	}
}

func callText(language graph.Language) string {
	if language == graph.CloudFormation || language == graph.TemplateJSON {
		return "nested from here"
	}
	return "called from here"
}

// step is a place of the walk from a distribution to a key policy. What is in an
// installed module is shown where that is called.
func (r *run) step(hop facts.Hop) finding.Related {
	at := hop.Location
	for i := len(hop.Node.Callers) - 1; i >= 0 && source.IsInstalled(at.File); i-- {
		at = hop.Node.Callers[i]
	}
	return finding.Related{Location: r.firstLine(at), Message: hop.Text}
}

// related reads an element of related: the node that it is about, which attribute of
// it, and what that is.
func (r *run) related(item any) (finding.Related, error) {
	content, ok := item.(map[string]any)
	if !ok {
		return finding.Related{}, errors.New("an element of related is not an object with node")
	}
	texts := map[string]string{"node": "", "path": "", "message": ""}
	for _, name := range slices.Sorted(maps.Keys(content)) {
		text, valid := content[name].(string)
		switch _, known := texts[name]; {
		case !known:
			return finding.Related{}, fmt.Errorf("an element of related has the member %q, which is none of message, node, path", name)
		case !valid:
			return finding.Related{}, fmt.Errorf("the member %q of an element of related is of the wrong type", name)
		}
		texts[name] = text
	}
	node := r.result.Graph.Node(texts["node"])
	if node == nil {
		return finding.Related{}, fmt.Errorf("an element of related names the node %q, which does not exist", texts["node"])
	}
	return finding.Related{Location: r.firstLine(node.Place(texts["path"])), Message: name(texts["message"], node.Label())}, nil
}

// name puts what something is before what the user calls it, unless that says it
// already: "the bucket Assets", but "bucket/example-assets".
func name(what, label string) string {
	if kind := what[strings.LastIndex(what, " ")+1:]; kind != "" && strings.HasPrefix(label, kind+"/") {
		what = strings.TrimSuffix(strings.TrimSuffix(what, kind), "the ")
	}
	return strings.TrimSpace(strings.TrimSpace(what) + " " + label)
}

// firstLine confines a location to one line where the file is at hand.
func (r *run) firstLine(at source.Location) source.Location {
	if file, ok := r.result.Graph.Files[at.File]; ok {
		return file.FirstLine(at)
	}
	at.EndLine, at.EndColumn = at.Line, max(at.EndColumn, at.Column+1)
	return at
}

// fingerprint identifies a finding by what it is about, not by where it stands.
func fingerprint(rule string, g *graph.Graph, node *graph.Node, place, message string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{rule, g.Unit(node.Unit).Path, node.Address, sid(node), place, finding.Lasting(message)}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// sid is that of a statement, or "".
func sid(node *graph.Node) string {
	if node.Statement == nil {
		return ""
	}
	return node.Statement.Sid
}
