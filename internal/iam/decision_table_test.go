package iam

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/value"
)

// awsSays is how AWS behaves, with where it says so: what the rows of the decision
// table cite. The numbers are those of the project's notes: 1 to 3 are about
// identities, 4 about the encryption context, 5 about key policies, 6 about the
// evaluation of policies, 7 about S3, and 11 about what is open.
var awsSays = map[string]string{
	"2.1":  "CloudFront Developer Guide, Restricting access with an OAI: the principal's ARN has the account cloudfront and spaces in its name",
	"2.2":  "S3 User Guide, Specifying a principal: an OAI may be named by its canonical user",
	"2.4":  "Terraform provider, origin_access_identity.go: the ARN has the partition of the Region",
	"2.6":  "Terraform provider, origin_access_identity.go: the ARN of the resource is not that of the principal",
	"2.7":  "nowhere documented: user/CloudFront OAI (E...)",
	"2.12": "AWS, data-perimeter-policy-examples: an OAI has an aws:PrincipalArn and is no AWS service",
	"3.1":  "CloudFront Developer Guide, Restricting access to an S3 origin, SSE-KMS: the documented statement; a quoted reference was seen in the wild",
	"3.2":  "CloudFront Developer Guide, Restricting access to an S3 origin: the documented bucket policy",
	"3.5":  "Service Authorization Reference, CloudFront: the ARN of a distribution has no Region",
	"3.6":  "KMS Developer Guide, Permissions for AWS services in key policies: aws:SourceArn and aws:SourceAccount come with requests of services only",

	"4.1": "S3 User Guide, Using SSE-KMS: without a bucket key the object's ARN is the encryption context, with one the bucket's",
	"4.2": "S3 User Guide, S3 Bucket Keys: policies with object ARNs do not work with a bucket key",
	"4.3": "S3 User Guide, S3 Bucket Keys: only new objects use it, so that a condition names both",
	"4.5": "KMS Developer Guide, kms:EncryptionContext:context-key: a single text",
	"4.6": "KMS Developer Guide, kms:EncryptionContext:context-key: the name of the key is not case-sensitive",
	"4.7": "KMS Developer Guide, kms:EncryptionContext:context-key: ForAllValues also holds without the key",
	"4.8": "IAM User Guide, Condition operators: ArnEquals and ArnLike behave identically",
	"4.9": "IAM User Guide, Condition operators: each component of an ARN is compared, and * is literal under StringEquals",
	"4m1": "from 4.1 to 4.9: the bucket's ARN",
	"4m2": "from 4.1 to 4.9: the bucket's objects, with wildcards",
	"4m3": "from 4.1 to 4.9: the bucket's objects, under StringEquals",
	"4m4": "from 4.1 to 4.9: the bucket and its objects",
	"4m5": "from 4.1 to 4.9: a prefix of the bucket's name",

	"5.resource":      "KMS Developer Guide, Key policies: * is this key; a statement without Resource or Action has no effect",
	"5.own":           "AWS Solutions Constructs, key-policy-updater: the key's own ARN works",
	"5.other":         "IAM User Guide, Resource: another key's or service's ARN matches no request for this key",
	"5.alias":         "KMS Developer Guide, Specifying KMS keys in IAM policy statements: an alias is no key; of key policies it says nothing",
	"5.root":          "KMS Developer Guide, Default key policy: an account delegates to its IAM policies; a service or an OAI has none",
	"5.everyone":      "KMS Developer Guide, Key policies: * is every identity in every account",
	"5.principals":    "re:Post, kms-policy-error-invalid-principals: no wildcards in principals, no groups, unique ids of what was deleted",
	"5.deny":          "IAM User Guide, Policy evaluation logic: an explicit deny overrides",
	"5.notprincipal":  "IAM User Guide, NotPrincipal: with Deny; with Allow not supported",
	"5.viaservice":    "KMS Developer Guide, kms:ViaService: for forward access sessions; of CloudFront it says nothing",
	"5.calleraccount": "KMS Developer Guide, kms:CallerAccount: users and roles of an account; of services it says nothing",
	"5.grants":        "KMS Developer Guide, condition keys for grants: requests about grants only",
	"5.context":       "KMS Developer Guide, Permissions for AWS services in key policies: the encryption context besides the source",
	"5.version":       "KMS Developer Guide, Key policies; IAM User Guide, Version: without Version it is 2008-10-17, without variables",
	"5.keytype":       "KMS Developer Guide, kms:KeySpec and kms:KeyUsage; S3 works with symmetric keys",

	"6.1":  "IAM User Guide, Action: case-insensitive, with * and ?",
	"6.2":  "IAM User Guide, Resource: * and ? in ARNs, * spans /",
	"6.3":  "IAM User Guide, Condition operators",
	"6.4":  "IAM User Guide, Condition: names of keys are case-insensitive",
	"6.5":  "IAM User Guide, Condition operators, IfExists: what a missing key does",
	"6.6":  "IAM User Guide, Conditions with multiple keys or values: keys AND, values OR, negated NOR",
	"6.7":  "IAM User Guide, Set operators: ForAllValues holds without the key, ForAnyValue does not",
	"6.8":  "IAM User Guide, Principal: no wildcard in part of a name; S3 User Guide: {\"AWS\": \"*\"} is every identity",
	"6.9":  "IAM User Guide, Principal: several types are alternatives",
	"6.10": "IAM User Guide, Policy evaluation logic: statements are alternatives, implicit deny",
	"6.11": "IAM User Guide, Variables and tags: by Version, in String and ARN conditions and Resource; ${*} ${?} ${$}; defaults; without a value",
	"6.12": "IAM User Guide, Principal: unique ids are left of what was deleted",
	"6.14": "KMS Developer Guide, Using IAM global conditions: network keys may break what services do",

	"7.tls":     "AWS Storage Blog, Enforcing TLS 1.2: S3 accepts TLS 1.2 and 1.3 only",
	"7.headers": "S3 User Guide, Using SSE-KMS: a GET has no encryption headers",
	"7.sigv4":   "CloudFront API Reference, OriginAccessControlConfig: sigv4 is the only protocol",
	"11.3":      "open: whether * of an Allow in a key policy takes in a service",
	"11.8":      "CloudFront Developer Guide, HTTPS to your S3 origin: CloudFront uses the viewer's protocol",
	"literal":   "design: an id that AWS makes and one that is written down may be the same",
}

// A decisionRow says what AWS does with a policy and a request.
type decisionRow struct {
	// cites is the key of awsSays.
	cites string
	name  string
	// request names one of decisionRequests.
	request string
	// policy is a list of statements, separated by ";;", as members of JSON
	// objects. What a statement does not say is that of the plain one that
	// allows the request; null leaves an element away. Denies follow the
	// plain statement. "2008;;" in front is the older Version.
	policy string
	want   Truth
	// reason is part of why the answer is not Yes.
	reason string
}

// decisionRequests are the requests of the table: who asks, whose policy, the
// setting of bucket keys, and the action.
var decisionRequests = map[string]struct{ who, role, bucketKey, action string }{
	"decrypt":     {"OAC", "key", "off", "kms:Decrypt"},
	"decrypt on":  {"OAC", "key", "on", "kms:Decrypt"},
	"decrypt ?":   {"OAC", "key", "unknown", "kms:Decrypt"},
	"data key":    {"OAC", "key", "off", "kms:GenerateDataKey"},
	"read":        {"OAC", "bucket", "off", "s3:GetObject"},
	"upload":      {"OAC", "bucket", "off", "s3:PutObject"},
	"OAI decrypt": {"OAI", "key", "off", "kms:Decrypt"},
	"OAI read":    {"OAI", "bucket", "off", "s3:GetObject"},
}

