package iam

import (
	"testing"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// FuzzParse reads any text as a policy and asks everything of what was read.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Allow", "Principal": {"AWS": ["*"], "Service": "cloudfront.amazonaws.com"}, "Action": ["kms:De*", "*"], "Resource": "*", "Condition": {"ForAllValues:StringLikeIfExists": {"aws:SourceArn": ["arn:aws:cloudfront::1:distribution/*"]}}}]}`,
		`{"Statement": {"Effect": "Deny", "NotPrincipal": "*", "NotAction": "kms:*", "NotResource": "arn:aws:s3:::b/${aws:username}", "Condition": {"Null": {"aws:SourceArn": true}, "Bool": {"aws:SecureTransport": false}}}}`,
		`{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"}, "Action": "kms:Decrypt", "Resource": "*", "Condition": {"ArnLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::b/*"}, "NumericLessThan": {"a": 1}, "IpAddress": {"aws:SourceIp": "0.0.0.0/0"}, "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}}]}`,
		`[]`, `"{\"Statement\": []}"`, `{"Statement": null, "Statement": [null, 1, []]}`,
	} {
		f.Add([]byte(seed))
	}
	caller := func(text string) value.Value { return value.Text(text, source.Location{}) }
	read := Read{
		DistributionARN: caller("arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"), Account: caller("111122223333"),
		OAI:       caller("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"),
		BucketARN: caller("arn:aws:s3:::b"), BucketKey: "unknown",
	}
	identity := func(v value.Value) value.Value { return v }
	requests := []Request{
		{Caller: Caller{Type: Service, Service: "cloudfront.amazonaws.com"}, Action: "kms:Decrypt", Resources: []value.Value{caller("arn:aws:kms:eu-west-1:111122223333:key/k")}, Read: &read, Role: "key"},
		{Caller: Caller{Type: AWS, ARN: read.OAI, CanonicalUser: caller("c")}, Action: "s3:GetObject", Resources: []value.Value{read.ObjectARN()}, Read: &read, Role: "bucket"},
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := source.NewFile("p.json", text)
		document := Parse(value.Text(string(text), file.Location(0, len(text))))
		if _, err := source.ParseJSONFile(file); err != nil && len(document.Problems) == 0 {
			t.Fatal("the text is not JSON and the document has no problem")
		}
		for _, role := range []string{"key", "bucket", "identity"} {
			document.ProblemsFor(role)
		}
		for _, s := range document.Statements {
			s.RestrictsWho()
			s.AdmitsOtherDistributions()
			s.NamesEveryone()
			s.NamesService("cloudfront.amazonaws.com")
			s.DemandsKMS()
			for _, p := range s.Principals {
				ReadOAI(p.Value)
			}
		}
		for _, request := range requests {
			request.Expand, request.Generated = identity, func(string) bool { return false }
			value.Worlds(nil, func(world *value.World) Decision { return document.Evaluate(request, world) }, func(_ *value.World, decision Decision) {
				if decision.Denied == Yes && decision.Allowed == Yes && len(decision.Matches) == 0 {
					t.Fatal("a decision without a statement")
				}
			})
		}
	})
}
