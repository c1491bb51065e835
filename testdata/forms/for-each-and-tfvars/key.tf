variable "keys" {
  type = set(string)
}

variable "services" {
  type    = list(string)
  default = []
}

locals {
  administration = {
    Sid       = "Administration"
    Effect    = "Allow"
    Principal = { AWS = "arn:aws:iam::111122223333:root" }
    Action    = "kms:*"
    Resource  = "*"
  }
  services = [for service in var.services : {
    Sid       = "CloudFront"
    Effect    = "Allow"
    Principal = { Service = service } # want any-distribution-decrypt "lets every CloudFront distribution"
    Action    = "kms:Decrypt"
    Resource  = "*"
  }]
}

resource "aws_kms_key" "site" {
  for_each = var.keys

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([local.administration], local.services)
  })
}
