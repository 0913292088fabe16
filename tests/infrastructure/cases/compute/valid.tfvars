name               = "sourcelab"
subnet_ids         = { bastion = "subnet-0123456789abcdef0", application = "subnet-0fedcba9876543210" }
security_group_ids = { bastion = "sg-0123456789abcdef0", application = "sg-0fedcba9876543210" }
