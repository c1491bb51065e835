data "aws_iam_policy_document" "key" {
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
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals { # want any-distribution-decrypt "lets every CloudFront distribution"
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "site" {
  policy = data.aws_iam_policy_document.key.json
}
