package graph

import (
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// Behavior translates a cache behavior, in the names that AWS's API and
// CloudFormation share and with lists as lists, to the shape of a distribution's
// "behaviors". code returns the code of a CloudFront Function where it is
// visible; it may be nil.
func Behavior(behavior value.Value, at source.Location, code func(arn value.Value) (value.Value, bool)) value.Value {
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
	object := value.Value{Kind: value.Map, Location: at}
	set := func(name string, inner value.Value) {
		if !inner.IsAbsent() {
			object.Members = append(object.Members, value.Member{Key: name, KeyLocation: inner.Location, Value: inner})
		}
	}
	set("target_origin_id", get("TargetOriginId"))
	set("allowed_methods", get("AllowedMethods"))
	set("cache_policy_id", get("CachePolicyId"))
	set("origin_request_policy_id", get("OriginRequestPolicyId"))
	if forwarded := get("ForwardedValues"); forwarded.Kind == value.Map {
		headers, _ := forwarded.Get("Headers")
		queryString, _ := forwarded.Get("QueryString")
		set("forwarded_headers", headers)
		set("forwarded_query_string", queryString)
	}
	set("lambda_functions", functions(get("LambdaFunctionAssociations"), "LambdaFunctionARN", nil))
	set("functions", functions(get("FunctionAssociations"), "FunctionARN", code))
	return object
}

// functions translates function associations.
func functions(associations value.Value, arn string, code func(value.Value) (value.Value, bool)) value.Value {
	return value.OverChoices(associations, func(list value.Value) value.Value {
		if list.Kind != value.List {
			return list
		}
		all := value.Value{Kind: value.List, Location: list.Location}
		for _, item := range list.Items {
			event, _ := item.Get("EventType")
			named, _ := item.Get(arn)
			function := value.Value{Kind: value.Map, Location: item.Location, Members: []value.Member{{Key: "event", Value: event}, {Key: "arn", Value: named}}}
			if code != nil {
				if text, ok := code(named); ok {
					function.Members = append(function.Members, value.Member{Key: "code", Value: text})
				}
			}
			all.Items = append(all.Items, function)
		}
		return all
	})
}
