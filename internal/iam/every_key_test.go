package iam

import (
	"slices"
	"testing"

	"github.com/originkey/originkey/internal/value"
)

func TestDecryptsEveryKey(t *testing.T) {
	both := []string{"every-key kms:Decrypt", "every-key kms:ReEncryptFrom"}
	decrypt := both[:1]
	general := []string{"every-service kms:Decrypt", "every-service kms:ReEncryptFrom"}
	for _, test := range []struct {
		statements string
		want       []string
	}{
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}`, decrypt},
		{`{"Effect": "Allow", "Action": ["s3:GetObject", "kms:decrypt"], "Resource": ["arn:aws:s3:::b/*", "arn:aws:kms:*:*:key/*"]}`, decrypt},
		{`{"Effect": "Allow", "Action": "kms:*", "Resource": "arn:aws:kms:*"}`, both},
		{`{"Effect": "Allow", "Action": "kms:ReEncrypt*", "Resource": "arn:*:kms:*:*:*"}`, both[1:]},
		{`{"Effect": "Allow", "Action": "kms:*", "NotResource": "arn:aws:s3:::b/*"}`, both},
		{`{"Effect": "Allow", "Action": "*", "Resource": "*"}`, general},
		{`{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}`, general},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:$PARTITION:kms:*:*:key/*"}`, decrypt},
		// Security Hub looks at no conditions; those that say nothing of keys
		// change nothing here either.
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}`, decrypt},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}`, decrypt},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}, {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"}`, decrypt},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::b/*"}`, decrypt},

		// Fewer than all keys.
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:us-east-1:111122223333:key/*"}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:*:111122223333:key/*"}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:us-east-1:*:key/*"}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:*:*:alias/*"}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "$KEY"}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "NotResource": "arn:aws:kms:us-east-1:111122223333:key/1"}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "NotResource": "$KEY"}`, nil},
		// Other actions, and a Deny.
		{`{"Effect": "Allow", "Action": ["kms:Encrypt", "kms:DescribeKey", "kms:ReEncryptTo"], "Resource": "*"}`, nil},
		{`{"Effect": "Allow", "NotAction": "kms:*", "Resource": "*"}`, nil},
		{`{"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}, {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:us-east-1:111122223333:key/1"}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}, {"Effect": "Deny", "Action": "kms:*", "NotResource": "arn:aws:kms:us-east-1:111122223333:key/1"}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}, {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringNotEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}`, nil},
		// Conditions on the key or its use.
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/site"}}}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/site": "docs"}}}`, nil},
		{`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::b/*"}}}`, nil},
	} {
		d := statement(t, test.statements)
		var got []string
		for _, reason := range d.DecryptsEveryKey(d.Statements[0], func(v value.Value) value.Value { return v }) {
			got = append(got, reason.Code+" "+reason.Text)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.statements, got, test.want)
		}
	}
}