func (row decisionRow) document(t *testing.T) (*Document, Request) {
	t.Helper()
	kind, ok := decisionRequests[row.request]
	if !ok {
		t.Fatalf("%s: no request %q", row.name, row.request)
	}
	q := request(kind.who, kind.role, kind.bucketKey)
	q.Action = kind.action
	plain := map[string]string{"Effect": `"Allow"`, "Principal": `{"Service": "cloudfront.amazonaws.com"}`, "Action": fmt.Sprintf("%q", kind.action), "Resource": `"*"`}
	if kind.who == "OAI" {
		plain["Principal"] = `{"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"}`
	}
	if kind.role == "bucket" {
		plain["Resource"] = `"arn:aws:s3:::assets/*"`
	}
	version := "2012-10-17"
	policy, older := strings.CutPrefix(row.policy, "2008;;")
	if older {
		version = "2008-10-17"
	}
	var statements []string
	denies := true
	for _, members := range strings.Split(policy, ";;") {
		written := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte("{"+members+"}"), &written); err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		denies = denies && string(written["Effect"]) == `"Deny"`
		var elements []string
		for element, text := range plain {
			if _, said := written[element]; !said {
				if _, not := written["Not"+element]; !not {
					elements = append(elements, fmt.Sprintf("%q: %s", element, text))
				}
			}
		}
		for element, text := range written {
			elements = append(elements, fmt.Sprintf("%q: %s", element, text))
		}
		slices.Sort(elements)
		statements = append(statements, "{"+strings.Join(elements, ", ")+"}")
	}
	if denies {
		statements = append([]string{fmt.Sprintf(`{"Effect": "Allow", "Principal": %s, "Action": %s, "Resource": %s}`, plain["Principal"], plain["Action"], plain["Resource"])}, statements...)
	}
	return Parse(symbolic(fmt.Sprintf(`{"Version": %q, "Statement": [%s]}`, version, strings.Join(statements, ", ")))), q
}

func TestDecisionTable(t *testing.T) {
	names := map[string]bool{}
	cited := map[string]bool{}
	fromTheMatrices := 0
	for _, row := range decisionTable {
		t.Run(row.name, func(t *testing.T) {
			document, q := row.document(t)
			decision := document.Evaluate(q, value.NewWorld())
			if decision.Allowed != row.want {
				t.Errorf("%v, want %v, by %s: %s", decision.Allowed, row.want, row.cites, awsSays[row.cites])
			}
			var texts []string
			for _, reason := range decision.Reasons {
				texts = append(texts, reason.Text)
			}
			for _, match := range decision.Matches {
				for _, reason := range match.Reasons() {
					texts = append(texts, reason.Text)
				}
				if match.Applies() != Yes && len(match.Reasons()) == 0 {
					t.Errorf("statement %d says %v and not why", match.Statement.Index+1, match.Applies())
				}
			}
			if row.reason != "" && !strings.Contains(strings.Join(texts, "; "), row.reason) {
				t.Errorf("reasons are %q, want %q among them", texts, row.reason)
			}
			if decision.Allowed == Unknown && len(decision.Reasons) == 0 {
				t.Error("it does not say what is unknown")
			}
		})
		if names[row.name] {
			t.Errorf("two rows are called %q", row.name)
		}
		names[row.name] = true
		if awsSays[row.cites] == "" {
			t.Errorf("%s cites %q, which is not there", row.name, row.cites)
		}
		cited[row.cites] = true
		if strings.ContainsAny(row.cites[:1], "456") {
			fromTheMatrices++
		}
	}
	for fact := range awsSays {
		if !cited[fact] {
			t.Errorf("no row shows %s: %s", fact, awsSays[fact])
		}
	}
	if len(decisionTable) < 150 || fromTheMatrices < 40 {
		t.Errorf("%d rows, %d of them of sections 4 to 6", len(decisionTable), fromTheMatrices)
	}
}

// when writes a condition as a member of a statement.
func when(operator, key, values string) string {
	return fmt.Sprintf(`"Condition": {%q: {%q: %s}}`, operator, key, values)
}

// deny writes a Deny for everyone with a condition.
func deny(operator, key, values string) string {
	return `"Effect": "Deny", "Principal": "*", ` + when(operator, key, values)
}

const (
	exactly   = `"arn:aws:cloudfront::$ACCOUNT:distribution/$CDN"`
	different = `"arn:aws:cloudfront::$ACCOUNT:distribution/$OTHER"`
	objectARN = "kms:EncryptionContext:aws:s3:arn"
	bucket    = `"arn:aws:s3:::assets"`
	objects   = `"arn:aws:s3:::assets/*"`
)

