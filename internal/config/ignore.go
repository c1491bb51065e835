package config

import (
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

// ReadIgnores reads the value of "originkey" in the Metadata of a CloudFormation
// resource: {"ignore": [{"rule": ..., "reason": ...}]}.
func ReadIgnores(node *source.Node) ([]finding.Ignore, []source.Diagnostic) {
	r := &reader{}
	var ignores []finding.Ignore
	r.object(node, "originkey", fields{
		"ignore": r.list(func(node *source.Node) {
			ignore := r.ignore(node, "an element of ignore", fields{})
			ignore.Kind = finding.InSource
			ignores = append(ignores, ignore)
		}),
	})
	return ignores, r.diagnostics
}

// ignore reads what accepts findings: the rules, the reason, and known besides.
func (r *reader) ignore(node *source.Node, what string, known fields) finding.Ignore {
	ignore := finding.Ignore{Location: node.Location, Kind: finding.External}
	var reason, until, sid source.Text
	known["reason"], known["sid"] = r.any(&reason), r.any(&sid)
	known["until"] = r.text(&until, "a day such as 2026-12-31", finding.IsDate)
	known["rule"] = func(node *source.Node) {
		var rule source.Text
		if node.Kind != source.SequenceNode {
			r.any(&rule)(node)
			ignore.Rules = append(ignore.Rules, rule)
			return
		}
		r.list(func(node *source.Node) {
			r.any(&rule)(node)
			ignore.Rules = append(ignore.Rules, rule)
		})(node)
		if len(node.Items) == 0 {
			r.fail(node.Location, "expected a rule or a list of rules")
		}
	}
	r.object(node, what, known)
	if node.Kind == source.MappingNode && node.Get("rule") == nil {
		r.fail(node.Location, "rule is missing")
	}
	if node.Kind == source.MappingNode && node.Get("reason") == nil {
		r.fail(node.Location, "reason is missing: say why the finding is accepted")
	}
	ignore.Reason, ignore.Until, ignore.Sid = reason.Text, until.Text, sid.Text
	return ignore
}
