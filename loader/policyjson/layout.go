package policyjson

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// A subject is what a file of a snapshot is about, as its path says.
type subject string

const (
	distributionPart subject = "distribution"
	controlPart      subject = "origin access control"
	identityPart     subject = "origin access identity"
	encryptionPart   subject = "encryption"
	bucketPolicyPart subject = "bucket policy"
	locationPart     subject = "location"
	keyPart          subject = "key"
	keyPolicyPart    subject = "key policy"
	grantsPart       subject = "grants"
	aliasesPart      subject = "aliases"
)

// layout holds the paths of a snapshot, each with the folder of the snapshot and
// the id or name of what the file is about. AWS publishes no form of CloudFront's
// ids; all that are known are upper-case letters and digits.
var layout = []struct {
	form *regexp.Regexp
	part subject
}{
	{regexp.MustCompile(`^(?:(.*)/)?distributions/([0-9A-Z]{8,20})\.json$`), distributionPart},
	{regexp.MustCompile(`^(?:(.*)/)?origin-access-controls/([0-9A-Z]{8,20})\.json$`), controlPart},
	{regexp.MustCompile(`^(?:(.*)/)?origin-access-identities/([0-9A-Z]{8,20})\.json$`), identityPart},
	{regexp.MustCompile(`^(?:(.*)/)?buckets/([0-9a-z][0-9a-z.-]{1,61}[0-9a-z])/encryption\.json$`), encryptionPart},
	{regexp.MustCompile(`^(?:(.*)/)?buckets/([0-9a-z][0-9a-z.-]{1,61}[0-9a-z])/policy\.json$`), bucketPolicyPart},
	{regexp.MustCompile(`^(?:(.*)/)?buckets/([0-9a-z][0-9a-z.-]{1,61}[0-9a-z])/location\.json$`), locationPart},
	{regexp.MustCompile(`^(?:(.*)/)?keys/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})/key\.json$`), keyPart},
	{regexp.MustCompile(`^(?:(.*)/)?keys/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})/policy\.json$`), keyPolicyPart},
	{regexp.MustCompile(`^(?:(.*)/)?keys/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})/grants\.json$`), grantsPart},
}

// place says what a path means in the layout of a snapshot: part is "" where it
// is none of its files. folder is the unit that the file belongs to, name the id
// or name of what it is about.
func place(file string) (folder string, what subject, name string) {
	for _, entry := range layout {
		if match := entry.form.FindStringSubmatch(file); match != nil {
			return path.Clean(match[1]), entry.part, match[2]
		}
	}
	if path.Base(file) == "aliases.json" {
		return path.Dir(file), aliasesPart, ""
	}
	return path.Dir(file), "", ""
}

// Folder returns the folder of the unit that a file belongs to: that of the
// snapshot whose layout its path follows, else the file's own.
func Folder(file string) string {
	folder, _, _ := place(file)
	return folder
}

// outputs holds, for each output of the AWS CLI, names of keys that it has and
// that together tell it from other JSON.
var outputs = [][]string{
	{"Statement", "Effect"},
	// kms get-key-policy, s3api get-bucket-policy.
	{"Policy", "PolicyName"},
	{"Policy", `\"Statement\"`},
	// cloudfront get-distribution, get-distribution-config, list-distributions.
	{"DefaultCacheBehavior", "Origins", "TargetOriginId"},
	{"DistributionList", "MaxItems"},
	// cloudfront get-origin-access-control(-config), list-origin-access-controls.
	{"OriginAccessControlOriginType", "SigningBehavior"},
	{"OriginAccessControlList"},
	// cloudfront get-cloud-front-origin-access-identity(-config) and the list.
	{"CloudFrontOriginAccessIdentity"},
	{"CloudFrontOriginAccessIdentityConfig"},
	{"CloudFrontOriginAccessIdentityList"},
	// s3api get-bucket-encryption. get-bucket-location says nothing where no
	// path says of which bucket.
	{"ServerSideEncryptionConfiguration", "SSEAlgorithm"},
	// kms describe-key, list-aliases, list-grants.
	{"KeyMetadata", "KeyId"},
	{"Aliases", "AliasArn"},
	{"Grants", "GranteePrincipal"},
}

// Sniff reports whether a file may hold a policy, an output of the AWS CLI or a
// part of a snapshot, from its path and its raw bytes.
func Sniff(file string, text []byte) bool {
	if path.Ext(file) != ".json" {
		return false
	}
	if _, what, _ := place(file); what != "" && what != aliasesPart {
		return true
	}
	for _, keys := range outputs {
		if holdsAll(text, keys) {
			return true
		}
	}
	return false
}

func holdsAll(text []byte, keys []string) bool {
	for _, key := range keys {
		if !strings.HasPrefix(key, `\`) {
			key = `"` + key + `"`
		}
		if !bytes.Contains(text, []byte(key)) {
			return false
		}
	}
	return true
}
