resource "aws_kms_key" "sandbox" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # originkey:ignore public-decrypt until=2027-03-31 -- the sandbox is public until the workshop
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "kms:Decrypt"
        Resource  = "*"
      },
    ]
  })
}
