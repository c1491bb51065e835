package engine

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
)

const suggesting = `package rules["suggesting"]
report contains {"message": "found", "node": input.id, "path": "", "related": [], "suggestion": {"advice": input.id}}`

func TestPanicOfASuggestionLosesNoFinding(t *testing.T) {
	e, err := New(testRules(map[string]string{"suggesting": header + suggesting}))
	if err != nil {
		t.Fatal(err)
	}
	findings, diagnostics := e.Run(context.Background(), twoPolicies(t), func(_ *facts.Result, suggestion map[string]any) (*finding.Suggestion, error) {
		if suggestion["advice"] == "u#a" {
			panic("a mistake")
		}
		return &finding.Suggestion{Advice: "do"}, nil
	})
	if len(findings) != 2 || findings[0].Suggestion != nil || findings[1].Suggestion == nil {
		t.Errorf("findings = %+v", findings)
	}
	if len(diagnostics) != 1 || !strings.HasPrefix(diagnostics[0].Message, "the rule suggesting is mistaken: internal error, please report it: a mistake (internal/engine.TestPanic") || diagnostics[0].Location.String() != "f.tf:1:1" {
		t.Errorf("diagnostics = %+v", diagnostics)
	}
}

// A query that was never prepared panics.
func TestPanicOfOneRuleOnOneSubject(t *testing.T) {
	e, err := New(testRules(map[string]string{
		"good": header + `package rules["good"]
report contains {"message": "found", "node": input.id, "path": "", "related": []}`,
		"bad": header + `package rules["bad"]
report contains {"message": "found", "node": input.id, "path": "", "related": []}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	result := twoPolicies(t)
	queries, err := e.prepare(context.Background(), newStore(result, pathsByID(result), e.config), []string{"bad", "good"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRun(e, result, nil)
	var all []collected
	for i, subject := range result.Subjects {
		c := collected{subject: subject, rules: []string{"bad", "good"}}
		its := map[string]rego.PreparedEvalQuery{"bad": queries["bad"], "good": queries["good"]}
		if i == 1 {
			its["bad"] = rego.PreparedEvalQuery{}
		}
		r.evaluate(context.Background(), its, &c)
		all = append(all, c)
	}
	findings, diagnostics := r.finish(all)
	var names []string
	for _, found := range findings {
		names = append(names, found.Rule+" "+found.Address)
	}
	if !slices.Equal(names, []string{"bad a", "good a", "good b"}) {
		t.Errorf("findings are %q", names)
	}
	if len(diagnostics) != 1 || !strings.HasPrefix(diagnostics[0].Message, "the rule bad failed: internal error, please report it: ") || diagnostics[0].Location.String() != "f.tf:2:1" {
		t.Errorf("diagnostics = %+v", diagnostics)
	}
}

// What no rule and no subject has to do with is said as well.
func TestPanicBesideTheRules(t *testing.T) {
	e, err := New(testRules(map[string]string{"suggesting": header + suggesting}))
	if err != nil {
		t.Fatal(err)
	}
	result := twoPolicies(t)
	result.Paths = []*facts.Path{nil}
	findings, diagnostics := e.Run(context.Background(), result, nil)
	if len(findings) != 0 || len(diagnostics) != 1 || !strings.HasPrefix(diagnostics[0].Message, "internal error, please report it: ") {
		t.Errorf("findings = %+v, diagnostics = %+v", findings, diagnostics)
	}
}
