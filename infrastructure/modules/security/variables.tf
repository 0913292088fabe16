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
  description = "VPC of the groups."
  type        = string
  nullable    = false
}

variable "application_port" {
  description = "TCP port on which the load balancer reaches the application."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.application_port >= 1 && var.application_port <= 65535 && floor(var.application_port) == var.application_port
    error_message = "application_port: a TCP port from 1 to 65535 is expected, such as 80."
  }
}

variable "database_ports" {
  description = "TCP port of each database engine."
  type = object({
    mysql    = optional(number, 3306)
    postgres = optional(number, 5432)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for port in values(var.database_ports) : port >= 1150 && port <= 65535 && floor(port) == port
    ])
    error_message = "database_ports: TCP ports that RDS allows, from 1150 to 65535, are expected, such as { mysql = 3306, postgres = 5432 }."
  }

  validation {
    condition     = var.database_ports.mysql != var.database_ports.postgres
    error_message = "database_ports: a port of its own for each engine is expected, such as { mysql = 3306, postgres = 5432 }."
  }
}

variable "ssh_cidrs" {
  description = "Networks that may open SSH sessions to the bastion. Empty: none, use Session Manager."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for cidr in var.ssh_cidrs :
      can(regex("^[0-9.]+/[0-9]+$", cidr)) && try(cidrsubnet(cidr, 0, 0), "") == cidr && try(tonumber(split("/", cidr)[1]), 0) >= 8
    ])
    error_message = "ssh_cidrs: IPv4 networks in CIDR notation are expected, without bits right of the prefix and none larger than /8, such as [\"203.0.113.7/32\"]."
  }
}
