resource "aws_kms_key" "assets" {
  enable_key_rotation = true
}

resource "aws_s3_bucket" "assets" {
  bucket_prefix = "assets-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms" # want bucket-without-bucket-key "aws_s3_bucket.assets is encrypted with AWS KMS and has no bucket key"
      kms_master_key_id = aws_kms_key.assets.arn
    }
  }
}
