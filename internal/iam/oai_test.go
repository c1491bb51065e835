package iam

import (
	"testing"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

func TestReadOAI(t *testing.T) {
	at := source.Location{}
	id := value.To(value.Reference{Node: "oai", Attribute: value.ID}, "oai.id", at)
	partition := value.To(value.Reference{Node: "stack", Attribute: value.Partition}, "partition", at)
	text := func(pieces ...any) value.Value {
		values := make([]value.Value, len(pieces))
		for i, piece := range pieces {
			switch piece := piece.(type) {
			case string:
				values[i] = value.Text(piece, at)
			case value.Value:
				values[i] = piece
			}
		}
		return value.Concat(at, values...)
	}
	none := value.Reference{}
	byID := value.Reference{Node: "oai", Attribute: value.ID}
	for _, test := range []struct {
		principal value.Value
		ok        bool
		want      OAIName
	}{
		{text("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QWRUHAPOMQZL"), true, OAIName{"", "aws", "E2QWRUHAPOMQZL", none}},
		{text("arn:aws-cn:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC"), true, OAIName{"", "aws-cn", "EH1HDMB1FH2TC", none}},
		{text("arn:", partition, ":iam::cloudfront:user/CloudFront Origin Access Identity ", id), true, OAIName{"", "", "", byID}},
		// AWS publishes no form of the ids.
		{text("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity F9876543210ZYXW"), true, OAIName{"", "aws", "", none}},

		{text("arn:aws:iam::cloudfront:user/CloudFront OAI (E2QWRUHAPOMQZL)"), true, OAIName{`the name in it is not "CloudFront Origin Access Identity <id>"`, "aws", "E2QWRUHAPOMQZL", none}},
		{text("arn:aws:iam::cloudfront:user/CloudFront OAI (", id, ")"), true, OAIName{`the name in it is not "CloudFront Origin Access Identity <id>"`, "aws", "", byID}},
		{text("arn:aws:iam::cloudfront:user/", id), false, OAIName{}},
		{text("arn:", partition, ":cloudfront::111122223333:origin-access-identity/", id), true, OAIName{"it is the ARN of the resource, not of the principal", "", "", byID}},
		{text("arn:aws:cloudfront::111122223333:origin-access-identity/E2QWRUHAPOMQZL"), true, OAIName{"it is the ARN of the resource, not of the principal", "", "E2QWRUHAPOMQZL", none}},
		{text("origin-access-identity/cloudfront/", id), true, OAIName{"it is the path that an origin is given, not a principal", "", "", byID}},
		{text("arn:aws:iam::cloudfront:user/CloudFront_Origin_Access_Identity_E2QWRUHAPOMQZL"), true, OAIName{"the name is written with underscores instead of spaces", "aws", "E2QWRUHAPOMQZL", none}},
		{text("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity *"), true, OAIName{"a principal cannot hold a wildcard", "aws", "", none}},
		{text("arn:aws:iam::cloudfront:user/*"), true, OAIName{"a principal cannot hold a wildcard", "aws", "", none}},
		{text("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "), true, OAIName{`what follows "CloudFront Origin Access Identity" is not an id`, "aws", "", none}},
		{text("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity arn:", partition, ":iam::cloudfront:user/CloudFront Origin Access Identity ", id), true, OAIName{`what follows "CloudFront Origin Access Identity" is not an id`, "aws", "", value.Reference{Node: "stack", Attribute: value.Partition}}},
		{text("arn:aws:iam::111122223333:user/CloudFront Origin Access Identity E2QWRUHAPOMQZL"), true, OAIName{`the account in it is "111122223333", and that of an identity is "cloudfront"`, "aws", "E2QWRUHAPOMQZL", none}},

		{text("arn:aws:iam::111122223333:user/deploy"), false, OAIName{}},
		{text("arn:aws:iam::111122223333:root"), false, OAIName{}},
		{text("arn:aws:iam::111122223333:user/CloudFrontDeployment"), false, OAIName{}},
		{text("*"), false, OAIName{}},
		{text("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"), false, OAIName{}},
		{text(value.NotKnown("var.principal has no value", at)), false, OAIName{}},
		{text("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ", value.NotKnown("var.id has no value", at)), true, OAIName{"", "aws", "", none}},
		{value.NotKnown("unknown", at), false, OAIName{}},
	} {
		got, ok := ReadOAI(test.principal)
		if ok != test.ok || got != test.want {
			t.Errorf("ReadOAI(%s) = %+v, %v, want %+v, %v", test.principal, got, ok, test.want, test.ok)
		}
	}
}
