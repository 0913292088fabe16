database_ports = { mysql = 5432 }
