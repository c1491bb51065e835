package facts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/value"
)

// A view is one origin path as it is in one world.
type view struct {
	// exists is false where there is no such path: the resources do not
	// exist, no behavior targets the origin, or it is no S3 origin.
	exists bool

	identityKind IdentityKind
	identity     *graph.Node
	principal    string
	bucket       *graph.Node
	bucketName   string
	encryption   *graph.Node
	algorithm    string
	bucketKey    string
	bucketPolicy *graph.Node
	key          *graph.Node
	managedBy    string
	keyPolicy    *graph.Node

	// uploads says whether the identity may put objects into the bucket.
	uploads iam.Result
	// request is UploadRequest where it may and must not read.
	request RequestKind

	// otherSigner says why someone else may sign requests, or "". Then nothing
	// follows from what CloudFront's identity may do.
	otherSigner string

	facts    Facts
	unknowns []string
	assumed  []string
	remarks  []string
	// accounts holds the accounts of environments that a key policy gives away.
	accounts map[string]string
	// readMatches and matches are what the statements of the bucket policy
	// and of the key policy say of the request, uploadMatches those of the key
	// policy of an upload.
	readMatches, matches, uploadMatches []iam.Match
	// malformed holds the statements that are meant for the identity and name
	// none.
	malformed []*iam.Statement
}

// forget leaves what says who reads what.
func (v *view) forget() {
	v.facts, v.assumed, v.remarks = nil, nil, nil
	v.readMatches, v.matches, v.uploadMatches, v.malformed = nil, nil, nil, nil
}

// The texts of Path.Algorithm, Path.BucketKey and Path.ManagedBy that are not
// values of AWS.
const (
	unknownText      = "unknown"
	defaultAlgorithm = "default"
	kmsAlgorithm     = "aws:kms"
	dsseAlgorithm    = "aws:kms:dsse"
	managedByAWS     = "aws"
	managedByUser    = "customer"
)

func (v *view) isKMS() bool {
	return v.algorithm == kmsAlgorithm || v.algorithm == dsseAlgorithm
}

func (v *view) verdict() Verdict {
	if !v.isKMS() && v.algorithm != unknownText {
		return NotKMS
	}
	if v.otherSigner != "" {
		return Undecided
	}
	verdict := Readable
	for _, name := range PathFacts {
		fact, checked := v.facts.Find(name)
		if !checked {
			// What could not be checked follows from something unknown
			// before it, or from a no.
			fact.Verdict = iam.Unknown
		}
		switch fact.Verdict {
		case iam.No:
			if v.algorithm != unknownText {
				return Unreadable
			}
			verdict = Undecided
		case iam.Unknown:
			verdict = Undecided
		case iam.Yes:
		}
	}
	if len(v.unknowns) > 0 {
		return Undecided
	}
	return verdict
}

// A walker follows one origin in one world.
type walker struct {
	*index
	world        *value.World
	distribution *graph.Node
	origin       *graph.Node
	view         *view
	// accessPoint is what the origin leads to instead of the bucket, or nil.
	accessPoint *graph.Node
	// branch is which of the buckets of a multi-Region access point is followed.
	branch int
	// expanded holds what references alone, and texts of several parts, stand for with
	// the accounts that are known: those to the bucket, the key and the distribution
	// are asked for again and again, as are those in a statement.
	expanded []expansion
	// asked is what all requests of the path have in common, once there is one.
	asked *iam.Request
}

// An expansion is what a reference alone, or else the parts of a text, stand for: values
// do not change, so that the same parts stand for the same.
type expansion struct {
	reference value.Reference
	first     *value.Part
	count     int
	expanded  value.Value
}

// maxExpansions bounds how many expansions are kept.
const maxExpansions = 12

