package suggest

import (
	"fmt"
	"path"
	"strings"

	"github.com/originkey/originkey/internal/graph"
)

// replaceIdentity writes the origin access control for an origin that reads
// through an origin access identity or unsigned.
func (s *suggester) replaceIdentity(origin *graph.Node) {
	distribution := s.graph.Node(origin.Parent)
	if distribution == nil {
		return
	}
	identified := !origin.Attribute("origin_access_identity").IsAbsent()
	instead := func(setting string) string {
		if identified {
			return "in the origin, instead of " + setting
		}
		return "in the origin"
	}
	control := s.control(distribution)
	switch language := s.language(distribution); language {
	case templateYAML:
		logical := logicalID(distribution) + "OriginAccessControl"
		if control != nil {
			s.add(instead("the origin access identity"), fmt.Sprintf("OriginAccessControlId: !GetAtt %s.Id\nS3OriginConfig:\n  OriginAccessIdentity: \"\"", logicalID(control)), language)
			return
		}
		s.add("a resource", fmt.Sprintf(`%s:
  Type: AWS::CloudFront::OriginAccessControl
  Properties:
    OriginAccessControlConfig:
      Name: !Sub ${AWS::StackName}-%s
      OriginAccessControlOriginType: s3
      SigningBehavior: always
      SigningProtocol: sigv4`, logical, strings.ToLower(logicalID(distribution))), language)
		s.add(instead("the origin access identity"), fmt.Sprintf("OriginAccessControlId: !GetAtt %s.Id\nS3OriginConfig:\n  OriginAccessIdentity: \"\"", logical), language)
	case templateJSON:
		logical := logicalID(distribution) + "OriginAccessControl"
		if control != nil {
			s.add(instead("the origin access identity"), fmt.Sprintf("\"OriginAccessControlId\": { \"Fn::GetAtt\": [%q, \"Id\"] },\n\"S3OriginConfig\": { \"OriginAccessIdentity\": \"\" }", logicalID(control)), language)
			return
		}
		s.add("a resource", fmt.Sprintf(`%q: {
  "Type": "AWS::CloudFront::OriginAccessControl",
  "Properties": {
    "OriginAccessControlConfig": {
      "Name": { "Fn::Sub": "${AWS::StackName}-%s" },
      "OriginAccessControlOriginType": "s3",
      "SigningBehavior": "always",
      "SigningProtocol": "sigv4"
    }
  }
}`, logical, strings.ToLower(logicalID(distribution))), language)
		s.add(instead("the origin access identity"), fmt.Sprintf("\"OriginAccessControlId\": { \"Fn::GetAtt\": [%q, \"Id\"] },\n\"S3OriginConfig\": { \"OriginAccessIdentity\": \"\" }", logical), language)
	case cdkApp:
		s.add("in the behavior of "+distribution.Label(), "origin: origins.S3BucketOrigin.withOriginAccessControl(bucket),", language)
		s.complete = true
		s.advise("the CDK wrote this template: change the app. S3BucketOrigin.withOriginAccessControl makes the origin access control, and adds the statements for it to the policies of the bucket and of its key")
	case hclObject:
		name := resourceName(localAddress(distribution))
		if control != nil {
			s.add(instead("s3_origin_config"), fmt.Sprintf("origin_access_control_id = %s.id", localAddress(control)), language)
			return
		}
		s.add("a resource", fmt.Sprintf(`resource "aws_cloudfront_origin_access_control" %q {
  name                              = %q
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}`, name, name), language)
		s.add(instead("s3_origin_config"), fmt.Sprintf("origin_access_control_id = aws_cloudfront_origin_access_control.%s.id", name), language)
	case jsonTemplate:
		name := resourceName(localAddress(distribution))
		s.add("under resource", fmt.Sprintf(`"aws_cloudfront_origin_access_control": {
  %q: {
    "name": %q,
    "origin_access_control_origin_type": "s3",
    "signing_behavior": "always",
    "signing_protocol": "sigv4"
  }
}`, name, name), language)
		s.add(instead("s3_origin_config"), fmt.Sprintf(`"origin_access_control_id": "${aws_cloudfront_origin_access_control.%s.id}"`, name), language)
	case plainJSON:
		s.advise("create the origin access control with aws cloudfront create-origin-access-control, and set OriginAccessControlId of the origin with an empty OriginAccessIdentity by aws cloudfront update-distribution")
	}
}

// control returns an origin access control that is in scope of a distribution and
// always signs, or nil.
func (s *suggester) control(distribution *graph.Node) *graph.Node {
	for _, node := range s.graph.InUnit(distribution.Unit) {
		if node.Kind != graph.OAC || node.External != "" || strings.HasSuffix(node.Address, "]") ||
			modulePath(node.Address) != modulePath(distribution.Address) || path.Dir(node.Address) != path.Dir(distribution.Address) {
			continue
		}
		behavior, _ := node.Attribute("signing_behavior").Literal()
		kind, _ := node.Attribute("origin_type").Literal()
		if always, constant := node.When.Constant(); behavior == "always" && kind == "s3" && always && constant {
			return node
		}
	}
	return nil
}
