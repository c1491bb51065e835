package facts

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// endpointKind says what an origin's domain name leads to.
type endpointKind int

const (
	// otherEndpoint is no S3 endpoint: a load balancer, a function URL.
	otherEndpoint endpointKind = iota
	// unknownEndpoint may be anything.
	unknownEndpoint
	restEndpoint
	websiteEndpoint
	// accessPointEndpoint is an access point or a multi-Region access point.
	accessPointEndpoint
)

// The forms of S3's endpoints, with the bucket's name as the first group. See
// "Methods for accessing a bucket" and "Amazon S3 Regional endpoints" in the S3
// User Guide and the AWS General Reference. A name may hold dots, so that the
// first group is greedy up to the first ".s3" that a Region or the end follows.
var (
	restForm        = regexp.MustCompile(`^(.+?)\.s3(?:\.dualstack)?(?:[.-][^.]+)?\.amazonaws\.com(?:\.cn)?$`)
	websiteForm     = regexp.MustCompile(`^(.+?)\.s3-website[.-][^.]+\.amazonaws\.com(?:\.cn)?$`)
	accessPointForm = regexp.MustCompile(`\.(?:s3-accesspoint|accesspoint\.s3-global)(?:\.|-)?.*\.?amazonaws\.com(?:\.cn)?$`)
)

// placeholder stands for the i-th non-literal part of a text; it is a rune of a
// private use area, which no host name holds.
const placeholder = 0xF0000

// parseEndpoint reads an expanded domain name. bucket is the symbolic name.
func parseEndpoint(domain value.Value) (kind endpointKind, bucket value.Value) {
	if domain.Kind != value.String {
		return unknownEndpoint, domain
	}
	text, symbols := flatten(domain)
	text = strings.TrimPrefix(text, "http://")
	if strings.Contains(text, ".s3-website") {
		if match := websiteForm.FindStringSubmatch(text); match != nil {
			return websiteEndpoint, unflatten(match[1], symbols, domain.Location)
		}
	}
	if strings.Contains(text, "accesspoint") && accessPointForm.MatchString(text) {
		return accessPointEndpoint, domain
	}
	if match := restForm.FindStringSubmatch(text); match != nil {
		return restEndpoint, unflatten(match[1], symbols, domain.Location)
	}
	if len(symbols) == 0 {
		return otherEndpoint, domain
	}
	// Literal text at the end that no S3 endpoint ends in decides as well.
	if tail := text[strings.LastIndexFunc(text, isPlaceholder)+1:]; strings.Contains(strings.TrimLeftFunc(tail, isPlaceholder), ".") && !strings.HasSuffix(text, ".amazonaws.com") && !strings.HasSuffix(text, ".amazonaws.com.cn") {
		return otherEndpoint, domain
	}
	return unknownEndpoint, domain
}

func isPlaceholder(r rune) bool { return r >= placeholder && r < placeholder+0xFFFE }

// flatten writes a String as one text in which a placeholder stands for each
// part that is not literal.
func flatten(v value.Value) (text string, symbols []value.Part) {
	if text, literal := v.SoleLiteral(); literal {
		return text, nil
	}
	parts := v.Parts()
	size, count := 0, 0
	for i := range parts {
		if parts[i].Kind == value.Literal {
			size += len(parts[i].Text)
		} else {
			size, count = size+utf8.UTFMax, count+1
		}
	}
	var builder strings.Builder
	builder.Grow(size)
	symbols = make([]value.Part, 0, count)
	for _, part := range parts {
		if part.Kind == value.Literal {
			builder.WriteString(part.Text)
			continue
		}
		builder.WriteRune(rune(placeholder + len(symbols)))
		symbols = append(symbols, part)
	}
	return builder.String(), symbols
}

func unflatten(text string, symbols []value.Part, at source.Location) value.Value {
	var result []value.Part
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			result = append(result, value.Part{Kind: value.Literal, Text: literal.String(), Location: at})
			literal.Reset()
		}
	}
	for _, r := range text {
		if isPlaceholder(r) {
			flush()
			result = append(result, symbols[r-placeholder])
			continue
		}
		literal.WriteRune(r)
	}
	flush()
	return value.StringOf(result, at)
}
