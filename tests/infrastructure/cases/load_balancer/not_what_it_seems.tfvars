certificate_arn   = "example.com"
access_log_bucket = "s3://logs"
health_check_path = "health"
