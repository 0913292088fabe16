# A small product: a balancer with several target groups, a database, queues and topics.

provider "aws" {
  region = "us-east-1"
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }

  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

resource "aws_security_group" "balancer" {
  name        = "shop-balancer"
  description = "Balancer"
  vpc_id      = data.aws_vpc.default.id

  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "this" {
  name               = "shop"
  load_balancer_type = "application"
  internal           = false
  security_groups    = [aws_security_group.balancer.id]
  subnets            = slice(sort(data.aws_subnets.default.ids), 0, 3)

  idle_timeout               = 90
  drop_invalid_header_fields = true
  enable_deletion_protection = false

  tags = { Name = "shop" }
}

resource "aws_lb_target_group" "this" {
  for_each = {
    shop  = { port = 8080, type = "ip", path = "/" }
    admin = { port = 8081, type = "ip", path = "/admin/health" }
    jobs  = { port = 9090, type = "instance", path = "/health" }
  }

  name                 = "shop-${each.key}"
  port                 = each.value.port
  protocol             = "HTTP"
  target_type          = each.value.type
  vpc_id               = data.aws_vpc.default.id
  deregistration_delay = 30
  slow_start           = each.key == "shop" ? 60 : null

  health_check {
    path                = each.value.path
    matcher             = "200-299"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  stickiness {
    type            = "lb_cookie"
    enabled         = each.key == "admin"
    cookie_duration = 3600
  }
}

# One address on two ports, and one more: targets are told apart by address and port.
resource "aws_lb_target_group_attachment" "shop" {
  for_each = { first = 8080, second = 8082 }

  target_group_arn = aws_lb_target_group.this["shop"].arn
  target_id        = cidrhost(data.aws_vpc.default.cidr_block, 300)
  port             = each.value
}

data "aws_lb" "by_name" {
  name       = "shop"
  depends_on = [aws_lb.this]
}

data "aws_lb_target_group" "by_name" {
  name       = aws_lb_target_group.this["admin"].name
  depends_on = [aws_lb_target_group.this]
}

data "aws_lb_listener" "by_port" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  depends_on        = [aws_lb_listener.http]
}
