watched_log_groups = { application = "/aws/rds/instance/sourcelab-mysql/error" }
