# A network as it was written before for_each: count, list positions, routes inline in their tables.

provider "aws" {
  region = var.region

  default_tags {
    tags = { Terraform = "true", Environment = "staging" }
  }
}

variable "region" {
  description = "Region of the network."
  type        = string
  default     = "us-east-1"
}

variable "cidr" {
  description = "Block of the network."
  type        = string
  default     = "10.40.0.0/16"
}

variable "azs" {
  description = "Zones by their letters."
  type        = list(string)
  default     = ["a", "b", "c"]
}

locals {
  count_of_zones = length(var.azs)
  names          = [for letter in var.azs : "${var.region}${letter}"]
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  instance_tenancy     = "default"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = "counted" }
}

resource "aws_internet_gateway" "this" {
  count = local.count_of_zones > 0 ? 1 : 0

  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "public" {
  count = local.count_of_zones

  vpc_id                  = aws_vpc.this.id
  cidr_block              = cidrsubnet(var.cidr, 8, count.index)
  availability_zone       = element(local.names, count.index)
  map_public_ip_on_launch = true

  tags = { Name = format("counted-public-%s", element(local.names, count.index)), "kubernetes.io/role/elb" = "1" }
}

resource "aws_subnet" "private" {
  count = local.count_of_zones

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.cidr, 8, count.index + 100)
  availability_zone = element(local.names, count.index)

  tags = { Name = format("counted-private-%s", element(local.names, count.index)) }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this[0].id
  }

  route {
    cidr_block           = "192.168.77.0/24"
    network_interface_id = aws_network_interface.appliance.id
  }
}

resource "aws_route_table" "private" {
  count = local.count_of_zones

  vpc_id = aws_vpc.this.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.this[0].id
  }

  tags = { Name = format("counted-private-%d", count.index) }
}

resource "aws_route_table_association" "public" {
  count = local.count_of_zones

  subnet_id      = element(aws_subnet.public[*].id, count.index)
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  count = local.count_of_zones

  subnet_id      = element(aws_subnet.private[*].id, count.index)
  route_table_id = element(aws_route_table.private[*].id, count.index)
}

resource "aws_main_route_table_association" "this" {
  vpc_id         = aws_vpc.this.id
  route_table_id = aws_route_table.private[0].id
}
