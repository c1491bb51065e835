package facts

import (
	"testing"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

func TestParseEndpoint(t *testing.T) {
	nowhere := source.Location{}
	text := func(s string) value.Value { return value.Text(s, nowhere) }
	reference := value.To(value.Reference{Node: "u#b", Attribute: value.Name}, "aws_s3_bucket.b", nowhere)
	region := value.To(value.Reference{Node: "u", Attribute: value.Region}, "region", nowhere)
	unknown := value.StringOf([]value.Part{{Kind: value.UnknownText, Text: "why"}}, source.Location{})
	tests := []struct {
		name   string
		domain value.Value
		kind   endpointKind
		bucket string
	}{
		{"global", text("assets.s3.amazonaws.com"), restEndpoint, "assets"},
		{"regional", text("assets.s3.eu-west-1.amazonaws.com"), restEndpoint, "assets"},
		{"old regional", text("assets.s3-eu-west-1.amazonaws.com"), restEndpoint, "assets"},
		{"dual stack", text("assets.s3.dualstack.eu-west-1.amazonaws.com"), restEndpoint, "assets"},
		{"China", text("assets.s3.cn-north-1.amazonaws.com.cn"), restEndpoint, "assets"},
		{"name with dots", text("www.example.com.s3.eu-west-1.amazonaws.com"), restEndpoint, "www.example.com"},
		{"name that holds s3", text("my.s3.assets.s3.amazonaws.com"), restEndpoint, "my.s3.assets"},
		{"website with dash", text("assets.s3-website-eu-west-1.amazonaws.com"), websiteEndpoint, "assets"},
		{"website with dot", text("assets.s3-website.eu-central-1.amazonaws.com"), websiteEndpoint, "assets"},
		{"access point", text("ap-111122223333.s3-accesspoint.eu-west-1.amazonaws.com"), accessPointEndpoint, ""},
		{"multi-Region access point", text("mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"), accessPointEndpoint, ""},
		{"reference and Region", value.Concat(nowhere, reference, text(".s3."), region, text(".amazonaws.com")), restEndpoint, "aws_s3_bucket.b"},
		{"prefix and reference", value.Concat(nowhere, text("site-"), reference, text(".s3.amazonaws.com")), restEndpoint, "site-${aws_s3_bucket.b}"},
		{"unknown name", value.Concat(nowhere, unknown, text(".s3.amazonaws.com")), restEndpoint, "(unknown)"},
		{"load balancer", text("lb-1.eu-west-1.elb.amazonaws.com"), otherEndpoint, ""},
		{"own host", text("www.example.com"), otherEndpoint, ""},
		{"unknown host of an own domain", value.Concat(nowhere, unknown, text(".example.com")), otherEndpoint, ""},
		{"unknown", unknown, unknownEndpoint, ""},
		{"unknown value", value.NotKnown("why", nowhere), unknownEndpoint, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			kind, bucket := parseEndpoint(test.domain)
			if kind != test.kind {
				t.Fatalf("kind = %d, want %d", kind, test.kind)
			}
			if test.bucket != "" && bucket.String() != test.bucket {
				t.Errorf("bucket = %q, want %q", bucket, test.bucket)
			}
		})
	}
}
