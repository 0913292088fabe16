# What goes to one module only, that module checks.

variable "name" {
  description = "Prefix of every resource's name."
  type        = string
  default     = "sourcelab"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){2,19}$", var.name))
    error_message = "name: 3 to 20 lower-case letters, digits and single hyphens are expected, beginning with a letter and ending with a letter or digit, such as \"sourcelab\"."
  }
}

variable "region" {
  description = "AWS region of everything."
  type        = string
  default     = "us-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[1-9]$", var.region))
    error_message = "region: the name of an AWS region is expected, such as \"us-east-1\"."
  }
}

variable "s3_use_path_style" {
  description = "Address buckets as a path and not as a host name, for endpoints whose name has no bucket in front."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource, beside Project and ManagedBy."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for key, value in var.tags : can(regex("^[A-Za-z0-9 _.:/=+@-]{1,128}$", key)) && !startswith(lower(key), "aws:") && length(value) <= 256
    ])
    error_message = "tags: keys of 1 to 128 letters, digits, spaces and _ . : / = + @ - that do not begin with \"aws:\", with values of at most 256 characters, are expected, such as { Course = \"data-engineering\" }."
  }

  validation {
    condition     = length(setintersection(keys(var.tags), ["Name", "Project", "ManagedBy", "Tier"])) == 0
    error_message = "tags: keys other than Name, Project, ManagedBy and Tier, which the stack sets itself, are expected, such as { Course = \"data-engineering\" }."
  }
}

variable "components" {
  description = "Parts that can be left out, to save their price or where a service is not to be had. Analytics reads the DB instance `mysql`, and is left out with it."
  type = object({
    load_balancer        = optional(bool, true)
    relational_databases = optional(bool, true)
    key_value_store      = optional(bool, true)
    event_stream         = optional(bool, true)
    analytics            = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "account_id" {
  description = "Account that the buckets' names end with. Null: learned by the first apply and kept, so that no plan asks an API."
  type        = string
  default     = null

  validation {
    condition     = var.account_id == null ? true : can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: the twelve digits of an AWS account are expected, such as \"111122223333\"."
  }
}

variable "availability_zones" {
  description = "Zones of the subnets, at least two; the first one holds what exists once. Null: zones a and b, in regions where every account has them."
  type        = list(string)
  default     = null

  # Which letters an account sees is the account's matter: in us-west-1 and ap-northeast-1, for example, many have no b.
  validation {
    condition = var.availability_zones != null || contains([
      "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1",
      "eu-west-1", "eu-west-2", "eu-west-3", "us-east-1", "us-east-2", "us-west-2",
    ], var.region)
    error_message = "availability_zones: two zones or more of region ${var.region} are expected, since not every account has its zones a and b: choose from `aws ec2 describe-availability-zones --region ${var.region}`, such as [\"${var.region}a\", \"${var.region}c\"]."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC, /16 to /22."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false
}

variable "tier_cidrs" {
  description = "Addresses of each tier. Null: quarters of vpc_cidr."
  type = object({
    public      = string
    application = string
    database    = string
  })
  default = null
}

variable "nat_gateway" {
  description = "NAT gateways: none, single or per_zone. Each is paid by the hour."
  type        = string
  default     = "single"
  nullable    = false
}

variable "application_port" {
  description = "TCP port on which the load balancer reaches the application."
  type        = number
  default     = 80
  nullable    = false
}

variable "ssh_cidrs" {
  description = "Networks that may open SSH sessions to the bastion. Empty: none, use Session Manager."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "key_name" {
  description = "EC2 key pair for SSH to the bastion. Null: none."
  type        = string
  default     = null
}

variable "image" {
  description = "Image of the instances: an AMI's id, or the SSM parameter that names the newest one."
  type        = string
  default     = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
  nullable    = false
}

variable "instance_types" {
  description = "Type of each instance."
  type = object({
    bastion     = optional(string, "t3.micro")
    application = optional(string, "t3.micro")
  })
  default  = {}
  nullable = false
}

variable "certificate_arn" {
  description = "ACM certificate of the load balancer. Null: HTTP only."
  type        = string
  default     = null
}

variable "databases" {
  description = "DB instances by name without the prefix. Storage grows by itself up to max_allocated_storage_gib; 0 keeps it as it is."
  type = map(object({
    engine                    = string
    engine_version            = string
    instance_class            = optional(string, "db.t4g.micro")
    allocated_storage_gib     = optional(number, 20)
    max_allocated_storage_gib = optional(number, 0)
    multi_az                  = optional(bool, false)
  }))
  default = {
    mysql    = { engine = "mysql", engine_version = "8.4" }
    postgres = { engine = "postgres", engine_version = "16" }
  }
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.databases) : can(regex("^[a-z](-?[a-z0-9]){0,23}$", name))])
    error_message = "databases: names of 1 to 24 lower-case letters, digits and single hyphens, beginning with a letter, are expected, such as { mysql = { engine = \"mysql\", engine_version = \"8.4\" } }."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : contains(["mysql", "mariadb", "postgres"], database.engine)])
    error_message = "databases: the engine is expected to be \"mysql\", \"mariadb\" or \"postgres\", such as { mysql = { engine = \"mysql\", engine_version = \"8.4\" } }."
  }
}

variable "backup_retention_days" {
  description = "Days that the databases' backups are kept; 0 for none."
  type        = number
  default     = 1
  nullable    = false
}

variable "event_streams" {
  description = "Kinesis streams by name without the prefix; with delivery_prefix, Firehose writes them to the lake below it. Each shard is paid by the hour."
  type = map(object({
    shard_count     = optional(number, 1)
    retention_hours = optional(number, 24)
    delivery_prefix = optional(string)
  }))
  default  = { browse-events = { delivery_prefix = "bronze/browse-events" } }
  nullable = false
}

variable "pipeline_schedule" {
  description = "When the pipeline (job, crawler, quality check) runs by itself, as a rule of EventBridge, and whether it does. A run is paid by the second."
  type = object({
    expression = optional(string, "cron(0 3 * * ? *)")
    enabled    = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "bytes_scanned_limit_mib" {
  description = "MiB that one Athena query may scan before it is cancelled."
  type        = number
  default     = 10240
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: a number of days that CloudWatch Logs offers is expected, such as 7, 30 or 365."
  }
}

variable "alarm_emails" {
  description = "Addresses that alarms are sent to; each has to confirm."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "alarm_thresholds" {
  description = "When alarms go off; what is not given is the monitoring module's default."
  type = object({
    database_cpu_percent      = optional(number)
    database_connections      = optional(number)
    database_free_storage_gib = optional(number)
    dead_letter_messages      = optional(number)
    error_events              = optional(number)
  })
  default  = {}
  nullable = false
}

variable "final_snapshot" {
  description = "Leave a last snapshot of every database that is destroyed. Like every setting it counts once it is applied; a snapshot is paid by the month until somebody deletes it."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Keep what holds data: databases, tables and the load balancer refuse to be deleted, buckets with objects too. To destroy, set it to false and apply first."
  type        = bool
  default     = false
  nullable    = false
}
