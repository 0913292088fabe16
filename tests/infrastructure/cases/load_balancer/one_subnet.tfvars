subnet_ids = ["subnet-0123456789abcdef0"]
