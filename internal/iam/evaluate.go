package iam

import "github.com/originkey/originkey/internal/value"

// A Match is what each element of a statement says of a request.
type Match struct {
	Statement *Statement
	Principal Result
	Action    Result
	Resource  Result
	Condition Result
}

// Parse reads a policy from a value: a Map, a String that is or holds JSON, or a
// Choice of such.
func Parse(v value.Value) *Document { return &Document{Written: !v.IsAbsent()} }
