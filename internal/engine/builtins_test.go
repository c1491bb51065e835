package engine

import (
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

// impure are the builtins that rules may not call. Together with those that they
// may, they are all that OPA has: one that is new has to be put on either side.
var impure = strings.Fields(`
	http.send net.lookup_ip_addr opa.runtime providers.aws.sign_req
	rand.intn uuid.rfc4122 uuid.parse trace
	time.now_ns time.parse_ns time.parse_rfc3339_ns time.parse_duration_ns time.format time.date time.clock
	time.weekday time.add_date time.diff
	io.jwt.decode io.jwt.verify_rs256 io.jwt.verify_rs384 io.jwt.verify_rs512 io.jwt.verify_ps256
	io.jwt.verify_ps384 io.jwt.verify_ps512 io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512
	io.jwt.verify_eddsa io.jwt.verify_hs256 io.jwt.verify_hs384 io.jwt.verify_hs512
	io.jwt.decode_verify io.jwt.encode_sign_raw io.jwt.encode_sign
	crypto.x509.parse_certificates crypto.x509.parse_and_verify_certificates
	crypto.x509.parse_and_verify_certificates_with_options crypto.x509.parse_certificate_request
	crypto.x509.parse_rsa_private_key crypto.x509.parse_keypair crypto.parse_private_keys
	crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256 crypto.hmac.sha512 crypto.hmac.equal
	graphql.parse graphql.parse_and_verify graphql.parse_query graphql.parse_schema graphql.is_valid graphql.schema_is_valid
	json.verify_schema json.match_schema rego.parse_module net.cidr_expand
	graph.reachable_paths strings.render_template
`)

func TestEveryBuiltinIsJudged(t *testing.T) {
	judged := slices.Concat(pure, forTests, impure)
	for _, builtin := range ast.Builtins {
		if builtin.IsDeprecated() {
			// Deprecated functions are no part of Rego's first version.
			continue
		}
		if !slices.Contains(judged, builtin.Name) {
			t.Errorf("%s is neither allowed nor forbidden", builtin.Name)
		}
		if builtin.Nondeterministic && slices.Contains(pure, builtin.Name) {
			t.Errorf("%s is allowed, though its result does not depend on its operands alone", builtin.Name)
		}
	}
	for _, name := range judged {
		if ast.BuiltinMap[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
	seen := map[string]bool{}
	for _, name := range judged {
		if seen[name] {
			t.Errorf("%s is judged twice", name)
		}
		seen[name] = true
	}
}

func TestImpureBuiltinsAreRefused(t *testing.T) {
	for _, name := range append(slices.Clone(impure), "print") {
		_, err := New(testRules(nil), Folder{Name: "mine", Files: oneRule(`report contains "x" if ` + name + `(1)`)})
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "mine/r.rego:") {
			t.Errorf("calling %s: %v", name, err)
		}
	}
}
