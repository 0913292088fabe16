variable "name" {
  description = "Prefix of every name: a stream is called <name>-<key of streams>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.name))
    error_message = "name must be 1-20 lower-case letters, digits and hyphens and begin with a letter, for example \"sourcelab\"."
  }
}

variable "streams" {
  description = <<-EOT
    Streams by name without the prefix. A shard takes 1 MiB or 1,000 records a second and is paid by the hour.
    With `delivery_prefix` (no slash at the end) a delivery stream writes the records to the bucket under
    <delivery_prefix>/year=/month=/day=/hour=/; null means no delivery.
  EOT
  type = map(object({
    shard_count     = optional(number, 1)
    retention_hours = optional(number, 24)
    delivery_prefix = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.streams) > 0
    error_message = "streams must hold at least one stream, for example { browse-events = { delivery_prefix = \"events/browse\" } }."
  }

  validation {
    condition     = alltrue([for stream in keys(var.streams) : can(regex("^[a-z0-9][a-z0-9-]{0,29}$", stream))])
    error_message = "A key of streams must be 1-30 lower-case letters, digits and hyphens, for example \"browse-events\"."
  }

  validation {
    condition     = alltrue([for stream in values(var.streams) : stream.shard_count >= 1 && stream.shard_count <= 200 && floor(stream.shard_count) == stream.shard_count])
    error_message = "shard_count must be a whole number from 1 to 200, for example 1."
  }

  validation {
    condition     = alltrue([for stream in values(var.streams) : stream.retention_hours >= 24 && stream.retention_hours <= 8760 && floor(stream.retention_hours) == stream.retention_hours])
    error_message = "retention_hours must be a whole number from 24 (a day) to 8760 (a year), for example 24."
  }

  validation {
    condition     = alltrue([for stream in values(var.streams) : stream.delivery_prefix == null ? true : can(regex("^[a-zA-Z0-9_=-]+(/[a-zA-Z0-9_=-]+)*$", stream.delivery_prefix))])
    error_message = "delivery_prefix must be folder names joined by slashes, with none at either end, for example \"events/browse\"."
  }
}

variable "bucket_arn" {
  description = "ARN of the bucket that the delivery streams write to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:s3:::[a-z0-9.-]+$", var.bucket_arn))
    error_message = "bucket_arn must be the ARN of a bucket, for example \"arn:aws:s3:::sourcelab-lake-111122223333\"."
  }
}

variable "bucket_kms_key_arn" {
  description = "Customer key of that bucket, when it has one, so that the delivery streams may use it."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", var.bucket_kms_key_arn))
    error_message = "bucket_kms_key_arn must be null or the ARN of a key, for example \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"."
  }
}

variable "buffering" {
  description = "A delivery stream writes an object when it holds `size_mib` MiB, or `interval_seconds` after the first record."
  type = object({
    size_mib         = optional(number, 5)
    interval_seconds = optional(number, 60)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.buffering.size_mib >= 1 && var.buffering.size_mib <= 128 && floor(var.buffering.size_mib) == var.buffering.size_mib
    error_message = "buffering.size_mib must be a whole number from 1 to 128, for example 5."
  }

  validation {
    condition     = var.buffering.interval_seconds >= 0 && var.buffering.interval_seconds <= 900 && floor(var.buffering.interval_seconds) == var.buffering.interval_seconds
    error_message = "buffering.interval_seconds must be a whole number from 0 to 900, for example 60."
  }
}

variable "log_retention_days" {
  description = "Days that the delivery streams' error logs are kept."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653, for example 14."
  }
}
