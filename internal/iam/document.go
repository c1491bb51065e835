// Package iam says what AWS would do with a policy document and a request, in
// three values: yes, no, and unknown with the reason. It is pure: it knows
// neither files nor resources, and judges nothing.
//
// Sources: the IAM User Guide's "Policy evaluation logic" and "IAM JSON policy
// elements" reference pages, and the AWS KMS Developer Guide's "Key policies".
package iam

import (
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// Truth is a three-valued answer. The order No < Unknown < Yes makes And the
// minimum and Or the maximum.
type Truth int8

// The three answers.
const (
	No Truth = iota
	Unknown
	Yes
)

// String returns "no", "unknown" or "yes".
func (t Truth) String() string { return [...]string{"no", "unknown", "yes"}[t] }

// A Result is an answer with its reasons: why it is No or Unknown. A Yes needs
// none.
type Result struct {
	Truth   Truth
	Reasons []Reason
}

// A Reason is one cause of an answer.
type Reason struct {
	// Code is stable and kebab-case, see the constants of this package.
	Code string
	// Text is a clause for a person, without full stop.
	Text string
	// Path names the element of the statement that is the cause ("Condition",
	// "Principal", ...), a key of Statement.Places.
	Path     string
	Location source.Location
}

// A Document is a policy as it is written. Statements whose presence or content
// depends on a condition appear once for each alternative, each with its When.
type Document struct {
	Location source.Location
	// Place is where the Statement element is written, or Location.
	Place      source.Location
	Statements []*Statement
	// Problems are why AWS rejects the document or parts of it mean nothing.
	Problems []Problem
	// Gaps are parts that the input leaves unknown, so that the document may
	// hold more than Statements shows.
	Gaps []Gap
	// Written is false where there is no document at all.
	Written bool
}

// A Problem is a defect of a document that AWS rejects or silently ignores.
type Problem struct {
	Code     string
	Text     string
	Location source.Location
	When     value.Condition
}

// A Gap is an unknown part of a document.
type Gap struct {
	Reason   string
	Location source.Location
	When     value.Condition
}

// A Statement is one alternative of one statement.
type Statement struct {
	// Index is the 0-based position in the document as written.
	Index int
	Sid   string
	// Allow is Yes for Effect Allow, No for Deny, Unknown where the input
	// does not say; EffectReason then says why.
	Allow Truth
	// Variables says whether ${...} is a policy variable in it, which depends on
	// the Version of the document.
	Variables    Truth
	EffectReason string
	When         value.Condition
	Location     source.Location
	// Places holds the location of each element that is written, by its name
	// ("Principal", "Action", "Condition", ...), and of each condition as
	// "Condition/<operator>/<key>" as written.
	Places source.Places

	// Principals is nil where the element is not written; likewise below.
	Principals    []Principal
	NotPrincipals []Principal
	Actions       []value.Value
	NotActions    []value.Value
	Resources     []value.Value
	NotResources  []value.Value
	Conditions    []Condition
	// Gaps are parts of the statement that are unknown as a whole, such as a
	// Condition element that comes from a variable: by element name.
	Gaps map[string]string
}

// place returns where an element is written, nowhere where it is not.
func (s *Statement) place(element string) source.Location {
	at, _ := s.Places.At(element)
	return at
}

// PrincipalType is the key under Principal, or Everyone for the bare "*".
type PrincipalType string

// The types of principals.
const (
	Everyone      PrincipalType = "*"
	AWS           PrincipalType = "AWS"
	Service       PrincipalType = "Service"
	Federated     PrincipalType = "Federated"
	CanonicalUser PrincipalType = "CanonicalUser"
)

// A Principal is one entry of a Principal or NotPrincipal element.
type Principal struct {
	Type     PrincipalType
	Value    value.Value
	Location source.Location
}

// A Condition is one operator and key of a Condition element.
type Condition struct {
	// Qualifier is "ForAllValues", "ForAnyValue" or "".
	Qualifier string
	// Operator is the operator's canonical spelling without qualifier and
	// IfExists: "StringEquals".
	Operator string
	IfExists bool
	// Key is the condition key as written.
	Key      string
	Values   []value.Value
	Location source.Location
	// Path is the key of Statement.Places.
	Path string
}

// A Request is what S3, on behalf of CloudFront, asks of a key, or CloudFront of
// a bucket.
type Request struct {
	Caller Caller
	// Action is the action in its usual spelling, "kms:Decrypt".
	Action string
	// Resources are all names of the resource that the request is for, any of
	// which may match: for a key policy the key's ARN. A pattern "*" always
	// matches.
	Resources []value.Value
	// Read is the path of the request, which carries condition keys as the context
	// rows say for the Caller and the Action. It may be nil.
	Read *Read
	// Context holds condition keys by lower-case name for which it carries
	// something else. A key of which neither speaks is undocumented, thus unknown.
	Context map[string]ContextValue
	// Expand rewrites references into their constituent parts, so that
	// aws_kms_key.k.arn and "arn:${AWS::Partition}:kms:..." compare. It must
	// not be nil.
	Expand func(value.Value) value.Value
	// Generated reports whether a reference's node is a resource of the
	// input, so that AWS makes its identifiers: those of different resources
	// differ. It must not be nil.
	Generated func(node string) bool
	// Role is "key" or "bucket": whose policy is asked.
	Role string

	// names are the expanded Resources, once one is compared.
	names []value.Value
}

// A Caller is the principal of a request.
type Caller struct {
	// Type is Service for CloudFront with an OAC, AWS for an OAI.
	Type PrincipalType
	// Service is "cloudfront.amazonaws.com" where Type is Service.
	Service string
	// ARN and CanonicalUser identify an OAI, as symbolic values.
	ARN           value.Value
	CanonicalUser value.Value
}

// Presence says what is documented of a condition key in a request.
type Presence uint8

// The presences of a condition key.
const (
	Undocumented Presence = iota
	Missing
	Present
)

// A ContextValue is what a request carries for a condition key.
type ContextValue struct {
	Presence Presence
	// Values are all values that requests of this kind carry, one a request:
	// a condition matches for certain only if it matches each of them, and
	// fails for certain only if it matches none.
	Values []value.Value
	// Multivalued is set for keys of which a request carries a set. Of those
	// that are known here, the set has one member.
	Multivalued bool
	// Reason says why an Undocumented key is so, or where a value comes from.
	Reason string
}
