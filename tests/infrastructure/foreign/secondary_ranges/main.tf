# A network that ran out of addresses: blocks were added, and subnets moved into maps.

provider "aws" {
  region = "us-east-1"
}

variable "secondary_cidr_blocks" {
  description = "Blocks beyond the first."
  type        = set(string)
  default     = ["100.64.0.0/16", "10.51.0.0/20"]
}

variable "subnets" {
  description = "Subnets by name: block, zone and whether the internet reaches them."
  type        = map(object({ cidr = string, zone = string, public = optional(bool, false) }))
  default = {
    edge-a = { cidr = "10.50.0.0/24", zone = "us-east-1a", public = true }
    edge-b = { cidr = "10.50.1.0/24", zone = "us-east-1b", public = true }
    core-a = { cidr = "10.51.0.0/24", zone = "us-east-1a" }
    pods-a = { cidr = "100.64.0.0/18", zone = "us-east-1a" }
    pods-b = { cidr = "100.64.64.0/18", zone = "us-east-1b" }
  }
}

resource "aws_vpc" "main" {
  cidr_block                       = "10.50.0.0/22"
  enable_dns_hostnames             = true
  assign_generated_ipv6_cidr_block = false

  tags = { Name = "grown" }
}

resource "aws_vpc_ipv4_cidr_block_association" "main" {
  for_each = var.secondary_cidr_blocks

  vpc_id     = aws_vpc.main.id
  cidr_block = each.value
}

resource "aws_vpc_dhcp_options" "main" {
  domain_name         = "corp.example.com"
  domain_name_servers = ["AmazonProvidedDNS"]
  ntp_servers         = ["169.254.169.123"]

  tags = { Name = "grown" }
}

resource "aws_vpc_dhcp_options_association" "main" {
  vpc_id          = aws_vpc.main.id
  dhcp_options_id = aws_vpc_dhcp_options.main.id
}

resource "aws_subnet" "main" {
  for_each = var.subnets

  vpc_id                  = aws_vpc.main.id
  cidr_block              = each.value.cidr
  availability_zone       = each.value.zone
  map_public_ip_on_launch = each.value.public

  tags       = { Name = each.key }
  depends_on = [aws_vpc_ipv4_cidr_block_association.main]
}

resource "aws_ec2_subnet_cidr_reservation" "pods" {
  subnet_id        = aws_subnet.main["pods-a"].id
  cidr_block       = "100.64.32.0/20"
  reservation_type = "prefix"
  description      = "Prefixes of nodes"
}

resource "aws_internet_gateway" "main" {}

resource "aws_internet_gateway_attachment" "main" {
  internet_gateway_id = aws_internet_gateway.main.id
  vpc_id              = aws_vpc.main.id
}

resource "aws_route_table" "main" {
  for_each = toset([for each in var.subnets : each.public ? "public" : "private"])

  vpc_id = aws_vpc.main.id
  tags   = { Name = each.key }
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.main["public"].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id

  depends_on = [aws_internet_gateway_attachment.main]
}

resource "aws_route_table_association" "main" {
  for_each = var.subnets

  subnet_id      = aws_subnet.main[each.key].id
  route_table_id = aws_route_table.main[each.value.public ? "public" : "private"].id
}
