message_retention_seconds     = 864000
dead_letter_retention_seconds = 345600
