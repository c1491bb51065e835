package facts

import (
	"fmt"
	"strings"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/value"
)

// checkKeyGrants looks at the grants of a key whose policy does not allow the
// identity to decrypt. A grant never has a service as grantee ("Grants in AWS
// KMS" in the AWS KMS Developer Guide); whether one for an origin access
// identity works is documented nowhere.
func (w *walker) checkKeyGrants() {
	fact := w.view.facts.Get(Decrypt)
	if fact.Verdict != iam.No || len(fact.Reasons) != 1 || fact.Reasons[0].Code != "decrypt-not-granted" {
		return
	}
	grants, _ := w.configuring(w.view.key, graph.Grant, func(grant *graph.Node) target {
		return w.index.key(grant.Attribute("key"), grant, w.world)
	}, w.world)
	for _, grant := range grants {
		if !w.mayAllowDecrypt(grant.Attribute("operations").In(w.world)) {
			continue
		}
		grantee := w.expand(grant.Attribute("grantee"))
		switch text, literal := grantee.Literal(); {
		case w.view.identityKind == OAC && literal && strings.HasPrefix(text, "cloudfront.amazonaws.com"):
			fact.Reasons[0].Text += fmt.Sprintf("; %s does not help, since a grant cannot be for a service", grant.Address)
			w.view.facts.Set(Decrypt, fact)
			return
		case w.view.identityKind == OAI && w.namesIdentity(grantee):
			w.set(Decrypt, iam.Unknown, Reason{Code: "undocumented", Text: fmt.Sprintf("AWS does not document whether the grant %s serves an origin access identity", grant.Address), Node: grant.ID, Path: "grantee"})
			return
		}
	}
}

// mayAllowDecrypt reports whether the operations of a grant hold Decrypt, or may.
func (w *walker) mayAllowDecrypt(operations value.Value) bool {
	return operations.Kind != value.List || w.mayName(operations, "Decrypt", true)
}

// namesIdentity reports whether a grantee is, or may be, the path's origin access
// identity.
func (w *walker) namesIdentity(grantee value.Value) bool {
	if _, literal := grantee.Literal(); literal {
		if _, isIdentity := iam.ReadOAI(grantee); !isIdentity {
			return false
		}
	}
	return w.sameText(grantee, w.expand(w.originAccessIdentity().ARN)) != iam.No
}
