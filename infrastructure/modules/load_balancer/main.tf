resource "aws_lb" "this" {
  # checkov:skip=CKV_AWS_150:a lab is destroyed and built again; deletion_protection switches it on
  # checkov:skip=CKV2_AWS_28:a firewall is paid by the month and the page behind it is static
  # checkov:skip=CKV2_AWS_20:without a domain there is no certificate; with certificate_arn HTTP is redirected to HTTPS
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = false
  security_groups            = [var.security_group_id]
  subnets                    = var.subnet_ids
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection

  dynamic "access_logs" {
    for_each = var.access_log_bucket == null ? [] : [var.access_log_bucket]

    content {
      bucket  = access_logs.value
      enabled = true
    }
  }

  tags = { Name = var.name }
}

resource "aws_lb_target_group" "application" {
  # checkov:skip=CKV_AWS_378:TLS ends at the load balancer; between it and the instance stand security groups that name each other
  name                 = "${var.name}-app"
  vpc_id               = var.vpc_id
  target_type          = "instance"
  protocol             = "HTTP"
  port                 = var.application_port
  deregistration_delay = 30

  health_check {
    path                = var.health_check_path
    matcher             = "200"
    interval            = 30
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = { Name = "${var.name}-application" }
}

resource "aws_lb_target_group_attachment" "this" {
  for_each = var.targets

  target_group_arn = aws_lb_target_group.application.arn
  target_id        = each.value
  port             = var.application_port
}