// walk evaluates the path of an origin in a world, to one of the buckets that the
// origin leads to.
func (ix *index) walk(distribution, origin *graph.Node, branch int, world *value.World) *view {
	w := &walker{index: ix, world: world, distribution: distribution, origin: origin, branch: branch, view: &view{
		request:      ReadRequest,
		uploads:      iam.Result{Truth: iam.Unknown},
		identityKind: NoIdentity,
		algorithm:    unknownText,
		bucketKey:    unknownText,
		managedBy:    unknownText,
		facts:        make(Facts, 0, len(PathFacts)+len(UploadFacts)),
	}}
	if !distribution.When.In(world) || !origin.When.In(world) {
		return w.view
	}
	targeted, doubt := w.targeted()
	if targeted == iam.No {
		return w.view
	}
	domain := w.expand(origin.Attribute("domain_name"))
	kind, name := parseEndpoint(domain)
	if point := w.accessPointOf(domain, name); point != nil {
		kind, w.accessPoint = accessPointEndpoint, point
	}
	custom := origin.Attribute("custom").In(world)
	switch {
	case kind == otherEndpoint:
		return w.view
	case kind == unknownEndpoint && (custom.Kind == value.Bool && custom.Bool):
		// A custom origin whose host is not known is almost always a
		// load balancer; only a name that S3 owns makes a path.
		return w.view
	}
	if !w.hasBranch() {
		return w.view
	}
	w.view.exists = true
	if distribution.External != "" {
		w.unknown(distribution.External)
	}
	if targeted == iam.Unknown {
		w.unknown(doubt)
	}
	w.identify(kind)
	w.assume(distribution, origin, w.view.identity)
	w.findBucket(kind, name)
	w.checkUploads()
	w.checkSigning(kind)
	if w.view.bucket == nil || !w.view.isKMS() {
		return w.view
	}
	w.checkRead()
	w.findKey()
	w.checkKey()
	w.checkThroughControl()
	w.view.withholdUploads()
	return w.view
}

func (w *walker) unknown(reason string) {
	w.view.unknowns = union(w.view.unknowns, []string{reason})
}

// assume notes the defaults and assumptions that nodes rest on.
func (w *walker) assume(nodes ...*graph.Node) {
	for _, node := range nodes {
		if node == nil {
			continue
		}
		for _, name := range node.Defaults {
			w.view.assumed = union(w.view.assumed, []string{name + " has its default"})
		}
		if node.Assumed != "" {
			w.view.assumed = union(w.view.assumed, []string{node.Assumed})
		}
	}
}

func (w *walker) set(name string, verdict iam.Truth, reasons ...Reason) {
	w.view.facts.Set(name, Fact{Verdict: verdict, Reasons: reasons})
}

// expand writes a value in its constituents, in this world, with the accounts
// that are known on this path.
func (w *walker) expand(v value.Value) value.Value {
	if _, literal := v.SoleLiteral(); literal {
		return v
	}
	var its expansion
	if reference, alone := v.SoleReference(); alone {
		its.reference = reference
	} else if parts := v.Parts(); len(parts) > 0 {
		its.first, its.count = &parts[0], len(parts)
	}
	for i := range w.expanded {
		if known := &w.expanded[i]; known.reference == its.reference && known.first == its.first && known.count == its.count {
			return known.expanded
		}
	}
	its.expanded = w.withAccounts(w.graph.Expand(v).In(w.world))
	if w.expanded == nil {
		w.expanded = make([]expansion, 0, maxExpansions)
	}
	if len(w.expanded) < maxExpansions && (its.first != nil || its.reference != value.Reference{}) {
		w.expanded = append(w.expanded, its)
	}
	return its.expanded
}

// withAccounts writes the accounts that are known on this path into an expanded text.
func (w *walker) withAccounts(expanded value.Value) value.Value {
	if expanded.Kind != value.String || len(w.view.accounts) == 0 {
		return expanded
	}
	account := func(part value.Part) string {
		if part.Kind != value.ReferenceTo || part.Reference.Attribute != value.Account {
			return ""
		}
		return w.view.accounts[part.Reference.Node]
	}
	if !slices.ContainsFunc(expanded.Parts(), func(part value.Part) bool { return account(part) != "" }) {
		return expanded
	}
	parts := slices.Clone(expanded.Parts())
	for i, part := range parts {
		if known := account(part); known != "" {
			parts[i] = value.Part{Kind: value.Literal, Text: known, Location: part.Location}
		}
	}
	return value.StringOf(parts, expanded.Location)
}