var decisionTable = []decisionRow{
	// Who is named: services.
	{"3.1", "the service", "decrypt", ``, Yes, ""},
	{"3.1", "the service and the account", "decrypt", `"Principal": {"AWS": "arn:aws:iam::111122223333:root", "Service": "cloudfront.amazonaws.com"}, ` + when("StringEquals", "AWS:SourceArn", exactly), Yes, ""},
	{"3.1", "the actions that AWS documents", "decrypt", `"Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"]`, Yes, ""},
	{"3.1", "the actions that AWS documents, for an upload", "data key", `"Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"]`, Yes, ""},
	{"6.9", "a list of services", "decrypt", `"Principal": {"Service": ["s3.amazonaws.com", "cloudfront.amazonaws.com"]}`, Yes, ""},
	{"6.9", "mixed types are alternatives", "decrypt", `"Principal": {"AWS": "111122223333", "CanonicalUser": "79a59df9", "Service": "cloudfront.amazonaws.com"}`, Yes, ""},
	{"6.8", "another service", "decrypt", `"Principal": {"Service": "delivery.logs.amazonaws.com"}`, No, "does not name CloudFront"},
	{"6.8", "a service of a Region", "decrypt", `"Principal": {"Service": "logs.$REGION.amazonaws.com"}`, No, "does not name CloudFront"},
	{"6.8", "the service with a wildcard", "decrypt", `"Principal": {"Service": "cloudfront*"}`, No, "does not name CloudFront"},
	{"6.8", "Lambda@Edge", "decrypt", `"Principal": {"Service": "edgelambda.amazonaws.com"}`, No, "does not name CloudFront"},
	{"6.8", "the service as AWS", "decrypt", `"Principal": {"AWS": "cloudfront.amazonaws.com"}`, No, "does not name CloudFront"},
	{"6.8", "the service in China", "decrypt", `"Principal": {"Service": "cloudfront.amazonaws.com.cn"}`, Yes, ""},
	{"6.8", "the service with a Region", "decrypt", `"Principal": {"Service": "cloudfront.us-east-1.amazonaws.com"}`, Unknown, "is CloudFront is not known"},
	{"6.8", "the service in capitals", "decrypt", `"Principal": {"Service": "CloudFront.amazonaws.com"}`, Unknown, "is CloudFront is not known"},
	{"6.8", "every service", "decrypt", `"Principal": {"Service": "*"}`, Unknown, "does not document"},
	{"6.8", "a service that is not known", "decrypt", `"Principal": {"Service": "$UNKNOWN"}`, Unknown, "var.x has no default"},
	{"6.8", "a federated principal", "decrypt", `"Principal": {"Federated": "cognito-identity.amazonaws.com"}`, No, "does not name CloudFront"},

	// Accounts, users and roles.
	{"5.root", "the root of an account and a service", "decrypt", `"Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*"`, No, "does not name CloudFront"},
	{"5.root", "the id of an account and a service", "decrypt", `"Principal": {"AWS": "111122223333"}, "Action": "kms:*"`, No, "does not name CloudFront"},
	{"5.root", "the own account and a service", "decrypt", `"Principal": {"AWS": "arn:aws:iam::$ACCOUNT:root"}, "Action": "kms:*"`, No, "does not name CloudFront"},
	{"5.root", "the root of an account and an OAI", "OAI decrypt", `"Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*"`, No, "does not name the origin access identity"},
	{"5.root", "the id of an account and an OAI", "OAI decrypt", `"Principal": {"AWS": "111122223333"}, "Action": "kms:*"`, No, "does not name the origin access identity"},
	{"5.root", "an account that is not known", "decrypt", `"Principal": {"AWS": "arn:aws:iam::$UNKNOWN:root"}`, No, "does not name CloudFront"},
	{"5.root", "a denied account and a service", "decrypt", `"Effect": "Deny", "Principal": {"AWS": "111122223333"}`, Yes, ""},
	{"5.root", "a denied account and an OAI", "OAI decrypt", `"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}`, Yes, ""},
	{"6.8", "a role and a service", "decrypt", `"Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}`, No, "does not name CloudFront"},
	{"6.8", "a role and an OAI", "OAI decrypt", `"Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}`, No, "does not name"},
	{"6.8", "a session of a role and an OAI", "OAI decrypt", `"Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/app/session"}`, No, "does not name"},
	{"6.8", "a user and an OAI", "OAI read", `"Principal": {"AWS": "arn:aws:iam::111122223333:user/ann"}`, No, "does not name"},
	{"6.12", "the unique id of a user", "OAI decrypt", `"Principal": {"AWS": "AIDACKCEVSQ6C2EXAMPLE"}`, No, "does not name"},
	{"6.12", "the unique id of a role", "decrypt", `"Principal": {"AWS": "AROACKCEVSQ6C2EXAMPLE"}`, No, "does not name"},
	{"5.principals", "an ARN with a wildcard names nobody", "OAI decrypt", `"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity *"}`, No, "does not name"},
	{"5.principals", "a star for the name names nobody", "OAI read", `"Principal": {"AWS": "arn:aws:iam::cloudfront:user/*"}`, No, "does not name"},
	{"5.principals", "a star for the account names nobody", "OAI read", `"Principal": {"AWS": "arn:aws:iam::*:root"}`, No, "does not name"},
	{"5.principals", "a denied ARN with a wildcard denies nobody", "OAI read", `"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/*"}`, Yes, ""},
	{"5.principals", "no principal", "decrypt", `"Principal": null`, No, "does not name"},
	{"5.principals", "an empty list of principals", "decrypt", `"Principal": {"AWS": []}`, No, "does not name"},

	// Origin access identities.
	{"2.1", "an OAI by its ARN", "OAI decrypt", ``, Yes, ""},
	{"2.1", "an OAI in a list", "OAI read", `"Principal": {"AWS": ["111122223333", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"]}`, Yes, ""},
	{"2.1", "another OAI", "OAI decrypt", `"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OTHER"}`, No, "does not name the origin access identity"},
	{"2.1", "an OAI that is not known", "OAI decrypt", `"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $UNKNOWN"}`, Unknown, "var.x"},
	{"literal", "an OAI by a literal id", "OAI decrypt", `"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"}`, Unknown, "is not known"},
	{"2.1", "an OAI does not take in the service", "decrypt", `"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"}`, No, "does not name CloudFront"},
	{"2.1", "the service does not take in an OAI", "OAI decrypt", `"Principal": {"Service": "cloudfront.amazonaws.com"}`, No, "does not name the origin access identity"},
	{"2.2", "an OAI by its canonical user", "OAI read", `"Principal": {"CanonicalUser": "$CANONICAL"}`, Yes, ""},
	{"2.2", "another's canonical user", "OAI read", `"Principal": {"CanonicalUser": "$STRANGER"}`, No, "does not name"},
	{"2.2", "a literal canonical user", "OAI read", `"Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}`, Unknown, "is not known"},
	{"2.2", "a canonical user as AWS", "OAI read", `"Principal": {"AWS": "$CANONICAL"}`, No, "does not name"},
	{"2.2", "an ARN as canonical user", "OAI read", `"Principal": {"CanonicalUser": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"}`, No, "does not name"},
	{"2.4", "an OAI in the stack's partition", "OAI decrypt", `"Principal": {"AWS": "arn:$PARTITION:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"}`, Yes, ""},
	{"2.4", "an OAI in another partition", "OAI decrypt", `"Principal": {"AWS": "arn:aws-cn:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"}`, No, "does not name"},
	{"2.6", "the ARN of the OAI as a resource", "OAI decrypt", `"Principal": {"AWS": "arn:aws:cloudfront::$ACCOUNT:origin-access-identity/$OAI"}`, No, "does not name"},
	{"2.7", "an OAI in parentheses", "OAI decrypt", `"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront OAI ($OAI)"}`, No, "does not name"},
	{"2.7", "an OAI with underscores", "OAI decrypt", `"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront_Origin_Access_Identity_$OAI"}`, No, "does not name"},

	// Everyone.
	{"11.3", "everyone and a service, at the key", "decrypt", `"Principal": "*"`, Unknown, "does not document"},
	{"11.3", "every identity and a service, at the key", "decrypt", `"Principal": {"AWS": "*"}`, Unknown, "does not document"},
	{"5.everyone", "everyone, and an OAI at the key", "OAI decrypt", `"Principal": {"AWS": "*"}`, Unknown, "does not document"},
	{"6.8", "every identity, and an OAI at the bucket", "OAI read", `"Principal": {"AWS": "*"}`, Yes, ""},
	{"6.8", "everyone, and an OAI at the bucket", "OAI read", `"Principal": "*"`, Yes, ""},
	{"6.8", "every identity, and a service at the bucket", "read", `"Principal": {"AWS": "*"}`, Unknown, "does not document"},
	{"6.8", "a denied everyone takes in services", "decrypt", `"Effect": "Deny", "Principal": "*"`, No, ""},
	{"6.8", "a denied every identity takes in services", "decrypt", `"Effect": "Deny", "Principal": {"AWS": "*"}`, No, ""},
	{"6.8", "a principal that may be everyone", "decrypt", `"Principal": {"AWS": "$UNKNOWN"}`, Unknown, "var.x"},

	// NotPrincipal.
	{"5.notprincipal", "NotPrincipal in an Allow", "decrypt", `"NotPrincipal": {"AWS": "111122223333"}`, Unknown, "NotPrincipal"},
	{"5.notprincipal", "NotPrincipal in a Deny", "decrypt", `"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}`, No, ""},
	{"5.notprincipal", "NotPrincipal that names the service", "decrypt", `"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333", "Service": "cloudfront.amazonaws.com"}`, Yes, "its NotPrincipal exempts CloudFront"},
	{"5.notprincipal", "NotPrincipal that names another service", "decrypt", `"Effect": "Deny", "NotPrincipal": {"Service": "s3.amazonaws.com"}`, No, ""},
	{"5.notprincipal", "NotPrincipal that names the OAI", "OAI read", `"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity $OAI"}`, Yes, "exempts the origin access identity"},
	{"5.notprincipal", "NotPrincipal that is everyone", "decrypt", `"Effect": "Deny", "NotPrincipal": "*"`, Yes, "exempts"},
	{"5.notprincipal", "NotPrincipal that is not known", "decrypt", `"Effect": "Deny", "NotPrincipal": {"Service": "$UNKNOWN"}`, Unknown, "var.x"},

	// Actions.
	{"6.1", "the case of an action", "decrypt", `"Action": "KMS:decrypt"`, Yes, ""},
	{"6.1", "every action", "decrypt", `"Action": "*"`, Yes, ""},
	{"6.1", "every action of the service", "decrypt", `"Action": "kms:*"`, Yes, ""},
	{"6.1", "a prefix of the action", "decrypt", `"Action": "kms:De*"`, Yes, ""},
	{"6.1", "a wildcard for one letter", "decrypt", `"Action": "kms:Decryp?"`, Yes, ""},
	{"6.1", "a wildcard for one letter too many", "decrypt", `"Action": "kms:Decrypt?"`, No, "does not speak of kms:Decrypt"},
	{"6.1", "a wildcard for nothing", "decrypt", `"Action": "kms:Decrypt*"`, Yes, ""},
	{"6.1", "a wildcard in the middle", "decrypt", `"Action": "kms:D*t"`, Yes, ""},
	{"6.1", "another action", "decrypt", `"Action": "kms:Encrypt"`, No, "does not speak of kms:Decrypt"},
	{"6.1", "another service's actions", "decrypt", `"Action": "s3:*"`, No, "does not speak of kms:Decrypt"},
	{"6.1", "an action without its service", "decrypt", `"Action": "Decrypt"`, No, "does not speak of kms:Decrypt"},
	{"6.1", "an empty list of actions", "decrypt", `"Action": []`, No, "does not speak of kms:Decrypt"},
	{"6.1", "an action that is not known", "decrypt", `"Action": ["kms:Encrypt", "$UNKNOWN"]`, Unknown, "is not known"},
	{"6.1", "data keys by their prefix", "data key", `"Action": "kms:GenerateDataKey*"`, Yes, ""},
	{"6.1", "other data keys only", "data key", `"Action": "kms:GenerateDataKeyPair*"`, No, "does not speak of"},
	{"6.1", "NotAction without it", "decrypt", `"NotAction": "kms:ScheduleKeyDeletion"`, Yes, ""},
	{"6.1", "NotAction with it", "decrypt", `"NotAction": "kms:d*"`, No, "does not speak of"},
	{"6.1", "NotAction of a Deny", "decrypt", `"Effect": "Deny", "NotAction": "kms:Decrypt", "Principal": "*"`, Yes, ""},
	{"6.1", "NotAction of a Deny without it", "decrypt", `"Effect": "Deny", "NotAction": "kms:Encrypt", "Principal": "*"`, No, ""},
	{"5.resource", "no Action", "decrypt", `"Action": null`, No, "has no Action"},

	// Resources of a key policy.
	{"5.resource", "this key", "decrypt", `"Resource": "*"`, Yes, ""},
	{"5.own", "the key by its ARN", "decrypt", `"Resource": "arn:aws:kms:$REGION:$ACCOUNT:key/$KEY"`, Yes, ""},
	{"5.own", "the key in the stack's partition", "decrypt", `"Resource": "arn:$PARTITION:kms:$REGION:$ACCOUNT:key/$KEY"`, Yes, ""},
	{"5.own", "the keys of the account", "decrypt", `"Resource": "arn:aws:kms:$REGION:$ACCOUNT:key/*"`, Yes, ""},
	{"5.own", "all keys", "decrypt", `"Resource": "arn:aws:kms:*:*:key/*"`, Yes, ""},
	{"5.own", "all keys in any partition", "decrypt", `"Resource": "arn:*:kms:*:*:key/*"`, Yes, ""},
	{"5.own", "the key by its id alone", "decrypt", `"Resource": "$KEY"`, No, "its Resource is"},
	{"5.other", "another key", "decrypt", `"Resource": "arn:aws:kms:$REGION:$ACCOUNT:key/$OTHER"`, No, "its Resource is"},
	{"literal", "a literal key", "decrypt", `"Resource": "arn:aws:kms:us-east-1:111122223333:key/1234abcd"`, Unknown, "before it is deployed"},
	{"5.other", "a bucket in a key policy", "decrypt", `"Resource": "arn:aws:s3:::assets/*"`, No, "its Resource is arn:aws:s3:::assets/*"},
	{"5.other", "a key, or a bucket", "decrypt", `"Resource": ["arn:aws:s3:::assets/*", "*"]`, Yes, ""},
	{"5.alias", "an alias", "decrypt", `"Resource": "arn:aws:kms:$REGION:$ACCOUNT:alias/assets"`, Unknown, "alias"},
	{"5.resource", "no Resource", "decrypt", `"Resource": null`, No, "has no Resource"},
	{"5.resource", "an empty list of resources", "decrypt", `"Resource": []`, No, "its Resource is"},
	{"5.other", "NotResource of something else", "decrypt", `"NotResource": "arn:aws:s3:::assets/*"`, Yes, ""},
	{"5.own", "NotResource of the key", "decrypt", `"NotResource": "arn:aws:kms:$REGION:$ACCOUNT:key/$KEY"`, No, "its NotResource is"},

	// Resources of a bucket policy.
	{"3.2", "the objects of the bucket", "read", `"Resource": ` + objects, Yes, ""},
	{"3.2", "the documented bucket policy", "read", when("StringEquals", "AWS:SourceArn", exactly), Yes, ""},
	{"6.2", "the bucket alone", "read", `"Resource": ` + bucket, No, "its Resource is"},
	{"6.2", "the bucket and its objects", "read", `"Resource": [` + bucket + `, ` + objects + `]`, Yes, ""},
	{"6.2", "some of the objects", "read", `"Resource": "arn:aws:s3:::assets/public/*"`, Unknown, "before it is deployed"},
	{"6.2", "a prefix of the bucket", "read", `"Resource": "arn:aws:s3:::assets*"`, Yes, ""},
	{"6.2", "a star spans slashes", "read", `"Resource": "arn:aws:s3:::*/*"`, Yes, ""},
	{"6.2", "all of S3", "read", `"Resource": "arn:aws:s3:::*"`, Yes, ""},
	{"6.2", "everything", "read", `"Resource": "*"`, Yes, ""},
	{"6.2", "a name that is no ARN", "read", `"Resource": "assets/*"`, No, "its Resource is"},
	{"6.2", "another bucket", "read", `"Resource": "arn:aws:s3:::media/*"`, No, "its Resource is"},
	{"6.2", "the bucket with an account", "read", `"Resource": "arn:aws:s3::111122223333:assets/*"`, No, "its Resource is"},
	{"6.11", "a variable with a value in Resource", "read", `"Resource": "arn:aws:s3:::assets${$}/*"`, No, "its Resource is"},
	{"6.11", "a variable without a value in Resource", "read", `"Resource": "arn:aws:s3:::assets/${aws:PrincipalOrgID}*"`, No, "its Resource is"},
	{"6.11", "a variable that nobody documents in Resource", "read", `"Resource": "arn:aws:s3:::assets/${aws:userid}*"`, Unknown, "before it is deployed"},

	// The distribution.
	{"3.1", "the distribution", "decrypt", when("StringEquals", "AWS:SourceArn", exactly), Yes, ""},
	{"6.4", "names of keys in lower case", "decrypt", when("StringEquals", "aws:sourcearn", exactly), Yes, ""},
	{"4.8", "the distribution under ArnEquals", "decrypt", when("ArnEquals", "AWS:SourceArn", exactly), Yes, ""},
	{"6.6", "one of several distributions", "decrypt", when("ArnLike", "AWS:SourceArn", `[`+different+`, `+exactly+`]`), Yes, ""},
	{"6.6", "none of several distributions", "decrypt", when("ArnLike", "AWS:SourceArn", `[`+different+`, "arn:aws:cloudfront::$ACCOUNT:distribution/$THIRD"]`), No, "CloudFront sends"},
	{"6.3", "another distribution", "decrypt", when("StringEquals", "AWS:SourceArn", different), No, "CloudFront sends"},
	{"6.3", "the distribution without its ARN", "decrypt", when("StringEquals", "AWS:SourceArn", `"$CDN"`), No, "CloudFront sends"},
	{"literal", "a literal distribution", "decrypt", when("StringEquals", "AWS:SourceArn", `"arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"`), Unknown, "literal"},
	{"3.1", "a quoted reference", "decrypt", when("StringEquals", "AWS:SourceArn", `"aws_cloudfront_distribution.cdn.arn"`), No, "but CloudFront sends"},
	{"3.1", "a quoted reference under an ARN operator", "decrypt", when("ArnEquals", "AWS:SourceArn", `"aws_cloudfront_distribution.cdn.arn"`), No, "that is no ARN"},
	{"3.5", "a distribution with a Region", "decrypt", when("StringEquals", "AWS:SourceArn", `"arn:aws:cloudfront:us-east-1:$ACCOUNT:distribution/$CDN"`), No, "CloudFront sends"},
	{"3.5", "a distribution in another partition", "decrypt", when("StringEquals", "AWS:SourceArn", `"arn:aws-cn:cloudfront::$ACCOUNT:distribution/$CDN"`), No, "CloudFront sends"},
	{"4.9", "all distributions under ArnLike", "decrypt", when("ArnLike", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/*"`), Yes, ""},
	{"4.8", "all distributions under ArnEquals", "decrypt", when("ArnEquals", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/*"`), Yes, ""},
	{"4.9", "all distributions under StringLike", "decrypt", when("StringLike", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/*"`), Yes, ""},
	{"4.9", "all distributions under StringEquals", "decrypt", when("StringEquals", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/*"`), No, "stands for itself"},
	{"4.9", "any account's distributions", "decrypt", when("ArnLike", "AWS:SourceArn", `"arn:aws:cloudfront::*:distribution/*"`), Yes, ""},
	{"4.9", "a star spans colons in StringLike", "decrypt", when("StringLike", "AWS:SourceArn", `"arn:aws:cloudfront:*"`), Yes, ""},
	{"4.9", "a star spans no colons in ArnLike", "decrypt", when("ArnLike", "AWS:SourceArn", `"arn:aws:cloudfront:*"`), No, "that is no ARN"},
	{"4.9", "a star alone in ArnLike", "decrypt", when("ArnLike", "AWS:SourceArn", `"*"`), Unknown, "whether * alone is an ARN"},
	{"4.9", "a star alone in StringLike", "decrypt", when("StringLike", "AWS:SourceArn", `"*"`), Yes, ""},
	{"6.3", "a distribution that is not known", "decrypt", when("StringEquals", "AWS:SourceArn", `"$UNKNOWN"`), Unknown, "var.x has no default"},
	{"6.3", "a distribution whose id is not known", "decrypt", when("StringEquals", "AWS:SourceArn", `"arn:aws:cloudfront::$ACCOUNT:distribution/$UNKNOWN"`), Unknown, "var.x has no default"},
	{"6.3", "not known, but another service's", "decrypt", when("StringEquals", "AWS:SourceArn", `"arn:aws:sns:us-east-1:$ACCOUNT:$UNKNOWN"`), No, "CloudFront sends"},
	{"3.6", "an OAI sends no source", "OAI decrypt", when("StringEquals", "AWS:SourceArn", exactly), No, "sends no AWS:SourceArn"},
	{"3.6", "an OAI sends no account", "OAI decrypt", when("StringEquals", "AWS:SourceAccount", `"$ACCOUNT"`), No, "only services send it"},
	{"3.6", "the account of the stack", "decrypt", when("StringEquals", "AWS:SourceAccount", `"$ACCOUNT"`), Yes, ""},
	{"literal", "a literal account", "decrypt", when("StringEquals", "AWS:SourceAccount", `"111122223333"`), Unknown, "literal"},
	{"3.6", "a text that is no account", "decrypt", when("StringEquals", "AWS:SourceAccount", `"self"`), No, "CloudFront sends"},

	// The encryption context.
	{"4m1", "the bucket under StringEquals, off", "decrypt", when("StringEquals", objectARN, bucket), No, "without bucket keys the encryption context is the object's ARN"},
	{"4m1", "the bucket under StringEquals, on", "decrypt on", when("StringEquals", objectARN, bucket), Yes, ""},
	{"4m1", "the bucket under ArnEquals, off", "decrypt", when("ArnEquals", objectARN, bucket), No, "object's ARN"},
	{"4m1", "the bucket under ArnEquals, on", "decrypt on", when("ArnEquals", objectARN, bucket), Yes, ""},
	{"4m1", "the bucket under ArnLike, off", "decrypt", when("ArnLike", objectARN, bucket), No, "object's ARN"},
	{"4m1", "the bucket under ArnLike, on", "decrypt on", when("ArnLike", objectARN, bucket), Yes, ""},
	{"4m1", "the bucket under StringLike, off", "decrypt", when("StringLike", objectARN, bucket), No, "object's ARN"},
	{"4m1", "the bucket under StringLike, on", "decrypt on", when("StringLike", objectARN, bucket), Yes, ""},
	{"4m2", "the objects under StringLike, off", "decrypt", when("StringLike", objectARN, objects), Yes, ""},
	{"4m2", "the objects under StringLike, on", "decrypt on", when("StringLike", objectARN, objects), No, "with bucket keys the encryption context is the bucket's ARN"},
	{"4m2", "the objects under ArnLike, off", "decrypt", when("ArnLike", objectARN, objects), Yes, ""},
	{"4m2", "the objects under ArnLike, on", "decrypt on", when("ArnLike", objectARN, objects), No, "bucket's ARN"},
	{"4m2", "the objects under ArnEquals, off", "decrypt", when("ArnEquals", objectARN, objects), Yes, ""},
	{"4m2", "the objects under ArnEquals, on", "decrypt on", when("ArnEquals", objectARN, objects), No, "bucket's ARN"},
	{"4m3", "the objects under StringEquals, off", "decrypt", when("StringEquals", objectARN, objects), No, "stands for itself"},
	{"4m3", "the objects under StringEquals, on", "decrypt on", when("StringEquals", objectARN, objects), No, "stands for itself"},
	{"4m4", "both under StringLike, off", "decrypt", when("StringLike", objectARN, `[`+bucket+`, `+objects+`]`), Yes, ""},
	{"4m4", "both under StringLike, on", "decrypt on", when("StringLike", objectARN, `[`+bucket+`, `+objects+`]`), Yes, ""},
	{"4m4", "both under ArnLike, off", "decrypt", when("ArnLike", objectARN, `[`+bucket+`, `+objects+`]`), Yes, ""},
	{"4m4", "both under ArnLike, on", "decrypt on", when("ArnLike", objectARN, `[`+bucket+`, `+objects+`]`), Yes, ""},
	{"4.3", "both where the setting is not known", "decrypt ?", when("ArnLike", objectARN, `[`+bucket+`, `+objects+`]`), Yes, ""},
	{"4m5", "a prefix under StringLike, off", "decrypt", when("StringLike", objectARN, `"arn:aws:s3:::assets*"`), Yes, ""},
	{"4m5", "a prefix under StringLike, on", "decrypt on", when("StringLike", objectARN, `"arn:aws:s3:::assets*"`), Yes, ""},
	{"4m5", "a prefix under ArnLike, off", "decrypt", when("ArnLike", objectARN, `"arn:aws:s3:::assets*"`), Yes, ""},
	{"4m5", "a prefix under ArnLike, on", "decrypt on", when("ArnLike", objectARN, `"arn:aws:s3:::assets*"`), Yes, ""},
	{"4m5", "a prefix of another bucket", "decrypt", when("StringLike", objectARN, `"arn:aws:s3:::assets-*"`), No, "object's ARN"},
	{"4.1", "the bucket where the setting is not known", "decrypt ?", when("StringEquals", objectARN, bucket), Unknown, "whether bucket keys are on is not known"},
	{"4.2", "the objects where the setting is not known", "decrypt ?", when("StringLike", objectARN, objects), Unknown, "whether bucket keys are on is not known"},
	{"4.3", "a statement for each, where the setting is not known", "decrypt ?", when("StringLike", objectARN, objects) + `;;` + when("StringEquals", objectARN, bucket), Yes, ""},
	{"4.1", "another bucket's objects", "decrypt", when("StringLike", objectARN, `"arn:aws:s3:::media/*"`), No, "CloudFront sends"},
	{"4.1", "some objects", "decrypt", when("StringLike", objectARN, `"arn:aws:s3:::assets/public/*"`), Unknown, "before it is deployed"},
	{"4.6", "the case of the context key", "decrypt", when("StringLike", "KMS:encryptioncontext:AWS:S3:ARN", objects), Yes, ""},
	{"4.6", "the case of the context", "decrypt", when("StringLike", objectARN, `"ARN:aws:s3:::assets/*"`), No, "CloudFront sends"},
	{"4.7", "ForAllValues on the context", "decrypt", when("ForAllValues:StringLike", objectARN, objects), Yes, ""},
	{"4.5", "the context of a data key", "data key", when("StringLike", objectARN, objects), Yes, ""},
	{"4.5", "the keys of the context", "decrypt", when("ForAllValues:StringEquals", "kms:EncryptionContextKeys", `"aws:s3:arn"`), Yes, ""},
	{"4.5", "the keys of the context, any of them", "decrypt", when("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", `["department", "aws:s3:arn"]`), Yes, ""},
	{"4.5", "other keys of the context", "decrypt", when("ForAllValues:StringEquals", "kms:EncryptionContextKeys", `"department"`), No, "CloudFront sends aws:s3:arn"},
	{"4.5", "another pair of the context", "decrypt", when("StringEquals", "kms:EncryptionContext:department", `"finance"`), Unknown, "whoever uploads an object may add to its encryption context"},
	{"5.context", "the source and the context", "decrypt", `"Condition": {"StringEquals": {"AWS:SourceArn": ` + exactly + `}, "StringLike": {"` + objectARN + `": ` + objects + `}}`, Yes, ""},
	{"4.5", "an OAI has the same context", "OAI decrypt", when("StringLike", objectARN, objects), Yes, ""},

	// Other keys of KMS.
	{"5.viaservice", "kms:ViaService", "decrypt", when("StringEquals", "kms:ViaService", `"s3.us-east-1.amazonaws.com"`), Unknown, "kms:ViaService: AWS does not document"},
	{"5.viaservice", "kms:ViaService where it is there", "decrypt", when("StringEqualsIfExists", "kms:ViaService", `"s3.us-east-1.amazonaws.com"`), Unknown, "AWS does not document"},
	{"5.viaservice", "any kms:ViaService, or none", "decrypt", when("StringLikeIfExists", "kms:ViaService", `"*"`), Yes, ""},
	{"5.viaservice", "any kms:ViaService", "decrypt", when("StringLike", "kms:ViaService", `"*"`), Unknown, "AWS does not document"},
	{"5.viaservice", "a Deny but for kms:ViaService", "decrypt", deny("StringNotEquals", "kms:ViaService", `"s3.us-east-1.amazonaws.com"`), Unknown, "AWS does not document"},
	{"5.viaservice", "kms:ViaService there or not", "decrypt", when("Null", "kms:ViaService", `["true", "false"]`), Yes, ""},
	{"5.calleraccount", "kms:CallerAccount", "decrypt", when("StringEquals", "kms:CallerAccount", `"$ACCOUNT"`), Unknown, "AWS does not document"},
	{"5.calleraccount", "kms:CallerAccount of an OAI", "OAI decrypt", when("StringEquals", "kms:CallerAccount", `"$ACCOUNT"`), Unknown, "AWS does not document"},
	{"5.grants", "kms:GranteePrincipal", "decrypt", when("StringEquals", "kms:GranteePrincipal", `"arn:aws:iam::111122223333:role/app"`), No, "only requests about grants have it"},
	{"5.grants", "kms:GrantIsForAWSResource", "decrypt", when("Bool", "kms:GrantIsForAWSResource", `"true"`), No, "sends no kms:GrantIsForAWSResource"},
	{"5.keytype", "the key's spec", "decrypt", when("StringEquals", "kms:KeySpec", `"SYMMETRIC_DEFAULT"`), Yes, ""},
	{"5.keytype", "the key's usage", "decrypt", when("StringEquals", "kms:KeyUsage", `"SIGN_VERIFY"`), No, "CloudFront sends ENCRYPT_DECRYPT"},
	{"6.3", "a key that does not exist", "decrypt", when("StringEquals", "aws:Nonsense", `"a"`), Unknown, "AWS does not document"},

	// Each operator.
	{"6.3", "StringEquals", "decrypt", when("StringEquals", "aws:PrincipalServiceName", `"cloudfront.amazonaws.com"`), Yes, ""},
	{"6.3", "StringEquals minds case", "decrypt", when("StringEquals", "aws:PrincipalServiceName", `"CloudFront.amazonaws.com"`), No, "CloudFront sends"},
	{"6.3", "StringNotEquals", "decrypt", when("StringNotEquals", "aws:PrincipalServiceName", `"cloudfront.amazonaws.com"`), No, "CloudFront sends"},
	{"6.3", "StringNotEquals of another", "decrypt", when("StringNotEquals", "aws:PrincipalServiceName", `"s3.amazonaws.com"`), Yes, ""},
	{"6.3", "StringEqualsIgnoreCase", "decrypt", when("StringEqualsIgnoreCase", "aws:PrincipalServiceName", `"CloudFront.AmazonAWS.com"`), Yes, ""},
	{"6.3", "StringNotEqualsIgnoreCase", "decrypt", when("StringNotEqualsIgnoreCase", "aws:PrincipalServiceName", `"CloudFront.AmazonAWS.com"`), No, "CloudFront sends"},
	{"6.3", "StringLike", "decrypt", when("StringLike", "aws:PrincipalServiceName", `"cloudfront.?mazonaws.*"`), Yes, ""},
	{"6.3", "StringLike minds case", "decrypt", when("StringLike", "aws:PrincipalServiceName", `"CLOUD*"`), No, "CloudFront sends"},
	{"6.3", "StringNotLike", "decrypt", when("StringNotLike", "aws:PrincipalServiceName", `"cloudfront.*"`), No, "CloudFront sends"},
	{"6.3", "the name of an operator in lower case", "decrypt", when("stringlike", "aws:PrincipalServiceName", `"cloudfront.*"`), Yes, ""},
	{"6.3", "Bool", "decrypt", when("Bool", "aws:SecureTransport", `"true"`), Yes, ""},
	{"6.3", "Bool without quotes", "decrypt", when("Bool", "aws:SecureTransport", `true`), Yes, ""},
	{"6.3", "Bool of the other value", "decrypt", when("Bool", "aws:SecureTransport", `"false"`), No, "CloudFront sends true"},
	{"6.3", "Bool in capitals", "decrypt", when("Bool", "aws:SecureTransport", `"TRUE"`), Yes, ""},
	{"6.3", "NumericEquals", "read", when("NumericEquals", "s3:TlsVersion", `["1.2", "1.3"]`), Yes, ""},
	{"6.3", "NumericEquals of one of two", "read", when("NumericEquals", "s3:TlsVersion", `"1.2"`), Unknown, "S3 accepts TLS 1.2 and 1.3"},
	{"6.3", "NumericNotEquals", "read", when("NumericNotEquals", "s3:TlsVersion", `1.1`), Yes, ""},
	{"7.tls", "NumericLessThan", "read", when("NumericLessThan", "s3:TlsVersion", `"1.2"`), No, "CloudFront sends 1.2 or 1.3"},
	{"6.3", "NumericLessThanEquals", "read", when("NumericLessThanEquals", "s3:TlsVersion", `"1.30"`), Yes, ""},
	{"6.3", "NumericGreaterThan", "read", when("NumericGreaterThan", "s3:TlsVersion", `"1.3"`), No, "CloudFront sends"},
	{"6.3", "NumericGreaterThanEquals", "read", when("NumericGreaterThanEquals", "s3:TlsVersion", `"1.2"`), Yes, ""},
	{"6.3", "a number that is none", "read", when("NumericEquals", "s3:TlsVersion", `"NaN"`), No, "that is no number"},
	{"6.3", "DateLessThan", "decrypt", when("DateLessThan", "aws:CurrentTime", `"2030-01-01T00:00:00Z"`), Unknown, "when the request is made"},
	{"6.3", "a date that is none", "decrypt", when("DateGreaterThan", "aws:PrincipalServiceName", `"soon"`), No, "that is no date"},
	{"6.3", "BinaryEquals", "decrypt", when("BinaryEquals", "kms:KeyUsage", `"not base64!"`), No, "that is not base64"},
	{"6.14", "IpAddress", "decrypt", when("IpAddress", "aws:SourceIp", `"203.0.113.0/24"`), Unknown, "AWS does not document"},
	{"6.3", "an address that is none", "decrypt", when("IpAddress", "kms:KeyUsage", `"office"`), No, "that is no address range"},
	{"6.3", "ArnNotEquals", "decrypt", when("ArnNotEquals", "aws:SourceArn", exactly), No, "CloudFront sends"},
	{"6.3", "ArnNotLike of another", "decrypt", when("ArnNotLike", "aws:SourceArn", `"arn:aws:s3:::*"`), Yes, ""},
	{"6.3", "Null of a key that is there", "decrypt", when("Null", "aws:SourceArn", `"false"`), Yes, ""},
	{"6.3", "Null of a key that has to be absent", "decrypt", when("Null", "aws:SourceArn", `"true"`), No, "aws:SourceArn is in the request"},
	{"6.5", "Null of a key that is absent", "OAI decrypt", when("Null", "aws:SourceArn", `"true"`), Yes, ""},
	{"6.5", "Null of an absent key that has to be there", "OAI decrypt", when("Null", "aws:SourceArn", `false`), No, "aws:SourceArn is not in the request"},

	// Keys that are missing.
	{"6.5", "a missing key", "decrypt", when("StringEquals", "aws:PrincipalOrgID", `"o-1"`), No, "sends no aws:PrincipalOrgID"},
	{"6.5", "a missing key and any value", "decrypt", when("StringLike", "aws:PrincipalOrgID", `"*"`), No, "sends no aws:PrincipalOrgID"},
	{"6.5", "a missing key, negated", "decrypt", when("StringNotEquals", "aws:PrincipalOrgID", `"o-1"`), Yes, ""},
	{"6.5", "a missing key, not like", "decrypt", when("StringNotLike", "aws:PrincipalOrgID", `"o-*"`), Yes, ""},
	{"6.5", "a missing key, not the ARN", "OAI decrypt", when("ArnNotLike", "aws:SourceArn", `"arn:aws:s3:::*"`), Yes, ""},
	{"6.5", "a missing key, if it exists", "decrypt", when("StringEqualsIfExists", "aws:PrincipalOrgID", `"o-1"`), Yes, ""},
	{"6.5", "a missing key, negated, if it exists", "decrypt", when("StringNotEqualsIfExists", "aws:PrincipalOrgID", `"o-1"`), Yes, ""},
	{"6.5", "a key that exists, if it exists", "decrypt", when("StringEqualsIfExists", "aws:SourceArn", different), No, "CloudFront sends"},
	{"6.7", "a missing key, for all values", "decrypt", when("ForAllValues:StringEquals", "aws:PrincipalOrgPaths", `"o-1/r-1/"`), Yes, ""},
	{"6.7", "a missing key, for any value", "decrypt", when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", `"*"`), No, "sends no aws:PrincipalOrgPaths"},
	{"6.7", "a missing key, for any value, negated", "decrypt", when("ForAnyValue:StringNotEquals", "aws:PrincipalOrgPaths", `"o-1/r-1/"`), No, "sends no aws:PrincipalOrgPaths"},
	{"6.5", "a tag of the principal", "decrypt", when("StringEquals", "aws:PrincipalTag/team", `"web"`), No, "only users and roles of IAM have tags"},

	// Several keys and values.
	{"6.6", "two keys that hold", "decrypt", `"Condition": {"StringEquals": {"aws:SourceArn": ` + exactly + `, "aws:SourceAccount": "$ACCOUNT"}}`, Yes, ""},
	{"6.6", "two keys, one of which does not hold", "decrypt", `"Condition": {"StringEquals": {"aws:SourceArn": ` + different + `, "aws:SourceAccount": "$ACCOUNT"}}`, No, "CloudFront sends"},
	{"6.6", "two keys, one of which is not known", "decrypt", `"Condition": {"StringEquals": {"aws:SourceArn": ` + exactly + `, "kms:ViaService": "s3.us-east-1.amazonaws.com"}}`, Unknown, "kms:ViaService"},
	{"6.6", "two keys, one not known and one that fails", "decrypt", `"Condition": {"StringEquals": {"aws:SourceArn": ` + different + `, "kms:ViaService": "s3.us-east-1.amazonaws.com"}}`, No, "CloudFront sends"},
	{"6.6", "neither of two values", "decrypt", when("StringNotEquals", "aws:PrincipalServiceName", `["s3.amazonaws.com", "sns.amazonaws.com"]`), Yes, ""},
	{"6.6", "one of two values, negated", "decrypt", when("StringNotEquals", "aws:PrincipalServiceName", `["s3.amazonaws.com", "cloudfront.amazonaws.com"]`), No, "CloudFront sends"},
	{"6.6", "no value at all", "decrypt", when("StringEquals", "aws:SourceArn", `[]`), No, ""},

	// Policy variables.
	{"6.11", "a variable", "decrypt", when("StringEquals", "aws:SourceAccount", `"${aws:SourceAccount}"`), Yes, ""},
	{"6.11", "a variable inside a text", "decrypt", when("ArnLike", "aws:SourceArn", `"arn:aws:cloudfront::${aws:SourceAccount}:distribution/*"`), Yes, ""},
	{"6.11", "the case of a variable", "decrypt", when("StringEquals", "aws:SourceAccount", `"${AWS:sourceaccount}"`), Yes, ""},
	{"6.11", "a variable that has no value", "decrypt", when("StringLike", "aws:SourceAccount", `"${aws:PrincipalOrgID}*"`), No, "a policy variable in it has no value"},
	{"6.11", "a variable that has no value, negated", "decrypt", when("StringNotEquals", "aws:SourceAccount", `"${aws:PrincipalOrgID}"`), Yes, ""},
	{"6.11", "a default", "decrypt", when("StringEquals", "aws:PrincipalServiceName", `"${aws:PrincipalOrgID, 'cloudfront'}.amazonaws.com"`), Yes, ""},
	{"6.11", "a default that is not needed", "decrypt", when("StringEquals", "aws:PrincipalServiceName", `"${aws:PrincipalServiceName, 's3'}"`), Yes, ""},
	{"6.11", "a default is no pattern", "decrypt", when("StringLike", "aws:PrincipalServiceName", `"${aws:PrincipalOrgID, '*'}"`), No, "CloudFront sends"},
	{"6.11", "a variable that nobody documents", "decrypt", when("StringEquals", "aws:SourceAccount", `"${aws:PrincipalAccount}"`), Unknown, "is not known"},
	{"6.11", "a variable of several values", "decrypt", when("StringEquals", "aws:SourceAccount", `"${kms:EncryptionContextKeys}"`), Unknown, "is not known"},
	{"6.11", "an escaped star", "decrypt", when("StringLike", "aws:PrincipalServiceName", `"cloudfront${*}"`), No, "CloudFront sends"},
	{"6.11", "an escaped question mark", "decrypt", when("StringLike", "aws:PrincipalServiceName", `"cloudfron${?}.amazonaws.com"`), No, "CloudFront sends"},
	{"6.11", "an escaped dollar", "decrypt", when("StringNotEquals", "aws:PrincipalServiceName", `"${$}{aws:PrincipalServiceName}"`), Yes, ""},
	{"5.version", "a variable of the older version is text", "decrypt", `2008;;` + when("StringEquals", "aws:SourceAccount", `"${aws:SourceAccount}"`), No, "CloudFront sends"},
	{"5.version", "a star in braces of the older version", "decrypt", `2008;;` + when("StringLike", "aws:PrincipalServiceName", `"${*}"`), No, "CloudFront sends"},
	{"6.11", "a brace that is not closed", "decrypt", when("StringLike", "aws:PrincipalServiceName", `"${aws*"`), No, "CloudFront sends"},

	// Denies.
	{"5.deny", "a Deny and an Allow", "decrypt", `"Effect": "Deny"`, No, ""},
	{"5.deny", "a Deny of another action", "decrypt", `"Effect": "Deny", "Action": "kms:ScheduleKeyDeletion", "Principal": "*"`, Yes, ""},
	{"5.deny", "a Deny that may apply", "decrypt", `"Effect": "Deny", "Principal": "*", ` + when("StringEquals", "aws:SourceArn", `"$UNKNOWN"`), Unknown, "statement 2"},
	{"11.8", "a Deny of plain HTTP", "read", deny("Bool", "aws:SecureTransport", `"false"`), Yes, ""},
	{"7.tls", "a Deny of old TLS", "read", deny("NumericLessThan", "s3:TlsVersion", `"1.2"`), Yes, ""},
	{"7.sigv4", "a Deny of old signatures", "read", deny("StringNotEquals", "s3:signatureversion", `"AWS4-HMAC-SHA256"`), Yes, ""},
	{"7.headers", "a Deny of uploads without headers", "read", `"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", ` + when("StringNotEquals", "s3:x-amz-server-side-encryption", `"aws:kms"`), Yes, ""},
	{"7.headers", "a Deny of everything without headers", "read", deny("StringNotEquals", "s3:x-amz-server-side-encryption", `"aws:kms"`), No, ""},
	{"7.headers", "an upload without headers", "upload", deny("StringNotEquals", "s3:x-amz-server-side-encryption", `"aws:kms"`), Unknown, "whoever uploads decides"},
	{"7.headers", "an upload with no headers at all", "upload", deny("Null", "s3:x-amz-server-side-encryption", `"true"`), Unknown, "whoever uploads decides"},
	{"3.2", "an upload", "upload", ``, Yes, ""},
	{"2.12", "a Deny outside of the organization", "decrypt", deny("StringNotEquals", "aws:PrincipalOrgID", `"o-1"`), No, ""},
	{"2.12", "a Deny outside of the organization but for services", "decrypt", `"Effect": "Deny", "Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:PrincipalIsAWSService": "false"}}`, Yes, ""},
	{"2.12", "a Deny but for services reaches an OAI", "OAI read", `"Effect": "Deny", "Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:PrincipalIsAWSService": "false"}}`, No, ""},
	{"2.12", "a Deny but for an OAI", "OAI read", `"Effect": "Deny", "Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity *"}}`, Yes, ""},
	{"6.14", "a Deny outside of an endpoint", "decrypt", deny("StringNotEquals", "aws:SourceVpce", `"vpce-1"`), No, ""},
	{"6.14", "a Deny outside of an endpoint, if there is one", "decrypt", deny("StringNotEqualsIfExists", "aws:SourceVpce", `"vpce-1"`), No, ""},
	{"6.14", "a Deny outside of a network", "decrypt", deny("NotIpAddress", "aws:SourceIp", `"203.0.113.0/24"`), Unknown, "AWS does not document"},
	{"6.5", "a Deny of other distributions", "decrypt", deny("ArnNotEquals", "aws:SourceArn", exactly), Yes, ""},
	{"6.5", "a Deny of other sources reaches an OAI", "OAI read", deny("ArnNotEquals", "aws:SourceArn", exactly), No, ""},

	// Several statements.
	{"6.10", "no statement applies", "decrypt", `"Action": "kms:Encrypt";;"Principal": {"AWS": "111122223333"}`, No, ""},
	{"6.10", "one statement applies", "decrypt", `"Action": "kms:Encrypt";;"Action": "kms:Decrypt"`, Yes, ""},
	{"6.10", "one applies and one may", "decrypt", when("StringEquals", "aws:SourceArn", `"$UNKNOWN"`) + `;;"Sid": "a"`, Yes, ""},
	{"6.10", "one may apply", "decrypt", `"Sid": "Maybe", ` + when("StringEquals", "aws:SourceArn", `"$UNKNOWN"`) + `;;"Action": "kms:Encrypt"`, Unknown, `statement "Maybe"`},
	{"6.10", "an effect that is not known", "decrypt", `"Effect": "$UNKNOWN"`, Unknown, "var.x has no default"},
}
