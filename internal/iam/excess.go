package iam

import (
	"fmt"
	"slices"
	"strings"
)

// cloudFrontActions are the actions on a key that CloudFront uses: those of "SSE-KMS" in
// "Restricting access to an Amazon S3 origin" in the CloudFront Developer Guide, and
// kms:DescribeKey, which shows no data.
var cloudFrontActions = []string{
	"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
	"kms:GenerateDataKey", "kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext", "kms:GenerateDataKeyWithoutPlaintext",
}

// CodeExcessAction is the code of the reasons of ExcessActions.
const CodeExcessAction = "excess-action"

// ExcessActions returns what an Allow takes in of the actions on a key beyond those that
// CloudFront uses: the patterns as they are written, those of NotAction as one. What
// is no action of AWS KMS gives nothing.
func (s *Statement) ExcessActions() []Reason {
	if s.Allow != Yes {
		return nil
	}
	var excess []Reason
	if s.Actions == nil {
		if certain, _ := s.KMSActions(); len(beyond(certain)) > 0 {
			excess = append(excess, s.reason(CodeExcessAction, "NotAction", "all actions but %s", list(s.NotActions)))
		}
		return excess
	}
	for _, pattern := range s.Actions {
		written := pattern.String()
		if written == "*" || strings.EqualFold(written, "kms:*") {
			excess = append(excess, s.reason(CodeExcessAction, "Action", "%s", written))
			continue
		}
		var taken []string
		for _, action := range kmsActions {
			if matchesAction(pattern, action) == Yes && !slices.Contains(cloudFrontActions, action) {
				taken = append(taken, action)
			}
		}
		switch {
		case len(taken) == 0:
		case strings.ContainsAny(written, "*?"):
			excess = append(excess, s.reason(CodeExcessAction, "Action", "%s (%s)", written, examples(taken)))
		default:
			excess = append(excess, s.reason(CodeExcessAction, "Action", "%s", written))
		}
	}
	return excess
}

// beyond leaves out the actions that CloudFront uses.
func beyond(actions []string) []string {
	return slices.DeleteFunc(actions, func(action string) bool { return slices.Contains(cloudFrontActions, action) })
}

// maxExamples bounds how many actions a message names.
const maxExamples = 3

func examples(actions []string) string {
	if len(actions) <= maxExamples {
		return strings.Join(actions, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(actions[:maxExamples], ", "), len(actions)-maxExamples)
}
