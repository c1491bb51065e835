package terraform

import (
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// policyDocument evaluates data.aws_iam_policy_document to the policy that the
// provider renders, statement by statement and with their places. What the
// provider does is in its documentation of the data source and in its
// internal/service/iam/policy_document_data_source.go.
func (o *object) policyDocument() value.Value {
	at := o.at(o.block.DefRange())
	s := o.instance.scope(o.module)
	document := policyBuilder{at: at}
	for _, name := range []string{"source_json", "source_policy_documents"} {
		document.sources(o.argument(name))
	}
	for _, c := range o.contents(o.block.Body, "statement", s) {
		document.override(under(c.when, o.statement(c)))
	}
	for _, name := range []string{"override_policy_documents", "override_json"} {
		document.overrides(o.argument(name))
	}
	version := o.argument("version")
	if version.IsAbsent() {
		version = value.Text("2012-10-17", at)
	}
	members := []value.Member{{Key: "Version", KeyLocation: at, Value: version}}
	if id := o.argument("policy_id"); !id.IsAbsent() {
		members = append(members, value.Member{Key: "Id", KeyLocation: at, Value: id})
	}
	members = append(members, value.Member{Key: "Statement", KeyLocation: at, Value: value.ListOf(document.statements, at)})
	return value.EncodeJSON(value.MapOf(members, at), at)
}

// A policyBuilder merges statements by their Sid.
type policyBuilder struct {
	at         source.Location
	statements []value.Value
}

// sources adds the statements of other documents as they are.
func (b *policyBuilder) sources(documents value.Value) {
	b.statements = append(b.statements, b.statementsOf(documents)...)
}

// overrides adds the statements of other documents; one with the Sid of an
// earlier statement replaces it.
func (b *policyBuilder) overrides(documents value.Value) {
	for _, statement := range b.statementsOf(documents) {
		b.override(statement)
	}
}

func (b *policyBuilder) override(statement value.Value) {
	if sid := sidOf(statement); sid != "" {
		for i, earlier := range b.statements {
			if sidOf(earlier) != sid {
				continue
			}
			if statement.Kind == value.Choice {
				// The earlier one stays where the later is absent.
				statement = value.If(statement.Condition(), orElse(*statement.Then(), earlier), orElse(*statement.Else(), earlier), statement.Location)
			}
			b.statements[i] = statement
			return
		}
	}
	b.statements = append(b.statements, statement)
}

func orElse(v, fallback value.Value) value.Value {
	if v.IsAbsent() {
		return fallback
	}
	return v
}

// sidOf is the Sid of a statement, which may be there under a condition only.
func sidOf(statement value.Value) string {
	if statement.Kind == value.Choice {
		if sid := sidOf(*statement.Then()); sid != "" {
			return sid
		}
		return sidOf(*statement.Else())
	}
	sid, _ := statement.Get("Sid")
	text, _ := sid.Literal()
	return text
}

// statementsOf returns the statements of one document or a list of them. A
// document that is not known stands for statements that are not.
func (b *policyBuilder) statementsOf(documents value.Value) []value.Value {
	switch documents.Kind {
	case value.Absent:
		return nil
	case value.List:
		var all []value.Value
		for _, document := range documents.Items() {
			all = append(all, b.statementsOf(document)...)
		}
		return all
	case value.Choice:
		var all []value.Value
		for _, statement := range b.statementsOf(*documents.Then()) {
			all = append(all, under(documents.Condition(), statement))
		}
		for _, statement := range b.statementsOf(*documents.Else()) {
			all = append(all, under(value.Not(documents.Condition()), statement))
		}
		return all
	}
	if text, literal := documents.Literal(); literal && strings.TrimSpace(text) == "" {
		return nil
	}
	decoded, err := value.DecodeJSON(documents)
	if err != nil {
		return []value.Value{value.NotKnown("a source document is "+err.Error(), documents.Location)}
	}
	if decoded.Kind == value.Choice {
		return b.statementsOf(decoded)
	}
	statements, ok := decoded.Get("Statement")
	switch {
	case !ok:
		return []value.Value{value.NotKnown(reason(decoded, "a source document is not known"), documents.Location)}
	case statements.Kind == value.List:
		return statements.Items()
	default:
		return []value.Value{statements}
	}
}

// statement renders one statement block.
func (o *object) statement(c content) value.Value {
	statement := make([]value.Member, 0, 6)
	set := func(key, argument string, v value.Value) {
		if v.IsAbsent() {
			return
		}
		at, ok := o.place(c.body, argument)
		if !ok {
			at = c.header
		}
		statement = append(statement, value.Member{Key: key, KeyLocation: at, Value: v})
	}
	set("Sid", "sid", o.module.argument(c.body, "sid", c.scope))
	effect := o.module.argument(c.body, "effect", c.scope)
	if effect.IsAbsent() {
		effect = value.Text("Allow", c.header)
	}
	set("Effect", "effect", effect)
	for _, each := range [][2]string{{"Action", "actions"}, {"NotAction", "not_actions"}, {"Resource", "resources"}, {"NotResource", "not_resources"}} {
		set(each[0], each[1], nonEmpty(policyVariables(o.module.argument(c.body, each[1], c.scope))))
	}
	for _, each := range [][2]string{{"Principal", "principals"}, {"NotPrincipal", "not_principals"}} {
		if v, at, ok := o.principals(c, each[1]); ok {
			statement = append(statement, value.Member{Key: each[0], KeyLocation: at, Value: v})
		}
	}
	if v, at, ok := o.conditions(c); ok {
		statement = append(statement, value.Member{Key: "Condition", KeyLocation: at, Value: v})
	}
	return value.MapOf(statement, c.header)
}

// nonEmpty drops an empty list, which the provider does not render.
func nonEmpty(v value.Value) value.Value {
	return overChoices(v, func(v value.Value) value.Value {
		if v.Kind == value.List && len(v.Items()) == 0 {
			return value.Nothing(v.Location)
		}
		return v
	})
}

// usesVariables reports whether policyVariables has something to turn.
func usesVariables(v value.Value) bool {
	found := false
	v.Walk(func(inner value.Value) {
		found = found || slices.ContainsFunc(inner.Parts(), func(part value.Part) bool {
			return part.Kind == value.Literal && strings.Contains(part.Text, "&{")
		})
	})
	return found
}

// policyVariables turns &{...}, which the data source uses since ${...} is taken,
// into the ${...} of the policy language.
func policyVariables(v value.Value) value.Value {
	if !usesVariables(v) {
		return v
	}
	switch v.Kind {
	case value.String:
		parts := slices.Clone(v.Parts())
		for i, part := range parts {
			if part.Kind == value.Literal {
				parts[i].Text = strings.ReplaceAll(part.Text, "&{", "${")
			}
		}
		return value.StringOf(parts, v.Location)
	case value.List:
		items := make([]value.Value, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = policyVariables(item)
		}
		return value.ListOf(items, v.Location)
	case value.Choice:
		return value.If(v.Condition(), policyVariables(*v.Then()), policyVariables(*v.Else()), v.Location)
	}
	return v
}

// principals renders the principals blocks of a statement. The type "*" alone
// renders as "*".
func (o *object) principals(c content, name string) (v value.Value, at source.Location, ok bool) {
	contents := o.contents(c.body, name, c.scope)
	if len(contents) == 0 {
		return v, at, false
	}
	var object []value.Member
	for _, principal := range contents {
		kind := o.module.argument(principal.body, "type", principal.scope)
		text, literal := kind.Literal()
		if !literal {
			return unknown(principal.header, "%s", reason(kind, "the type of a principal is not known")), principal.header, true
		}
		identifiers := policyVariables(o.module.argument(principal.body, "identifiers", principal.scope))
		if text == "*" {
			return value.Text("*", identifiers.Location), principal.header, true
		}
		object = appendTo(object, text, principal.header, under(principal.when, identifiers))
	}
	return value.MapOf(object, contents[0].header), contents[0].header, true
}

// appendTo joins lists under one key.
func appendTo(members []value.Member, key string, at source.Location, v value.Value) []value.Member {
	for i := range members {
		if members[i].Key == key {
			var joined []value.Value
			for _, side := range []value.Value{members[i].Value, v} {
				if side.Kind == value.List {
					joined = append(joined, side.Items()...)
				} else {
					joined = append(joined, side)
				}
			}
			members[i].Value = value.ListOf(joined, members[i].Value.Location)
			return members
		}
	}
	return append(members, value.Member{Key: key, KeyLocation: at, Value: v})
}

// conditions renders the condition blocks: those of one test and variable are
// one condition with all of their values.
func (o *object) conditions(c content) (v value.Value, at source.Location, ok bool) {
	contents := o.contents(c.body, "condition", c.scope)
	if len(contents) == 0 {
		return v, at, false
	}
	var object []value.Member
	for _, condition := range contents {
		test, testKnown := o.module.argument(condition.body, "test", condition.scope).Literal()
		variable, variableKnown := o.module.argument(condition.body, "variable", condition.scope).Literal()
		if !testKnown || !variableKnown {
			return unknown(condition.header, "a condition's test or variable is not known"), condition.header, true
		}
		values := policyVariables(o.module.argument(condition.body, "values", condition.scope))
		index := -1
		for i := range object {
			if object[i].Key == test {
				index = i
			}
		}
		if index < 0 {
			object = append(object, value.Member{Key: test, KeyLocation: condition.header, Value: value.MapOf(nil, condition.header)})
			index = len(object) - 1
		}
		inner := &object[index].Value
		place := condition.header
		if written, has := o.place(condition.body, "variable"); has {
			place = written
		}
		*inner = value.MapOf(appendTo(inner.Members(), variable, place, under(condition.when, values)), inner.Location)
	}
	return value.MapOf(object, contents[0].header), contents[0].header, true
}
