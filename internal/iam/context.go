package iam

import (
	"slices"
	"strings"
	"sync"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A Read describes the path of the request that is judged: some object of a bucket
// over HTTPS, and what S3 then asks of the key.
type Read struct {
	// DistributionARN and Account are those of the distribution.
	DistributionARN value.Value
	Account         value.Value
	// OAI is the ARN of the identity's principal where it is an OAI.
	OAI value.Value
	// BucketARN is the bucket's.
	BucketARN value.Value
	// BucketKey is "on", "off" or "unknown".
	BucketKey string
}

// objectKey is the attribute of the object's name, which may be nearly anything.
const objectKey value.Attribute = "object_key"

// ObjectARN is the ARN of some object of the bucket.
func (r Read) ObjectARN() value.Value {
	at := r.BucketARN.Location
	return value.Concat(at, r.BucketARN, value.Text("/", at), value.To(value.Reference{Attribute: objectKey}, "object", at))
}

// carries is what a request carries for a condition key, or a family of them, in small
// letters: one of CloudFront through an origin access control where the caller is
// Service, else of an origin access identity, for one of the actions s3:GetObject,
// s3:PutObject, kms:Decrypt and kms:GenerateDataKey. It returns false where no row
// speaks of it.
func (r *Read) carries(caller PrincipalType, action, key string) (ContextValue, bool) {
	for _, row := range rowsByKey()[key] {
		if row.covers(caller, action) {
			return row.carried(r), true
		}
	}
	return ContextValue{}, false
}

// rowsByKey holds the context rows that speak of a key, in small letters.
var rowsByKey = sync.OnceValue(func() map[string][]*contextRow {
	rows := map[string][]*contextRow{}
	for i := range contextRows {
		for _, key := range contextRows[i].keys {
			key = strings.ToLower(key)
			rows[key] = append(rows[key], &contextRows[i])
		}
	}
	return rows
})

// A contextRow says of some condition keys what some requests carry. What no row
// speaks of is undocumented.
type contextRow struct {
	// keys are spelled as AWS does. A * ends a family of names.
	keys []string
	// caller is Service or AWS, and actions hold a service prefix or a whole
	// action. Where they are empty all are covered.
	caller  PrincipalType
	actions []string

	presence    Presence
	carries     func(Read) (values []value.Value, reason string)
	multivalued bool
	// reason is shown where the key is absent or undocumented.
	reason string
	// shown is the value in words, for the documentation.
	shown string
	// source is where AWS says so.
	source string
}

// carried is what a request on a path carries for the keys of the row.
func (row *contextRow) carried(r *Read) ContextValue {
	carried := ContextValue{Presence: row.presence, Multivalued: row.multivalued, Reason: row.reason}
	if row.carries != nil {
		carried.Values, carried.Reason = row.carries(*r)
	}
	return carried
}

func (row *contextRow) covers(caller PrincipalType, action string) bool {
	if row.caller != "" && row.caller != caller {
		return false
	}
	prefix, _, _ := strings.Cut(action, ":")
	return len(row.actions) == 0 || slices.Contains(row.actions, prefix) || slices.Contains(row.actions, action)
}

// Pages of AWS that the rows rely on.
const (
	globalKeys     = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"
	policyChecks   = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
	keyPolicies    = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html"
	kmsConditions  = "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"
	restrictAccess = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html"
	s3Encryption   = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"
	s3Conditions   = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html"
	minimumTLS     = "https://aws.amazon.com/blogs/storage/enforcing-encryption-in-transit-with-tls1-2-or-higher-with-amazon-s3/"
	dataPerimeter  = "https://github.com/aws-samples/data-perimeter-policy-examples"
	nowhereSaid    = ""
)

// contextRows are all that is relied on of the requests of a path.
var contextRows = []contextRow{
	{
		keys: []string{"aws:SourceArn"}, caller: Service, presence: Present, source: restrictAccess,
		shown: "the distribution's ARN", carries: func(r Read) ([]value.Value, string) { return []value.Value{r.DistributionARN}, "" },
	},
	{
		keys: []string{"aws:SourceAccount"}, caller: Service, presence: Present, source: keyPolicies,
		shown: "the distribution's account", carries: func(r Read) ([]value.Value, string) { return []value.Value{r.Account}, "" },
	},
	{
		keys: []string{"aws:SourceOrgID", "aws:SourceOrgPaths"}, caller: Service, presence: Undocumented, source: globalKeys,
		reason: "CloudFront sends it only where the distribution's account is in an organization, which the input does not say",
	},
	{
		keys: []string{"aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"}, caller: AWS, presence: Missing, source: keyPolicies,
		reason: "only services send it",
	},
	{keys: []string{"aws:PrincipalIsAWSService"}, caller: Service, presence: Present, source: globalKeys, shown: "`true`", carries: always("true")},
	{keys: []string{"aws:PrincipalIsAWSService"}, caller: AWS, presence: Present, source: dataPerimeter, shown: "`false`", carries: always("false")},
	{
		keys: []string{"aws:PrincipalServiceName"}, caller: Service, presence: Present, source: globalKeys,
		shown: "`cloudfront.amazonaws.com`", carries: always("cloudfront.amazonaws.com"),
	},
	{
		keys: []string{"aws:PrincipalServiceNamesList"}, caller: Service, presence: Undocumented, source: globalKeys,
		reason: "AWS does not document which names CloudFront's list holds",
	},
	{
		keys: []string{"aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"}, caller: AWS, presence: Missing, source: globalKeys,
		reason: "only services send it",
	},
	{
		keys: []string{"aws:PrincipalArn"}, caller: AWS, presence: Present, source: dataPerimeter,
		shown: "the ARN of the identity's principal", carries: func(r Read) ([]value.Value, string) { return []value.Value{r.OAI}, "" },
	},
	{keys: []string{"aws:PrincipalArn"}, caller: Service, presence: Undocumented, source: nowhereSaid},
	{
		keys: []string{"aws:PrincipalOrgID", "aws:PrincipalOrgPaths"}, presence: Missing, source: policyChecks,
		reason: "neither a service nor an origin access identity belongs to an organization",
	},
	{
		keys: []string{"aws:PrincipalTag/*"}, presence: Missing, source: globalKeys,
		reason: "only users and roles of IAM have tags",
	},
	{keys: []string{"aws:PrincipalAccount", "aws:PrincipalType", "aws:userid", "aws:username", "aws:MultiFactorAuthPresent"}, presence: Undocumented, source: nowhereSaid},
	{
		keys: []string{"aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"}, presence: Missing, source: globalKeys,
		reason: "CloudFront reaches S3 through no VPC endpoint",
	},
	{keys: []string{"aws:SourceIp", "aws:ViaAWSService", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:UserAgent", "aws:Referer"}, presence: Undocumented, source: nowhereSaid},
	{keys: []string{"aws:SecureTransport"}, presence: Present, source: s3Encryption, shown: "`true`", carries: always("true")},
	{
		keys: []string{"aws:CurrentTime", "aws:EpochTime"}, presence: Present, source: globalKeys,
		shown: "unknown: the time of the request", carries: unknownUntil("it depends on when the request is made"),
	},
	{
		keys: []string{"aws:RequestedRegion", "aws:ResourceAccount"}, presence: Present, source: globalKeys,
		shown: "unknown: not compared", carries: unknownUntil("the account and Region of the bucket and the key are not compared with it"),
	},

	{
		keys: []string{"s3:TlsVersion"}, actions: []string{"s3"}, presence: Present, source: minimumTLS,
		shown: "`1.2` or `1.3`", carries: oneOf("S3 accepts TLS 1.2 and 1.3", "1.2", "1.3"),
	},
	{
		keys: []string{"s3:signatureversion"}, caller: Service, actions: []string{"s3"}, presence: Present, source: restrictAccess,
		shown: "`AWS4-HMAC-SHA256`", carries: always("AWS4-HMAC-SHA256"),
	},
	{
		keys: encryptionHeaders, actions: []string{"s3:GetObject"}, presence: Missing, source: s3Encryption,
		reason: "requests for objects have no encryption headers",
	},
	{
		keys: encryptionHeaders, actions: []string{"s3:PutObject"}, presence: Undocumented, source: s3Conditions,
		reason: "whoever uploads decides on the encryption headers",
	},

	{
		keys: []string{"kms:EncryptionContext:aws:s3:arn"}, actions: []string{"kms"}, presence: Present, source: s3Encryption,
		shown: "the object's ARN; the bucket's with bucket keys; either, where the setting is not known", carries: Read.encryptionContext,
	},
	{
		keys: []string{"kms:EncryptionContextKeys"}, actions: []string{"kms"}, presence: Present, multivalued: true, source: s3Encryption,
		shown: "`aws:s3:arn`", carries: always("aws:s3:arn"),
	},
	{
		keys: []string{"kms:EncryptionContext:*"}, actions: []string{"kms"}, presence: Undocumented, source: s3Encryption,
		reason: "whoever uploads an object may add to its encryption context",
	},
	{keys: []string{"kms:ViaService", "kms:CallerAccount"}, actions: []string{"kms"}, presence: Undocumented, source: nowhereSaid},
	{
		keys: []string{"kms:EncryptionAlgorithm"}, actions: []string{"kms:Decrypt"}, presence: Present, source: kmsConditions,
		shown: "`SYMMETRIC_DEFAULT`", carries: always("SYMMETRIC_DEFAULT"),
	},
	{keys: []string{"kms:KeySpec"}, actions: []string{"kms"}, presence: Present, source: kmsConditions, shown: "`SYMMETRIC_DEFAULT`", carries: always("SYMMETRIC_DEFAULT")},
	{keys: []string{"kms:KeyUsage"}, actions: []string{"kms"}, presence: Present, source: kmsConditions, shown: "`ENCRYPT_DECRYPT`", carries: always("ENCRYPT_DECRYPT")},
	{
		keys:    []string{"kms:GranteePrincipal", "kms:GrantConstraintType", "kms:GrantIsForAWSResource", "kms:GrantOperations", "kms:RetiringPrincipal"},
		actions: []string{"kms"}, presence: Missing, source: kmsConditions,
		reason: "only requests about grants have it",
	},
}

var encryptionHeaders = []string{
	"s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id",
	"s3:x-amz-server-side-encryption-customer-algorithm",
}

func always(text string) func(Read) ([]value.Value, string) { return oneOf("", text) }

func oneOf(reason string, texts ...string) func(Read) ([]value.Value, string) {
	values := make([]value.Value, len(texts))
	for i, text := range texts {
		values[i] = value.Text(text, source.Location{})
	}
	return func(Read) ([]value.Value, string) { return values, reason }
}

func unknownUntil(reason string) func(Read) ([]value.Value, string) {
	unknown := value.Concat(source.Location{}, value.NotKnown(reason, source.Location{}))
	return func(Read) ([]value.Value, string) { return []value.Value{unknown}, reason }
}

// encryptionContext is the object's ARN without bucket keys and the bucket's
// with them: "Protecting data with SSE-KMS, Encryption context", S3 User Guide.
func (r Read) encryptionContext() ([]value.Value, string) {
	switch r.BucketKey {
	case "off":
		return []value.Value{r.ObjectARN()}, "without bucket keys the encryption context is the object's ARN"
	case "on":
		return []value.Value{r.BucketARN}, "with bucket keys the encryption context is the bucket's ARN"
	default:
		return []value.Value{r.ObjectARN(), r.BucketARN}, "whether bucket keys are on is not known"
	}
}
