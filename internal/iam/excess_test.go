package iam

import (
	"slices"
	"testing"
)

func TestExcessActions(t *testing.T) {
	for _, test := range []struct {
		element string
		want    []string
	}{
		// The statements that AWS documents.
		{`"Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"]`, nil},
		{`"Action": "kms:Decrypt"`, nil},
		{`"Action": ["KMS:decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"]`, nil},
		{`"Action": ["kms:Decrypt*", "kms:Decryp?"]`, nil},
		// What is no action of AWS KMS gives nothing.
		{`"Action": ["kms:Decrypt", "s3:GetObject", "kms:Decript"]`, nil},

		{`"Action": "*"`, []string{"*"}},
		{`"Action": ["kms:Decrypt", "kms:*"]`, []string{"kms:*"}},
		{`"Action": "kms:ReEncrypt*"`, []string{"kms:ReEncrypt* (kms:ReEncryptFrom, kms:ReEncryptTo)"}},
		{`"Action": ["kms:CreateGrant", "kms:Decrypt"]`, []string{"kms:CreateGrant"}},
		{`"Action": "kms:De*"`, []string{"kms:De* (kms:DeleteAlias, kms:DeleteCustomKeyStore, kms:DeleteImportedKeyMaterial and 2 more)"}},
		{`"Action": "kms:Generate*"`, []string{"kms:Generate* (kms:GenerateMac, kms:GenerateRandom)"}},
		{`"NotAction": "kms:Decrypt"`, []string{"all actions but kms:Decrypt"}},
		{`"NotAction": "kms:*"`, nil},
	} {
		s := statement(t, `{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Resource": "*", `+test.element+`}`).Statements[0]
		var got []string
		for _, reason := range s.ExcessActions() {
			got = append(got, reason.Text)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.element, got, test.want)
		}
		s.Allow = No
		if got := s.ExcessActions(); got != nil {
			t.Errorf("a Deny of %s gives %v", test.element, got)
		}
	}
}
