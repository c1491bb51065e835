package facts

import (
	"strings"

	"github.com/originkey/originkey/internal/value"
)

// otherSigner says why someone else than CloudFront's identity may sign requests
// to the origin, or "": an origin-request Lambda@Edge function (the workaround
// before origin access controls, see the AWS blog "Serving SSE-KMS encrypted
// content from S3 using CloudFront"), a CloudFront Function that may choose
// another origin, or the viewer. An origin access control that always signs
// overwrites what they do.
func (w *walker) otherSigner() string {
	signing := ""
	if w.view.identityKind == OAC && w.view.identity != nil {
		signing, _ = w.expand(w.view.identity.Attribute("signing_behavior")).Literal()
	}
	behaviors := w.distribution.Attribute("behaviors").In(w.world)
	if signing == "always" || behaviors.Kind != value.List {
		return ""
	}
	viewerMaySign := w.view.identityKind == NoIdentity || signing == "no-override"
	for _, match := range w.originBehaviors(behaviors) {
		if functions, _ := match.behavior.Get("lambda_functions"); w.runsOn(functions, "origin-request", nil) {
			return "an origin-request Lambda@Edge function may sign requests to this origin itself"
		}
		if functions, _ := match.behavior.Get("functions"); w.runsOn(functions, "viewer-request", w.mayChangeOrigin) {
			return "a CloudFront Function on viewer requests may choose another origin"
		}
		if viewerMaySign {
			if reason := w.forwardsSignature(match.behavior); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// runsOn reports whether a function is or may be associated with an event and
// passes the filter.
func (w *walker) runsOn(functions value.Value, event string, filter func(value.Value) bool) bool {
	if functions.Kind == value.Unknown {
		return true
	}
	for _, function := range functions.Items {
		written, _ := function.Get("event")
		if text, literal := w.expand(written).Literal(); literal && text != event {
			continue
		}
		if filter == nil || filter(function) {
			return true
		}
	}
	return false
}

// mayChangeOrigin reads the code of a CloudFront Function where it is visible.
// The helpers are those of "Helper methods for origin modification" in the
// CloudFront Developer Guide.
func (w *walker) mayChangeOrigin(function value.Value) bool {
	code, _ := function.Get("code")
	text, literal := w.expand(code).Literal()
	if !literal {
		return true
	}
	for _, helper := range []string{"updateRequestOrigin", "selectRequestOriginById", "createRequestOriginGroup"} {
		if strings.Contains(text, helper) {
			return true
		}
	}
	return false
}

// Managed policies that forward neither Authorization nor all query strings, by
// id. See "Use managed cache policies" and "Use managed origin request policies"
// in the CloudFront Developer Guide.
var forwardsNoSignature = map[string]bool{
	"658327ea-f89d-4fab-a63d-7e88639e58f6": true, // CachingOptimized
	"b2884449-e4de-46a7-ac36-70bc7f1ddd6d": true, // CachingOptimizedForUncompressedObjects
	"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": true, // CachingDisabled
	"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": true, // CORS-S3Origin
	"59781a5b-3903-41f3-afcb-af62929ccde1": true, // CORS-CustomOrigin
	"acba4595-bd28-49b8-b9fe-13317c0390fa": true, // UserAgentRefererHeaders
}

// forwardsSignature says why a viewer's own signature may reach the bucket: in
// the Authorization header, or in the query string of a presigned request.
func (w *walker) forwardsSignature(behavior value.Value) string {
	headers, _ := behavior.Get("forwarded_headers")
	if headers.Kind == value.Unknown {
		return "which headers a behavior forwards is not known, so that viewers may sign requests"
	}
	for _, header := range headers.Items {
		if text, literal := w.expand(header).Literal(); !literal || strings.EqualFold(text, "authorization") || text == "*" {
			return "a behavior forwards the viewer's Authorization header, so that viewers may sign requests"
		}
	}
	queryString, _ := behavior.Get("forwarded_query_string")
	if text, literal := w.expand(queryString).Literal(); !queryString.IsAbsent() && (!literal || text == "true") {
		return "a behavior forwards all query strings, so that viewers may send presigned requests"
	}
	for _, name := range []string{"cache_policy_id", "origin_request_policy_id"} {
		policy, _ := behavior.Get(name)
		if policy = w.expand(policy); isEmpty(policy) {
			continue
		}
		if id, literal := policy.Literal(); !literal || !forwardsNoSignature[id] {
			return "a behavior's " + strings.ReplaceAll(strings.TrimSuffix(name, "_id"), "_", " ") + " may forward Authorization or query strings, so that viewers may sign requests"
		}
	}
	return ""
}
