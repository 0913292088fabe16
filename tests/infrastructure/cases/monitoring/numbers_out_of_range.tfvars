log_groups    = { application = { retention_days = 10 } }
error_pattern = ""
thresholds    = { database_cpu_percent = 101, error_events = 0 }
