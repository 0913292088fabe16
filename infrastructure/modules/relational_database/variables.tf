variable "identifier" {
  description = "Name of the DB instance; also the stem of its subnet group, parameter group and log groups."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])*$", var.identifier)) && length(var.identifier) <= 63
    error_message = "identifier must be 1-63 lower-case letters, digits and single hyphens, begin with a letter and not end with a hyphen, for example \"sourcelab-mysql\"."
  }
}

variable "engine" {
  description = "Database engine: mysql, mariadb or postgres."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["mysql", "mariadb", "postgres"], var.engine)
    error_message = "engine must be mysql, mariadb or postgres, for example \"postgres\"."
  }
}

variable "engine_version" {
  description = "Engine version: the major version (AWS then chooses and upgrades the minor one) or a full one."
  type        = string
  nullable    = false

  validation {
    condition = can(regex(
      var.engine == "postgres" ? "^[1-9][0-9](\\.[0-9]+)?$" : "^[0-9]+\\.[0-9]+(\\.[0-9]+)?$",
      var.engine_version,
    ))
    error_message = "engine_version must be a version of the engine: mysql and mariadb have a two-part major version (\"8.4\", \"11.4\" or in full \"8.4.6\"), postgres a one-part one (\"16\" or in full \"16.9\")."
  }
}

variable "instance_class" {
  description = "Size of the instance."
  type        = string
  default     = "db.t4g.micro"
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "instance_class must be a DB instance class, for example \"db.t4g.micro\"."
  }
}

variable "allocated_storage_gib" {
  description = "Size of the gp3 volume in GiB."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.allocated_storage_gib >= 20 && var.allocated_storage_gib <= 65536 && floor(var.allocated_storage_gib) == var.allocated_storage_gib
    error_message = "allocated_storage_gib must be a whole number from 20 to 65536 (gp3), for example 20."
  }
}

variable "max_allocated_storage_gib" {
  description = "Upper limit of storage autoscaling in GiB; 0 switches autoscaling off."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.max_allocated_storage_gib == 0 || var.max_allocated_storage_gib >= var.allocated_storage_gib * 1.1
    error_message = "max_allocated_storage_gib must be 0 (no autoscaling) or at least 10 % more than allocated_storage_gib, for example 50 with 20 allocated."
  }
}

variable "subnet_ids" {
  description = "Subnets of the subnet group, in two availability zones or more."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least two subnets, in different availability zones, for example [\"subnet-0a\", \"subnet-0b\"]."
  }
}

variable "security_group_ids" {
  description = "Security groups of the instance's network interface."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) >= 1 && length(var.security_group_ids) <= 5
    error_message = "security_group_ids must name one to five security groups, for example [\"sg-0123456789abcdef0\"]."
  }
}

variable "database_name" {
  description = "Database that AWS creates with the instance."
  type        = string
  default     = "sourcelab"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_]{0,62}$", var.database_name))
    error_message = "database_name must be 1-63 letters, digits and underscores and begin with a letter, for example \"sourcelab\"."
  }
}

variable "master_username" {
  description = "Master user. Its password is made, kept and rotated by Secrets Manager and never enters the Terraform state."
  type        = string
  default     = "labadmin"
  nullable    = false

  validation {
    condition = (
      can(regex("^[a-zA-Z][a-zA-Z0-9_]{0,15}$", var.master_username)) &&
      !contains(["rdsadmin", "rdsrepladmin"], lower(var.master_username)) &&
      !(var.engine == "postgres" && can(regex("^(admin$|pg_)", lower(var.master_username))))
    )
    error_message = "master_username must be 1-16 letters, digits and underscores, begin with a letter, and not be reserved (rdsadmin, rdsrepladmin; for postgres also admin and pg_...), for example \"labadmin\"."
  }
}

variable "port" {
  description = "Port that the database listens on; null means the engine's own (3306 or 5432)."
  type        = number
  default     = null

  validation {
    condition     = var.port == null ? true : var.port >= 1150 && var.port <= 65535
    error_message = "port must be null or from 1150 to 65535, for example 3306."
  }
}

variable "parameters" {
  description = <<-EOT
    Engine parameters by name, beside the module's own (TLS, change data capture, logs) or in place of them; TLS stays.
    `apply_method` immediate is for dynamic parameters only, and for values that differ from the default.
  EOT
  type = map(object({
    value        = string
    apply_method = optional(string, "pending-reboot")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for parameter in var.parameters : contains(["immediate", "pending-reboot"], parameter.apply_method)])
    error_message = "apply_method of a parameter must be immediate or pending-reboot, for example { max_connections = { value = \"200\" } }."
  }

  validation {
    condition     = !contains(keys(var.parameters), "require_secure_transport") && !contains(keys(var.parameters), "rds.force_ssl")
    error_message = "parameters must not hold require_secure_transport or rds.force_ssl: connections without TLS are always refused. Remove the entry."
  }
}

variable "multi_az" {
  description = "Whether a standby is kept in a second availability zone. It doubles the price."
  type        = bool
  default     = false
  nullable    = false
}

variable "backup_retention_days" {
  description = "Days that automated backups are kept; 0 switches them off (and with them MySQL's binary log)."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.backup_retention_days >= 0 && var.backup_retention_days <= 35 && floor(var.backup_retention_days) == var.backup_retention_days
    error_message = "backup_retention_days must be a whole number from 0 to 35, for example 7."
  }
}

variable "backup_window" {
  description = "Daily time of the backup in UTC; it must not overlap maintenance_window."
  type        = string
  default     = "03:00-04:00"
  nullable    = false

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", var.backup_window))
    error_message = "backup_window must have the form hh24:mi-hh24:mi, for example \"03:00-04:00\"."
  }
}

variable "maintenance_window" {
  description = "Weekly time of maintenance in UTC."
  type        = string
  default     = "sun:04:30-sun:05:30"
  nullable    = false

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window must have the form ddd:hh24:mi-ddd:hh24:mi in lower case, for example \"sun:04:30-sun:05:30\"."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the instance. Set it for data that cannot be seeded again."
  type        = bool
  default     = false
  nullable    = false
}

variable "final_snapshot" {
  description = "Whether the instance leaves a last snapshot, <identifier>-final-<8 hexadecimal digits>, when it is destroyed. It counts once it is applied."
  type        = bool
  default     = false
  nullable    = false
}

variable "auto_minor_version_upgrade" {
  description = "Whether AWS installs minor versions in the maintenance window."
  type        = bool
  default     = true
  nullable    = false
}

variable "allow_major_version_upgrade" {
  description = "Whether a new major engine_version may be installed. It cannot be undone: switch it on for that one apply."
  type        = bool
  default     = false
  nullable    = false
}

variable "apply_immediately" {
  description = "Whether a change is made at once and not in the next maintenance window."
  type        = bool
  default     = true
  nullable    = false
}

variable "performance_insights_enabled" {
  description = "Whether Performance Insights records load, for the seven days that are free. Not every instance class has it."
  type        = bool
  default     = false
  nullable    = false
}

variable "iam_database_authentication_enabled" {
  description = "Whether database users that are made for it may log in with an IAM token in place of a password."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the exported database logs are kept in CloudWatch Logs."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653, for example 7."
  }
}

variable "kms_key_arn" {
  description = "Customer key for the volume and the master user's secret; null means the account's free AWS-managed keys."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, for example \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"."
  }
}
