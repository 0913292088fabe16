nat_gateway                = "two"
application_port           = 0
database_ports             = { mysql = 80 }
flow_log_retention_in_days = 10
