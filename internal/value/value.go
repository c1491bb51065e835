// Package value represents what an expression of an infrastructure language
// evaluates to without running it.
//
// In a static reading the reference is the information: aws_kms_key.k.arn has
// no text yet, but it is known to be the ARN of one certain key. A String is
// therefore a list of parts, each literal text, a reference, or unknown with a
// reason; a value that depends on a condition that the input does not decide is
// a Choice that keeps both sides. An unknown leaf never spoils what surrounds
// it.
package value

import (
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/source"
)

// Kind tells which of a Value's methods say more about it.
type Kind uint8

// The kinds of values.
const (
	// Unknown is a value that the input does not decide; Reason says why.
	Unknown Kind = iota
	// Absent is null in Terraform and AWS::NoValue in CloudFormation: as if
	// the attribute or list element were not written at all.
	Absent
	// Bool uses the field Bool.
	Bool
	// Number has Digits, the decimal form.
	Number
	// String has Parts. No parts is the empty string.
	String
	// List has Items. An item may be a Choice with an Absent side.
	List
	// Map has Members, in the order in which they were written.
	Map
	// Choice has Condition, Then and Else.
	Choice
)

// A Value is the symbolic result of an expression. Values are immutable once
// they have left the evaluator that made them; the zero Value is Unknown.
//
// A graph of a large repository holds millions of them, most of them literal
// texts, which is why what only some kinds have is behind content, and why a
// text of one literal part has no parts of its own.
type Value struct {
	Kind Kind
	Bool bool
	// Location is the expression that made the value: for a literal passed
	// through variables and module arguments, the place of the literal.
	Location source.Location

	// text is the reason of an Unknown, the digits of a Number, and the text of
	// a String of one literal part that is written where the String is.
	text string
	// content is what partsOf reads of any other String, the []Value of a List, the
	// []Member of a Map, and the *choice of a Choice.
	content any
}

type choice struct {
	condition       Condition
	then, otherwise Value
}

// Parts returns the parts of a String, which must not be changed.
func (v Value) Parts() []Part {
	if v.text == "" || v.Kind != String {
		return partsOf(v.opened())
	}
	return []Part{{Kind: Literal, Text: v.text, Location: v.Location}}
}

// Items returns the elements of a List, which must not be changed.
func (v Value) Items() []Value {
	items, _ := v.opened().([]Value)
	return items
}

// Members returns the members of a Map, which must not be changed.
func (v Value) Members() []Member {
	members, _ := v.opened().([]Member)
	return members
}

// Condition returns what decides about a Choice.
func (v Value) Condition() Condition {
	if c, ok := v.content.(*choice); ok {
		return c.condition
	}
	return Condition{}
}

// Then returns what a Choice is where its condition holds, else nil.
func (v Value) Then() *Value {
	if c, ok := v.content.(*choice); ok {
		return &c.then
	}
	return nil
}

// Else returns what a Choice is where its condition does not hold, else nil.
func (v Value) Else() *Value {
	if c, ok := v.content.(*choice); ok {
		return &c.otherwise
	}
	return nil
}

// Reason returns why an Unknown is not known: a clause for a person, such as
// "var.kms_key_arn has no default and no value was given".
func (v Value) Reason() string {
	if v.Kind != Unknown {
		return ""
	}
	return v.text
}

// Digits returns the decimal form of a Number.
func (v Value) Digits() string {
	if v.Kind != Number {
		return ""
	}
	return v.text
}

// StringOf returns a String of parts.
func StringOf(parts []Part, at source.Location) Value {
	v := Value{Kind: String, Location: at}
	switch {
	case len(parts) == 1 && parts[0].Kind == Literal && parts[0].Text != "" && parts[0].Location == at:
		v.text = parts[0].Text
	case len(parts) > 0:
		v.content = contentOf(parts)
	}
	return v
}

// contentOf keeps parts. Most texts that are not literal are one reference, which needs
// no slice.
func contentOf(parts []Part) any {
	if len(parts) == 1 {
		return (*[1]Part)(parts)
	}
	return parts
}

// partsOf returns the parts that are the content of a value, nil where that is something
// else.
func partsOf(content any) []Part {
	switch content := content.(type) {
	case *[1]Part:
		return content[:]
	case []Part:
		return content
	default:
		return nil
	}
}

// ListOf returns a List.
func ListOf(items []Value, at source.Location) Value {
	v := Value{Kind: List, Location: at}
	if len(items) > 0 {
		v.content = items
	}
	return v
}

// MapOf returns a Map.
func MapOf(members []Member, at source.Location) Value {
	v := Value{Kind: Map, Location: at}
	if len(members) > 0 {
		v.content = members
	}
	return v
}

