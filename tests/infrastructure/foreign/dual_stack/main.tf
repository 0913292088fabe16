# IPv4 and IPv6 side by side, and a subnet with IPv6 alone.

provider "aws" {
  region = "us-east-1"
}

locals {
  zones = { "us-east-1a" = 0, "us-east-1b" = 1 }
}

resource "aws_vpc" "this" {
  cidr_block                       = "10.80.0.0/16"
  assign_generated_ipv6_cidr_block = true
  enable_dns_hostnames             = true

  tags = { Name = "dual" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_egress_only_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "dual" }
}

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id                          = aws_vpc.this.id
  availability_zone               = each.key
  cidr_block                      = cidrsubnet(aws_vpc.this.cidr_block, 8, each.value)
  ipv6_cidr_block                 = cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, each.value)
  assign_ipv6_address_on_creation = true

  enable_resource_name_dns_a_record_on_launch    = true
  enable_resource_name_dns_aaaa_record_on_launch = true
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id                          = aws_vpc.this.id
  availability_zone               = each.key
  cidr_block                      = cidrsubnet(aws_vpc.this.cidr_block, 8, 16 + each.value)
  ipv6_cidr_block                 = cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, 16 + each.value)
  assign_ipv6_address_on_creation = true
  enable_dns64                    = true
}

resource "aws_subnet" "ipv6_only" {
  vpc_id                          = aws_vpc.this.id
  availability_zone               = "us-east-1a"
  ipv6_native                     = true
  ipv6_cidr_block                 = cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, 64)
  assign_ipv6_address_on_creation = true

  enable_resource_name_dns_aaaa_record_on_launch = true
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route" "public_ipv6" {
  route_table_id              = aws_route_table.public.id
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = aws_internet_gateway.this.id
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id

  route {
    ipv6_cidr_block        = "::/0"
    egress_only_gateway_id = aws_egress_only_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each = merge(aws_subnet.private, { only = aws_subnet.ipv6_only })

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}
