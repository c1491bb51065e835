package iam

import (
	"slices"
	"strings"
	"testing"
)

func TestKMSActionsOfAStatement(t *testing.T) {
	all := len(kmsActions)
	tests := []struct {
		element  string
		certain  int
		possible int
		some     string
	}{
		{`"Action": "kms:Decrypt"`, 1, 0, "kms:Decrypt"},
		{`"Action": "KMS:decrypt"`, 1, 0, "kms:Decrypt"},
		{`"Action": "kms:*"`, all, 0, "kms:PutKeyPolicy"},
		{`"Action": "*"`, all, 0, "kms:PutKeyPolicy"},
		{`"Action": "kms:ReEncrypt*"`, 2, 0, "kms:ReEncryptFrom"},
		{`"Action": "kms:GenerateDataKey*"`, 4, 0, "kms:GenerateDataKeyPairWithoutPlaintext"},
		{`"Action": ["kms:Decrypt", "kms:De*"]`, 7, 0, "kms:DeleteAlias"},
		{`"Action": "kms:Decryp?"`, 1, 0, "kms:Decrypt"},
		{`"Action": "s3:*"`, 0, 0, ""},
		{`"Action": "$UNKNOWN"`, 0, all, ""},
		{`"Action": ["kms:Decrypt", "$UNKNOWN"]`, 1, all - 1, "kms:Decrypt"},
		{`"NotAction": "kms:*"`, 0, 0, ""},
		{`"NotAction": "kms:Put*"`, all - 1, 0, "kms:Decrypt"},
		{`"NotAction": "s3:*"`, all, 0, "kms:Decrypt"},
	}
	for _, test := range tests {
		d := statement(t, `{`+cloudFront+`, "Resource": "*", `+test.element+`}`)
		certain, possible := d.Statements[0].KMSActions()
		if len(certain) != test.certain || len(possible) != test.possible || test.some != "" && !slices.Contains(certain, test.some) {
			t.Errorf("%s: %v and perhaps %v", test.element, certain, possible)
		}
	}
}

func TestKMSActionsAreSorted(t *testing.T) {
	names := kmsActions
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("the actions are not sorted, or one is there twice")
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "kms:") {
			t.Errorf("%s is no action of KMS", name)
		}
	}
}
