variable "name" {
  description = "Prefix of the table names: a table is called <name>-<key of tables>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{1,64}$", var.name))
    error_message = "name must be 1-64 letters, digits, dots, hyphens and underscores, for example \"sourcelab\"."
  }
}

variable "tables" {
  description = <<-EOT
    Tables by name without the prefix. Types of key attributes: S (text), N (number), B (bytes).
    `stream_view_type` null means no stream, `ttl_attribute` null no expiry.
  EOT
  type = map(object({
    hash_key         = object({ name = string, type = string })
    range_key        = optional(object({ name = string, type = string }))
    read_capacity    = optional(number, 10)
    write_capacity   = optional(number, 5)
    stream_view_type = optional(string, "NEW_AND_OLD_IMAGES")
    ttl_attribute    = optional(string, "ExpiresAt")
  }))
  nullable = false

  default = {
    ProductCatalog = { hash_key = { name = "Id", type = "N" } }
    Forum          = { hash_key = { name = "Name", type = "S" } }
    Thread = {
      hash_key  = { name = "ForumName", type = "S" }
      range_key = { name = "Subject", type = "S" }
    }
    Reply = {
      hash_key  = { name = "Id", type = "S" }
      range_key = { name = "ReplyDateTime", type = "S" }
    }
  }

  validation {
    condition     = length(var.tables) > 0
    error_message = "tables must hold at least one table, for example { Forum = { hash_key = { name = \"Name\", type = \"S\" } } }."
  }

  validation {
    condition     = alltrue([for table in keys(var.tables) : can(regex("^[a-zA-Z0-9_.-]{3,128}$", table))])
    error_message = "A key of tables must be 3-128 letters, digits, dots, hyphens and underscores, for example \"ProductCatalog\"."
  }

  validation {
    condition = alltrue(flatten([
      for table in values(var.tables) : [
        for key in compact([table.hash_key.type, try(table.range_key.type, "")]) : contains(["S", "N", "B"], key)
      ]
    ]))
    error_message = "The type of a key must be S, N or B, for example { name = \"Id\", type = \"N\" }."
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : table.range_key == null ? true : table.range_key.name != table.hash_key.name])
    error_message = "range_key must be another attribute than hash_key, for example hash_key ForumName and range_key Subject."
  }

  validation {
    condition = alltrue([
      for capacity in flatten([for table in values(var.tables) : [table.read_capacity, table.write_capacity]]) :
      capacity >= 1 && capacity <= 40000 && floor(capacity) == capacity
    ])
    error_message = "read_capacity and write_capacity must be whole numbers from 1 to 40000, for example 10 and 5."
  }

  validation {
    condition = alltrue([
      for table in values(var.tables) :
      table.stream_view_type == null ? true : contains(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"], table.stream_view_type)
    ])
    error_message = "stream_view_type must be null, KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES, for example \"NEW_AND_OLD_IMAGES\"."
  }
}

variable "billing_mode" {
  description = "PROVISIONED (the capacities of `tables` are bought by the hour) or PAY_PER_REQUEST (they are ignored)."
  type        = string
  default     = "PROVISIONED"
  nullable    = false

  validation {
    condition     = contains(["PROVISIONED", "PAY_PER_REQUEST"], var.billing_mode)
    error_message = "billing_mode must be PROVISIONED or PAY_PER_REQUEST, for example \"PROVISIONED\"."
  }
}

variable "point_in_time_recovery_enabled" {
  description = "Whether every table can be restored to any second of the last 35 days."
  type        = bool
  default     = true
  nullable    = false
}

variable "deletion_protection_enabled" {
  description = "Whether AWS refuses to delete the tables."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Customer key that encrypts the tables; null means the account's AWS-managed key aws/dynamodb."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, for example \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"."
  }
}
