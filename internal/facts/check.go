package facts

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/value"
)

// unsigned is why policies are not asked where requests are unsigned.
var unsigned = Reason{Code: "unsigned", Text: "requests are unsigned, so that no policy can name who asks"}

// checkRead says whether the bucket policy lets the identity get objects.
func (w *walker) checkRead() {
	if w.view.identityKind == NoIdentity {
		if policies, doubt := w.policies(w.view.bucket, graph.BucketPolicy, w.world); len(policies) == 1 && doubt == "" {
			w.view.bucketPolicy = policies[0]
		}
		w.set(Read, iam.Unknown, unsigned)
		return
	}
	if w.accessPoint != nil {
		w.set(Read, iam.Unknown, Reason{Code: "access-point", Text: fmt.Sprintf("whether the policies of %s and of its bucket allow s3:GetObject together is not judged", w.accessPoint.Address), Node: w.accessPoint.ID})
		return
	}
	bucket := w.view.bucket
	policies, doubt := w.policies(bucket, graph.BucketPolicy, w.world)
	switch {
	case len(policies) > 1:
		w.set(Read, iam.Unknown, Reason{Code: "two-policies", Text: fmt.Sprintf("%s and %s both write the policy of %s", policies[0].Address, policies[1].Address, bucket.Address), Node: policies[1].ID})
		return
	case bucket.Elsewhere["policy"] != "":
		w.set(Read, iam.Unknown, Reason{Code: "policy-elsewhere", Text: bucket.Elsewhere["policy"], Node: bucket.ID})
		return
	case len(policies) == 0 && doubt != "":
		w.set(Read, iam.Unknown, Reason{Code: "policy-elsewhere", Text: doubt, Node: bucket.ID})
		return
	case len(policies) == 0 && bucket.External != "":
		w.set(Read, iam.Unknown, Reason{Code: "policy-elsewhere", Text: bucket.Address + " " + bucket.External, Node: bucket.ID})
		return
	case len(policies) == 0:
		if writer := w.opaqueWriter(bucket); writer != "" {
			w.set(Read, iam.Unknown, Reason{Code: "policy-elsewhere", Text: writer, Node: bucket.ID})
			return
		}
		w.set(Read, iam.No, Reason{Code: "read-not-granted", Text: bucket.Address + " has no bucket policy", Node: bucket.ID, Path: "policy"})
		return
	}
	policy := policies[0]
	w.view.bucketPolicy = policy
	w.assume(policy)
	if elsewhere := policy.Elsewhere["document"]; elsewhere != "" {
		w.set(Read, iam.Unknown, Reason{Code: "policy-elsewhere", Text: elsewhere, Node: policy.ID, Path: "document"})
		return
	}
	if problems := problemsIn(policy, graph.BucketPolicy, "invalid-bucket-policy", w.world); len(problems) > 0 {
		// Amazon S3 rejects the whole policy.
		w.set(Read, iam.No, problems...)
		return
	}
	decision := w.evaluate(policy, w.objectRequest("s3:GetObject"))
	w.view.readMatches = decision.Matches
	w.remarkPlainHTTP(policy, decision)
	w.view.uploads = w.mayUpload(policy)
	if decision.Allowed == iam.No && decision.Denied == iam.No && w.checkUploadOnly(policy) {
		return
	}
	malformed := w.malformed(policy, "s3:GetObject")
	w.setDecision(Read, decision, policy, "read-denied", func() []Reason {
		if len(malformed) > 0 {
			return w.isMalformed(malformed, policy, "read-principal-malformed")
		}
		return []Reason{{
			Code: "read-not-granted", Text: fmt.Sprintf("the policy of %s does not allow s3:GetObject to %s", bucket.Address, w.view.principal),
			Node: policy.ID, Path: "document",
		}}
	})
	w.withholdRefused(Read, policy)
}

// setDecision turns a decision on a policy into a fact. absent returns the reasons
// where nothing grants.
func (w *walker) setDecision(name string, decision iam.Decision, policy *graph.Node, deniedCode string, absent func() []Reason) {
	switch {
	case decision.Denied == iam.Yes:
		for _, match := range decision.Matches {
			if match.Statement.Allow == iam.No && match.Applies() == iam.Yes {
				w.set(name, iam.No, Reason{
					Code: deniedCode, Text: fmt.Sprintf("%s denies it", describeStatement(match.Statement)),
					Node: w.statementNode(policy, match.Statement), Path: "Effect",
				})
				return
			}
		}
		w.set(name, iam.No, Reason{Code: deniedCode, Text: "a statement denies it", Node: policy.ID, Path: "document"})
	case decision.Allowed == iam.Yes:
		w.set(name, iam.Yes)
	case decision.Allowed == iam.Unknown:
		w.set(name, iam.Unknown, w.reasons(decision.Reasons, policy)...)
	default:
		w.set(name, iam.No, absent()...)
	}
}