// NumberOf returns a Number.
func NumberOf(digits string, at source.Location) Value {
	return Value{Kind: Number, text: digits, Location: at}
}

// A Member is one key of a Map. Where a document repeats a key, both members
// are kept and Get returns the last one, as JSON decoders do.
type Member struct {
	Key string
	// KeyLocation is the place of the key; Value.Location that of the value.
	KeyLocation source.Location
	Value       Value
}

// PartKind tells which fields of a Part are in use.
type PartKind uint8

// The kinds of parts.
const (
	// Literal uses Text.
	Literal PartKind = iota
	// ReferenceTo uses Reference, and Text for how the user wrote it.
	ReferenceTo
	// UnknownText stands for any text; Text is the reason.
	UnknownText
	// JSONOf stands for the JSON text of the value in JSON, as jsonencode
	// and Fn::ToJsonString make it. Keeping the value keeps its positions.
	JSONOf
)

// A Part is a piece of a String.
type Part struct {
	Kind      PartKind
	Text      string
	Reference Reference
	JSON      *Value
	Location  source.Location
}

// Attribute names what a reference asks of its node, in one vocabulary for all
// languages. Loaders translate: aws_kms_key.k.key_id and !Ref Key are both ID.
// An attribute that has no constant here keeps the name its language gives it.
type Attribute string

// The attributes that the linter understands.
const (
	ID  Attribute = "id"
	ARN Attribute = "arn"
	// Name is a bucket's or alias's name.
	Name Attribute = "name"
	// DomainName is <bucket>.s3.amazonaws.com.
	DomainName Attribute = "domain_name"
	// RegionalDomainName is <bucket>.s3.<region>.amazonaws.com.
	RegionalDomainName Attribute = "regional_domain_name"
	// DualStackDomainName is <bucket>.s3.dualstack.<region>.amazonaws.com.
	DualStackDomainName Attribute = "dual_stack_domain_name"
	// WebsiteEndpoint is the host of the bucket's website endpoint.
	WebsiteEndpoint Attribute = "website_endpoint"
	// WebsiteURL is WebsiteEndpoint with http:// before it.
	WebsiteURL Attribute = "website_url"
	// IAMARN is the principal of an OAI, which is not its ARN:
	// arn:<partition>:iam::cloudfront:user/CloudFront Origin Access Identity <id>.
	IAMARN Attribute = "iam_arn"
	// CanonicalUser is the S3 canonical user id of an OAI.
	CanonicalUser Attribute = "canonical_user"
	// AccessIdentityPath is origin-access-identity/cloudfront/<id>.
	AccessIdentityPath Attribute = "access_identity_path"
	// AccessPointAlias stands for a bucket's name in the endpoint of an access
	// point, whose DomainName is that of its own kind of endpoint.
	AccessPointAlias Attribute = "alias"
	// TargetKeyID and TargetKeyARN are what an alias points to.
	TargetKeyID  Attribute = "target_key_id"
	TargetKeyARN Attribute = "target_key_arn"

	// Account, Partition and Region are asked of an environment (see
	// graph.Environment), not of a resource.
	Account   Attribute = "account"
	Partition Attribute = "partition"
	Region    Attribute = "region"
)

// A Reference names an attribute of a graph node. References are comparable:
// equal references are the same value, whatever it will be.
type Reference struct {
	// Node is the id of a graph node, or of an environment for Account,
	// Partition and Region. It may name a resource that no node describes.
	Node      string
	Attribute Attribute
}

// Get returns the member of a Map with that key. Where the key is repeated it
// is the last one. ok is false for other kinds and other keys.
func (v Value) Get(key string) (Value, bool) {
	members := v.Members()
	for i := len(members) - 1; i >= 0; i-- {
		if members[i].Key == key {
			return members[i].Value, true
		}
	}
	return Value{Kind: Absent, Location: v.Location}, false
}

// IsAbsent reports whether v is as good as not written.
func (v Value) IsAbsent() bool { return v.Kind == Absent }

// Literal returns the text of a String that has only literal parts, of a
// Number, and of a Bool.
func (v Value) Literal() (string, bool) {
	switch v.Kind {
	case Bool:
		if v.Bool {
			return "true", true
		}
		return "false", true
	case Number:
		return v.text, true
	case String:
		if v.content == nil {
			return v.text, true
		}
		parts := v.Parts()
		if slices.ContainsFunc(parts, func(part Part) bool { return part.Kind != Literal }) {
			return "", false
		}
		if len(parts) == 1 {
			return parts[0].Text, true
		}
		var text strings.Builder
		for _, part := range parts {
			text.WriteString(part.Text)
		}
		return text.String(), true
	default:
		return "", false
	}
}

