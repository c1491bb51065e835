package terraform

import "github.com/originkey/originkey/internal/value"

// forwarding returns what the cache policy or origin request policy with an id
// forwards, where its resource or data source is here, in the shape of a
// distribution's behaviors.
func (o *object) forwarding(id value.Value) value.Value {
	return value.OverChoices(id, func(id value.Value) value.Value {
		reference, ok := id.SoleReference()
		if !ok {
			return value.Nothing(id.Location)
		}
		policy, known := o.objects[reference.Node]
		if !known {
			return value.Nothing(id.Location)
		}
		var forwarding []value.Member
		set := func(name string, path ...string) {
			if v := policy.nested(policy.block.Body, policy.instance.scope(policy.module), path...); !v.IsAbsent() {
				forwarding = append(forwarding, value.Member{Key: name, KeyLocation: v.Location, Value: v})
			}
		}
		var within []string
		switch policy.kind() {
		case "aws_cloudfront_cache_policy":
			within = []string{"parameters_in_cache_key_and_forwarded_to_origin"}
		case "aws_cloudfront_origin_request_policy":
		default:
			return value.Nothing(id.Location)
		}
		if policy.name.kind == dataBlock {
			set("name", "name")
			set("id", "id")
			return value.MapOf(forwarding, id.Location)
		}
		at := func(path ...string) []string { return append(append([]string{}, within...), path...) }
		set("header_behavior", at("headers_config", "header_behavior")...)
		set("headers", at("headers_config", "headers", "items")...)
		set("query_string_behavior", at("query_strings_config", "query_string_behavior")...)
		set("query_strings", at("query_strings_config", "query_strings", "items")...)
		return value.MapOf(forwarding, id.Location)
	})
}
