# What AWS makes by itself, taken over: in the default network and in one of our own.

provider "aws" {
  region = "eu-west-1"
}

resource "aws_default_vpc" "default" {
  enable_dns_hostnames = true

  tags = { Name = "adopted" }
}

resource "aws_default_subnet" "a" {
  availability_zone = "eu-west-1a"

  map_public_ip_on_launch = false
  tags                    = { Name = "adopted-a" }
}

resource "aws_vpc" "own" {
  cidr_block                       = "10.70.0.0/16"
  assign_generated_ipv6_cidr_block = true
}

resource "aws_internet_gateway" "own" {
  vpc_id = aws_vpc.own.id
}

resource "aws_subnet" "own" {
  for_each = { a = 0, b = 1 }

  vpc_id            = aws_vpc.own.id
  cidr_block        = cidrsubnet(aws_vpc.own.cidr_block, 4, each.value)
  availability_zone = "eu-west-1${each.key}"
}

# CIS 5.4: the default group lets nothing through.
resource "aws_default_security_group" "own" {
  vpc_id = aws_vpc.own.id

  tags = { Name = "closed" }
}

resource "aws_default_route_table" "own" {
  default_route_table_id = aws_vpc.own.default_route_table_id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.own.id
  }

  route {
    ipv6_cidr_block = "::/0"
    gateway_id      = aws_internet_gateway.own.id
  }

  tags = { Name = "main" }
}

resource "aws_default_network_acl" "own" {
  default_network_acl_id = aws_vpc.own.default_network_acl_id
  subnet_ids             = [for each in aws_subnet.own : each.id]

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 443
    cidr_block = "0.0.0.0/0"
  }

  ingress {
    rule_no         = 110
    action          = "allow"
    protocol        = "58"
    icmp_type       = 128
    icmp_code       = 0
    from_port       = 0
    to_port         = 0
    ipv6_cidr_block = "::/0"
  }

  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }

  tags = { Name = "default" }
}
