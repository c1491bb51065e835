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
	partition := value.Concat(at, value.Text("arn:", at), value.To(value.Reference{Node: "stack", Attribute: value.Partition}, "partition", at), value.Text(":iam::111122223333:root", at))
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
		"root":                          {"111122223333", []*iam.Statement{statement("kms:*", text("arn:aws:iam::111122223333:root"))}},
		"root of the stack's partition": {"111122223333", []*iam.Statement{statement("kms:*", partition)}},
		"id":                            {"111122223333", []*iam.Statement{statement("*", text("111122223333"))}},
		"root and id":                   {"111122223333", []*iam.Statement{statement("kms:*", text("arn:aws:iam::111122223333:root")), statement("kms:*", text("111122223333"))}},
		"another may only decrypt":      {"111122223333", []*iam.Statement{statement("kms:*", text("111122223333")), statement("kms:Decrypt", text("444455556666"))}},
		"two":                           {"", []*iam.Statement{statement("kms:*", text("111122223333"), text("444455556666"))}},
		"the stack's own and another":   {"", []*iam.Statement{statement("kms:*", reference), statement("kms:*", text("444455556666"))}},
		"another and the stack's own":   {"", []*iam.Statement{statement("kms:*", text("444455556666"), reference)}},
		"a role":                        {"", []*iam.Statement{statement("kms:*", text("arn:aws:iam::111122223333:role/admin"))}},
		"nobody":                        {"", []*iam.Statement{statement("kms:Decrypt", text("111122223333"))}},
	} {
		if got := administrator(&iam.Document{Statements: test.statements}, func(v value.Value) value.Value { return v }); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestWholeAccount(t *testing.T) {
	at := source.Location{}
	text := func(text string) value.Value { return value.Text(text, at) }
	partition := value.To(value.Reference{Node: "environment", Attribute: value.Partition}, "AWS::Partition", at)
	account := value.To(value.Reference{Node: "environment", Attribute: value.Account}, "AWS::AccountId", at)
	for name, test := range map[string]struct {
		principal value.Value
		account   string
	}{
		"an id":                       {text("444455556666"), "444455556666"},
		"a root":                      {text("arn:aws:iam::444455556666:root"), "444455556666"},
		"a root of China":             {text("arn:aws-cn:iam::444455556666:root"), "444455556666"},
		"a root of this partition":    {value.Concat(at, text("arn:"), partition, text(":iam::444455556666:root")), "444455556666"},
		"a root of this account":      {value.Concat(at, text("arn:aws:iam::"), account, text(":root")), ""},
		"this account":                {account, ""},
		"a role":                      {text("arn:aws:iam::444455556666:role/reader"), ""},
		"a role of this partition":    {value.Concat(at, text("arn:"), partition, text(":iam::444455556666:role/reader")), ""},
		"a root of an unknown tenant": {value.Concat(at, text("arn:aws:iam::"), value.NotKnown("var.tenant has no default", at), text(":root")), ""},
		"what is not known":           {value.NotKnown("var.principal has no default", at), ""},
	} {
		if got, ok := wholeAccount(test.principal); got != test.account || ok != (test.account != "") {
			t.Errorf("%s is %q, want %q", name, got, test.account)
		}
	}
}
