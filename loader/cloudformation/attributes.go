package cloudformation

import (
	"slices"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// The resource types that become nodes of their own.
const (
	distributionType           = "AWS::CloudFront::Distribution"
	oaiType                    = "AWS::CloudFront::CloudFrontOriginAccessIdentity"
	oacType                    = "AWS::CloudFront::OriginAccessControl"
	functionType               = "AWS::CloudFront::Function"
	cachePolicyType            = "AWS::CloudFront::CachePolicy"
	originRequestPolicyType    = "AWS::CloudFront::OriginRequestPolicy"
	bucketType                 = "AWS::S3::Bucket"
	bucketPolicyType           = "AWS::S3::BucketPolicy"
	accessPointType            = "AWS::S3::AccessPoint"
	multiRegionAccessPointType = "AWS::S3::MultiRegionAccessPoint"
	keyType                    = "AWS::KMS::Key"
	replicaKeyType             = "AWS::KMS::ReplicaKey"
	aliasType                  = "AWS::KMS::Alias"
	stackType                  = "AWS::CloudFormation::Stack"
	applicationType            = "AWS::Serverless::Application"
)

func resourceType(resource *source.Node) string {
	if kind := resource.Get("Type"); kind != nil {
		return kind.Text
	}
	return ""
}

// refAttribute is what Ref returns of a type: "Ref" and the "Return values" of
// each type in the CloudFormation User Guide.
func refAttribute(kind string) value.Attribute {
	switch kind {
	case bucketType, aliasType:
		return value.Name
	default:
		return value.ID
	}
}

// getAttAttributes are those that getAttAttribute knows, by type.
var getAttAttributes = map[string]map[string]value.Attribute{
	bucketType: {
		"Arn": value.ARN, "DomainName": value.DomainName, "RegionalDomainName": value.RegionalDomainName,
		"DualStackDomainName": value.DualStackDomainName, "WebsiteURL": value.WebsiteURL,
	},
	keyType:                    {"Arn": value.ARN, "KeyId": value.ID},
	replicaKeyType:             {"Arn": value.ARN, "KeyId": value.ID},
	accessPointType:            {"Arn": value.ARN, "Alias": value.AccessPointAlias},
	multiRegionAccessPointType: {"Alias": value.AccessPointAlias},
	oaiType:                    {"Id": value.ID, "S3CanonicalUserId": value.CanonicalUser},
	oacType:                    {"Id": value.ID},
	// It has no attribute Arn, although templates ask for one.
	distributionType: {"Id": value.ID, "DomainName": value.DomainName},
}

// getAttAttribute translates an attribute of Fn::GetAtt. ok is false where a type
// has no such attribute, as far as all attributes of the type are known here.
func getAttAttribute(kind, name string) (attribute value.Attribute, ok bool) {
	known, listed := getAttAttributes[kind]
	if attribute, ok := known[name]; ok {
		return attribute, true
	}
	complete := listed && !slices.Contains([]string{bucketType, accessPointType, multiRegionAccessPointType}, kind)
	return value.Attribute(name), !complete
}
