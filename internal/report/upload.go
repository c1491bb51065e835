package report

import (
	"github.com/originkey/originkey/internal/facts"
)

// explainUpload explains the path of an origin that is there for uploads alone. It
// has no verdict: nobody is to read through it.
func explainUpload(path *facts.Path) explanation {
	e := explanation{distribution: path.Distribution.Label(), bucket: path.BucketName, verdict: "uploads only"}
	for _, hop := range path.Hops() {
		e.add(row{name: hop.Name, text: hop.Text, at: hop.Location})
	}
	uploads := row{name: "uploads", text: holds(path.Facts.Get(facts.UploadGrant), "the key policy allows kms:GenerateDataKey")}
	for _, statement := range path.Statements {
		uploads.answers = append(uploads.answers, answerOf(statement))
	}
	e.add(uploads)
	for _, assumed := range path.Assumed {
		e.add(row{name: "assumed", text: assumed})
	}
	return e
}

type jsonUpload struct {
	Distribution *jsonNode    `json:"distribution"`
	Origin       string       `json:"origin"`
	Identity     jsonIdentity `json:"identity"`
	Bucket       *jsonBucket  `json:"bucket"`
	Key          *jsonKey     `json:"key"`
	// Granted is yes, no or unknown: whether the key policy allows
	// kms:GenerateDataKey.
	Granted string   `json:"granted"`
	Reasons []string `json:"reasons"`
}

func jsonUploads(r *Report) []jsonUpload {
	var all []jsonUpload
	for _, path := range r.Uploads {
		grant := path.Facts.Get(facts.UploadGrant)
		written := jsonUpload{
			Origin: path.OriginID, Identity: jsonIdentity{Kind: path.IdentityKind},
			Granted: grant.Verdict.String(), Reasons: []string{},
		}
		for _, reason := range grant.Reasons {
			written.Reasons = append(written.Reasons, reason.Text)
		}
		if !path.Distribution.Anonymous() {
			distribution := nodeOf(path.Distribution)
			written.Distribution = &distribution
		}
		written.Identity.Address, written.Identity.Principal = nameOrNil(path.Identity), &path.Principal
		if path.Bucket != nil {
			written.Bucket = &jsonBucket{jsonNode: nodeOf(path.Bucket), Encryption: path.Algorithm, BucketKey: path.BucketKey}
		}
		if path.Key != nil || path.ManagedBy == "aws" {
			written.Key = &jsonKey{jsonNode: nodeOf(path.Key), ManagedBy: path.ManagedBy}
		}
		all = append(all, written)
	}
	return all
}
