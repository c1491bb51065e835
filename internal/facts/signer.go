package facts

import (
	"fmt"
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
	for _, function := range functions.Items() {
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

// managedForwarding says of each managed policy whether it forwards Authorization
// or all query strings, by id. See "Use managed cache policies" and "Use managed
// origin request policies" in the CloudFront Developer Guide.
var managedForwarding = map[string]managedPolicy{
	"658327ea-f89d-4fab-a63d-7e88639e58f6": {"CachingOptimized", false},
	"b2884449-e4de-46a7-ac36-70bc7f1ddd6d": {"CachingOptimizedForUncompressedObjects", false},
	"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": {"CachingDisabled", false},
	"08627262-05a9-4f76-9ded-b50ca2e3a84f": {"Elemental-MediaPackage", false},
	"83da9c7e-98b4-4e11-a168-04f0df8e2c65": {"UseOriginCacheControlHeaders", false},
	"4cc15a8a-d715-48a4-82b8-cc0b614638fe": {"UseOriginCacheControlHeaders-QueryStrings", true},
	"2e54312d-136d-493c-8eb9-b001f22f67d2": {"Amplify", true},
	"4d1d2f1d-3a71-49ad-9e08-7ea5d843a556": {"Amplify-Default", true},
	"a6bad946-36c3-4c33-aa98-362c74a7fb13": {"Amplify-DefaultNoCookies", true},
	"1c6db51a-a33f-469a-8245-dae26771f530": {"Amplify-ImageOptimization", true},
	"7e5fad67-ee98-4ad0-b05a-394999eefc1a": {"Amplify-StaticContent", true},

	"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": {"CORS-S3Origin", false},
	"59781a5b-3903-41f3-afcb-af62929ccde1": {"CORS-CustomOrigin", false},
	"acba4595-bd28-49b8-b9fe-13317c0390fa": {"UserAgentRefererHeaders", false},
	"bf0718e1-ba1e-49d1-88b1-f726733018ae": {"HostHeaderOnly", false},
	"216adef6-5c7f-47e4-b989-5492eafa07d3": {"AllViewer", true},
	"b689b0a8-53d0-40ab-baf2-68738e2966ac": {"AllViewerExceptHostHeader", true},
	"33f36d7e-f396-46d9-90e0-52428a34d9dc": {"AllViewerAndCloudFrontHeaders-2022-06", true},
	"775133bc-15f2-49f9-abea-afb2e0bf67d2": {"Elemental-MediaTailor-PersonalizedManifests", true},
}

type managedPolicy struct {
	name     string
	forwards bool
}

// managed finds a managed policy by its id, or by its name, which AWS writes with
// "Managed-" in front of most.
func managed(id, name string) (managedPolicy, bool) {
	if policy, ok := managedForwarding[id]; ok {
		return policy, true
	}
	for _, policy := range managedForwarding {
		if name != "" && policy.name == strings.TrimPrefix(name, "Managed-") {
			return policy, true
		}
	}
	return managedPolicy{}, false
}

// forwardsSignature says why a viewer's own signature may reach the bucket: in
// the Authorization header, or in the query string of a presigned request.
func (w *walker) forwardsSignature(behavior value.Value) string {
	headers, _ := behavior.Get("forwarded_headers")
	if headers.Kind == value.Unknown {
		return "which headers a behavior forwards is not known, so that viewers may sign requests"
	}
	for _, header := range headers.Items() {
		if text, literal := w.expand(header).Literal(); !literal || strings.EqualFold(text, "authorization") || text == "*" {
			return "a behavior forwards the viewer's Authorization header, so that viewers may sign requests"
		}
	}
	queryString, _ := behavior.Get("forwarded_query_string")
	if text, literal := w.expand(queryString).Literal(); !queryString.IsAbsent() && (!literal || text == "true") {
		return "a behavior forwards all query strings, so that viewers may send presigned requests"
	}
	for _, name := range []string{"cache_policy", "origin_request_policy"} {
		if reason := w.policyForwards(behavior, name); reason != "" {
			return reason
		}
	}
	return ""
}

// policyForwards says why a cache policy or origin request policy may let a
// viewer's signature through, or "".
func (w *walker) policyForwards(behavior value.Value, name string) string {
	id, _ := behavior.Get(name + "_id")
	if id = w.expand(id); isEmpty(id) {
		return ""
	}
	words := strings.ReplaceAll(name, "_", " ")
	literal, _ := id.Literal()
	policy, visible := behavior.Get(name)
	visible = visible && policy.Kind == value.Map
	found := ""
	if visible {
		foundID, _ := policy.Get("id")
		foundName, _ := policy.Get("name")
		found, _ = w.expand(foundName).Literal()
		if text, ok := w.expand(foundID).Literal(); ok {
			literal = text
		}
		visible = foundID.IsAbsent() && foundName.IsAbsent()
	}
	if known, ok := managed(literal, found); ok {
		if !known.forwards {
			return ""
		}
		return fmt.Sprintf("the %s %s of a behavior forwards Authorization or all query strings, so that viewers may sign requests", words, known.name)
	}
	if !visible {
		return fmt.Sprintf("the %s %s of a behavior is not in the input and may forward Authorization or query strings, so that viewers may sign requests", words, id)
	}
	for _, part := range []struct{ behavior, list, signature, text string }{
		{"header_behavior", "headers", "Authorization", "the viewer's Authorization header"},
		{"query_string_behavior", "query_strings", "X-Amz-Signature", "the query strings of presigned requests"},
	} {
		how, _ := policy.Get(part.behavior)
		list, _ := policy.Get(part.list)
		if w.lets(how, list, part.signature) {
			return fmt.Sprintf("the %s %s of a behavior forwards %s, so that viewers may sign requests", words, id, part.text)
		}
	}
	return ""
}

// lets reports whether a policy forwards, or may forward, one header or query
// string. The behaviors are those of the CloudFront API.
func (w *walker) lets(how, list value.Value, name string) bool {
	if how.IsAbsent() {
		return false
	}
	text, literal := w.expand(how).Literal()
	switch {
	case literal && text == "none":
		return false
	case literal && text == "whitelist":
		return w.mayName(list, name, true)
	case literal && text == "allExcept":
		return !w.mayName(list, name, false)
	default:
		return true
	}
}

// mayName reports whether a list holds a name; where that is not known it is
// otherwise.
func (w *walker) mayName(list value.Value, name string, otherwise bool) bool {
	if list.Kind != value.List {
		return !list.IsAbsent() && otherwise
	}
	unknown := false
	for _, item := range list.Items() {
		text, literal := w.expand(item).Literal()
		if literal && strings.EqualFold(text, name) {
			return true
		}
		unknown = unknown || !literal && !item.IsAbsent()
	}
	return unknown && otherwise
}
