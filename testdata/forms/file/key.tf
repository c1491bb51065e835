resource "aws_kms_key" "site" {
  policy = file("${path.module}/policies/key.json")
}
