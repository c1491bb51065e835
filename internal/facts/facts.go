// Package facts follows every path from a distribution's origin to a key policy
// and says, hop by hop and in three values, whether it works. The verdict of a
// path is computed here, before any rule runs. Rules judge what the facts say.
package facts

import (
	"slices"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
)

// Verdict is the answer for one path.
type Verdict string

// The verdicts.
const (
	// Readable: every grant on the path is proven in every world in which the
	// path exists.
	Readable Verdict = "readable"
	// Unreadable: the path is broken in every such world.
	Unreadable Verdict = "unreadable"
	// Undecided: neither is certain.
	Undecided Verdict = "undecided"
	// NotKMS: the bucket's default encryption is not SSE-KMS.
	NotKMS Verdict = "not-kms"
)

// A Fact is a three-valued statement about a subject, with the reasons for No
// and Unknown.
type Fact struct {
	Verdict iam.Truth
	// Varies is true where Verdict is Unknown because conditions decide: the
	// reasons are those of each of their combinations.
	Varies  bool
	Reasons []Reason
}

// Facts are the facts of one subject. They are a list since there are many subjects
// with few facts each: a map takes several times as long to make.
type Facts []Named

// A Named is a fact with its name.
type Named struct {
	Name string
	Fact
}

// Find returns the fact with that name.
func (fs Facts) Find(name string) (Fact, bool) {
	if i := fs.find(name); i >= 0 {
		return fs[i].Fact, true
	}
	return Fact{}, false
}

// Get returns the fact with that name, or the zero Fact.
func (fs Facts) Get(name string) Fact {
	fact, _ := fs.Find(name)
	return fact
}

// Set adds a fact, or replaces the one with that name.
func (fs *Facts) Set(name string, fact Fact) {
	if i := fs.find(name); i >= 0 {
		(*fs)[i].Fact = fact
		return
	}
	*fs = append(*fs, Named{name, fact})
}

func (fs Facts) find(name string) int {
	return slices.IndexFunc(fs, func(fact Named) bool { return fact.Name == name })
}

// A Reason is one cause of a fact's verdict.
type Reason struct {
	// Code is stable. Each code of a No fact on a path blocks the path and is
	// reported by exactly one rule.
	Code string
	Text string
	// Node and Path say where the cause is written: a graph node and one of
	// its places.
	Node string
	Path string
}

// The names of the facts about a path, in the order of the hops.
const (
	// Signed: the origin's requests are signed. Codes: no-identity,
	// never-signs, website-endpoint.
	Signed = "signed"
	// IdentitySupportsKMS: the identity can be used with SSE-KMS. Code:
	// oai-with-kms.
	IdentitySupportsKMS = "identity_supports_kms"
	// Read: the bucket policy allows s3:GetObject. Codes: read-not-granted,
	// read-denied, read-principal-malformed, invalid-bucket-policy.
	Read = "read"
	// KeyManageable: the key's policy can be changed. Code: aws-managed-key.
	KeyManageable = "key_manageable"
	// KeyUsable: the key is enabled, symmetric and in the bucket's Region.
	// Codes: key-disabled, key-type, key-region.
	KeyUsable = "key_usable"
	// PolicyValid: AWS accepts the key policy. Code: invalid-key-policy.
	PolicyValid = "policy_valid"
	// Decrypt: the key policy allows kms:Decrypt. Codes: decrypt-not-granted,
	// decrypt-grant-ineffective, decrypt-denied, decrypt-principal-malformed.
	Decrypt = "decrypt"
)

// The names of the facts about uploads through a path. They say nothing of
// reading, and block no path.
const (
	// Uploads: the bucket policy allows s3:PutObject and a behavior lets PUT
	// or POST through.
	Uploads = "uploads"
	// UploadGrant: the key policy allows kms:GenerateDataKey. Codes: those of
	// UploadCodes.
	UploadGrant = "upload_grant"
)

// UploadFacts lists the facts about uploads.
var UploadFacts = []string{Uploads, UploadGrant}

