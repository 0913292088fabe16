variable "name" {
  description = "Prefix of every name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.name))
    error_message = "name must be 1-20 lower-case letters, digits and hyphens and begin with a letter, for example \"sourcelab\"."
  }
}

variable "lake" {
  description = "The data lake's bucket: its name and ARN."
  type = object({
    bucket = string
    arn    = string
  })
  nullable = false

  validation {
    condition     = can(regex("^arn:[^:]+:s3:::[a-z0-9.-]+$", var.lake.arn)) && endswith(var.lake.arn, ":${var.lake.bucket}")
    error_message = "lake must be a bucket's name and its ARN, for example { bucket = \"sourcelab-lake-111122223333\", arn = \"arn:aws:s3:::sourcelab-lake-111122223333\" }."
  }
}

variable "source_database" {
  description = "The MySQL database that the job reads: where it listens, its name on that server, and the secret that holds user and password."
  type = object({
    address    = string
    port       = number
    name       = optional(string, "classicmodels")
    secret_arn = string
  })
  nullable = false

  validation {
    condition     = var.source_database.port >= 1 && var.source_database.port <= 65535 && floor(var.source_database.port) == var.source_database.port
    error_message = "source_database.port must be a whole number from 1 to 65535, for example 3306."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_]{1,64}$", var.source_database.name))
    error_message = "source_database.name must be 1-64 letters, digits and underscores, for example \"classicmodels\"."
  }

  validation {
    condition     = can(regex("^arn:[^:]+:secretsmanager:[^:]+:[0-9]{12}:secret:", var.source_database.secret_arn))
    error_message = "source_database.secret_arn must be the ARN of a secret, for example \"arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-1234-AbCdEf\"."
  }
}

variable "network" {
  description = "Where the job's workers stand: a subnet that reaches the database, S3 and AWS's APIs, its zone, and a security group that admits itself on every TCP port."
  type = object({
    subnet_id         = string
    availability_zone = string
    security_group_id = string
  })
  nullable = false

  validation {
    condition     = can(regex("^subnet-", var.network.subnet_id)) && can(regex("^sg-", var.network.security_group_id))
    error_message = "network must hold ids of a subnet and a security group, for example { subnet_id = \"subnet-0123456789abcdef0\", availability_zone = \"us-east-1a\", security_group_id = \"sg-0123456789abcdef0\" }."
  }

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", var.network.availability_zone))
    error_message = "network.availability_zone must be the name of a zone, for example \"us-east-1a\"."
  }
}

variable "script" {
  description = "The job's Python script, as a path on the machine that applies."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.script, ".py")
    error_message = "script must be the path of a Python file, for example \"glue_jobs/star_schema.py\"."
  }
}

variable "job" {
  description = <<-EOT
    How the job runs: the version of Glue, the size and number of its workers, after how many minutes it is given up, and
    how often a failed run is tried again. A worker G.1X is one DPU, paid by the second of a run.
  EOT
  type = object({
    glue_version    = optional(string, "5.0")
    worker_type     = optional(string, "G.1X")
    workers         = optional(number, 2)
    timeout_minutes = optional(number, 30)
    max_retries     = optional(number, 0)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["4.0", "5.0"], var.job.glue_version)
    error_message = "job.glue_version must be \"4.0\" or \"5.0\", for example \"5.0\"."
  }

  validation {
    condition     = contains(["G.1X", "G.2X", "G.4X", "G.8X"], var.job.worker_type)
    error_message = "job.worker_type must be G.1X, G.2X, G.4X or G.8X, for example \"G.1X\"."
  }

  validation {
    condition     = var.job.workers >= 2 && var.job.workers <= 299 && floor(var.job.workers) == var.job.workers
    error_message = "job.workers must be a whole number from 2 (one of them drives the others) to 299, for example 2."
  }

  validation {
    condition     = var.job.timeout_minutes >= 1 && var.job.timeout_minutes <= 2880 && floor(var.job.timeout_minutes) == var.job.timeout_minutes
    error_message = "job.timeout_minutes must be a whole number from 1 to 2880 (two days), for example 30."
  }

  validation {
    condition     = var.job.max_retries >= 0 && var.job.max_retries <= 10 && floor(var.job.max_retries) == var.job.max_retries
    error_message = "job.max_retries must be a whole number from 0 to 10, for example 0."
  }
}

variable "bytes_scanned_limit_mib" {
  description = "MiB that one Athena query may scan before it is cancelled. Athena is paid by the byte scanned."
  type        = number
  default     = 10240
  nullable    = false

  validation {
    condition     = var.bytes_scanned_limit_mib >= 10 && var.bytes_scanned_limit_mib <= 1048576 && floor(var.bytes_scanned_limit_mib) == var.bytes_scanned_limit_mib
    error_message = "bytes_scanned_limit_mib must be a whole number from 10 (what every query is charged at least) to 1048576 (a TiB), for example 10240."
  }
}

variable "schedule" {
  description = "When the pipeline runs by itself, as a rule of EventBridge, and whether it does."
  type = object({
    expression = optional(string, "cron(0 3 * * ? *)")
    enabled    = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.schedule.expression))
    error_message = "schedule.expression must be a rate or a cron expression of EventBridge, for example \"cron(0 3 * * ? *)\" or \"rate(1 day)\"."
  }
}

variable "crawler_poll_seconds" {
  description = "Seconds between two looks of the pipeline at the crawler."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.crawler_poll_seconds >= 1 && var.crawler_poll_seconds <= 600 && floor(var.crawler_poll_seconds) == var.crawler_poll_seconds
    error_message = "crawler_poll_seconds must be a whole number from 1 to 600, for example 10."
  }
}

variable "alarm_topic" {
  description = "The SNS topic that hears of failures, and the customer key that encrypts it."
  type = object({
    arn         = string
    kms_key_arn = string
  })
  nullable = false

  validation {
    condition     = can(regex("^arn:[^:]+:sns:[^:]+:[0-9]{12}:", var.alarm_topic.arn))
    error_message = "alarm_topic.arn must be the ARN of a topic, for example \"arn:aws:sns:us-east-1:111122223333:sourcelab-alarms\"."
  }

  validation {
    condition     = can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", var.alarm_topic.kms_key_arn))
    error_message = "alarm_topic.kms_key_arn must be the ARN of a key, for example \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"."
  }
}

variable "log_retention_days" {
  description = "Days that the state machine's log is kept."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653, for example 14."
  }
}
