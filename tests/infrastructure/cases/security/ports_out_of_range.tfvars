name             = "sourcelab-"
application_port = 65536
database_ports   = { postgres = 1149 }
