keys     = ["site"]
services = ["cloudfront.amazonaws.com"]
