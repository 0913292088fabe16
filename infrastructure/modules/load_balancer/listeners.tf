resource "aws_lb_listener" "http" {
  # checkov:skip=CKV_AWS_2:without a domain there is no certificate; with certificate_arn this listener only redirects to HTTPS
  # checkov:skip=CKV_AWS_103:this listener has no TLS; the one for HTTPS asks for 1.2 or newer
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type             = var.certificate_arn == null ? "forward" : "redirect"
    target_group_arn = var.certificate_arn == null ? aws_lb_target_group.application.arn : null

    dynamic "redirect" {
      for_each = var.certificate_arn == null ? [] : ["HTTPS"]

      content {
        protocol    = redirect.value
        port        = "443"
        status_code = "HTTP_301"
      }
    }
  }

  tags = { Name = "${var.name}-http" }
}

resource "aws_lb_listener" "https" {
  count = var.certificate_arn == null ? 0 : 1

  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.application.arn
  }

  tags = { Name = "${var.name}-https" }
}
