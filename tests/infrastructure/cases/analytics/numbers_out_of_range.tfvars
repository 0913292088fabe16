job                     = { workers = 1, timeout_minutes = 0, max_retries = 11 }
bytes_scanned_limit_mib = 9
crawler_poll_seconds    = 0
log_retention_days      = 15

source_database = {
  address    = "10.0.128.4"
  port       = 0
  secret_arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-1234-AbCdEf"
}