// SoleReference returns the reference of a String that consists of it alone.
func (v Value) SoleReference() (Reference, bool) {
	if parts := partsOf(v.opened()); len(parts) == 1 && parts[0].Kind == ReferenceTo {
		return parts[0].Reference, true
	}
	return Reference{}, false
}

// SoleLiteral returns the text of a String of one literal part.
func (v Value) SoleLiteral() (string, bool) {
	if v.text != "" && v.Kind == String {
		return v.text, true
	}
	if parts := partsOf(v.opened()); len(parts) == 1 && parts[0].Kind == Literal {
		return parts[0].Text, true
	}
	return "", false
}

// In returns v as it is in one world: every Choice is replaced by the side that
// holds there, deeply, and members and items that become Absent are dropped.
func (v Value) In(world *World) Value {
	switch v.Kind {
	case Choice:
		if v.Condition().In(world) {
			return v.Then().In(world)
		}
		return v.Else().In(world)
	case List:
		if !v.hasChoice() {
			return v
		}
		items := make([]Value, 0, len(v.Items()))
		for _, item := range v.Items() {
			if item = item.In(world); item.Kind != Absent {
				items = append(items, item)
			}
		}
		return ListOf(items, v.Location)
	case Map:
		if !v.hasChoice() {
			return v
		}
		members := make([]Member, 0, len(v.Members()))
		for _, member := range v.Members() {
			if member.Value = member.Value.In(world); member.Value.Kind != Absent {
				members = append(members, member)
			}
		}
		return MapOf(members, v.Location)
	case String:
		if !v.hasChoice() {
			return v
		}
		parts := slices.Clone(v.Parts())
		for i, part := range parts {
			if part.Kind == JSONOf {
				inner := part.JSON.In(world)
				parts[i].JSON = &inner
			}
		}
		return StringOf(parts, v.Location)
	default:
		return v
	}
}

// hasChoice reports whether there is a Choice in v. What is packed holds none.
func (v *Value) hasChoice() bool {
	switch content := v.content.(type) {
	case *choice:
		return true
	case []Value:
		for i := range content {
			if content[i].hasChoice() {
				return true
			}
		}
	case []Member:
		for i := range content {
			if content[i].Value.hasChoice() {
				return true
			}
		}
	case *[1]Part, []Part:
		parts := partsOf(content)
		for i := range parts {
			if parts[i].Kind == JSONOf && parts[i].JSON.hasChoice() {
				return true
			}
		}
	}
	return false
}

// Conditions calls f with the condition of every Choice inside v.
func (v Value) Conditions(f func(Condition)) {
	v.Walk(func(inner Value) {
		if inner.Kind == Choice {
			f(inner.Condition())
		}
	})
}

// References calls f with every reference inside v and where it stands.
func (v Value) References(f func(Part)) {
	if text, isPacked := v.content.(packed); isPacked {
		o := newOpener(text)
		o.references(v.Kind, f)
		return
	}
	v.Walk(func(inner Value) {
		for _, part := range partsOf(inner.opened()) {
			if part.Kind == ReferenceTo {
				f(part)
			}
		}
	})
}

// Walk calls f with v and every value inside it, outermost first, on both sides
// of choices and inside encoded JSON.
func (v Value) Walk(f func(Value)) {
	f(v)
	switch content := v.opened().(type) {
	case *choice:
		content.then.Walk(f)
		content.otherwise.Walk(f)
	case []Value:
		for _, item := range content {
			item.Walk(f)
		}
	case []Member:
		for _, member := range content {
			member.Value.Walk(f)
		}
	case *[1]Part, []Part:
		for _, part := range partsOf(content) {
			if part.Kind == JSONOf {
				part.JSON.Walk(f)
			}
		}
	}
}

// String renders v for a message: literal text as it is, references as the user
// wrote them in ${...}, unknown parts as "(unknown)".
func (v Value) String() string {
	if text, ok := v.Literal(); ok {
		return text
	}
	switch v.Kind {
	case Absent:
		return "(not set)"
	case String:
		parts := v.Parts()
		if len(parts) == 1 && parts[0].Kind == ReferenceTo {
			return parts[0].Text
		}
		var text strings.Builder
		for _, part := range parts {
			switch part.Kind {
			case Literal:
				text.WriteString(part.Text)
			case ReferenceTo:
				text.WriteString("${" + part.Text + "}")
			default:
				text.WriteString("(unknown)")
			}
		}
		return text.String()
	case List:
		items := make([]string, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = item.String()
		}
		return "[" + strings.Join(items, ", ") + "]"
	case Map:
		return "{...}"
	case Choice:
		return v.Then().String() + " or " + v.Else().String()
	default:
		return "(unknown)"
	}
}