// targeted says whether a behavior sends requests to the origin, directly or
// through an origin group.
func (w *walker) targeted() (answer iam.Truth, doubt string) {
	if w.origin.Attribute("origin_id").In(w.world).IsAbsent() {
		// Only the single origin of a legacy distribution has no id.
		return iam.Yes, ""
	}
	behaviors := w.distribution.Attribute("behaviors").In(w.world)
	if behaviors.Kind != value.List {
		return iam.Unknown, w.whyUnknown(behaviors, "the behaviors of "+w.distribution.Address+" are not known")
	}
	for _, behavior := range w.originBehaviors(behaviors) {
		if behavior.truth > answer {
			answer, doubt = behavior.truth, behavior.doubt
		}
	}
	return answer, doubt
}

type behaviorMatch struct {
	behavior value.Value
	truth    iam.Truth
	doubt    string
}

// originBehaviors returns the behaviors that target the origin or may do so.
func (w *walker) originBehaviors(behaviors value.Value) []behaviorMatch {
	id := w.expand(w.origin.Attribute("origin_id"))
	ids := []value.Value{id}
	groups := w.distribution.Attribute("origin_groups").In(w.world)
	for _, group := range groups.Items() {
		members, _ := group.Get("members")
		for _, member := range members.Items() {
			if w.sameText(w.expand(member), id) != iam.No {
				groupID, _ := group.Get("origin_id")
				ids = append(ids, w.expand(groupID))
				break
			}
		}
	}
	var matches []behaviorMatch
	for _, behavior := range behaviors.Items() {
		wanted, _ := behavior.Get("target_origin_id")
		match := behaviorMatch{behavior: behavior}
		for _, candidate := range ids {
			match.truth = max(match.truth, w.sameText(candidate, w.expand(wanted)))
		}
		if match.truth == iam.Unknown {
			match.doubt = w.whyUnknown(wanted, fmt.Sprintf("whether a behavior of %s targets this origin is not known", w.distribution.Address))
		}
		if match.truth != iam.No {
			matches = append(matches, match)
		}
	}
	return matches
}

// identify finds the OAC or OAI that the origin uses.
func (w *walker) identify(kind endpointKind) {
	control := w.expand(w.origin.Attribute("origin_access_control_id"))
	identity := w.expand(w.origin.Attribute("origin_access_identity"))
	switch {
	case kind == websiteEndpoint:
		// Neither works with a website endpoint, which is a custom origin.
	case !isEmpty(control):
		w.view.identityKind = OAC
		w.view.principal = cloudFront
		found := w.find(graph.OAC, control, w.origin, w.world)
		w.view.identity = found.node
		if found.node == nil {
			w.set(Signed, iam.Unknown, Reason{Code: "identity-unknown", Text: found.reason, Node: w.origin.ID, Path: "origin_access_control_id"})
		}
	case !isEmpty(identity):
		w.view.identityKind = OAI
		id, ok := afterPrefix(identity, "origin-access-identity/cloudfront/")
		if !ok {
			id = identity
		}
		found := w.find(graph.OAI, id, w.origin, w.world)
		w.view.identity = found.node
		w.view.principal = "the origin access identity " + found.text
		if found.node != nil {
			w.view.principal = found.node.Address
		}
		if identity.Kind != value.String || hasUnknown(identity) {
			// A path that is not known may be empty, which is no identity.
			w.unknown(found.reason)
		}
	}
}

const cloudFront = "cloudfront.amazonaws.com"

func isEmpty(v value.Value) bool {
	text, literal := v.Literal()
	return v.IsAbsent() || literal && text == ""
}

func hasUnknown(v value.Value) bool {
	_, opaque := spell(v)
	return opaque
}

// afterPrefix returns the rest of a text behind a literal prefix.
func afterPrefix(v value.Value, prefix string) (value.Value, bool) {
	if v.Kind != value.String {
		return v, false
	}
	text, symbols := flatten(v)
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return v, false
	}
	return unflatten(rest, symbols, v.Location), true
}

