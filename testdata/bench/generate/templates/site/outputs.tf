output "distribution_domain_name" {
  value = aws_cloudfront_distribution.site.domain_name
}

output "key_arn" {
  value = aws_kms_key.assets.arn
}
