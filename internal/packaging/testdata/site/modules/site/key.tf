resource "aws_kms_key" "assets" {}

resource "aws_kms_key_policy" "assets" {
  key_id = aws_kms_key.assets.key_id
  policy = templatefile("${path.module}/../../policies/key.json", {
    distribution_arn = aws_cloudfront_distribution.cdn.arn
  })
}
