variable "environment" {
  type = string
}

resource "aws_kms_key" "assets" {
  enable_key_rotation = true
}

resource "aws_kms_alias" "assets" {
  name          = "alias/assets" # want alias-without-team "the name of aws_kms_alias.assets begins with no team"
  target_key_id = aws_kms_key.assets.key_id
}

resource "aws_kms_alias" "assets_environment" {
  name          = "alias/assets-${var.environment}" # want alias-without-team "the name of aws_kms_alias.assets_environment begins with no team"
  target_key_id = aws_kms_key.assets.key_id
}
