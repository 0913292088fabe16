variable "name" {
  description = "Prefix of every resource's name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name: 3 to 20 lower-case letters, digits and hyphens are expected, beginning with a letter and ending with a letter or digit, such as \"sourcelab\"."
  }
}

variable "image" {
  description = "Image of both instances, an Amazon Linux: an AMI's id, or the public SSM parameter that names the newest one, looked up when an instance is launched and never by a plan."
  type        = string
  default     = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
  nullable    = false

  validation {
    condition     = can(regex("^(ami-[0-9a-f]{8}([0-9a-f]{9})?|resolve:ssm:/[A-Za-z0-9_./-]+)$", var.image))
    error_message = "image: an AMI's id, such as \"ami-0123456789abcdef0\", or an SSM parameter, such as \"resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64\", is expected."
  }
}

variable "instance_types" {
  description = "Type of each instance; the image's architecture must fit."
  type = object({
    bastion     = optional(string, "t3.micro")
    application = optional(string, "t3.micro")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for type in values(var.instance_types) : can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", type))])
    error_message = "instance_types: EC2 instance types are expected, such as { bastion = \"t3.micro\", application = \"t3.small\" }."
  }
}

variable "subnet_ids" {
  description = "Subnet of each instance: a public one for the bastion, a private one for the application."
  type = object({
    bastion     = string
    application = string
  })
  nullable = false
}

variable "security_group_ids" {
  description = "Security group of each instance."
  type = object({
    bastion     = string
    application = string
  })
  nullable = false
}

variable "application_port" {
  description = "TCP port on which the application answers."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.application_port >= 1 && var.application_port <= 65535 && floor(var.application_port) == var.application_port
    error_message = "application_port: a TCP port from 1 to 65535 is expected, such as 80."
  }
}

variable "root_volume_gib" {
  description = "Size of each root volume, in GiB."
  type        = number
  default     = 8
  nullable    = false

  validation {
    condition     = var.root_volume_gib >= 8 && var.root_volume_gib <= 1024 && floor(var.root_volume_gib) == var.root_volume_gib
    error_message = "root_volume_gib: a whole number of GiB from 8 (the image's own size) to 1024 is expected, such as 8."
  }
}

variable "key_name" {
  description = "EC2 key pair for SSH to the bastion. Null: none, use Session Manager."
  type        = string
  default     = null

  validation {
    condition     = var.key_name == null ? true : can(regex("^[ -~]{1,255}$", var.key_name))
    error_message = "key_name: the name of an EC2 key pair, 1 to 255 characters, or null is expected, such as \"my-laptop\"."
  }
}

variable "policy_arns" {
  description = "IAM policies of each instance's role, by any stable key, beside what Session Manager needs."
  type = object({
    bastion     = optional(map(string), {})
    application = optional(map(string), {})
  })
  default  = {}
  nullable = false
}
