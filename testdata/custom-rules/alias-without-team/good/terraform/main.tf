variable "environment" {
  type = string
}

variable "name" {
  type = string
}

resource "aws_kms_key" "assets" {
  enable_key_rotation = true
}

resource "aws_kms_alias" "assets" {
  name          = "alias/web-assets-${var.environment}"
  target_key_id = aws_kms_key.assets.key_id
}

resource "aws_kms_alias" "named" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.assets.key_id
}

resource "aws_kms_alias" "made_up" {
  target_key_id = aws_kms_key.assets.key_id
}
