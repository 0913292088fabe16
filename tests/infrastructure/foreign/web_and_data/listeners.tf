resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this["shop"].arn
        weight = 90
      }

      target_group {
        arn    = aws_lb_target_group.this["jobs"].arn
        weight = 10
      }

      stickiness {
        enabled  = true
        duration = 600
      }
    }
  }
}

resource "aws_lb_listener" "alternative" {
  load_balancer_arn = aws_lb.this.arn
  port              = 8080
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "80"
      protocol    = "HTTP"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener_rule" "admin" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 10

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["admin"].arn
  }

  condition {
    path_pattern {
      values = ["/admin/*", "/manage"]
    }
  }

  condition {
    source_ip {
      values = ["10.0.0.0/8"]
    }
  }

  tags = { Name = "admin" }
}

resource "aws_lb_listener_rule" "maintenance" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 20

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Back soon"
      status_code  = "503"
    }
  }

  condition {
    host_header {
      values = ["old.example.com"]
    }
  }

  condition {
    http_header {
      http_header_name = "X-Forwarded-For"
      values           = ["192.168.1.*"]
    }
  }
}

resource "aws_lb_listener_rule" "search" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 30

  action {
    type = "redirect"

    redirect {
      host        = "search.example.com"
      path        = "/#{path}"
      query       = "#{query}"
      status_code = "HTTP_302"
    }
  }

  condition {
    query_string {
      key   = "q"
      value = "*"
    }
  }

  condition {
    http_request_method {
      values = ["GET"]
    }
  }
}
