variable "name" {
  description = "Prefix of every resource's name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name: 3 to 20 lower-case letters, digits and hyphens are expected, beginning with a letter and ending with a letter or digit, such as \"sourcelab\"."
  }
}

variable "vpc_id" {
  description = "VPC of the target group."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Public subnets, one a zone, in two zones or more."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids: subnets in at least two zones are expected, such as [\"subnet-0a1b2c3d\", \"subnet-4e5f6a7b\"]."
  }
}

variable "security_group_id" {
  description = "Security group of the load balancer."
  type        = string
  nullable    = false
}

variable "targets" {
  description = "Instances that answer, by any stable key."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "application_port" {
  description = "TCP port on which the targets answer."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.application_port >= 1 && var.application_port <= 65535 && floor(var.application_port) == var.application_port
    error_message = "application_port: a TCP port from 1 to 65535 is expected, such as 80."
  }
}

variable "health_check_path" {
  description = "Path that a healthy target answers with 200."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/[!-~]*$", var.health_check_path)) && length(var.health_check_path) <= 1024
    error_message = "health_check_path: a path that begins with a slash is expected, such as \"/health\"."
  }
}

variable "certificate_arn" {
  description = "ACM certificate for HTTPS; HTTP is then redirected to it. Null: HTTP only."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null ? true : can(regex("^arn:aws[a-z-]*:(acm|iam):[a-z0-9-]*:[0-9]{12}:(certificate|server-certificate)/.+$", var.certificate_arn))
    error_message = "certificate_arn: the ARN of a certificate is expected, such as \"arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012\"."
  }
}

variable "access_log_bucket" {
  description = "S3 bucket for access logs, whose policy lets the load balancer write. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.access_log_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.access_log_bucket))
    error_message = "access_log_bucket: the name of an S3 bucket is expected, such as \"my-access-logs\"."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the load balancer."
  type        = bool
  default     = false
  nullable    = false
}
