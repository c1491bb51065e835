locals {
  name = "${var.site}-${var.environment}"
  tags = {
    Site        = var.site
    Environment = var.environment
    Team        = "[[ .Team ]]"
  }
}

module "logs" {
  source = "../../modules/logs"
  name   = "${local.name}-logs"
  days   = var.log_days
  tags   = local.tags
}

module "assets" {
[[- if .Identity ]]
  source = "../../modules/bucket"
  name   = "${local.name}-assets"
  tags   = local.tags
[[- else ]]
  source  = "../../modules/bucket"
  name    = "${local.name}-assets"
  key_arn = aws_kms_key.assets.arn
  tags    = local.tags
[[- end ]]
}

[[ if .Identity -]]
resource "aws_cloudfront_origin_access_identity" "assets" {
  comment = local.name
}
[[- else -]]
resource "aws_cloudfront_origin_access_control" "assets" {
  name                              = local.name
  description                       = "signs requests for the assets of ${var.site}"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}
[[- end ]]

data "aws_iam_policy_document" "assets" {
  statement {
    sid       = "AllowCloudFrontRead"
    actions   = ["s3:GetObject"]
    resources = ["${module.assets.arn}/*"]
[[ if .Identity ]]
    principals {
      type        = "AWS"
      identifiers = [aws_cloudfront_origin_access_identity.assets.iam_arn]
    }
[[- else ]]
    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.site.arn]
    }
[[- end ]]
  }

  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [module.assets.arn, "${module.assets.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "assets" {
  bucket = module.assets.id
  policy = data.aws_iam_policy_document.assets.json
}

resource "aws_cloudfront_distribution" "site" {
  enabled             = true
  is_ipv6_enabled     = true
  comment             = local.name
  default_root_object = "index.html"
  price_class         = "PriceClass_100"
  aliases             = var.aliases
  tags                = local.tags

  origin {
    domain_name              = module.assets.domain_name
    origin_id                = "assets"
[[- if .Identity ]]

    s3_origin_config {
      origin_access_identity = aws_cloudfront_origin_access_identity.assets.cloudfront_access_identity_path
    }
[[- else ]]
    origin_access_control_id = aws_cloudfront_origin_access_control.assets.id
[[- end ]]
  }

  logging_config {
    bucket          = module.logs.domain_name
    include_cookies = false
    prefix          = "cdn/"
  }

  default_cache_behavior {
    target_origin_id       = "assets"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD", "OPTIONS"]
    cached_methods         = ["GET", "HEAD"]
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    compress               = true
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
