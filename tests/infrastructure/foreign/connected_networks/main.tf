# Two networks joined: peering, a NAT gateway a zone, interface endpoints, prefix lists in routes and rules.

provider "aws" {
  region = "us-east-1"
}

locals {
  zones = ["us-east-1a", "us-east-1b"]
  blocks = {
    hub   = "10.100.0.0/16"
    spoke = "10.101.0.0/16"
  }
}

resource "aws_vpc" "this" {
  for_each = local.blocks

  cidr_block           = each.value
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = each.key }
}

resource "aws_internet_gateway" "hub" {
  vpc_id = aws_vpc.this["hub"].id
}

resource "aws_subnet" "public" {
  for_each = toset(local.zones)

  vpc_id            = aws_vpc.this["hub"].id
  availability_zone = each.key
  cidr_block        = cidrsubnet(local.blocks.hub, 8, index(local.zones, each.key))
}

resource "aws_subnet" "private" {
  for_each = { for pair in setproduct(keys(local.blocks), local.zones) : join(" ", pair) => pair }

  vpc_id            = aws_vpc.this[each.value[0]].id
  availability_zone = each.value[1]
  cidr_block        = cidrsubnet(local.blocks[each.value[0]], 8, 10 + index(local.zones, each.value[1]))
}

resource "aws_eip" "nat" {
  for_each = toset(local.zones)

  domain = "vpc"
  tags   = { Name = "nat-${each.key}" }
}

resource "aws_nat_gateway" "this" {
  for_each = toset(local.zones)

  allocation_id     = aws_eip.nat[each.key].allocation_id
  subnet_id         = aws_subnet.public[each.key].id
  connectivity_type = "public"

  depends_on = [aws_internet_gateway.hub]
}

resource "aws_nat_gateway" "private" {
  connectivity_type = "private"
  subnet_id         = aws_subnet.private["spoke us-east-1a"].id
  private_ip        = "10.101.10.99"
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this["hub"].id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.hub.id
  }
}

resource "aws_route_table" "private" {
  for_each = aws_subnet.private

  vpc_id = each.value.vpc_id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_route" "nat" {
  for_each = toset(local.zones)

  route_table_id         = aws_route_table.private["hub ${each.key}"].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[each.key].id
}
