package iam

import (
	"slices"
	"testing"
)

func TestVoidConditions(t *testing.T) {
	exact := `"arn:aws:cloudfront::111122223333:distribution/EDFDVBD632BHDS5"`
	for _, test := range []struct {
		condition string
		restricts Truth
		want      []string
	}{
		{`{"StringEqualsIfExists": {"AWS:SourceArn": ` + exact + `}}`, No, []string{CodeIfExists}},
		{`{"ForAllValues:StringEquals": {"aws:SourceAccount": "111122223333"}}`, No, []string{CodeForAllValues}},
		{`{"ForAllValues:StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}`, No, []string{CodeIfExists}},
		{`{"Null": {"aws:SourceArn": "false"}}`, No, []string{CodeNull}},
		{`{"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::*:distribution/*"}}`, No, []string{CodeAnyValue}},
		{`{"StringLike": {"aws:SourceAccount": "*"}}`, No, []string{CodeAnyValue}},
		{`{"StringLike": {"aws:PrincipalOrgID": "o-*"}}`, No, []string{CodeAnyValue}},
		{`{"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}`, No, []string{CodeAnyValue}},
		{`{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}`, No, []string{CodeAnyValue}},
		{`{"ArnLike": {"AWS:SourceArn": [` + exact + `, "*"]}}`, No, []string{CodeAnyValue}},
		{`{"StringEqualsIfExists": {"AWS:SourceArn": ` + exact + `}, "Null": {"aws:SourceAccount": "false"}}`, No, []string{CodeIfExists, CodeNull}},

		// Under StringLike * spans colons.
		{`{"StringLike": {"AWS:SourceArn": "*:distribution/*"}}`, No, []string{CodeAnyValue}},
		{`{"StringLike": {"AWS:SourceArn": "arn:aws:cloudfront:*"}}`, No, []string{CodeAnyValue}},
		{`{"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}`, No, []string{CodeAnyValue}},
		{`{"StringLike": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333*"}}`, Yes, nil},
		{`{"StringLike": {"AWS:SourceArn": "*EDFDVBD632BHDS5"}}`, Yes, nil},
		// What is no ARN admits nobody.
		{`{"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront:*"}}`, Yes, nil},
		{`{"StringEquals": {"AWS:SourceArn": ""}}`, Yes, nil},

		// Another condition restricts who.
		{`{"StringEqualsIfExists": {"AWS:SourceArn": ` + exact + `}, "StringEquals": {"aws:SourceAccount": "111122223333"}}`, Yes, nil},
		// Null and IfExists together hold for that value alone, as "Condition
		// operators to check existence of condition keys" has it.
		{`{"StringEqualsIfExists": {"AWS:SourceArn": ` + exact + `}, "Null": {"aws:sourcearn": "false"}}`, Yes, nil},
		{`{"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}, "Null": {"aws:PrincipalOrgPaths": "false"}}`, Yes, nil},
		{`{"StringEqualsIfExists": {"AWS:SourceArn": ` + exact + `}, "Null": {"aws:sourcearn": "true"}}`, No, []string{CodeIfExists}},
		// Wildcards stand for themselves here, so that nobody is let in.
		{`{"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::*:distribution/*"}}`, Yes, nil},

		// Negated operators and other keys do not restrict who, and are not
		// meant to be bypassed.
		{`{"StringNotEquals": {"aws:SourceAccount": "111122223333"}}`, No, nil},
		{`{"StringEqualsIfExists": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}`, No, nil},
		{`{"Bool": {"aws:SecureTransport": "true"}}`, No, nil},
	} {
		s := statement(t, allow(`"Condition": `+test.condition)).Statements[0]
		if got := s.RestrictsWho().Truth; got != test.restricts {
			t.Errorf("%s restricts who: %v, want %v", test.condition, got, test.restricts)
		}
		var codes []string
		for _, reason := range s.VoidConditions() {
			codes = append(codes, reason.Code)
			if reason.Path == "" {
				t.Errorf("%s: the reason %q has no place", test.condition, reason.Text)
			}
		}
		if !slices.Equal(codes, test.want) {
			t.Errorf("%s is void by %v, want %v", test.condition, codes, test.want)
		}
	}
}
