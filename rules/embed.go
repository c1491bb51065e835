// Package rules embeds the Rego rules. Each rule is a folder with rule.rego,
// whose METADATA is the only description of the rule, and rule_test.rego.
package rules

import "embed"

// FS holds main.rego, conftest.rego, the library and the rules, without their tests.
//
//go:embed main.rego conftest.rego lib/*.rego */rule.rego
var FS embed.FS
