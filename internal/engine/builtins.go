package engine

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// pure names the builtins that rules may call: what they return depends on their
// operands alone, and is bounded (see amplify.go). What reaches the network, the clock, the environment or random
// numbers is not among them, nor what could load a schema, nor keys and tokens.
var pure = strings.Fields(`
	eq assign internal.member_2 internal.member_3 gt gte lt lte neq equal
	plus minus mul div ceil floor round abs rem
	bits.or bits.and bits.negate bits.xor bits.lsh bits.rsh
	and or intersection union
	count sum product max min sort
	array.concat array.flatten array.slice array.reverse
	to_number format_int numbers.range numbers.range_step
	regex.is_valid regex.match regex.split regex.globs_match regex.template_match
	regex.find_n regex.find_all_string_submatch_n regex.replace
	glob.match glob.quote_meta
	strings.any_prefix_match strings.any_suffix_match strings.count strings.split_n
	strings.replace_n strings.reverse internal.template_string
	concat indexof indexof_n substring lower upper contains startswith endswith
	split replace trim trim_left trim_prefix trim_right trim_suffix trim_space sprintf
	json.marshal json.marshal_with_options json.unmarshal json.is_valid
	json.filter json.remove json.patch
	yaml.marshal yaml.unmarshal yaml.is_valid
	base64.encode base64.decode base64.is_valid base64url.encode base64url.encode_no_pad base64url.decode
	urlquery.decode urlquery.encode urlquery.encode_object urlquery.decode_object
	uri.parse uri.is_valid hex.encode hex.decode
	object.union object.union_n object.remove object.filter object.get object.keys object.subset
	walk graph.reachable
	is_number is_string is_boolean is_array is_set is_object is_null type_name
	net.cidr_intersects net.cidr_contains net.cidr_contains_matches net.cidr_merge net.cidr_is_valid
	units.parse units.parse_bytes semver.is_valid semver.compare
	crypto.md5 crypto.sha1 crypto.sha256
	rego.metadata.chain rego.metadata.rule
`)

// forTests names what tests of rules may call as well.
var forTests = []string{"print", "internal.print", "internal.test_case"}

// capabilities restricts rules to the pure builtins and those of more, and to no
// network.
func capabilities(more ...string) *ast.Capabilities {
	restricted := *ast.CapabilitiesForThisVersion()
	allowed := map[string]bool{}
	for _, name := range slices.Concat(pure, more) {
		allowed[name] = true
	}
	all := restricted.Builtins
	restricted.Builtins = nil
	for _, builtin := range all {
		if allowed[builtin.Name] {
			restricted.Builtins = append(restricted.Builtins, builtin)
		}
	}
	restricted.AllowNet = []string{}
	return &restricted
}

// forbidden says why a function may not be called, or returns "" where OPA has no
// such function at all.
func forbidden(name string) string {
	switch {
	case slices.Contains(forTests, name):
		return name + " is for tests; a rule says what it has to say in its results"
	case ast.BuiltinMap[name] != nil:
		return name + " may not be called: rules are limited to functions whose result depends on their operands alone, and that cannot take forever"
	default:
		return ""
	}
}
