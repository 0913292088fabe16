allocated_storage_gib = 10
port                  = 80
backup_retention_days = 36
log_retention_days    = 8
subnet_ids            = ["subnet-0a"]
security_group_ids    = []
