data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_ami" "amazon_linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*"]
  }

  filter {
    name   = "architecture"
    values = ["x86_64"]
  }

  filter {
    name   = "root-device-type"
    values = ["ebs"]
  }
}

data "aws_vpc" "by_tag" {
  filter {
    name   = "tag:Name"
    values = [aws_vpc.this.tags["Name"]]
  }

  filter {
    name   = "cidr-block-association.cidr-block"
    values = ["10.90.*"]
  }

  lifecycle {
    postcondition {
      condition     = self.id == aws_vpc.this.id && self.main_route_table_id == aws_vpc.this.main_route_table_id
      error_message = "The filters found another network."
    }
  }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.by_tag.id]
  }

  tags = { Reach = "private" }

  depends_on = [aws_subnet.this]

  lifecycle {
    postcondition {
      condition     = one(self.ids) == aws_subnet.this[data.aws_availability_zones.available.names[1]].id
      error_message = "Exactly the private subnet was expected."
    }
  }
}

data "aws_subnet" "by_block" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.90.0.0/24"

  depends_on = [aws_subnet.this]
}

data "aws_security_group" "by_name" {
  vpc_id = aws_vpc.this.id
  name   = aws_security_group.this["web"].name
}

data "aws_security_groups" "by_filter" {
  filter {
    name   = "group-name"
    values = ["looked-up-???"]
  }

  filter {
    name   = "vpc-id"
    values = [aws_vpc.this.id]
  }

  depends_on = [aws_security_group.this]

  lifecycle {
    postcondition {
      condition     = toset(self.ids) == toset([for each in aws_security_group.this : each.id])
      error_message = "Exactly the two groups were expected."
    }
  }
}

data "aws_security_group" "default" {
  vpc_id = aws_vpc.this.id

  filter {
    name   = "group-name"
    values = ["default"]
  }
}

data "aws_route_tables" "to_internet" {
  vpc_id = aws_vpc.this.id

  filter {
    name   = "route.gateway-id"
    values = [aws_internet_gateway.this.id]
  }

  depends_on = [aws_route_table.this]

  lifecycle {
    postcondition {
      condition     = one(self.ids) == aws_route_table.this.id
      error_message = "Exactly the table with a route to the gateway was expected."
    }
  }
}

data "aws_route_table" "of_subnet" {
  subnet_id  = aws_subnet.this[data.aws_availability_zones.available.names[0]].id
  depends_on = [aws_route_table_association.this]
}

data "aws_route" "internet" {
  route_table_id         = data.aws_route_table.of_subnet.id
  destination_cidr_block = "0.0.0.0/0"
}
