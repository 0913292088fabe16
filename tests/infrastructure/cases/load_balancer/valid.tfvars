name              = "sourcelab"
vpc_id            = "vpc-0123456789abcdef0"
subnet_ids        = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
security_group_id = "sg-0123456789abcdef0"
