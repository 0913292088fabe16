# The stack of aws.tfvars with what it leaves at its default: a zone more, a NAT gateway in each, SSH for one network, HTTPS ...
availability_zones = ["us-east-1a", "us-east-1b", "us-east-1f"]
nat_gateway        = "per_zone"
ssh_cidrs          = ["203.0.113.7/32"]
certificate_arn    = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
account_id         = "111122223333"
final_snapshot     = true
alarm_thresholds   = { database_connections = 90 }
