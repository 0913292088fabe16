name = "sourcelab-orders"
