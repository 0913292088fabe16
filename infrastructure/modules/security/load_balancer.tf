resource "aws_vpc_security_group_ingress_rule" "load_balancer_from_internet" {
  # checkov:skip=CKV_AWS_260:a public load balancer is open to the internet on 80, if only to redirect
  for_each = { http = 80, https = 443 }

  security_group_id = aws_security_group.load_balancer.id
  description       = "${upper(each.key)} from the internet"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value

  tags = { Name = "${var.name}-${each.key}-from-internet" }
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_to_application" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "Requests and health checks to the application"
  referenced_security_group_id = aws_security_group.application.id
  ip_protocol                  = "tcp"
  from_port                    = var.application_port
  to_port                      = var.application_port

  tags = { Name = "${var.name}-to-application" }
}
