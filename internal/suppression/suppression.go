// Package suppression reads what is written in linted files to accept findings:
// comments in HCL and YAML, and what stands for them in JSON.
//
//	# originkey:ignore RULE[,RULE] [until=2006-01-02] -- reason
//
// A comment behind code is for its line. A comment on lines of its own is for the
// next line that holds code, without an empty line between them. A heredoc or another
// text of several lines counts to the line on which it begins.
package suppression

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/config"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

const (
	command = "originkey:ignore"
	form    = `write "originkey:ignore RULE -- reason"`
)

// Read returns what files accept, in their order, and what is written wrongly.
// rules are the names of the rules that exist, sorted.
func Read(files []*source.File, rules []string) ([]finding.Ignore, []source.Diagnostic) {
	r := &reader{rules: rules}
	for _, file := range files {
		// Most files are not read twice.
		if !bytes.Contains(file.Bytes, []byte("originkey")) {
			continue
		}
		r.file = file
		r.read()
	}
	return r.ignores, r.diagnostics
}

// read reads the file. A panic is a mistake of this program that the file alone has
// to do with.
func (r *reader) read() {
	file := r.file
	defer func() {
		if cause := recover(); cause != nil {
			r.diagnostics = append(r.diagnostics, source.Panicked(source.Location{File: file.Path}, cause))
		}
	}()
	switch {
	case hasSuffix(file.Path, ".tf.json", ".tofu.json"):
		r.terraformJSON()
	case hasSuffix(file.Path, ".tf", ".tofu", ".tfvars"):
		r.comments(hclComments(file))
	case hasSuffix(file.Path, ".json"), bytes.HasPrefix(bytes.TrimLeft(file.Bytes, "\xef\xbb\xbf \t\r\n"), []byte("{")):
		if root, err := source.ParseJSONFile(file); err == nil {
			r.template(root)
		}
	case hasSuffix(file.Path, ".yaml", ".yml", ".template"):
		if documents, err := source.ParseYAML(file); err == nil {
			r.comments(yamlComments(file, documents))
			for _, document := range documents {
				r.template(document)
			}
		}
	}
}

