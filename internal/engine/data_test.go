package engine

import (
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

func TestRulesSeeTheConfiguration(t *testing.T) {
	for want, config := range map[string]Config{
		`{"account": null, "partition": null, "region": null, "rules": {}, "trusted_accounts": []}`: {},
		`{"account": "111122223333", "partition": "aws-cn", "region": "cn-north-1", "rules": {}, "trusted_accounts": ["444455556666"]}`: {
			Account: "111122223333", Region: "cn-north-1", Partition: "aws-cn", TrustedAccounts: []string{"444455556666"},
		},
	} {
		got := Data(twoPolicies(t), config).Get(ast.StringTerm("config"))
		if got.Value.Compare(ast.MustParseTerm(want).Value) != 0 {
			t.Errorf("config is %v, want %s", got, want)
		}
	}
}
