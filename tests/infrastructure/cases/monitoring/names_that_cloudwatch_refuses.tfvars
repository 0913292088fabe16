name               = "Source Lab"
log_groups         = { "My App" = {} }
databases          = { "MySQL!" = "sourcelab-mysql" }
dead_letter_queues = { "my orders" = "sourcelab-orders-dead-letter" }
alarm_emails       = ["data-team"]
event_rules        = { pipeline = "sourcelab-star-schema-untold" }
