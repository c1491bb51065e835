bucket_prefix = "assets-eu-"
