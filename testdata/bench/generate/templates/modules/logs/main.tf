variable "name" {
  description = "the name of the bucket for logs"
  type        = string
}

variable "days" {
  description = "how long logs are kept"
  type        = number
  default     = 90
}

variable "tags" {
  type    = map(string)
  default = {}
}

resource "aws_s3_bucket" "logs" {
  bucket = var.name
  tags   = var.tags
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {
      prefix = "cdn/"
    }

    expiration {
      days = var.days
    }
  }
}

output "domain_name" {
  value = aws_s3_bucket.logs.bucket_domain_name
}
