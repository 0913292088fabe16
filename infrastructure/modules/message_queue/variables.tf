variable "name" {
  description = "Name of the queue; its dead-letter queue is called <name>-dead-letter."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,68}$", var.name))
    error_message = "name must be 1-68 letters, digits, hyphens and underscores (80 with -dead-letter), for example \"sourcelab-orders\"."
  }
}

variable "visibility_timeout_seconds" {
  description = "Time that a received message is hidden from other consumers; longer than a consumer takes for one."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.visibility_timeout_seconds >= 0 && var.visibility_timeout_seconds <= 43200 && floor(var.visibility_timeout_seconds) == var.visibility_timeout_seconds
    error_message = "visibility_timeout_seconds must be a whole number from 0 to 43200 (12 hours), for example 60."
  }
}

variable "message_retention_seconds" {
  description = "Time after which a message that nobody deleted is lost."
  type        = number
  default     = 345600
  nullable    = false

  validation {
    condition     = var.message_retention_seconds >= 60 && var.message_retention_seconds <= 1209600 && floor(var.message_retention_seconds) == var.message_retention_seconds
    error_message = "message_retention_seconds must be a whole number from 60 to 1209600 (14 days), for example 345600 (4 days)."
  }
}

variable "dead_letter_retention_seconds" {
  description = "The same for the dead-letter queue. A message's age counts from when it was first sent, so this is never less than message_retention_seconds."
  type        = number
  default     = 1209600
  nullable    = false

  validation {
    condition = (
      var.dead_letter_retention_seconds >= var.message_retention_seconds &&
      var.dead_letter_retention_seconds <= 1209600 &&
      floor(var.dead_letter_retention_seconds) == var.dead_letter_retention_seconds
    )
    error_message = "dead_letter_retention_seconds must be a whole number from message_retention_seconds to 1209600 (14 days), for example 1209600."
  }
}

variable "max_receive_count" {
  description = "Times that a message may be received before it goes to the dead-letter queue."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_receive_count >= 1 && var.max_receive_count <= 1000 && floor(var.max_receive_count) == var.max_receive_count
    error_message = "max_receive_count must be a whole number from 1 to 1000, for example 5."
  }
}

variable "receive_wait_time_seconds" {
  description = "Time that a receive call waits for a message; above 0 is long polling, which costs fewer requests."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.receive_wait_time_seconds >= 0 && var.receive_wait_time_seconds <= 20 && floor(var.receive_wait_time_seconds) == var.receive_wait_time_seconds
    error_message = "receive_wait_time_seconds must be a whole number from 0 to 20, for example 20."
  }
}
