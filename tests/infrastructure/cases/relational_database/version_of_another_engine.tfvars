engine         = "postgres"
engine_version = "8.4.6"
