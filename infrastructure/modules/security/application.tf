resource "aws_vpc_security_group_ingress_rule" "application_from_load_balancer" {
  # checkov:skip=CKV_AWS_260:the source is a security group; the check takes a missing CIDR for the internet
  security_group_id            = aws_security_group.application.id
  description                  = "Requests and health checks from the load balancer"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = var.application_port
  to_port                      = var.application_port

  tags = { Name = "${var.name}-from-load-balancer" }
}

resource "aws_vpc_security_group_egress_rule" "application_to_database" {
  for_each = var.database_ports

  security_group_id            = aws_security_group.application.id
  description                  = "Queries to ${each.key}"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = { Name = "${var.name}-application-to-${each.key}" }
}

resource "aws_vpc_security_group_egress_rule" "application_to_internet" {
  security_group_id = aws_security_group.application.id
  description       = "HTTPS to AWS APIs and package repositories"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = { Name = "${var.name}-application-to-internet" }
}