// UploadCodes lists the codes of the reasons for which UploadGrant can be No.
var UploadCodes = []string{"upload-not-granted", "upload-grant-ineffective", "upload-denied"}

// The names of the facts about what the policies would allow if the origin had an
// origin access control. They are there for paths through something else only, and
// say what is left to write; they make no verdict.
const (
	ReadThroughControl    = "read_through_control"
	DecryptThroughControl = "decrypt_through_control"
)

// PathFacts lists the facts of a path in the order of the hops.
var PathFacts = []string{Signed, IdentitySupportsKMS, Read, KeyManageable, KeyUsable, PolicyValid, Decrypt}

// BlockingCodes lists the codes of the reasons for which a path fact can be No.
// Each is reported by exactly one rule.
var BlockingCodes = []string{
	"no-identity", "never-signs", "website-endpoint",
	"oai-with-kms",
	"read-not-granted", "read-denied", "read-principal-malformed", "invalid-bucket-policy",
	"aws-managed-key",
	"key-disabled", "key-type", "key-region",
	"invalid-key-policy",
	"decrypt-not-granted", "decrypt-grant-ineffective", "decrypt-denied", "decrypt-principal-malformed",
}

// The names of the facts about a statement of a key policy.
const (
	// AllowsDecrypt: the statement is an Allow that takes in kms:Decrypt on
	// its key.
	AllowsDecrypt = "allows_decrypt"
	// NamesEveryone: its principal is "*" or {"AWS": "*"}.
	NamesEveryone = "names_everyone"
	// NamesCloudFront: its principal is cloudfront.amazonaws.com.
	NamesCloudFront = "names_cloudfront"
	// MalformedOAI: it names an origin access identity in a form that names none,
	// also of a statement of a bucket policy. Each reason is one principal.
	MalformedOAI = "malformed_oai"
	// NamesOAI: a principal is an origin access identity, or meant as one.
	NamesOAI = "names_oai"
	// Inverted: it has NotPrincipal (code not-principal) or NotAction (code
	// not-action) in the place of what it means.
	Inverted = "inverted"
	// ExcessActions: it is an Allow that takes in actions on its key beyond those
	// that CloudFront uses. The text of each reason is what is written.
	ExcessActions = "excess_actions"
	// OtherAccounts: it names whole accounts that are not the key's own. The text of
	// each reason is an account id. Codes: other-account, and
	// other-than-administrator where the key's own account is taken to be the
	// one whose root administers it.
	OtherAccounts = "other_accounts"
	// DecryptsEveryKey: it is of a policy of an identity, and allows actions that
	// decrypt on every key. The text of each reason is an action; the codes are
	// those of package iam.
	DecryptsEveryKey = "decrypts_every_key"
	// VoidConditions: it has conditions on keys that restrict who may call, and
	// none of them does. Each reason is one condition; the codes are those of
	// package iam.
	VoidConditions = "void_conditions"
	// RestrictsWho: one of its conditions restricts who may call.
	RestrictsWho = "restricts_who"
	// AdmitsOtherDistributions: its conditions leave open which distribution
	// asks. The reasons of a yes hold the condition that comes closest.
	AdmitsOtherDistributions = "admits_other_distributions"
	// ServesBucket: an identity of CloudFront that it names reads a bucket that
	// the key encrypts by default. It is no only where everything is known.
	ServesBucket = "serves_bucket"
	// EveryBucket: it lets the identity of a path decrypt for all of several
	// buckets that the key encrypts. The reasons are those buckets; the code of
	// those that the identity reads is "reads".
	EveryBucket = "every_bucket"
)

// Problems is the fact about a policy document: it has problems. Each reason is
// one of them.
const Problems = "problems"

// IdentityKind says how an origin signs its requests.
type IdentityKind string

// The kinds of identities.
const (
	OAC IdentityKind = "oac"
	OAI IdentityKind = "oai"
	// NoIdentity: the origin sends requests unsigned.
	NoIdentity IdentityKind = "none"
)

// RequestKind says what a path is for.
type RequestKind string

