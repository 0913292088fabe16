streams = { browse-events = { retention_hours = 8784 } }
