resource "aws_kms_key" "site" {
  policy = templatefile("${path.module}/key.json.tftpl", { account = "111122223333" })
}
