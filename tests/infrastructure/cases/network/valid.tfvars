name               = "sourcelab"
region             = "us-east-1"
availability_zones = ["us-east-1a", "us-east-1b"]
