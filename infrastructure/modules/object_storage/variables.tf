variable "bucket" {
  description = "Name of the bucket. It is unique in the whole of AWS, so end it with something of your own, such as the account id."
  type        = string
  nullable    = false

  validation {
    condition = (
      can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket)) &&
      !can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$", var.bucket))
    )
    error_message = "bucket must be 3-63 lower-case letters, digits and hyphens, begin and end with a letter or digit, and not use a prefix or suffix that S3 reserves (xn--, -s3alias ...), for example \"sourcelab-raw-111122223333\"."
  }
}

variable "force_destroy" {
  description = "Whether destroying the bucket also deletes every object and version in it."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Customer key that encrypts the objects (SSE-KMS with a bucket key); null means S3's own free keys (SSE-S3)."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, for example \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"."
  }
}

variable "tiers" {
  description = <<-EOT
    Storage tiers, in days after an object was written: hot (STANDARD) until `warm_after_days`, warm (STANDARD_IA) until
    `cold_after_days`, then cold (`cold_storage_class`). `expire_after_days` null keeps objects for ever.
  EOT
  type = object({
    warm_after_days    = optional(number, 30)
    cold_after_days    = optional(number, 90)
    cold_storage_class = optional(string, "GLACIER")
    expire_after_days  = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.tiers.warm_after_days >= 30 && floor(var.tiers.warm_after_days) == var.tiers.warm_after_days
    error_message = "warm_after_days must be a whole number of at least 30: S3 moves nothing to STANDARD_IA earlier. For example { warm_after_days = 30, cold_after_days = 90 }."
  }

  validation {
    condition     = var.tiers.cold_after_days >= var.tiers.warm_after_days + 30 && floor(var.tiers.cold_after_days) == var.tiers.cold_after_days
    error_message = "cold_after_days must be a whole number at least 30 greater than warm_after_days, the least stay in STANDARD_IA. For example { warm_after_days = 30, cold_after_days = 90 }."
  }

  validation {
    condition     = contains(["GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], var.tiers.cold_storage_class)
    error_message = "cold_storage_class must be GLACIER_IR (read at once), GLACIER or DEEP_ARCHIVE (restored first), for example \"GLACIER_IR\" for what is queried."
  }

  validation {
    condition     = var.tiers.expire_after_days == null ? true : var.tiers.expire_after_days > var.tiers.cold_after_days && floor(var.tiers.expire_after_days) == var.tiers.expire_after_days
    error_message = "expire_after_days must be null or a whole number greater than cold_after_days, for example 365."
  }
}

variable "noncurrent_version_days" {
  description = "Days that a replaced or deleted version of an object can still be had back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.noncurrent_version_days >= 1 && floor(var.noncurrent_version_days) == var.noncurrent_version_days
    error_message = "noncurrent_version_days must be a whole number of at least 1, for example 30."
  }
}

variable "abort_multipart_upload_days" {
  description = "Days after which the parts of an unfinished upload, which are paid for but not listed, are deleted."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.abort_multipart_upload_days >= 1 && floor(var.abort_multipart_upload_days) == var.abort_multipart_upload_days
    error_message = "abort_multipart_upload_days must be a whole number of at least 1, for example 7."
  }
}

variable "policy_documents" {
  description = "Policy documents (JSON) whose statements the bucket policy holds beside the refusal of plain HTTP."
  type        = list(string)
  default     = []
  nullable    = false
}
