engine_version = "8"
