name                       = "sourcelab.orders"
visibility_timeout_seconds = 43201
message_retention_seconds  = 30
max_receive_count          = 0
receive_wait_time_seconds  = 21