// findBucket finds the bucket behind the origin and how it encrypts by default.
func (w *walker) findBucket(kind endpointKind, name value.Value) {
	switch kind {
	case accessPointEndpoint:
		if w.accessPoint == nil {
			w.view.bucketName = name.String()
			w.unknown(fmt.Sprintf("the buckets behind the access point %s are not known", name))
			return
		}
		name = w.accessPointBucket()
	case unknownEndpoint:
		domain := w.origin.Attribute("domain_name").In(w.world)
		w.view.bucketName = domain.String()
		w.unknown(w.unresolved(graph.Bucket, w.expand(domain), nil))
		return
	case otherEndpoint, restEndpoint, websiteEndpoint:
	}
	found := w.find(graph.Bucket, name, w.origin, w.world)
	w.view.bucketName = found.text
	if found.node == nil {
		w.unknown(found.reason)
		return
	}
	w.view.bucket = found.node
	w.view.bucketName = found.node.Label()
	w.assume(found.node)
	w.findEncryption()
}

func (w *walker) findEncryption() {
	bucket := w.view.bucket
	nodes, doubt := w.encryptions(bucket, w.world)
	switch {
	case len(nodes) > 1:
		w.unknown(fmt.Sprintf("%s and %s both set the encryption of %s", nodes[0].Address, nodes[1].Address, bucket.Address))
		return
	case bucket.Elsewhere["encryption"] != "":
		w.unknown(bucket.Elsewhere["encryption"])
		return
	case len(nodes) == 0 && doubt != "":
		w.unknown(doubt)
		return
	case len(nodes) == 0 && bucket.External != "":
		w.unknown(bucket.Address + " " + bucket.External)
		return
	case len(nodes) == 0 && w.graph.Unit(bucket.Unit).Incomplete != "":
		w.unknown(w.graph.Unit(bucket.Unit).Incomplete)
		return
	case len(nodes) == 0:
		// Every bucket encrypts with SSE-S3 unless it is told otherwise.
		w.view.algorithm = defaultAlgorithm
		return
	}
	encryption := nodes[0]
	w.view.encryption = encryption
	w.assume(encryption)
	algorithm := w.expand(encryption.Attribute("algorithm"))
	if elsewhere := encryption.Elsewhere["algorithm"]; elsewhere != "" {
		w.unknown(elsewhere)
		return
	}
	text, literal := algorithm.Literal()
	switch {
	case algorithm.IsAbsent():
		w.view.algorithm = defaultAlgorithm
	case !literal:
		w.unknown(w.whyUnknown(algorithm, fmt.Sprintf("the encryption algorithm %s of %s is not known", algorithm, bucket.Address)))
	default:
		w.view.algorithm = text
	}
	w.view.bucketKey = "off"
	switch enabled := encryption.Attribute("bucket_key_enabled").In(w.world); enabled.Kind {
	case value.Bool:
		if enabled.Bool {
			w.view.bucketKey = "on"
		}
	case value.Absent:
	default:
		w.view.bucketKey = unknownText
		if text, literal := enabled.Literal(); literal {
			w.view.bucketKey = map[string]string{"true": "on", "false": "off"}[strings.ToLower(text)]
		}
	}
	if w.view.algorithm == dsseAlgorithm {
		// DSSE-KMS has no bucket keys.
		w.view.bucketKey = "off"
	}
}

// objectOfItsOwn returns an object of the bucket that is not encrypted as the
// bucket's default says.
func (w *walker) objectOfItsOwn() *graph.Node {
	objects, _ := w.configuring(w.view.bucket, graph.Object, func(node *graph.Node) target {
		return w.find(graph.Bucket, node.Attribute("bucket"), node, w.world)
	}, w.world)
	for _, object := range objects {
		algorithm, literal := w.expand(object.Attribute("algorithm")).Literal()
		withKey := !isEmpty(w.expand(object.Attribute("key"))) || literal && strings.HasPrefix(algorithm, kmsAlgorithm)
		if withKey != w.view.isKMS() {
			return object
		}
		if withKey && w.view.encryption != nil && !isEmpty(w.expand(object.Attribute("key"))) {
			own := w.index.key(object.Attribute("key"), object, w.world)
			byDefault := w.index.key(w.view.encryption.Attribute("key"), w.view.encryption, w.world)
			if own.node != byDefault.node {
				return object
			}
		}
	}
	return nil
}

