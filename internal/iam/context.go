package iam

import (
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// A Read describes the request that is judged: a GET of some object of a bucket
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

// OACContext is the request context of CloudFront reading through an origin
// access control, at the bucket and at the key. Keys that are not here are
// undocumented for such requests: aws:SourceIp, aws:ViaAWSService,
// aws:CalledVia, kms:ViaService, kms:CallerAccount, aws:PrincipalAccount.
func (r Read) OACContext() map[string]ContextValue {
	context := r.common()
	// "Restricting access to an Amazon S3 origin", CloudFront Developer Guide.
	context["aws:sourcearn"] = present("", r.DistributionARN)
	// "Preventing the confused deputy problem" and "Permissions for AWS
	// services in key policies", AWS KMS Developer Guide: sent by services.
	context["aws:sourceaccount"] = present("", r.Account)
	// "AWS global condition context keys", IAM User Guide.
	context["aws:principalisawsservice"] = present("", value.Text("true", source.Location{}))
	return context
}

// OAIContext is the request context of CloudFront reading through an OAI. The
// principal's ARN and aws:PrincipalIsAWSService are those that AWS's data
// perimeter policy examples rely on.
func (r Read) OAIContext() map[string]ContextValue {
	context := r.common()
	context["aws:principalarn"] = present("", r.OAI)
	context["aws:principalisawsservice"] = present("", value.Text("false", source.Location{}))
	// Both are sent "only when a request comes from another AWS service",
	// AWS KMS Developer Guide; an OAI is a user of its own.
	context["aws:sourcearn"] = ContextValue{Presence: Missing}
	context["aws:sourceaccount"] = ContextValue{Presence: Missing}
	return context
}

func (r Read) common() map[string]ContextValue {
	context := map[string]ContextValue{
		// AWS KMS encrypted objects are served over TLS only: "Protecting
		// data with SSE-KMS", S3 User Guide.
		"aws:securetransport": present("", value.Text("true", source.Location{})),
	}
	for _, key := range []string{
		// Neither a service nor an OAI belongs to an organisation: "Access
		// Analyzer policy check reference", IAM User Guide.
		"aws:principalorgid", "aws:principalorgpaths",
		// CloudFront reaches S3 through no endpoint of a VPC.
		"aws:sourcevpce", "aws:sourcevpc",
		// A GET carries no encryption headers: "Protecting data with
		// SSE-KMS", S3 User Guide.
		"s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:x-amz-server-side-encryption-customer-algorithm",
	} {
		context[key] = ContextValue{Presence: Missing}
	}
	context["kms:encryptioncontext:aws:s3:arn"] = r.encryptionContext()
	context["kms:encryptioncontextkeys"] = present("", value.Text("aws:s3:arn", source.Location{}))
	return context
}

// encryptionContext is the object's ARN without bucket keys and the bucket's
// with them: "Protecting data with SSE-KMS, Encryption context", S3 User Guide.
func (r Read) encryptionContext() ContextValue {
	switch r.BucketKey {
	case "off":
		return present("without bucket keys the encryption context is the object's ARN", r.ObjectARN())
	case "on":
		return present("with bucket keys the encryption context is the bucket's ARN", r.BucketARN)
	default:
		return present("whether bucket keys are on is not known", r.ObjectARN(), r.BucketARN)
	}
}

func present(reason string, values ...value.Value) ContextValue {
	return ContextValue{Presence: Present, Values: values, Reason: reason}
}