func hasSuffix(name string, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// A reader reads files one after the other.
type reader struct {
	rules       []string
	file        *source.File
	ignores     []finding.Ignore
	diagnostics []source.Diagnostic
}

func (r *reader) fail(at source.Location, format string, arguments ...any) {
	r.diagnostics = append(r.diagnostics, source.Diagnostic{Location: at, Severity: source.Error, Message: fmt.Sprintf(format, arguments...)})
}

// comments reads the comments of a file.
func (r *reader) comments(all commentList) {
	for _, comment := range all.comments {
		first, last := all.target(comment)
		within := source.Location{File: r.file.Path, Line: int32(first), Column: 1, EndLine: int32(last + 1), EndColumn: 1}
		for _, part := range comment.lines(r.file.Bytes) {
			offset := part.start
			r.directive(string(r.file.Bytes[part.start:part.end]), within, func(start, end int) source.Location {
				return r.file.Location(offset+start, offset+end)
			})
		}
	}
}

var (
	// meant tells what is meant for this program from prose about it.
	meant     = regexp.MustCompile(`^originkey:(\w|\s*ignore\b)`)
	separator = regexp.MustCompile(`(^|\s)--(\s|$)`)
	word      = regexp.MustCompile(`[^\s,]+`)
)

// directive reads one line of a comment, if it is meant for this program.
func (r *reader) directive(text string, within source.Location, locate func(start, end int) source.Location) {
	if !meant.MatchString(text) {
		return
	}
	text = strings.TrimRight(text, " \t\r\n")
	words, reason := text, ""
	if at := separator.FindStringIndex(text); at != nil {
		words, reason = text[:at[0]], strings.TrimSpace(text[at[1]:])
	} else {
		words = withoutProse(words)
	}
	whole := locate(0, len(text))
	ignore := finding.Ignore{Reason: reason, Location: whole, Kind: finding.InSource, Within: within}
	before := len(r.diagnostics)
	for i, at := range word.FindAllStringIndex(words, -1) {
		name := source.Text{Text: words[at[0]:at[1]], Location: locate(at[0], at[1])}
		key, value, assigned := strings.Cut(name.Text, "=")
		switch {
		case i == 0 && name.Text != command:
			r.fail(name.Location, "there is no comment %q: %s", name.Text, form)
			return
		case i == 0:
		case assigned && key == "until" && finding.IsDate(value):
			ignore.Until = value
		case assigned && key == "until":
			r.fail(name.Location, "%s: expected a day such as until=2026-12-31", name.Text)
		case assigned:
			r.fail(name.Location, "%s is not known; there is until=2026-12-31", name.Text)
		case slices.ContainsFunc(ignore.Rules, func(other source.Text) bool { return other.Text == name.Text }):
			r.fail(name.Location, "%s is written twice", name.Text)
		default:
			ignore.Rules = append(ignore.Rules, name)
			r.diagnostics = append(r.diagnostics, config.CheckRule(name, r.rules)...)
		}
	}
	if len(ignore.Rules) == 0 && len(r.diagnostics) == before {
		r.fail(whole, "the suppression names no rule: %s", form)
	}
	if reason == "" {
		r.fail(whole, `the suppression has no reason: write " -- " and the reason at its end`)
	}
	if len(r.diagnostics) == before {
		r.ignores = append(r.ignores, ignore)
	}
}

// withoutProse cuts a directive without a separator where its reason may begin: at a
// word that neither the marker nor a comma stands before.
func withoutProse(text string) string {
	all := word.FindAllStringIndex(text, -1)
	for i := 2; i < len(all); i++ {
		next := text[all[i][0]:all[i][1]]
		if between := text[all[i-1][1]:all[i][0]]; !strings.Contains(between, ",") && !strings.Contains(next, "=") {
			return text[:all[i-1][1]]
		}
	}
	return text
}

// template reads the Metadata of the resources of a CloudFormation template.
func (r *reader) template(root *source.Node) {
	resources := root.Get("Resources")
	if resources == nil {
		return
	}
	for _, resource := range resources.Members {
		written := resource.Value.Get("Metadata").Get("originkey")
		if written == nil {
			continue
		}
		ignores, wrong := config.ReadIgnores(written)
		for _, ignore := range ignores {
			for _, rule := range ignore.Rules {
				if !rule.IsZero() {
					wrong = append(wrong, config.CheckRule(rule, r.rules)...)
				}
			}
			ignore.Within = over(resource.Key.Location, resource.Value.Location)
			if len(wrong) == 0 {
				r.ignores = append(r.ignores, ignore)
			}
		}
		r.diagnostics = append(r.diagnostics, wrong...)
	}
}

// over is the range from the begin of one to the end of the other.
func over(from, to source.Location) source.Location {
	from.EndLine, from.EndColumn = to.EndLine, to.EndColumn
	return from
}

// blockLabels says how many labels the blocks have in whose bodies comments count.
var blockLabels = map[string]int{"resource": 2, "data": 2, "module": 1, "locals": 0}

// terraformJSON reads the comments of Terraform's JSON syntax: the property "//"
// of the bodies of blocks and of the blocks in them, text or a list of texts.
func (r *reader) terraformJSON() {
	root, err := source.ParseJSONFile(r.file)
	if err != nil {
		return
	}
	for _, member := range root.Members {
		if labels, known := blockLabels[member.Key.Text]; known {
			r.labelled(member.Value, member.Key.Location, labels)
		} else if member.Key.Text == "//" {
			r.misplaced(member.Value)
		}
	}
}

// labelled walks the labels of a block; at is where the last one is written.
func (r *reader) labelled(node *source.Node, at source.Location, labels int) {
	if labels == 0 {
		r.body(node, at)
		return
	}
	for _, item := range node.Items {
		r.labelled(item, item.Location, labels)
	}
	for _, member := range node.Members {
		if member.Key.Text == "//" {
			r.misplaced(member.Value)
			continue
		}
		r.labelled(member.Value, member.Key.Location, labels-1)
	}
}

// misplaced reports comments that are meant for this program and stand in no block.
func (r *reader) misplaced(node *source.Node) {
	for _, comment := range append([]*source.Node{node}, node.Items...) {
		if comment.Kind == source.StringNode && meant.MatchString(comment.Text) {
			r.fail(comment.Location, "the suppression is in no block: write it into the body of a resource, data, module or locals block")
		}
	}
}

func (r *reader) body(node *source.Node, at source.Location) {
	for _, item := range node.Items {
		r.body(item, item.Location)
	}
	for _, member := range node.Members {
		if member.Key.Text != "//" {
			r.body(member.Value, member.Key.Location)
			continue
		}
		for _, comment := range append([]*source.Node{member.Value}, member.Value.Items...) {
			if comment.Kind == source.StringNode {
				r.directive(comment.Text, over(at, node.Location), comment.Place)
			}
		}
	}
}
