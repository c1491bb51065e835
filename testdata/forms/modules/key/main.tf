terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "policy" {
  type = string
}

resource "aws_kms_key" "this" {}

resource "aws_kms_key_policy" "this" {
  key_id = aws_kms_key.this.key_id
  policy = var.policy
}

output "arn" {
  value = aws_kms_key.this.arn
}
