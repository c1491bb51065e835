data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Administration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }

  statement {
    sid       = "CloudFront"
    actions   = ["kms:Encrypt"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "cloudfront" {
  dynamic "statement" {
    for_each = ["cloudfront.amazonaws.com"]

    content {
      sid       = "CloudFront"
      actions   = ["kms:Decrypt"]
      resources = ["*"]

      principals { # want any-distribution-decrypt "lets every CloudFront distribution"
        type        = "Service"
        identifiers = [statement.value]
      }
    }
  }
}

data "aws_iam_policy_document" "key" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [data.aws_iam_policy_document.cloudfront.json]
}

resource "aws_kms_key" "site" {
  policy = data.aws_iam_policy_document.key.json
}
