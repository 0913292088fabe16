region             = "us-east-1a"
availability_zones = ["us-east-1aa", "us-east-1ab"]
