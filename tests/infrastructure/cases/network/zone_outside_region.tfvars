availability_zones = ["us-east-1a", "eu-west-1b"]
