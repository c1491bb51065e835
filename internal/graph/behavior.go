package graph

import (
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// Visible returns what a behavior refers to where it is in the input. Each of its
// functions may be nil.
type Visible struct {
	// Code returns the code of a CloudFront Function.
	Code func(arn value.Value) (value.Value, bool)
	// CachePolicy and OriginRequestPolicy return the configurations of those
	// policies, in the names of AWS's API.
	CachePolicy, OriginRequestPolicy func(id value.Value) (value.Value, bool)
}

// Behavior translates a cache behavior, in the names that AWS's API and
// CloudFormation share and with lists as lists, to the shape of a distribution's
// "behaviors".
func Behavior(behavior value.Value, at source.Location, visible Visible) value.Value {
	get := func(name string) value.Value {
		if behavior.Kind != value.Map {
			reason := "a behavior is not known"
			if reasons := behavior.Reasons(); len(reasons) > 0 && reasons[0] != "" {
				reason = reasons[0]
			}
			return value.NotKnown(reason, at)
		}
		inner, _ := behavior.Get(name)
		return inner
	}
	var object []value.Member
	set := func(name string, inner value.Value) {
		if !inner.IsAbsent() {
			object = append(object, value.Member{Key: name, KeyLocation: inner.Location, Value: inner})
		}
	}
	set("target_origin_id", get("TargetOriginId"))
	set("allowed_methods", get("AllowedMethods"))
	set("cache_policy_id", get("CachePolicyId"))
	set("origin_request_policy_id", get("OriginRequestPolicyId"))
	set("cache_policy", forwarding(get("CachePolicyId"), visible.CachePolicy, "ParametersInCacheKeyAndForwardedToOrigin"))
	set("origin_request_policy", forwarding(get("OriginRequestPolicyId"), visible.OriginRequestPolicy))
	forwarded := func(name string) value.Value {
		return value.OverChoices(get("ForwardedValues"), func(forwarded value.Value) value.Value {
			if forwarded.Kind == value.Unknown {
				return forwarded
			}
			inner, _ := forwarded.Get(name)
			return inner
		})
	}
	set("forwarded_headers", forwarded("Headers"))
	set("forwarded_query_string", forwarded("QueryString"))
	set("lambda_functions", functions(get("LambdaFunctionAssociations"), "LambdaFunctionARN", nil))
	set("functions", functions(get("FunctionAssociations"), "FunctionARN", visible.Code))
	return value.MapOf(object, at)
}

// functions translates function associations.
func functions(associations value.Value, arn string, code func(value.Value) (value.Value, bool)) value.Value {
	return value.OverChoices(associations, func(list value.Value) value.Value {
		if list.Kind != value.List {
			return list
		}
		var all []value.Value
		for _, item := range list.Items() {
			all = append(all, value.OverChoices(item, func(item value.Value) value.Value {
				return function(item, arn, code)
			}))
		}
		return value.ListOf(all, list.Location)
	})
}

// function translates one function association.
func function(association value.Value, arn string, code func(value.Value) (value.Value, bool)) value.Value {
	if association.IsAbsent() {
		return association
	}
	event := value.NotKnown("a function association is not known", association.Location)
	named := event
	if association.Kind == value.Map {
		event, _ = association.Get("EventType")
		named, _ = association.Get(arn)
	}
	translated := []value.Member{{Key: "event", Value: event}, {Key: "arn", Value: named}}
	if code != nil {
		if text, ok := code(named); ok {
			translated = append(translated, value.Member{Key: "code", Value: text})
		}
	}
	return value.MapOf(translated, association.Location)
}

// forwarding translates what a cache policy or origin request policy forwards.
// within is where in its configuration that is written.
func forwarding(id value.Value, configuration func(value.Value) (value.Value, bool), within ...string) value.Value {
	return value.OverChoices(id, func(id value.Value) value.Value {
		if configuration == nil {
			return value.Nothing(id.Location)
		}
		config, ok := configuration(id)
		if !ok {
			return value.Nothing(id.Location)
		}
		var translated []value.Member
		set := func(name string, path ...string) {
			if v := inner(config, append(append([]string{}, within...), path...)...); !v.IsAbsent() {
				translated = append(translated, value.Member{Key: name, KeyLocation: v.Location, Value: v})
			}
		}
		set("header_behavior", "HeadersConfig", "HeaderBehavior")
		set("headers", "HeadersConfig", "Headers")
		set("query_string_behavior", "QueryStringsConfig", "QueryStringBehavior")
		set("query_strings", "QueryStringsConfig", "QueryStrings")
		return value.MapOf(translated, config.Location)
	})
}

// inner follows a path of members, through what is not known and what depends on
// conditions.
func inner(v value.Value, path ...string) value.Value {
	if len(path) == 0 {
		return v
	}
	return value.OverChoices(v, func(v value.Value) value.Value {
		if v.Kind != value.Map {
			return v
		}
		member, _ := v.Get(path[0])
		return inner(member, path[1:]...)
	})
}
