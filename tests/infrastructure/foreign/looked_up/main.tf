# A stack that finds its surroundings by filters, as one team's stack finds another's.

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { Team = "platform" }
  }
}

resource "aws_vpc" "this" {
  cidr_block           = "10.90.0.0/16"
  enable_dns_hostnames = true

  tags = { Name = "looked-up", Tier = "shared" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "looked-up" }
}

resource "aws_subnet" "this" {
  for_each = { for index, zone in slice(data.aws_availability_zones.available.names, 0, 2) : zone => index }

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, each.value)
  availability_zone = each.key

  tags = { Name = "looked-up-${each.key}", Reach = each.value == 0 ? "public" : "private" }
}

resource "aws_route_table" "this" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }

  tags = { Name = "looked-up" }
}

resource "aws_route_table_association" "this" {
  subnet_id      = aws_subnet.this[data.aws_availability_zones.available.names[0]].id
  route_table_id = aws_route_table.this.id
}

resource "aws_security_group" "this" {
  for_each = toset(["web", "app"])

  name        = "looked-up-${each.key}"
  description = "Group of ${each.key}"
  vpc_id      = aws_vpc.this.id

  tags = { Role = each.key }
}

resource "aws_key_pair" "this" {
  key_name   = "looked-up"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3d5WVnNQtKvx0lM0J1H3W9bVwqkQ2y4p6i7fQ0bGZk looked-up"
}

resource "aws_instance" "this" {
  ami                    = data.aws_ami.amazon_linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.this[data.aws_availability_zones.available.names[0]].id
  vpc_security_group_ids = [aws_security_group.this["web"].id, aws_security_group.this["app"].id]
  key_name               = aws_key_pair.this.key_name
  source_dest_check      = false

  user_data = <<-SCRIPT
    #!/bin/sh
    echo hello
  SCRIPT

  root_block_device {
    volume_size = 12
    volume_type = "gp3"
    encrypted   = true
  }

  metadata_options {
    http_tokens = "required"
  }

  tags        = { Name = "looked-up" }
  volume_tags = { Name = "looked-up" }
}

resource "aws_eip" "this" {
  instance = aws_instance.this.id
  domain   = "vpc"

  depends_on = [aws_internet_gateway.this]
}
