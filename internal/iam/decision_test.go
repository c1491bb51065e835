package iam

import (
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

var nowhere = source.Location{}

func ref(node string, attribute value.Attribute) value.Value {
	return value.To(value.Reference{Node: node, Attribute: attribute}, node, nowhere)
}

func text(s string) value.Value { return value.Text(s, nowhere) }

// The stack of the tests: distribution cdn reads bucket assets, whose key is key;
// other and third are other distributions. $CDN, $OTHER, $ACCOUNT, $KEY, $OAI and $UNKNOWN in
// a policy are references to them.
var symbols = map[string]value.Value{
	"$ACCOUNT": ref("env", value.Account),
	"$CDN":     ref("cdn", value.ID),
	"$OTHER":   ref("other", value.ID),
	"$KEY":     ref("key", value.ID),
	"$OAI":     ref("oai", value.ID),
	"$REGION":  ref("env", value.Region),
	"$THIRD":   ref("third", value.ID),

	"$PARTITION": ref("env", value.Partition),
	"$CANONICAL": ref("oai", value.CanonicalUser),
	"$STRANGER":  ref("stranger", value.CanonicalUser),

	"$UNKNOWN": value.StringOf([]value.Part{{Kind: value.UnknownText, Text: "var.x has no default"}}, source.Location{}),
}

// symbolic writes a text with symbols as a value of parts.
func symbolic(s string) value.Value {
	pieces := []value.Value{}
	for s != "" {
		first, at := "", len(s)
		for name := range symbols {
			if i := strings.Index(s, name); i >= 0 && i < at {
				first, at = name, i
			}
		}
		pieces = append(pieces, text(s[:at]))
		s = s[at:]
		if first != "" {
			pieces = append(pieces, symbols[first])
			s = s[len(first):]
		}
	}
	return value.Concat(nowhere, pieces...)
}

func read(bucketKey string) Read {
	return Read{
		DistributionARN: symbolic("arn:aws:cloudfront::$ACCOUNT:distribution/$CDN"),
		Account:         symbols["$ACCOUNT"],
		OAI:             symbolic("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"),
		BucketARN:       text("arn:aws:s3:::assets"),
		BucketKey:       bucketKey,
	}
}

// request is kms:Decrypt, or s3:GetObject where the role is "bucket".
func request(who, role, bucketKey string) Request {
	r := read(bucketKey)
	q := Request{
		Action: "kms:Decrypt", Resources: []value.Value{symbolic("arn:aws:kms:$REGION:$ACCOUNT:key/$KEY")}, Role: role,
		Expand:    func(v value.Value) value.Value { return v },
		Generated: func(node string) bool { return node != "env" },
		Read:      &r,
	}
	if role == "bucket" {
		q.Action, q.Resources = "s3:GetObject", []value.Value{r.ObjectARN()}
	}
	if who == "OAI" {
		q.Caller = Caller{Type: AWS, ARN: r.OAI, CanonicalUser: ref("oai", value.CanonicalUser)}
		return q
	}
	q.Caller = Caller{Type: Service, Service: "cloudfront.amazonaws.com"}
	return q
}

func statement(t *testing.T, s string) *Document {
	t.Helper()
	d := Parse(symbolic(`{"Version": "2012-10-17", "Statement": [` + s + `]}`))
	if len(d.Problems) > 0 {
		t.Fatalf("%s: %+v", s, d.Problems)
	}
	return d
}

const (
	cloudFront = `"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}`
	decrypt    = cloudFront + `, "Action": "kms:Decrypt", "Resource": "*"`
)

func allow(extra string) string { return `{` + decrypt + `, ` + extra + `}` }

func condition(operator, key, values string) string {
	return allow(`"Condition": {"` + operator + `": {"` + key + `": ` + values + `}}`)
}

func TestRestrictsWho(t *testing.T) {
	tests := []struct {
		condition string
		want      Truth
	}{
		{`{"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::$ACCOUNT:distribution/$CDN"}}`, Yes},
		{`{"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*"}}`, Yes},
		{`{"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::*:distribution/*"}}`, No},
		{`{"StringLike": {"AWS:SourceArn": "*"}}`, No},
		{`{"StringEquals": {"AWS:SourceAccount": "111122223333"}}`, Yes},
		{`{"StringEquals": {"AWS:SourceAccount": "$UNKNOWN"}}`, Unknown},
		{`{"StringEqualsIfExists": {"AWS:SourceAccount": "111122223333"}}`, No},
		{`{"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}`, No},
		{`{"StringNotEquals": {"AWS:SourceAccount": "111122223333"}}`, No},
		{`{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}`, Yes},
		{`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`, Yes},
		{`{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}`, No},
		{`{"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}`, No},
		{`{"StringEquals": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::assets"}}`, No},
		{`{"Bool": {"aws:SecureTransport": "true"}}`, No},
		{`{"Null": {"AWS:SourceArn": "false"}}`, No},
		{`{"StringEquals": {"kms:CallerAccount": "111122223333"}}`, Yes},
	}
	for _, test := range tests {
		d := statement(t, allow(`"Condition": `+test.condition))
		if got := d.Statements[0].RestrictsWho().Truth; got != test.want {
			t.Errorf("%s: %v, want %v", test.condition, got, test.want)
		}
	}
}
