name               = "Source Lab"
availability_zones = ["us-east-1a"]
tier_cidrs         = { public = "10.0.0.0/18", application = "10.0.0.0/19", database = "10.0.128.0/18" }
log_retention_days = 8
tags               = { Name = "mine" }
databases          = { mysql = { engine = "oracle", engine_version = "8.4" } }
