variable "name" {
  description = "Prefix of every name, and path of every user, group, role and policy (/<name>/)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.name))
    error_message = "name must be 1-20 lower-case letters, digits and hyphens and begin with a letter, for example \"sourcelab\"."
  }
}

variable "users" {
  description = "Users by name without the prefix, with the groups that they belong to: data-engineers or analysts."
  type = map(object({
    groups = set(string)
  }))
  nullable = false

  default = {
    learner = { groups = ["data-engineers"] }
    analyst = { groups = ["analysts"] }
  }

  validation {
    condition     = alltrue([for user in keys(var.users) : can(regex("^[a-z][a-z0-9-]{0,39}$", user))])
    error_message = "A key of users must be 1-40 lower-case letters, digits and hyphens and begin with a letter, for example \"learner\"."
  }

  validation {
    condition     = alltrue(flatten([for user in values(var.users) : [for group in user.groups : contains(["data-engineers", "analysts"], group)]]))
    error_message = "groups of a user must be data-engineers or analysts, for example { learner = { groups = [\"data-engineers\"] } }."
  }

  validation {
    condition     = anytrue([for user in values(var.users) : contains(user.groups, "data-engineers")])
    error_message = "users must hold at least one member of data-engineers, who may take the seed-loader role, for example { learner = { groups = [\"data-engineers\"] } }."
  }
}

variable "raw_bucket_arn" {
  description = "ARN of the bucket of raw files."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:s3:::[a-z0-9.-]+$", var.raw_bucket_arn))
    error_message = "raw_bucket_arn must be the ARN of a bucket, for example \"arn:aws:s3:::sourcelab-raw-111122223333\"."
  }
}

variable "lake_bucket_arn" {
  description = "ARN of the data lake's bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:s3:::[a-z0-9.-]+$", var.lake_bucket_arn))
    error_message = "lake_bucket_arn must be the ARN of a bucket, for example \"arn:aws:s3:::sourcelab-lake-111122223333\"."
  }
}

variable "table_arns" {
  description = "ARNs of the DynamoDB tables, by any stable key."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "stream_arns" {
  description = "ARNs of the Kinesis streams, by any stable key."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "queue_arns" {
  description = "ARNs of the SQS queues, by any stable key."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "databases" {
  description = "The DB instances by any stable key: each one's ARN and the ARN of its master user's secret."
  type = map(object({
    arn        = string
    secret_arn = string
  }))
  default  = {}
  nullable = false
}

variable "analytics" {
  description = "What Athena is asked with: ARNs of the work group, of the data catalog, of the catalog, database and tables that it reads, of the catalog's database `default`, and of job, crawler and state machine, which data engineers start. Null: nobody asks it."
  type = object({
    work_group_arn        = string
    data_catalog_arn      = string
    catalog_arns          = list(string)
    default_database_arns = list(string)
    job_arn               = string
    crawler_arn           = string
    state_machine_arn     = string
    results_arn           = string
  })
  default = null
}

variable "manage_account_password_policy" {
  description = "Whether to set the password policy of the WHOLE account. Leave it off in an account that is shared: its old policy would be replaced, and removed by destroy."
  type        = bool
  default     = false
  nullable    = false
}

variable "force_destroy_users" {
  description = "Whether destroy also deletes the access keys and MFA devices that users made for themselves."
  type        = bool
  default     = true
  nullable    = false
}