// The kinds of requests.
const (
	ReadRequest RequestKind = "read"
	// UploadRequest: the bucket policy lets the identity write and not read.
	UploadRequest RequestKind = "upload"
)

// A Path leads from one origin of a distribution to a bucket and its key. Nodes
// that are not in the input, or that differ from world to world, are nil.
type Path struct {
	// ID is unique and stable.
	ID string
	// Request is ReadRequest for all paths but those in Result.Uploads.
	Request      RequestKind
	Distribution *graph.Node
	Origin       *graph.Node
	// OriginID is the text of the origin's id.
	OriginID string

	IdentityKind IdentityKind
	Identity     *graph.Node
	// Principal is who asks for the object, for a person:
	// "cloudfront.amazonaws.com", or the OAI's ARN.
	Principal string

	Bucket     *graph.Node
	Encryption *graph.Node
	// BucketName is what is known of the bucket, for a person.
	BucketName string
	// Algorithm is "aws:kms", "aws:kms:dsse", "AES256", "default" or "unknown".
	Algorithm string
	// BucketKey is "on", "off" or "unknown".
	BucketKey string

	BucketPolicy *graph.Node
	Key          *graph.Node
	// ManagedBy is "customer", "aws" or "unknown".
	ManagedBy string
	KeyPolicy *graph.Node

	// Verdict says whether objects can be read. It is "" for an UploadRequest.
	Verdict Verdict
	// Facts are those of PathFacts, without Read and Decrypt for an
	// UploadRequest, and those of UploadFacts. They are as they hold in every world; a
	// fact that differs between worlds is Unknown.
	Facts    Facts
	Unknowns []string
	Assumed  []string

	// ReadStatements says of each statement of the bucket policy whether it
	// speaks of the identity's s3:GetObject, Statements of each of the key
	// policy whether it speaks of kms:Decrypt.
	ReadStatements, Statements []StatementAnswer
	// Remarks are what a person should know who relies on the verdict, which
	// they do not change.
	Remarks []string
	// Remedies say what to give, so that an undecided path can be decided.
	Remedies []Remedy
}

// A Hop is one step of a path, for reports.
type Hop struct {
	Name     string
	Node     *graph.Node
	Location source.Location
	// Text is a clause: "origin assets reads bucket aws_s3_bucket.assets".
	Text string
}

// A StatementAnswer says whether one statement speaks of the request of a path,
// and what it does then or why it does not.
type StatementAnswer struct {
	Node    *graph.Node
	Verdict iam.Truth
	Text    string
}

// A Remedy is what a person can give to decide a path.
type Remedy struct {
	// Text is a clause that says what to do.
	Text string
	// Snippet is what to write into .originkey.yaml, or "".
	Snippet string
}

// SubjectKind says what a subject is.
type SubjectKind string

// The kinds of subjects.
const (
	PathSubject      SubjectKind = "path"
	StatementSubject SubjectKind = "statement"
	DocumentSubject  SubjectKind = "document"
)

// A Subject is what rules are evaluated on, one at a time.
type Subject struct {
	ID   string
	Kind SubjectKind
}

// A Result is all that is known of a graph.
type Result struct {
	Graph *graph.Graph
	Paths []*Path
	// Uploads holds the paths of origins that are there for uploads alone,
	// which have no verdict.
	Uploads []*Path
	// Subjects are in a fixed order.
	Subjects []Subject
	// Facts holds the facts of every subject by its id. Subjects may share them: they
	// must not be changed.
	Facts map[string]Facts
	// Accounts maps the id of an environment to the account that it is taken
	// to be, where it is not known and all paths agree.
	Accounts map[string]string
	// Keys maps the id of a key policy or of its statement to the id of the
	// key that it is attached to, where that is known.
	Keys map[string]string
	// Readers maps the id of a key to the distributions that have a path to it
	// through an origin access control.
	Readers map[string][]*graph.Node
	// Diagnostics say of paths and policies that could not be judged for a mistake of
	// this program.
	Diagnostics []source.Diagnostic
}
