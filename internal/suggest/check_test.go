package suggest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// keyAndBucket is a key with a policy, a bucket without one and a distribution, in
// a Terraform root module.
func keyAndBucket(t testing.TB) *facts.Result {
	t.Helper()
	b := graph.NewBuilder()
	b.AddUnit(graph.Unit{ID: "u", Path: ".", Language: graph.Terraform})
	at := source.Location{File: "main.tf", Line: 1, Column: 1, EndLine: 1, EndColumn: 2}
	for _, node := range []*graph.Node{
		{ID: "key", Kind: graph.Key, Address: "aws_kms_key.k"},
		{ID: "bucket", Kind: graph.Bucket, Address: "aws_s3_bucket.b"},
		{ID: "encryption", Kind: graph.Encryption, Address: "aws_s3_bucket_server_side_encryption_configuration.b"},
		{ID: "distribution", Kind: graph.Distribution, Address: "aws_cloudfront_distribution.d"},
		{ID: "origin", Kind: graph.Origin, Address: "aws_cloudfront_distribution.d", Parent: "distribution"},
	} {
		node.Unit, node.Location = "u", at
		if err := b.AddNode(node); err != nil {
			t.Fatal(err)
		}
	}
	document, err := source.ParseJSONFile(source.NewFile("main.tf", []byte(`{"Statement": [
		{"Sid": "Grant", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
	]}`)))
	if err != nil {
		t.Fatal(err)
	}
	policy := &graph.Node{
		ID: "policy", Kind: graph.Policy, Unit: "u", Address: "aws_kms_key.k", Parent: "key", Location: at,
		Attributes: graph.AttributesOf(map[string]value.Value{"role": value.Text(graph.KeyPolicy, at), "document": value.FromNode(document)}),
	}
	if err := b.AddPolicy(policy); err != nil {
		t.Fatal(err)
	}
	return &facts.Result{Graph: b.Freeze()}
}

const grant = `{"Sid": "Grant", "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*",
	"Condition": {"StringEquals": {"AWS:SourceArn": {"reference": "distribution", "attribute": "arn"}}}}`

var wellFormed = []string{
	`{}`,
	`{"advice": "do"}`,
	`{"origin": "origin", "advice": "do"}`,
	`{"encryption": "encryption", "distribution": "distribution"}`,
	`{"statements": [{"statement": ` + grant + `, "target": "key", "policy": "policy", "replaces": null}]}`,
	`{"statements": [{"statement": ` + grant + `, "target": "key", "policy": "policy", "replaces": "policy#statement/0", "exact": true}]}`,
	`{"statements": [{"statement": ` + grant + `, "target": "bucket", "policy": null}]}`,
	`{"condition": {"statement": "policy#statement/0", "condition": {"Bool": {"a": "true"}, "ArnLike": {"b": ["c", {"reference": "distribution", "attribute": "any"}]}}}}`,
}

func TestMalformedSuggestionsAreErrors(t *testing.T) {
	r := keyAndBucket(t)
	read := func(text string) map[string]any {
		var suggestion map[string]any
		if err := json.Unmarshal([]byte(text), &suggestion); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return suggestion
	}
	for _, text := range wellFormed {
		if _, err := Suggest(r, read(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	statement := func(text string) string {
		return `{"statements": [{"statement": ` + text + `, "target": "key", "policy": "policy"}]}`
	}
	for text, want := range map[string]string{
		`{"advise": "do"}`:                    `has the member "advise", which is none of advice, condition, `,
		`{"advice": 1}`:                       "its advice is no text",
		`{"origin": "key"}`:                   "its origin key is the id of no origin",
		`{"encryption": []}`:                  "its encryption [] is the id of no encryption",
		`{"statements": {}}`:                  "its statements is no list",
		`{"statements": ["x"]}`:               "its statements is no object",
		`{"statements": [{"target": "key"}]}`: "its statements has no statement",
		statement(`{"reference": "key"}`):     "its statements its statement has no Effect",
		statement(`{"Effect": "Allow"}`):      "has no Action",
		statement(`"x"`):                      "its statement is no object",
		statement(`{"Effect": "Allow", "Action": "a", "Sid": ["x"]}`):                                         "its Sid is no text",
		statement(`{"Effect": "Allow", "Action": "a", "Principal": {"AWS": {"reference": "x"}}}`):             "has the reference x to no attribute of a node",
		statement(`{"Effect": "Allow", "Action": 1}`):                                                         "holds 1, which is no text",
		statement(`{"Effect": "Allow", "Action": "a", "Condition": {"Bool": "x"}}`):                           "has no object of keys under Bool",
		statement(`{"Effect": "Allow", "Action": "a", "Condition": {"Bool": {"reference": "distribution"}}}`): "has no object of keys under Bool",
		`{"statements": [{"statement": ` + grant + `, "target": "policy"}]}`:                                  "its target policy is the id of no key or bucket",
		`{"statements": [{"statement": ` + grant + `, "target": "key", "policy": "key"}]}`:                    "its policy key is the id of no policy",
		`{"statements": [{"statement": ` + grant + `, "target": "key", "replaces": "policy"}]}`:               "its replaces policy is the id of no statement",
		`{"statements": [{"statement": ` + grant + `, "target": "key", "exact": "yes"}]}`:                     "its exact is neither true nor false",
		`{"condition": {"statement": "key", "condition": {}}}`:                                                "its statement key is the id of no statement",
		`{"condition": {"statement": "policy#statement/0", "condition": {"reference": "distribution"}}}`:      "has no object of keys under reference",
	} {
		if _, err := Suggest(r, read(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v, want %q", text, err, want)
		}
	}
}

// FuzzSuggest asserts that no suggestion makes it panic.
func FuzzSuggest(f *testing.F) {
	for _, text := range wellFormed {
		f.Add(text)
	}
	r := keyAndBucket(f)
	f.Fuzz(func(_ *testing.T, text string) {
		var suggestion map[string]any
		if json.Unmarshal([]byte(text), &suggestion) == nil {
			_, _ = Suggest(r, suggestion)
		}
	})
}
