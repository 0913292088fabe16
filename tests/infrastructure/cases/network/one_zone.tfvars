availability_zones = ["us-east-1a"]