// Reasons returns why parts of v are not known, each reason once, in order.
func (v Value) Reasons() []string {
	var reasons []string
	add := func(reason string) {
		for _, known := range reasons {
			if known == reason {
				return
			}
		}
		reasons = append(reasons, reason)
	}
	v.Walk(func(inner Value) {
		if inner.Kind == Unknown {
			add(inner.text)
		}
		for _, part := range partsOf(inner.opened()) {
			if part.Kind == UnknownText {
				add(part.Text)
			}
		}
	})
	return reasons
}

// Text returns a String of literal text.
func Text(text string, at source.Location) Value {
	return Value{Kind: String, text: text, Location: at}
}

// To returns a String that is one reference. written is how the user wrote it.
func To(reference Reference, written string, at source.Location) Value {
	return StringOf([]Part{{Kind: ReferenceTo, Reference: reference, Text: written, Location: at}}, at)
}

// NotKnown returns an Unknown value.
func NotKnown(reason string, at source.Location) Value {
	return Value{Kind: Unknown, text: reason, Location: at}
}

// Nothing returns an Absent value.
func Nothing(at source.Location) Value { return Value{Kind: Absent, Location: at} }

// Boolean returns a Bool.
func Boolean(b bool, at source.Location) Value {
	return Value{Kind: Bool, Bool: b, Location: at}
}

// If returns then where the condition holds and otherwise where it does not.
// A condition that is always true or false is decided at once.
func If(condition Condition, then, otherwise Value, at source.Location) Value {
	if always, ok := condition.Constant(); ok {
		if always {
			return then
		}
		return otherwise
	}
	return Value{Kind: Choice, content: &choice{condition, then, otherwise}, Location: at}
}

// OverChoices applies a function to each side of a Choice, or to v itself.
func OverChoices(v Value, apply func(Value) Value) Value {
	if v.Kind != Choice {
		return apply(v)
	}
	return If(v.Condition(), OverChoices(*v.Then(), apply), OverChoices(*v.Else(), apply), v.Location)
}

// EncodeJSON returns the String that is the JSON text of v.
func EncodeJSON(v Value, at source.Location) Value {
	return StringOf([]Part{{Kind: JSONOf, JSON: &v, Location: at}}, at)
}

// Concat joins Strings, Numbers and Bools to one String. Neighbouring literals
// are kept apart so that each keeps its place. A part that is a Choice makes the
// result a Choice; anything else that has no text makes an unknown part.
// Where more than MaxAlternatives texts are possible, the parts that depend on
// conditions are unknown, and so is a text that exceeds MaxSize.
func Concat(at source.Location, values ...Value) Value {
	if Exceed(values...) == "" {
		return concat(at, values)
	}
	values = withoutChoices(values)
	if why := Exceed(values...); why != "" {
		return concat(at, []Value{NotKnown(why, at)})
	}
	return concat(at, values)
}

// MaxAlternatives bounds how many texts a Choice between texts holds.
const MaxAlternatives = 1024

// alternatives counts the values of a Choice, up to more than MaxAlternatives.
func (v Value) alternatives() int {
	if v.Kind != Choice {
		return 1
	}
	then := v.Then().alternatives()
	if then > MaxAlternatives {
		return then
	}
	return then + v.Else().alternatives()
}

func withoutChoices(values []Value) []Value {
	replaced := make([]Value, len(values))
	for i, v := range values {
		replaced[i] = v
		if v.Kind == Choice {
			replaced[i] = NotKnown("more conditions decide about this text than are told apart", v.Location)
		}
	}
	return replaced
}

func concat(at source.Location, values []Value) Value {
	for i, v := range values {
		if v.Kind == Choice {
			side := func(chosen *Value) Value {
				replaced := append([]Value(nil), values...)
				replaced[i] = *chosen
				return concat(at, replaced)
			}
			return If(v.Condition(), side(v.Then()), side(v.Else()), at)
		}
	}
	size := 0
	for i := range values {
		if values[i].Kind == String {
			size += max(values[i].Width(), 1)
		} else {
			size++
		}
	}
	parts := make([]Part, 0, size)
	for _, v := range values {
		switch v.Kind {
		case String:
			if v.text != "" {
				parts = append(parts, Part{Kind: Literal, Text: v.text, Location: v.Location})
			} else {
				parts = append(parts, v.Parts()...)
			}
		case Bool, Number:
			text, _ := v.Literal()
			parts = append(parts, Part{Kind: Literal, Text: text, Location: v.Location})
		case Unknown:
			parts = append(parts, Part{Kind: UnknownText, Text: v.text, Location: v.Location})
		case Absent, List, Map, Choice:
			parts = append(parts, Part{Kind: UnknownText, Text: "a value that is not text is used as text", Location: v.Location})
		}
	}
	return StringOf(parts, at)
}