func (w *walker) reasons(from []iam.Reason, policy *graph.Node) []Reason {
	reasons := make([]Reason, 0, len(from))
	for _, reason := range from {
		reasons = append(reasons, Reason{Code: reason.Code, Text: reason.Text + w.advice(reason.Text), Node: policy.ID, Path: "document"})
	}
	if len(reasons) == 0 {
		reasons = append(reasons, Reason{Code: "unknown", Text: "part of the policy of " + policy.Address + " is not known", Node: policy.ID, Path: "document"})
	}
	return reasons
}

// advice says how to decide a comparison with an id that AWS gave a resource: people
// write it down after the first deployment.
func (w *walker) advice(reason string) string {
	unnamed := func(node *graph.Node) bool {
		if node == nil || node.External != "" {
			return false
		}
		_, literal := w.identity(node).In(w.world).Literal()
		return !literal
	}
	switch {
	case strings.Contains(reason, ":distribution/"):
		var advice string
		if unnamed(w.distribution) {
			advice = sayUnder(distributionIDs) + w.distribution.Address + " has"
		}
		if distributionOfAccount.MatchString(reason) && w.distribution.External == "" && !w.accountKnown(w.distribution) {
			advice += saysAccount + w.distribution.Address + " is"
		}
		return advice
	case strings.Contains(reason, "CloudFront Origin Access Identity ") && w.view.identityKind == OAI && unnamed(w.view.identity):
		return sayUnder(identityIDs) + w.view.identity.Address + " has"
	default:
		return ""
	}
}

// distributionOfAccount matches a distribution's ARN whose account is text.
var distributionOfAccount = regexp.MustCompile(`:cloudfront::[0-9]{12}:distribution/`)

// accountKnown reports whether the account that a node is in is given, or was taken
// from a key policy.
func (w *walker) accountKnown(node *graph.Node) bool {
	environment := node.Environment
	if same := w.graph.Environments[environment].SameAccountAs; same != "" {
		environment = same
	}
	return w.place(node).account != "" || w.view.accounts[environment] != ""
}

func (w *walker) statementNode(policy *graph.Node, statement *iam.Statement) string {
	for _, node := range w.graph.Children(policy.ID, graph.Statement) {
		if node.Statement == statement {
			return node.ID
		}
	}
	return policy.ID
}

// keyPolicyOf names the policy of a key for a person. A key that nobody named has the
// name of the file that holds its policy.
func keyPolicyOf(key *graph.Node) string {
	if key.Unnamed() {
		return "the key policy " + key.Address
	}
	return "the key policy of " + key.Label()
}

// describeStatement names a statement for a person.
func describeStatement(s *iam.Statement) string {
	if s.Sid != "" {
		return fmt.Sprintf("statement %q", s.Sid)
	}
	return fmt.Sprintf("statement %d", s.Index+1)
}

// opaqueWriter says who may write the policy that was not found: a file that could
// not be read, or a module or custom resource, whose contents are not
// known, is handed the resource and may therefore write its policy.
func (w *walker) opaqueWriter(node *graph.Node) string {
	if incomplete := w.graph.Unit(node.Unit).Incomplete; incomplete != "" {
		return incomplete
	}
	if given := w.givenTo(node, w.world); len(given) > 0 {
		return fmt.Sprintf("%s is given to %s, which may write its policy: %s", node.Address, given[0].Address, given[0].External)
	}
	return ""
}

// givenTo lists what is handed a resource, by itself or by an alias, and may do
// anything with it.
func (ix *index) givenTo(node *graph.Node, world *value.World) []*graph.Node {
	var opaque []*graph.Node
	for edge := range ix.graph.In(node.ID) {
		from := ix.graph.Node(edge.From)
		switch {
		case !from.When.In(world):
		case from.Kind == graph.Opaque:
			opaque = append(opaque, from)
		case from.Kind == graph.Alias:
			opaque = append(opaque, ix.givenTo(from, world)...)
		}
	}
	return opaque
}

