# Security groups as they were written before rules had ids of their own.

provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "this" {
  cidr_block                       = "10.60.0.0/16"
  assign_generated_ipv6_cidr_block = true
}

resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 4

  entry {
    cidr        = "198.51.100.0/24"
    description = "Head office"
  }

  entry {
    cidr = "203.0.113.64/26"
  }
}

resource "aws_security_group" "web" {
  name_prefix            = "web-"
  description            = "Web servers"
  vpc_id                 = aws_vpc.this.id
  revoke_rules_on_delete = true

  ingress {
    description      = "HTTPS from everywhere"
    from_port        = 443
    to_port          = 443
    protocol         = "tcp"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }

  ingress {
    description = "Its own members"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    self        = true
  }

  ingress {
    description     = "SSH from the offices and the jump host"
    from_port       = 22
    to_port         = 22
    protocol        = "tcp"
    prefix_list_ids = [aws_ec2_managed_prefix_list.offices.id]
    security_groups = [aws_security_group.jump.id]
  }

  ingress {
    description = "Ping"
    from_port   = 8
    to_port     = -1
    protocol    = "icmp"
    cidr_blocks = ["10.0.0.0/8", "172.16.0.0/12"]
  }

  egress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "jump" {
  name   = "jump"
  vpc_id = aws_vpc.this.id

  # Written as attributes, so that the lists are exhaustive: nothing comes in.
  ingress = []
  egress = [{
    description      = "Everything"
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = []
    prefix_list_ids  = []
    security_groups  = []
    self             = false
  }]
}

# The two groups name each other, which inline rules cannot.
resource "aws_security_group" "app" {
  name        = "app"
  description = "Application"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "db" {
  name        = "db"
  description = "Database"
  vpc_id      = aws_vpc.this.id
}
