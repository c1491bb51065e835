data "aws_caller_identity" "current" {}

[[ if not .PolicyAsJSON -]]
data "aws_iam_policy_document" "key" {
  statement {
    sid       = "EnableIAMPolicies"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
[[ if .Grants ]]
  statement {
    sid       = "AllowCloudFrontDecrypt"
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }
[[- if not .AnyDistribution ]]

    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.site.arn]
    }
[[- end ]]
  }
[[ end ]]}

[[ end -]]
resource "aws_kms_key" "assets" {
  description             = "encrypts the assets of ${var.site}"
  deletion_window_in_days = 30
  enable_key_rotation     = true
  tags                    = local.tags
[[- if .PolicyAsJSON ]]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EnableIAMPolicies"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AllowCloudFrontDecrypt"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = "kms:Decrypt"
        Resource  = "*"
        Condition = {
          StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.site.arn }
        }
      },
    ]
  })
[[- else ]]
  policy                  = data.aws_iam_policy_document.key.json
[[- end ]]
}

resource "aws_kms_alias" "assets" {
  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.assets.key_id
}
