package facts

import (
	"fmt"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/iam"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// secureTransport is the condition key that says whether a request came over TLS.
const secureTransport = "aws:securetransport"

// remarkPlainHTTP remarks on a Deny that takes no part in the judged request and
// would take part if the request came over plain HTTP. CloudFront uses the
// viewer's protocol towards an S3 origin ("Using HTTPS for communication between
// CloudFront and your Amazon S3 origin", CloudFront Developer Guide), so that
// such a Deny hits only viewers who come over HTTP.
func (w *walker) remarkPlainHTTP(policy *graph.Node, decision iam.Decision) {
	for _, match := range decision.Matches {
		if match.Statement.Allow != iam.No || match.Applies() != iam.No || !match.Statement.DependsOn(secureTransport) {
			continue
		}
		request := w.objectRequest("s3:GetObject")
		request.Context = map[string]iam.ContextValue{secureTransport: {
			Presence: iam.Present, Values: []value.Value{value.Text("false", source.Location{})},
		}}
		if match.Statement.Match(request).Applies() == iam.Yes {
			w.remark(fmt.Sprintf("%s of %s refuses plain HTTP: CloudFront asks over the protocol of the viewer, so that viewers who come over HTTP get an error unless the behaviors redirect them to HTTPS", describeStatement(match.Statement), policy.Address))
		}
	}
}

func (w *walker) remark(text string) {
	w.view.remarks = union(w.view.remarks, []string{text})
}

// remarkOlderObjects remarks that the verdict speaks of new objects: a default
// encryption does not change what is there ("Setting default server-side
// encryption behavior", S3 User Guide).
func (p *Path) remarkOlderObjects() {
	switch {
	case p.Verdict == NotKMS:
		p.Remarks = union(p.Remarks, []string{"this speaks of objects that are written now, by the bucket's default; older ones keep the encryption that they were written with"})
	case p.Algorithm == kmsAlgorithm || p.Algorithm == dsseAlgorithm:
		p.Remarks = union(p.Remarks, []string{"this speaks of objects that are written now; older ones keep the encryption, key and bucket key setting that they were written with"})
	}
}
