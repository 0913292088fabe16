variable "name" {
  description = "Prefix of every name, stem of the log groups (/<name>/<key>) and namespace of the error metric."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.name))
    error_message = "name must be 1-20 lower-case letters, digits and hyphens and begin with a letter, for example \"sourcelab\"."
  }
}

variable "log_groups" {
  description = "Log groups to create, by name without the prefix."
  type = map(object({
    retention_days = optional(number, 14)
  }))
  default  = { application = {} }
  nullable = false

  validation {
    condition     = alltrue([for group in keys(var.log_groups) : can(regex("^[a-z0-9][a-z0-9/_.-]{0,99}$", group))])
    error_message = "A key of log_groups must be 1-100 lower-case letters, digits and the signs / _ . -, and begin with a letter or digit, for example \"application\"."
  }

  validation {
    condition = alltrue([
      for group in values(var.log_groups) :
      contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], group.retention_days)
    ])
    error_message = "retention_days must be a number that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653, for example 14."
  }
}

variable "watched_log_groups" {
  description = "Names of log groups that others created and whose errors count too, by any stable key."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(keys(var.watched_log_groups), keys(var.log_groups))) == 0
    error_message = "A key of watched_log_groups must differ from the keys of log_groups, for example { mysql-error = \"/aws/rds/instance/sourcelab-mysql/error\" }."
  }
}

variable "error_pattern" {
  description = "Filter pattern that a log event must match to count as an error."
  type        = string
  default     = "?ERROR ?FATAL ?CRITICAL ?Traceback"
  nullable    = false

  validation {
    condition     = length(trimspace(var.error_pattern)) >= 1 && length(var.error_pattern) <= 1024
    error_message = "error_pattern must have 1-1024 characters: an empty pattern matches every event. For example \"?ERROR ?FATAL\"."
  }
}

variable "databases" {
  description = "Identifiers of the DB instances to watch, by any stable key."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.databases) : can(regex("^[a-z0-9-]{1,30}$", key))])
    error_message = "A key of databases must be 1-30 lower-case letters, digits and hyphens, for example { mysql = \"sourcelab-mysql\" }."
  }
}

variable "dead_letter_queues" {
  description = "Names of the dead-letter queues to watch, by any stable key."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.dead_letter_queues) : can(regex("^[a-z0-9-]{1,30}$", key))])
    error_message = "A key of dead_letter_queues must be 1-30 lower-case letters, digits and hyphens, for example { orders = \"sourcelab-orders-dead-letter\" }."
  }
}

variable "event_rules" {
  description = "ARNs of EventBridge rules that may publish to the topic, by any stable key."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.event_rules) : can(regex("^arn:[^:]+:events:[^:]+:[0-9]{12}:rule/", arn))])
    error_message = "event_rules must be ARNs of rules, for example { pipeline = \"arn:aws:events:us-east-1:111122223333:rule/sourcelab-star-schema-untold\" }."
  }
}

variable "thresholds" {
  description = <<-EOT
    When an alarm goes off: mean CPU of a DB instance in per cent over 15 minutes, its mean number of connections over 15
    minutes, its free storage in GiB, messages in a dead-letter queue, error events in 5 minutes. MySQL on db.t4g.micro
    admits about 60 connections and PostgreSQL about 80: 40 tells in time.
  EOT
  type = object({
    database_cpu_percent      = optional(number, 80)
    database_connections      = optional(number, 40)
    database_free_storage_gib = optional(number, 2)
    dead_letter_messages      = optional(number, 1)
    error_events              = optional(number, 1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.thresholds.database_cpu_percent > 0 && var.thresholds.database_cpu_percent <= 100
    error_message = "database_cpu_percent must be above 0 and at most 100, for example 80."
  }

  validation {
    condition = alltrue([
      for threshold in [
        var.thresholds.database_connections, var.thresholds.database_free_storage_gib,
        var.thresholds.dead_letter_messages, var.thresholds.error_events,
      ] : threshold > 0
    ])
    error_message = "Every threshold must be above 0, for example { database_connections = 40, error_events = 1 }."
  }
}

variable "alarm_emails" {
  description = "Addresses that alarms are sent to. AWS asks each one to confirm before it sends anything."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ .]+$", email))])
    error_message = "alarm_emails must be e-mail addresses, for example [\"data-team@example.com\"]."
  }
}
