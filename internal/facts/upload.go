package facts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

const (
	putObject       = "s3:PutObject"
	generateDataKey = "kms:GenerateDataKey"
)

// sendsUploads says whether a behavior of the origin lets uploads through: PUT or
// POST. A behavior that lists no methods takes GET and HEAD ("Allowed HTTP
// methods", CloudFront Developer Guide).
func (w *walker) sendsUploads() iam.Result {
	behaviors := w.distribution.Attribute("behaviors").In(w.world)
	unknown := func(v value.Value) iam.Result {
		return iam.Result{Truth: iam.Unknown, Reasons: []iam.Reason{{Code: "methods-unknown", Text: w.whyUnknown(v, fmt.Sprintf("which methods a behavior of %s allows, %s, is not known", w.distribution.Address, v))}}}
	}
	if behaviors.Kind != value.List {
		return unknown(behaviors)
	}
	answer := iam.Result{Truth: iam.No}
	for _, match := range w.originBehaviors(behaviors) {
		methods, _ := match.behavior.Get("allowed_methods")
		switch allows := w.allowsUploads(methods); {
		case allows == iam.Yes && match.truth == iam.Yes:
			return iam.Result{Truth: iam.Yes}
		case allows != iam.No:
			answer = unknown(methods)
		}
	}
	return answer
}

func (w *walker) allowsUploads(methods value.Value) iam.Truth {
	switch methods.Kind {
	case value.Absent:
		return iam.No
	case value.List:
	default:
		return iam.Unknown
	}
	answer := iam.No
	for _, method := range methods.Items() {
		switch text, literal := w.expand(method).Literal(); {
		case method.IsAbsent():
		case !literal:
			answer = iam.Or(answer, iam.Unknown)
		case strings.EqualFold(text, "PUT"), strings.EqualFold(text, "POST"):
			return iam.Yes
		}
	}
	return answer
}

// mayUpload says whether the identity may put objects: the bucket policy lets it,
// with or without the headers that ask for encryption, which are the viewer's to
// send, and a behavior lets such requests through.
func (w *walker) mayUpload(policy *graph.Node) iam.Result {
	sent := w.sendsUploads()
	if sent.Truth == iam.No {
		return sent
	}
	plain := w.evaluate(policy, w.uploadRequest(map[string]iam.ContextValue{
		encryptionHeader: {Presence: iam.Missing}, keyHeader: {Presence: iam.Missing},
	}))
	encrypted := w.evaluate(policy, w.uploadRequest(map[string]iam.ContextValue{
		encryptionHeader: {Presence: iam.Present, Values: []value.Value{value.Text(w.view.algorithm, source.Location{})}},
		keyHeader:        {Presence: iam.Undocumented, Reason: "which key the viewer names is not known"},
	}))
	allowed := iam.Result{Truth: iam.Or(plain.Allowed, encrypted.Allowed)}
	if allowed.Truth == iam.Unknown {
		allowed.Reasons = slices.Concat(plain.Reasons, encrypted.Reasons)
	}
	return iam.Result{Truth: iam.And(sent.Truth, allowed.Truth), Reasons: slices.Concat(sent.Reasons, allowed.Reasons)}
}

const (
	encryptionHeader = "s3:x-amz-server-side-encryption"
	keyHeader        = "s3:x-amz-server-side-encryption-aws-kms-key-id"
)

// uploadRequest is a PUT of an object with, or without, headers of the viewer.
func (w *walker) uploadRequest(headers map[string]iam.ContextValue) iam.Request {
	request := w.objectRequest(putObject)
	request.Context = maps.Clone(headers)
	request.Context["s3:x-amz-server-side-encryption-customer-algorithm"] = iam.ContextValue{Presence: iam.Missing}
	return request
}

// checkUploadOnly judges an origin that may not read: one that may write is for
// uploads alone, and is not asked for what reading takes. Where someone else may
// sign requests, that may be who reads.
func (w *walker) checkUploadOnly(policy *graph.Node) (decided bool) {
	switch {
	case w.view.uploads.Truth == iam.No || w.view.otherSigner != "":
		return false
	case w.view.uploads.Truth == iam.Yes && w.view.identityKind == OAC:
		w.view.request = UploadRequest
		return true
	case w.view.uploads.Truth == iam.Yes:
		// An origin access identity cannot upload to an SSE-KMS bucket either:
		// what is wrong is the identity, not that it lacks grants for reading.
		only := Reason{Code: "upload-only", Text: fmt.Sprintf("the policy of %s lets objects be put through the origin and none be read", w.view.bucket.Address), Node: policy.ID, Path: "document"}
		w.set(Read, iam.Unknown, only)
		w.set(Decrypt, iam.Unknown, only)
		return true
	default:
		reasons := w.reasons(w.view.uploads.Reasons, policy)
		for i := range reasons {
			reasons[i].Text = fmt.Sprintf("the policy of %s lets no objects be read through the origin, and whether it is there for uploads alone is not known: %s", w.view.bucket.Address, reasons[i].Text)
		}
		w.set(Read, iam.Unknown, reasons...)
		return true
	}
}

// checkUploadGrant says whether the key policy lets the identity encrypt what it
// uploads ("Protecting data with SSE-KMS", S3 User Guide). policy is nil where AWS's
// default is in force. An origin access identity is not asked: it cannot upload
// to SSE-KMS buckets at all.
func (w *walker) checkUploadGrant(policy *graph.Node) {
	if w.view.identityKind != OAC {
		return
	}
	w.set(Uploads, w.view.uploads.Truth)
	key := w.view.key
	if policy == nil {
		w.set(UploadGrant, iam.No, Reason{
			Code: "upload-not-granted", Text: fmt.Sprintf("%s has no key policy of its own; AWS's default names only the account", key.Address),
			Node: key.ID,
		})
		return
	}
	decision := w.evaluate(policy, w.keyRequest(generateDataKey))
	w.view.uploadMatches = decision.Matches
	w.setDecision(UploadGrant, decision, policy, "upload-denied", func() []Reason {
		return []Reason{{
			Code: "upload-not-granted", Text: fmt.Sprintf("%s does not allow kms:GenerateDataKey to %s", keyPolicyOf(key), w.view.principal),
			Node: policy.ID, Path: "document",
		}}
	})
}

// withholdUploads leaves the upload facts open where nothing follows from what
// CloudFront's identity may do.
func (v *view) withholdUploads() {
	if v.otherSigner == "" && len(v.unknowns) == 0 {
		return
	}
	v.facts = slices.DeleteFunc(v.facts, func(fact Named) bool { return slices.Contains(UploadFacts, fact.Name) })
}
