variable "name" {
  description = "Prefix of every resource's name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name: 3 to 20 lower-case letters, digits and hyphens are expected, beginning with a letter and ending with a letter or digit, such as \"sourcelab\"."
  }
}

variable "region" {
  description = "AWS region of the zones and of the gateway endpoints."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[1-9]$", var.region))
    error_message = "region: the name of an AWS region is expected, such as \"us-east-1\"."
  }
}

variable "availability_zones" {
  description = "Zones that get one public, one application and one database subnet each. A zone's addresses follow from its letter, so that adding or removing a zone moves no other; the first one listed holds what exists once."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(distinct(var.availability_zones)) >= 2
    error_message = "availability_zones: at least two zones are expected, since DB subnet groups and load balancers need them, such as [\"us-east-1a\", \"us-east-1b\"]."
  }

  validation {
    condition     = length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "availability_zones: every zone is expected once, such as [\"us-east-1a\", \"us-east-1b\"]."
  }

  validation {
    condition = alltrue([
      for zone in var.availability_zones :
      startswith(zone, var.region) && can(regex("^[a-h]$", trimprefix(zone, var.region)))
    ])
    error_message = "availability_zones: every zone is expected to be one of region ${var.region}, such as \"${var.region}a\"."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9.]+/[0-9]+$", var.vpc_cidr)) && try(cidrsubnet(var.vpc_cidr, 0, 0), "") == var.vpc_cidr
    error_message = "vpc_cidr: an IPv4 network in CIDR notation is expected, without bits right of its prefix, such as \"10.0.0.0/16\"."
  }

  validation {
    condition     = try(tonumber(split("/", var.vpc_cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.vpc_cidr)[1]), 99) <= 22
    error_message = "vpc_cidr: a prefix from /16 (the largest VPC) to /22 (room for three tiers of eight /27 subnets) is expected, such as \"10.0.0.0/16\"."
  }
}

variable "tier_cidrs" {
  description = "Addresses of each tier, shared among its zones in eighths. Null divides vpc_cidr in quarters: public, application, database, and one in reserve."
  type = object({
    public      = string
    application = string
    database    = string
  })
  default = null

  validation {
    condition = var.tier_cidrs == null ? true : alltrue([
      for cidr in values(var.tier_cidrs) :
      can(regex("^[0-9.]+/[0-9]+$", cidr)) && try(cidrsubnet(cidr, 0, 0), "") == cidr && try(tonumber(split("/", cidr)[1]), 99) <= 24
    ])
    error_message = "tier_cidrs: IPv4 networks of /24 or larger are expected, so that an eighth holds a load balancer, such as { public = \"10.0.0.0/18\", application = \"10.0.64.0/18\", database = \"10.0.128.0/18\" }."
  }

  # Two networks overlap if, cut to the shorter prefix, they are the same.
  validation {
    condition = var.tier_cidrs == null ? true : alltrue([
      for pair in [["public", "application"], ["public", "database"], ["application", "database"]] : try(
        cidrhost("${split("/", var.tier_cidrs[pair[0]])[0]}/${min([for tier in pair : tonumber(split("/", var.tier_cidrs[tier])[1])]...)}", 0)
        != cidrhost("${split("/", var.tier_cidrs[pair[1]])[0]}/${min([for tier in pair : tonumber(split("/", var.tier_cidrs[tier])[1])]...)}", 0),
        true
      )
    ])
    error_message = "tier_cidrs: networks that do not overlap are expected, such as { public = \"10.0.0.0/18\", application = \"10.0.64.0/18\", database = \"10.0.128.0/18\" }."
  }

  validation {
    condition = var.tier_cidrs == null ? true : alltrue([
      for cidr in values(var.tier_cidrs) : try(
        tonumber(split("/", cidr)[1]) > tonumber(split("/", var.vpc_cidr)[1])
        && cidrhost("${split("/", cidr)[0]}/${split("/", var.vpc_cidr)[1]}", 0) == cidrhost(var.vpc_cidr, 0),
        true
      )
    ])
    error_message = "tier_cidrs: networks inside vpc_cidr (${var.vpc_cidr}) are expected, such as \"10.0.64.0/18\" in \"10.0.0.0/16\"."
  }
}

variable "nat_gateway" {
  description = "NAT gateways for the application subnets: none, single (one for all zones: cheaper) or per_zone (a zone's failure stays its own)."
  type        = string
  default     = "single"
  nullable    = false

  validation {
    condition     = contains(["none", "single", "per_zone"], var.nat_gateway)
    error_message = "nat_gateway: one of \"none\", \"single\" or \"per_zone\" is expected."
  }
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
  description = "Networks that may open SSH sessions to the public subnets, where the bastion is. Empty: none, use Session Manager."
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

  validation {
    condition     = length(var.ssh_cidrs) <= 10
    error_message = "ssh_cidrs: ten networks at most are expected, since a network ACL has room for 20 rules a direction, such as [\"203.0.113.0/24\"]."
  }

  # The numbers of network_acls.tf, which says why.
  validation {
    condition     = length(distinct([for cidr in distinct(var.ssh_cidrs) : parseint(substr(sha256(cidr), 0, 8), 16) % 30000])) == length(distinct(var.ssh_cidrs))
    error_message = "ssh_cidrs: networks whose rules get different numbers are expected, and two of these get the same one: join them, or split one in halves, such as [\"203.0.113.0/25\", \"203.0.113.128/25\"]."
  }
}

variable "flow_log_retention_in_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_log_retention_in_days)
    error_message = "flow_log_retention_in_days: a number of days that CloudWatch Logs offers is expected, such as 7, 30 or 365."
  }
}
