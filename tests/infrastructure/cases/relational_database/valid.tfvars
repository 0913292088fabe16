identifier         = "sourcelab-mysql"
engine             = "mysql"
engine_version     = "8.4"
subnet_ids         = ["subnet-0a", "subnet-0b"]
security_group_ids = ["sg-0123456789abcdef0"]
