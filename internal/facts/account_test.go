package facts

import (
	"testing"

	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

func TestAdministrator(t *testing.T) {
	at := source.Location{}
	reference := value.Concat(at, value.Text("arn:aws:iam::", at), value.To(value.Reference{Node: "stack", Attribute: value.Account}, "account", at), value.Text(":root", at))
	statement := func(action string, principals ...value.Value) *iam.Statement {
		s := &iam.Statement{Allow: iam.Yes, Actions: []value.Value{value.Text(action, at)}, Gaps: map[string]string{}}
		for _, principal := range principals {
			s.Principals = append(s.Principals, iam.Principal{Type: iam.AWS, Value: principal})
		}
		return s
	}
	text := func(s string) value.Value { return value.Text(s, at) }
	for name, test := range map[string]struct {
		want       string
		statements []*iam.Statement
	}{
		"root":                        {"111122223333", []*iam.Statement{statement("kms:*", text("arn:aws:iam::111122223333:root"))}},
		"id":                          {"111122223333", []*iam.Statement{statement("*", text("111122223333"))}},
		"root and id":                 {"111122223333", []*iam.Statement{statement("kms:*", text("arn:aws:iam::111122223333:root")), statement("kms:*", text("111122223333"))}},
		"another may only decrypt":    {"111122223333", []*iam.Statement{statement("kms:*", text("111122223333")), statement("kms:Decrypt", text("444455556666"))}},
		"two":                         {"", []*iam.Statement{statement("kms:*", text("111122223333"), text("444455556666"))}},
		"the stack's own and another": {"", []*iam.Statement{statement("kms:*", reference), statement("kms:*", text("444455556666"))}},
		"another and the stack's own": {"", []*iam.Statement{statement("kms:*", text("444455556666"), reference)}},
		"a role":                      {"", []*iam.Statement{statement("kms:*", text("arn:aws:iam::111122223333:role/admin"))}},
		"nobody":                      {"", []*iam.Statement{statement("kms:Decrypt", text("111122223333"))}},
	} {
		if got := administrator(&iam.Document{Statements: test.statements}, func(v value.Value) value.Value { return v }); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