// checkUploads doubts a default encryption without a key where the bucket policy
// refuses uploads that are not encrypted with one: then the objects are. So does
// an object with an encryption of its own.
func (w *walker) checkUploads() {
	if w.view.bucket == nil || w.view.algorithm == unknownText {
		return
	}
	if object := w.objectOfItsOwn(); object != nil {
		w.view.algorithm = unknownText
		w.unknown(fmt.Sprintf("%s has an encryption of its own, unlike %s", object.Address, w.view.bucket.Address))
		return
	}
	if w.view.isKMS() {
		return
	}
	policies, _ := w.policies(w.view.bucket, graph.BucketPolicy, w.world)
	for _, policy := range policies {
		for _, statement := range policy.Document.Statements {
			if statement.When.In(w.world) && statement.DemandsKMS() {
				w.view.algorithm = unknownText
				w.unknown(fmt.Sprintf("%s of %s refuses uploads without SSE-KMS, although the bucket's default is another", describeStatement(statement), policy.Address))
				return
			}
		}
	}
}

// checkSigning says whether requests to the bucket are signed by an identity
// that SSE-KMS works with.
func (w *walker) checkSigning(kind endpointKind) {
	if _, decided := w.view.facts.Find(Signed); !decided {
		w.set(Signed, iam.Yes)
	}
	w.set(IdentitySupportsKMS, iam.Yes)
	switch w.view.identityKind {
	case NoIdentity:
		reason := Reason{Code: "no-identity", Text: "the origin has neither an origin access control nor an origin access identity", Node: w.origin.ID, Path: "domain_name"}
		if kind == websiteEndpoint {
			reason = Reason{Code: "website-endpoint", Text: "the origin is an S3 website endpoint, which CloudFront reads unsigned", Node: w.origin.ID, Path: "domain_name"}
		}
		w.set(Signed, iam.No, reason)
	case OAI:
		w.set(IdentitySupportsKMS, iam.No, Reason{
			Code: "oai-with-kms", Text: "CloudFront cannot read SSE-KMS objects through an origin access identity",
			Node: w.origin.ID, Path: "origin_access_identity",
		})
	case OAC:
		w.checkControl()
	}
	if w.view.otherSigner = w.otherSigner(); w.view.otherSigner != "" {
		w.unknown(w.view.otherSigner)
	}
}

// checkControl reads the settings of an origin access control.
func (w *walker) checkControl() {
	control := w.view.identity
	if control == nil {
		return
	}
	if control.External != "" {
		w.set(Signed, iam.Unknown, Reason{Code: "identity-unknown", Text: control.Address + " " + control.External, Node: control.ID})
		return
	}
	behavior := w.expand(control.Attribute("signing_behavior"))
	text, literal := behavior.Literal()
	switch {
	case !literal:
		w.set(Signed, iam.Unknown, Reason{Code: "identity-unknown", Text: w.whyUnknown(behavior, "the signing behavior of "+control.Address+" is not known"), Node: control.ID, Path: "signing_behavior"})
	case text == "never":
		w.set(Signed, iam.No, Reason{Code: "never-signs", Text: control.Address + " never signs requests", Node: control.ID, Path: "signing_behavior"})
	}
	written := w.expand(control.Attribute("origin_type"))
	switch kind, literal := written.Literal(); {
	case literal && kind != "" && kind != "s3":
		w.set(Signed, iam.Unknown, Reason{Code: "identity-unknown", Text: fmt.Sprintf("%s is for origins of type %s, not s3", control.Address, kind), Node: control.ID, Path: "origin_type"})
	case !literal && !written.IsAbsent() && w.view.facts.Get(Signed).Verdict == iam.Yes:
		w.set(Signed, iam.Unknown, Reason{Code: "identity-unknown", Text: w.whyUnknown(written, fmt.Sprintf("the type of origins that %s is for is not known", control.Address)), Node: control.ID, Path: "origin_type"})
	}
}

// union appends what a list does not hold yet.
func union(list, more []string) []string {
	for _, element := range more {
		if !slices.Contains(list, element) {
			list = append(list, element)
		}
	}
	return list
}
