package iam

// kmsActions are the actions of AWS KMS: "Actions, resources, and condition keys
// for AWS Key Management Service" in the Service Authorization Reference
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_kms.html),
// as of 2026.
var kmsActions = []string{
	"kms:CancelKeyDeletion",
	"kms:ConnectCustomKeyStore",
	"kms:CreateAlias",
	"kms:CreateCustomKeyStore",
	"kms:CreateGrant",
	"kms:CreateKey",
	"kms:Decrypt",
	"kms:DeleteAlias",
	"kms:DeleteCustomKeyStore",
	"kms:DeleteImportedKeyMaterial",
	"kms:DeriveSharedSecret",
	"kms:DescribeCustomKeyStores",
	"kms:DescribeKey",
	"kms:DisableKey",
	"kms:DisableKeyRotation",
	"kms:DisconnectCustomKeyStore",
	"kms:EnableKey",
	"kms:EnableKeyRotation",
	"kms:Encrypt",
	"kms:GenerateDataKey",
	"kms:GenerateDataKeyPair",
	"kms:GenerateDataKeyPairWithoutPlaintext",
	"kms:GenerateDataKeyWithoutPlaintext",
	"kms:GenerateMac",
	"kms:GenerateRandom",
	"kms:GetKeyLastUsage",
	"kms:GetKeyPolicy",
	"kms:GetKeyRotationStatus",
	"kms:GetParametersForImport",
	"kms:GetPublicKey",
	"kms:ImportKeyMaterial",
	"kms:ListAliases",
	"kms:ListGrants",
	"kms:ListKeyPolicies",
	"kms:ListKeyRotations",
	"kms:ListKeys",
	"kms:ListResourceTags",
	"kms:ListRetirableGrants",
	"kms:PutKeyPolicy",
	"kms:ReEncryptFrom",
	"kms:ReEncryptTo",
	"kms:ReplicateKey",
	"kms:RetireGrant",
	"kms:RevokeGrant",
	"kms:RotateKeyOnDemand",
	"kms:ScheduleKeyDeletion",
	"kms:Sign",
	"kms:SynchronizeMultiRegionKey",
	"kms:TagResource",
	"kms:UntagResource",
	"kms:UpdateAlias",
	"kms:UpdateCustomKeyStore",
	"kms:UpdateKeyDescription",
	"kms:UpdatePrimaryRegion",
	"kms:Verify",
	"kms:VerifyMac",
}

// KMSActions returns the actions of AWS KMS that the Action or NotAction of a
// statement takes in, whatever its effect: those that it takes in for certain, and
// those of which the input does not say. Both are sorted.
func (s *Statement) KMSActions() (certain, possible []string) {
	for _, action := range kmsActions {
		switch s.answersAction(action) {
		case Yes:
			certain = append(certain, action)
		case Unknown:
			possible = append(possible, action)
		}
	}
	return certain, possible
}