// findKey finds the key that the bucket's default encryption uses.
func (w *walker) findKey() {
	named := w.view.encryption.Attribute("key").In(w.world)
	expanded := w.expand(named)
	if w.namesManagedKey(expanded) {
		w.view.managedBy = managedByAWS
		w.set(KeyManageable, iam.No, Reason{
			Code: "aws-managed-key", Text: fmt.Sprintf("%s is encrypted with the AWS managed key aws/s3, whose policy cannot be changed", w.view.bucket.Address),
			Node: w.view.encryption.ID, Path: managedKeyPlace(expanded),
		})
		return
	}
	found := w.index.key(named, w.view.encryption, w.world)
	if found.node == nil {
		w.set(KeyManageable, iam.Unknown, Reason{Code: "key-unknown", Text: found.reason, Node: w.view.encryption.ID, Path: "key"})
		return
	}
	w.view.key = found.node
	// An AWS managed key may be named by its id as well.
	if manager, _ := w.expand(found.node.Attribute("manager")).Literal(); manager == "AWS" {
		w.view.managedBy = managedByAWS
		w.set(KeyManageable, iam.No, Reason{
			Code: "aws-managed-key", Text: fmt.Sprintf("%s is encrypted with the AWS managed key %s, whose policy cannot be changed", w.view.bucket.Address, found.node.Address),
			Node: w.view.encryption.ID, Path: "key",
		})
		return
	}
	w.view.managedBy = managedByUser
	w.set(KeyManageable, iam.Yes)
	w.assume(found.node)
}

// namesManagedKey recognises the AWS managed key: no key at all (S3 User Guide,
// "Configuring default encryption"), or its alias. "aws/s3" without "alias/" is
// no valid name, and is always meant so.
func (w *walker) namesManagedKey(expanded value.Value) bool {
	if isEmpty(expanded) {
		return true
	}
	text, _ := flatten(expanded)
	return text == "aws/s3" || text == "alias/aws/s3" || strings.HasSuffix(text, ":alias/aws/s3")
}

func managedKeyPlace(key value.Value) string {
	if isEmpty(key) {
		return "algorithm"
	}
	return "key"
}

// checkKey says whether the key can be used and whether its policy lets the
// identity decrypt.
func (w *walker) checkKey() {
	key := w.view.key
	if key == nil {
		return
	}
	w.checkUsable()
	w.checkPolicy()
	w.checkKeyGrants()
}

// checkPolicy says whether the key policy lets the identity decrypt.
func (w *walker) checkPolicy() {
	key := w.view.key
	w.findKeyPolicy()
	policy := w.view.keyPolicy
	if _, decided := w.view.facts.Find(Decrypt); decided || policy == nil {
		return
	}
	if problems := problemsIn(policy, graph.KeyPolicy, "invalid-key-policy", w.world); len(problems) > 0 {
		w.set(PolicyValid, iam.No, problems...)
		// AWS rejects the whole policy: what its statements say is moot.
		w.set(Decrypt, iam.Unknown, Reason{Code: "invalid-key-policy", Text: "AWS rejects the key policy", Node: policy.ID, Path: "document"})
		return
	}
	w.set(PolicyValid, iam.Yes)
	if w.view.identityKind == NoIdentity {
		w.set(Decrypt, iam.Unknown, unsigned)
		return
	}
	w.assumeAccount(policy)
	decision := w.evaluate(policy, w.decryptRequest())
	w.view.matches = decision.Matches
	malformed := w.malformed(policy, "kms:Decrypt")
	w.setDecision(Decrypt, decision, policy, "decrypt-denied", func() []Reason {
		if len(malformed) > 0 {
			return w.isMalformed(malformed, policy, "decrypt-principal-malformed")
		}
		return []Reason{{
			Code: "decrypt-not-granted", Text: fmt.Sprintf("%s does not allow kms:Decrypt to %s", keyPolicyOf(key), w.view.principal),
			Node: policy.ID, Path: "document",
		}}
	})
	w.checkUploadGrant(policy)
	w.withholdRefused(Decrypt, policy)
	w.withholdRefused(UploadGrant, policy)
	if writer := w.customResource(key); writer != "" {
		elsewhere := Reason{Code: "policy-elsewhere", Text: writer, Node: key.ID}
		w.set(Decrypt, iam.Unknown, elsewhere)
		w.set(UploadGrant, iam.Unknown, elsewhere)
	}
	w.limitDecrypt()
}

