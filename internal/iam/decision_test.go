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

// The stack of the table: distribution cdn reads bucket assets, whose key is key;
// other is another distribution. $CDN, $OTHER, $ACCOUNT, $KEY, $OAI and $UNKNOWN in
// a policy are references to them.
var symbols = map[string]value.Value{
	"$ACCOUNT": ref("env", value.Account),
	"$CDN":     ref("cdn", value.ID),
	"$OTHER":   ref("other", value.ID),
	"$KEY":     ref("key", value.ID),
	"$OAI":     ref("oai", value.ID),
	"$REGION":  ref("env", value.Region),
	"$UNKNOWN": {Kind: value.String, Parts: []value.Part{{Kind: value.UnknownText, Text: "var.x has no default"}}},
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
	}
	if role == "bucket" {
		q.Action, q.Resources = "s3:GetObject", []value.Value{r.ObjectARN()}
	}
	if who == "OAI" {
		q.Caller = Caller{Type: AWS, ARN: r.OAI, CanonicalUser: ref("oai", value.CanonicalUser)}
		q.Context = r.Context(AWS, q.Action)
		return q
	}
	q.Caller = Caller{Type: Service, Service: "cloudfront.amazonaws.com"}
	q.Context = r.Context(Service, q.Action)
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

// TestDecisions is the decision table: what AWS does with a policy of these
// statements. source names the row of the facts that says so: IAM is the IAM User
// Guide's policy elements reference, KMS the AWS KMS Developer Guide, S3 the
// Amazon S3 User Guide.
func TestDecisions(t *testing.T) {
	exact := `"arn:aws:cloudfront::$ACCOUNT:distribution/$CDN"`
	context := "kms:EncryptionContext:aws:s3:arn"
	tests := []struct {
		name      string
		statement string
		who       string
		role      string
		bucketKey string
		want      Truth
		reason    string
		source    string
	}{
		// Principals.
		{"service", allow(`"Sid": "a"`), "OAC", "key", "off", Yes, "", "IAM Principal"},
		{"service of China", strings.Replace(allow(`"Sid": "a"`), "amazonaws.com", "amazonaws.com.cn", 1), "OAC", "key", "off", Yes, "", "IAM Principal"},
		{"list of services", `{"Effect": "Allow", "Principal": {"Service": ["s3.amazonaws.com", "cloudfront.amazonaws.com"]}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", Yes, "", "IAM Principal"},
		{"other service", `{"Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", No, "", "IAM Principal"},
		{"service with a Region in it", `{"Effect": "Allow", "Principal": {"Service": "logs.$REGION.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", No, "", "IAM Principal"},
		{"unknown service", `{"Effect": "Allow", "Principal": {"Service": "$UNKNOWN"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", Unknown, "var.x", ""},
		{"root does not help a service", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}`, "OAC", "key", "off", No, "", "KMS default key policy"},
		{"account id does not help an OAI", `{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}`, "OAI", "key", "off", No, "", "KMS default key policy"},
		{"everyone and a service", `{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", Unknown, "does not document", "not documented"},
		{"AWS star and a service", `{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", Unknown, "does not document", "not documented"},
		{"everyone reads a bucket as an OAI", `{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::assets/*"}`, "OAI", "bucket", "off", Yes, "", "S3 principals"},
		{"mixed types are alternatives", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root", "Service": "cloudfront.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", Yes, "", "IAM Principal"},
		{"OAI by its ARN", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAI", "key", "off", Yes, "", "CloudFront OAI"},
		{"another OAI", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OTHER"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAI", "key", "off", No, "", "CloudFront OAI"},
		{"OAI by a literal id", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAI", "key", "off", Unknown, "", "the id may be this one's"},
		{"malformed OAI", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront OAI (E1EXAMPLE)"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAI", "key", "off", No, "", "CloudFront OAI"},
		{"the service does not let an OAI", allow(`"Sid": "a"`), "OAI", "key", "off", No, "", "an OAI is a user"},
		{"an OAI does not let the service", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", No, "", "an OAI is a user"},
		{"NotPrincipal in an Allow", `{"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", Unknown, "NotPrincipal", "IAM NotPrincipal"},

		// Actions.
		{"case does not matter", strings.Replace(allow(`"Sid": "a"`), "kms:Decrypt", "KMS:decrypt", 1), "OAC", "key", "off", Yes, "", "IAM Action"},
		{"star", strings.Replace(allow(`"Sid": "a"`), "kms:Decrypt", "*", 1), "OAC", "key", "off", Yes, "", "IAM Action"},
		{"service star", strings.Replace(allow(`"Sid": "a"`), "kms:Decrypt", "kms:*", 1), "OAC", "key", "off", Yes, "", "IAM Action"},
		{"prefix", strings.Replace(allow(`"Sid": "a"`), "kms:Decrypt", "kms:De*", 1), "OAC", "key", "off", Yes, "", "IAM Action"},
		{"question mark", strings.Replace(allow(`"Sid": "a"`), "kms:Decrypt", "kms:Decryp?", 1), "OAC", "key", "off", Yes, "", "IAM Action"},
		{"name and star", strings.Replace(allow(`"Sid": "a"`), "kms:Decrypt", "kms:Decrypt*", 1), "OAC", "key", "off", Yes, "", "IAM Action"},
		{"other action", strings.Replace(allow(`"Sid": "a"`), "kms:Decrypt", "kms:Encrypt", 1), "OAC", "key", "off", No, "", "IAM Action"},
		{"other service's action", strings.Replace(allow(`"Sid": "a"`), "kms:Decrypt", "s3:*", 1), "OAC", "key", "off", No, "", "IAM Action"},
		{"NotAction without it", `{` + cloudFront + `, "NotAction": "kms:ScheduleKeyDeletion", "Resource": "*"}`, "OAC", "key", "off", Yes, "", "IAM NotAction"},
		{"NotAction with it", `{` + cloudFront + `, "NotAction": "kms:D*", "Resource": "*"}`, "OAC", "key", "off", No, "", "IAM NotAction"},
		{"no Action", `{` + cloudFront + `, "Resource": "*"}`, "OAC", "key", "off", No, "", "KMS key policy overview"},

		// Resources.
		{"this key", `{` + cloudFront + `, "Action": "kms:Decrypt", "Resource": "arn:aws:kms:$REGION:$ACCOUNT:key/$KEY"}`, "OAC", "key", "off", Yes, "", "KMS key policy overview"},
		{"another key", `{` + cloudFront + `, "Action": "kms:Decrypt", "Resource": "arn:aws:kms:$REGION:$ACCOUNT:key/$OTHER"}`, "OAC", "key", "off", No, "", "IAM Resource"},
		{"a literal key", `{` + cloudFront + `, "Action": "kms:Decrypt", "Resource": "arn:aws:kms:us-east-1:111122223333:key/1234abcd"}`, "OAC", "key", "off", Unknown, "", "the id may be this one's"},
		{"a bucket", `{` + cloudFront + `, "Action": "kms:Decrypt", "Resource": "arn:aws:s3:::assets/*"}`, "OAC", "key", "off", No, "", "IAM Resource"},
		{"an alias", `{` + cloudFront + `, "Action": "kms:Decrypt", "Resource": "arn:aws:kms:$REGION:$ACCOUNT:alias/assets"}`, "OAC", "key", "off", Unknown, "alias", "KMS aliases"},
		{"no Resource", `{` + cloudFront + `, "Action": "kms:Decrypt"}`, "OAC", "key", "off", No, "", "KMS key policy overview"},
		{"all keys of the account", `{` + cloudFront + `, "Action": "kms:Decrypt", "Resource": "arn:aws:kms:$REGION:$ACCOUNT:key/*"}`, "OAC", "key", "off", Yes, "", "IAM Resource"},
		{"objects of the bucket", `{` + cloudFront + `, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::assets/*"}`, "OAC", "bucket", "off", Yes, "", "S3 bucket policies"},
		{"the bucket alone", `{` + cloudFront + `, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::assets"}`, "OAC", "bucket", "off", No, "", "S3 bucket policies"},
		{"some objects", `{` + cloudFront + `, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::assets/public/*"}`, "OAC", "bucket", "off", Unknown, "", "some objects"},
		{"a name with a prefix pattern", `{` + cloudFront + `, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::assets*"}`, "OAC", "bucket", "off", Yes, "", "S3 bucket policies"},
		{"no ARN", `{` + cloudFront + `, "Action": "s3:GetObject", "Resource": "assets/*"}`, "OAC", "bucket", "off", No, "", "IAM Resource"},
		{"another bucket", `{` + cloudFront + `, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::media/*"}`, "OAC", "bucket", "off", No, "", "IAM Resource"},

		// The distribution.
		{"exact", condition("StringEquals", "AWS:SourceArn", exact), "OAC", "key", "off", Yes, "", "CloudFront OAC"},
		{"key names ignore case", condition("StringEquals", "aws:sourcearn", exact), "OAC", "key", "off", Yes, "", "IAM Condition"},
		{"ArnEquals", condition("ArnEquals", "AWS:SourceArn", exact), "OAC", "key", "off", Yes, "", "IAM operators"},
		{"one of several", condition("ArnLike", "AWS:SourceArn", `["arn:aws:cloudfront::$ACCOUNT:distribution/$OTHER", `+exact+`]`), "OAC", "key", "off", Yes, "", "IAM multiple values"},
		{"another distribution", condition("StringEquals", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/$OTHER"`), "OAC", "key", "off", No, "CloudFront sends", "IAM operators"},
		{"a literal distribution", condition("StringEquals", "AWS:SourceArn", `"arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"`), "OAC", "key", "off", Unknown, "literal", "the id may be this one's"},
		{"a quoted reference", condition("StringEquals", "AWS:SourceArn", `"aws_cloudfront_distribution.cdn.arn"`), "OAC", "key", "off", No, "but CloudFront sends", "seen in the wild"},
		{"a quoted reference under an ARN operator", condition("ArnEquals", "AWS:SourceArn", `"aws_cloudfront_distribution.cdn.arn"`), "OAC", "key", "off", No, "that is no ARN", "seen in the wild"},
		{"all under ArnLike", condition("ArnLike", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/*"`), "OAC", "key", "off", Yes, "", "IAM operators"},
		{"all under StringLike", condition("StringLike", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/*"`), "OAC", "key", "off", Yes, "", "IAM operators"},
		{"all under ArnEquals", condition("ArnEquals", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/*"`), "OAC", "key", "off", Yes, "", "IAM ArnEquals is ArnLike"},
		{"all under StringEquals", condition("StringEquals", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/*"`), "OAC", "key", "off", No, "stands for itself", "IAM operators"},
		{"star spans colons in StringLike", condition("StringLike", "AWS:SourceArn", `"arn:aws:cloudfront:*"`), "OAC", "key", "off", Yes, "", "IAM operators"},
		{"star spans no colons in ArnLike", condition("ArnLike", "AWS:SourceArn", `"arn:aws:cloudfront:*"`), "OAC", "key", "off", No, "", "IAM operators"},
		{"account of the stack", condition("StringEquals", "AWS:SourceAccount", `"$ACCOUNT"`), "OAC", "key", "off", Yes, "", "KMS services in key policies"},
		{"a literal account", condition("StringEquals", "AWS:SourceAccount", `"111122223333"`), "OAC", "key", "off", Unknown, "", "the account may be this one"},
		{"an OAI sends no source", condition("StringEquals", "AWS:SourceArn", exact), "OAI", "key", "off", No, "", "KMS services in key policies"},
		{"an unknown value", condition("StringEquals", "AWS:SourceArn", `"$UNKNOWN"`), "OAC", "key", "off", Unknown, "var.x has no default", ""},
		{"an unknown id", condition("StringEquals", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/$UNKNOWN"`), "OAC", "key", "off", Unknown, "var.x has no default", ""},
		{"unknown, but another service's", condition("StringEquals", "AWS:SourceArn", `"arn:aws:sns:us-east-1:$ACCOUNT:$UNKNOWN"`), "OAC", "key", "off", No, "", "IAM operators"},
		{"another partition", condition("StringEquals", "AWS:SourceArn", `"arn:aws-cn:cloudfront::$ACCOUNT:distribution/$CDN"`), "OAC", "key", "off", No, "", "ARN forms"},

		// The encryption context.
		{"bucket ARN, bucket keys off", condition("StringEquals", context, `"arn:aws:s3:::assets"`), "OAC", "key", "off", No, "object's ARN", "S3 encryption context"},
		{"bucket ARN, bucket keys on", condition("StringEquals", context, `"arn:aws:s3:::assets"`), "OAC", "key", "on", Yes, "", "S3 bucket keys"},
		{"bucket ARN, not known", condition("StringEquals", context, `"arn:aws:s3:::assets"`), "OAC", "key", "unknown", Unknown, "", "S3 bucket keys"},
		{"bucket ARN under ArnEquals, off", condition("ArnEquals", context, `"arn:aws:s3:::assets"`), "OAC", "key", "off", No, "object's ARN", "S3 encryption context"},
		{"bucket ARN under ArnLike, on", condition("ArnLike", context, `"arn:aws:s3:::assets"`), "OAC", "key", "on", Yes, "", "S3 bucket keys"},
		{"object pattern, off", condition("StringLike", context, `"arn:aws:s3:::assets/*"`), "OAC", "key", "off", Yes, "", "S3 encryption context"},
		{"object pattern under ArnEquals, off", condition("ArnEquals", context, `"arn:aws:s3:::assets/*"`), "OAC", "key", "off", Yes, "", "IAM ArnEquals is ArnLike"},
		{"object pattern, on", condition("ArnLike", context, `"arn:aws:s3:::assets/*"`), "OAC", "key", "on", No, "bucket's ARN", "S3 bucket keys"},
		{"object pattern under StringEquals", condition("StringEquals", context, `"arn:aws:s3:::assets/*"`), "OAC", "key", "off", No, "stands for itself", "IAM operators"},
		{"both, off", condition("ArnLike", context, `["arn:aws:s3:::assets", "arn:aws:s3:::assets/*"]`), "OAC", "key", "off", Yes, "", "S3 bucket keys"},
		{"both, on", condition("ArnLike", context, `["arn:aws:s3:::assets", "arn:aws:s3:::assets/*"]`), "OAC", "key", "on", Yes, "", "S3 bucket keys"},
		{"both, not known", condition("ArnLike", context, `["arn:aws:s3:::assets", "arn:aws:s3:::assets/*"]`), "OAC", "key", "unknown", Yes, "", "S3 bucket keys"},
		{"prefix pattern, off", condition("StringLike", context, `"arn:aws:s3:::assets*"`), "OAC", "key", "off", Yes, "", "IAM operators"},
		{"another bucket", condition("ArnLike", context, `"arn:aws:s3:::media/*"`), "OAC", "key", "off", No, "", "IAM operators"},

		// Other keys and operators.
		{"ViaService is undocumented", condition("StringEquals", "kms:ViaService", `"s3.us-east-1.amazonaws.com"`), "OAC", "key", "off", Unknown, "does not document", "not documented"},
		{"CallerAccount is undocumented", condition("StringEquals", "kms:CallerAccount", `"$ACCOUNT"`), "OAC", "key", "off", Unknown, "does not document", "not documented"},
		{"a service has no organisation", condition("StringEquals", "aws:PrincipalOrgID", `"o-1"`), "OAC", "key", "off", No, "sends no", "IAM Access Analyzer"},
		{"IfExists holds without the key", condition("StringEqualsIfExists", "aws:PrincipalOrgID", `"o-1"`), "OAC", "key", "off", Yes, "", "IAM IfExists"},
		{"IfExists compares where there is one", condition("StringEqualsIfExists", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/$OTHER"`), "OAC", "key", "off", No, "", "IAM IfExists"},
		{"negated holds without the key", condition("StringNotEquals", "aws:PrincipalOrgID", `"o-1"`), "OAC", "key", "off", Yes, "", "IAM missing keys"},
		{"ForAllValues holds without the key", condition("ForAllValues:StringEquals", "aws:PrincipalOrgID", `"o-1"`), "OAC", "key", "off", Yes, "", "IAM set operators"},
		{"ForAnyValue does not", condition("ForAnyValue:StringEquals", "aws:PrincipalOrgID", `"o-1"`), "OAC", "key", "off", No, "", "IAM set operators"},
		{"Null true", condition("Null", "aws:PrincipalOrgID", `"true"`), "OAC", "key", "off", Yes, "", "IAM Null"},
		{"Null false", condition("Null", "AWS:SourceArn", `"false"`), "OAC", "key", "off", Yes, "", "IAM Null"},
		{"Null against it", condition("Null", "AWS:SourceArn", `"true"`), "OAC", "key", "off", No, "", "IAM Null"},
		{"Bool", condition("Bool", "aws:SecureTransport", `"true"`), "OAC", "key", "off", Yes, "", "IAM Bool"},
		{"Bool as a JSON boolean", condition("Bool", "aws:SecureTransport", `true`), "OAC", "key", "off", Yes, "", "IAM Bool"},
		{"Bool against it", condition("Bool", "aws:PrincipalIsAWSService", `"false"`), "OAC", "key", "off", No, "", "data perimeters"},
		{"negated with several values", condition("StringNotEquals", "AWS:SourceArn", `["arn:aws:cloudfront::$ACCOUNT:distribution/$OTHER", `+exact+`]`), "OAC", "key", "off", No, "", "IAM NOR"},
		{"two keys are both needed", allow(`"Condition": {"StringEquals": {"AWS:SourceArn": ` + exact + `, "aws:PrincipalOrgID": "o-1"}}`), "OAC", "key", "off", No, "", "IAM AND"},
		{"ignoring case", condition("StringEqualsIgnoreCase", "aws:SecureTransport", `"TRUE"`), "OAC", "key", "off", Yes, "", "IAM operators"},

		// Deny.
		{"Deny wins", allow(`"Sid": "a"`) + `, {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}`, "OAC", "key", "off", No, "", "IAM evaluation logic"},
		{"Deny outside the organisation", allow(`"Sid": "a"`) + `, {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}`, "OAC", "key", "off", No, "", "IAM missing keys"},
		{"Deny that exempts services", allow(`"Sid": "a"`) + `, {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:PrincipalIsAWSService": "false"}}}`, "OAC", "key", "off", Yes, "", "data perimeters"},
		{"Deny on plain HTTP", allow(`"Sid": "a"`) + `, {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`, "OAC", "key", "off", Yes, "", "IAM Bool"},
		{"Deny by address", allow(`"Sid": "a"`) + `, {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}`, "OAC", "key", "off", Unknown, "does not document", "KMS global keys"},
		{"Deny on another action", allow(`"Sid": "a"`) + `, {"Effect": "Deny", "Principal": "*", "Action": "kms:ScheduleKeyDeletion", "Resource": "*"}`, "OAC", "key", "off", Yes, "", "IAM evaluation logic"},
		{"Deny of all but the service", allow(`"Sid": "a"`) + `, {"Effect": "Deny", "NotPrincipal": {"Service": "cloudfront.amazonaws.com"}, "Action": "kms:*", "Resource": "*"}`, "OAC", "key", "off", Yes, "", "IAM NotPrincipal"},
		{"nothing", `{"Effect": "Deny", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}`, "OAC", "key", "off", No, "", "IAM implicit deny"},
	}
	if len(tests) < 100 {
		t.Errorf("the table has %d rows", len(tests))
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			decision := statement(t, test.statement).Evaluate(request(test.who, test.role, test.bucketKey), value.NewWorld())
			if decision.Allowed != test.want {
				t.Fatalf("allowed = %v, want %v (%+v)", decision.Allowed, test.want, decision.Matches)
			}
			if test.reason == "" {
				return
			}
			reasons := decision.Reasons
			for _, match := range decision.Matches {
				reasons = append(reasons, match.Reasons()...)
			}
			for _, reason := range reasons {
				if strings.Contains(reason.Text, test.reason) {
					return
				}
			}
			t.Errorf("reasons = %+v, want one with %q", reasons, test.reason)
		})
	}
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
