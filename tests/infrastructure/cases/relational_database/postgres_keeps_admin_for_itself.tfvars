engine          = "postgres"
engine_version  = "16"
master_username = "admin"
