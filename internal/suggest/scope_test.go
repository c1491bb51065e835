package suggest

import (
	"slices"
	"testing"
)

// TestAdviceIsInOrder resolves references that each need advice: it is in the order in
// which the statement is written.
func TestAdviceIsInOrder(t *testing.T) {
	g := keyAndBucket(t).Graph
	statement := map[string]any{
		"Resource":  map[string]any{"reference": "bucket", "attribute": "objects"},
		"Condition": map[string]any{"StringEquals": map[string]any{"AWS:SourceArn": map[string]any{"reference": "distribution", "attribute": "arn"}}},
	}
	want := []string{
		"pass bucket_arn = aws_s3_bucket.b.arn to templatefile in aws_kms_key.k",
		"pass distribution_arn = aws_cloudfront_distribution.d.arn to templatefile in aws_kms_key.k",
	}
	for range 50 {
		s := &scope{graph: g, at: g.Node("key"), file: "main.tf", form: templateFile, isTemplate: true}
		s.resolve(statement)
		if !slices.Equal(s.advice, want) {
			t.Fatalf("advised %q, want %q", s.advice, want)
		}
	}
}