// limitDecrypt withholds a yes where nobody has documented that a grant works.
func (w *walker) limitDecrypt() {
	if w.view.facts.Get(Decrypt).Verdict != iam.Yes {
		return
	}
	multitenant := w.distribution.Attribute("multitenant").In(w.world)
	switch {
	case w.isMultiRegion():
		w.set(Decrypt, iam.Unknown, Reason{Code: "undocumented", Text: fmt.Sprintf("AWS's documents differ on how CloudFront signs requests to the multi-Region access point %s", w.accessPoint.Address), Node: w.accessPoint.ID})
	case w.view.algorithm == dsseAlgorithm:
		w.set(Decrypt, iam.Unknown, Reason{Code: "undocumented", Text: "AWS does not document whether an origin access control can read DSSE-KMS objects", Node: w.view.encryption.ID, Path: "algorithm"})
	case multitenant.Kind == value.Bool && multitenant.Bool:
		w.set(Decrypt, iam.Unknown, Reason{Code: "undocumented", Text: "AWS does not document which aws:SourceArn a multi-tenant distribution sends", Node: w.distribution.ID})
	}
}

// customResource says which custom resource is handed the key: those are used
// to write key policies at deployment, after the template's own.
func (w *walker) customResource(key *graph.Node) string {
	for _, from := range w.givenTo(key, w.world) {
		if kind, _ := from.Attribute("source").Literal(); strings.HasPrefix(kind, "Custom::") || kind == "AWS::CloudFormation::CustomResource" {
			return fmt.Sprintf("%s is given to the custom resource %s, which may write its policy", key.Address, from.Address)
		}
	}
	return ""
}

// checkUsable reads the key's own settings.
func (w *walker) checkUsable() {
	key := w.view.key
	w.set(KeyUsable, iam.Yes)
	fail := func(code, path, text string) {
		w.set(KeyUsable, iam.No, Reason{Code: code, Text: text, Node: key.ID, Path: path})
	}
	if enabled := w.expand(key.Attribute("enabled")); !enabled.IsAbsent() {
		switch text, literal := enabled.Literal(); {
		case !literal:
			w.set(KeyUsable, iam.Unknown, Reason{Code: "key-state", Text: w.whyUnknown(enabled, "whether "+key.Address+" is enabled is not known"), Node: key.ID, Path: "enabled"})
		case strings.EqualFold(text, "false"):
			fail("key-disabled", "enabled", fmt.Sprintf("%s is %s", key.Address, w.keyState(key)))
		}
	}
	for _, setting := range []struct{ path, wanted string }{{"spec", "SYMMETRIC_DEFAULT"}, {"usage", "ENCRYPT_DECRYPT"}} {
		written := w.expand(key.Attribute(setting.path))
		if text, literal := written.Literal(); !literal && !written.IsAbsent() && w.view.facts.Get(KeyUsable).Verdict == iam.Yes {
			w.set(KeyUsable, iam.Unknown, Reason{Code: "key-state", Text: w.whyUnknown(written, "whether "+key.Address+" is a symmetric encryption key is not known"), Node: key.ID, Path: setting.path})
		} else if literal && text != setting.wanted {
			fail("key-type", setting.path, fmt.Sprintf("%s is %s, and S3 works with symmetric encryption keys only", key.Address, text))
		}
	}
	keyRegion, bucketRegion := w.region(key), w.region(w.view.bucket)
	switch {
	case keyRegion == bucketRegion && keyRegion != "":
	case keyRegion != "" && bucketRegion != "":
		fail("key-region", "", fmt.Sprintf("%s is in %s and %s in %s; a bucket and its key must be in the same Region", key.Address, keyRegion, w.view.bucket.Address, bucketRegion))
	default:
		if key.Environment != w.view.bucket.Environment && key.Unit == w.view.bucket.Unit && w.view.facts.Get(KeyUsable).Verdict == iam.Yes {
			w.set(KeyUsable, iam.Unknown, Reason{Code: "key-region", Text: fmt.Sprintf("whether %s and %s are in the same Region is not known", key.Address, w.view.bucket.Address), Node: key.ID})
		}
	}
}

// keyState says in words why a key is not enabled.
func (w *walker) keyState(key *graph.Node) string {
	state, _ := w.expand(key.Attribute("state")).Literal()
	switch state {
	case "PendingDeletion", "PendingReplicaDeletion":
		return "waiting to be deleted"
	case "PendingImport":
		return "without key material"
	case "Unavailable":
		return "not available in its key store"
	default:
		return "disabled"
	}
}

func (w *walker) region(node *graph.Node) string {
	return w.graph.Environments[node.Environment].Region
}

