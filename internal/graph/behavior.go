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
			all.Items = append(all.Items, value.OverChoices(item, func(item value.Value) value.Value {
				return function(item, arn, code)
			}))
		}
		return all
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
	translated := value.Value{Kind: value.Map, Location: association.Location, Members: []value.Member{{Key: "event", Value: event}, {Key: "arn", Value: named}}}
	if code != nil {
		if text, ok := code(named); ok {
			translated.Members = append(translated.Members, value.Member{Key: "code", Value: text})
		}
	}
	return translated
}
