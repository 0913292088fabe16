identifier            = "sourcelab-mariadb"
engine                = "mariadb"
engine_version        = "10.11.9"
port                  = 3307
final_snapshot        = true
deletion_protection   = true
multi_az              = true
backup_retention_days = 35

parameters = {
  long_query_time = { value = "5" }
  max_connections = { value = "50", apply_method = "immediate" }
}