// findKeyPolicy finds the policy that AWS holds for the key. A policy resource
// of its own replaces the one written in the key.
func (w *walker) findKeyPolicy() {
	key := w.view.key
	unknown := func(code, text, node, path string) {
		w.set(PolicyValid, iam.Unknown, Reason{Code: code, Text: text, Node: node, Path: path})
		w.set(Decrypt, iam.Unknown, Reason{Code: code, Text: text, Node: node, Path: path})
	}
	policies, doubt := w.policies(key, graph.KeyPolicy, w.world)
	var own, separate []*graph.Node
	for _, policy := range policies {
		if policy.Parent == key.ID {
			if !policy.Attribute("document").In(w.world).IsAbsent() {
				own = append(own, policy)
			}
		} else {
			separate = append(separate, policy)
		}
	}
	chosen := own
	if len(separate) > 0 {
		chosen = separate
	}
	switch {
	case len(chosen) > 1:
		unknown("two-policies", fmt.Sprintf("%s and %s both write the policy of %s", chosen[0].Address, chosen[1].Address, key.Address), chosen[1].ID, "document")
	case len(separate) == 0 && key.Elsewhere["policy"] != "":
		unknown("policy-elsewhere", key.Elsewhere["policy"], key.ID, "policy")
	case len(separate) == 0 && doubt != "":
		unknown("policy-elsewhere", doubt, key.ID, "policy")
	case len(chosen) == 1:
		w.view.keyPolicy = chosen[0]
		w.assume(chosen[0])
		if elsewhere := chosen[0].Elsewhere["document"]; elsewhere != "" {
			unknown("policy-elsewhere", elsewhere, chosen[0].ID, "document")
		}
	case key.External != "":
		unknown("policy-elsewhere", key.Address+" "+key.External, key.ID, "")
	default:
		w.checkDefaultPolicy(unknown)
	}
}

// checkDefaultPolicy judges a key without a policy: AWS gives it the default one,
// which lets the account's root delegate to IAM and names no one else ("Default
// key policy" in the AWS KMS Developer Guide).
func (w *walker) checkDefaultPolicy(unknown func(code, text, node, path string)) {
	key := w.view.key
	if writer := w.opaqueWriter(key); writer != "" {
		unknown("policy-elsewhere", writer, key.ID, "")
		return
	}
	w.set(PolicyValid, iam.Yes)
	if w.view.identityKind == NoIdentity {
		w.set(Decrypt, iam.Unknown, unsigned)
		return
	}
	if _, decided := w.view.facts.Find(Decrypt); decided {
		return
	}
	w.set(Decrypt, iam.No, Reason{
		Code: "decrypt-not-granted", Text: fmt.Sprintf("%s has no key policy of its own; AWS's default names only the account", key.Address),
		Node: key.ID,
	})
	w.checkUploadGrant(nil)
}

// assumeAccount takes the administrator of a key to be its own account.
func (w *walker) assumeAccount(policy *graph.Node) {
	environment := w.view.key.Environment
	if same := w.graph.Environments[environment].SameAccountAs; same != "" {
		environment = same
	}
	if environment == "" || w.graph.Environments[environment].Account != "" {
		return
	}
	account := administrator(policy.Document, w.expand)
	if account == "" {
		return
	}
	w.view.accounts = map[string]string{environment: account}
	w.expanded = nil
	w.view.assumed = union(w.view.assumed, []string{fmt.Sprintf("account %s, whose root %s lets administer it, is the stack's own", account, keyPolicyOf(w.view.key))})
}

// problemsIn returns the problems of a policy that exist in a world, for which AWS
// rejects it.
func problemsIn(policy *graph.Node, role, code string, world *value.World) []Reason {
	var reasons []Reason
	for i, problem := range policy.Document.ProblemsFor(role) {
		if problem.When.In(world) {
			reasons = append(reasons, Reason{Code: code, Text: problem.Text, Node: policy.ID, Path: graph.ProblemPlace(i)})
		}
	}
	return reasons
}

// checkThroughControl says what the policies would allow through an origin access
// control, where the origin has none.
func (w *walker) checkThroughControl() {
	kind := w.view.identityKind
	if kind == OAC {
		return
	}
	w.view.identityKind = OAC
	defer func() { w.view.identityKind = kind }()
	if policy := w.view.bucketPolicy; policy != nil {
		w.set(ReadThroughControl, w.evaluate(policy, w.objectRequest("s3:GetObject")).Allowed)
	}
	if policy := w.view.keyPolicy; policy != nil {
		w.set(DecryptThroughControl, w.evaluate(policy, w.decryptRequest()).Allowed)
	}
}
