# Glue asks that a job's workers reach each other on every TCP port, and refuses a group that does not admit itself.
resource "aws_vpc_security_group_ingress_rule" "jobs_from_jobs" {
  # checkov:skip=CKV_AWS_24:the source is the group itself; the check takes a missing CIDR for the internet
  # checkov:skip=CKV_AWS_25:see CKV_AWS_24
  # checkov:skip=CKV_AWS_260:see CKV_AWS_24
  security_group_id            = aws_security_group.jobs.id
  description                  = "Workers of a job to each other"
  referenced_security_group_id = aws_security_group.jobs.id
  ip_protocol                  = "tcp"
  from_port                    = 0
  to_port                      = 65535

  tags = { Name = "${var.name}-jobs-from-jobs" }
}

resource "aws_vpc_security_group_egress_rule" "jobs_to_jobs" {
  security_group_id            = aws_security_group.jobs.id
  description                  = "Workers of a job to each other"
  referenced_security_group_id = aws_security_group.jobs.id
  ip_protocol                  = "tcp"
  from_port                    = 0
  to_port                      = 65535

  tags = { Name = "${var.name}-jobs-to-jobs" }
}

resource "aws_vpc_security_group_egress_rule" "jobs_to_database" {
  security_group_id            = aws_security_group.jobs.id
  description                  = "Queries to mysql"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = var.database_ports.mysql
  to_port                      = var.database_ports.mysql

  tags = { Name = "${var.name}-jobs-to-mysql" }
}

resource "aws_vpc_security_group_egress_rule" "jobs_to_internet" {
  security_group_id = aws_security_group.jobs.id
  description       = "HTTPS to AWS APIs"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = { Name = "${var.name}-jobs-to-internet" }
}
