streams            = { browse-events = { shard_count = 0, retention_hours = 12 } }
buffering          = { size_mib = 256, interval_seconds = 1000 }
log_retention_days = 15
