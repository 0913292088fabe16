# No egress rule: security groups are stateful, so answers pass, and a database calls nobody.
resource "aws_vpc_security_group_ingress_rule" "database_from_application" {
  for_each = var.database_ports

  security_group_id            = aws_security_group.database.id
  description                  = "Queries to ${each.key} from the application"
  referenced_security_group_id = aws_security_group.application.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = { Name = "${var.name}-${each.key}-from-application" }
}

resource "aws_vpc_security_group_ingress_rule" "database_from_bastion" {
  for_each = var.database_ports

  security_group_id            = aws_security_group.database.id
  description                  = "Queries to ${each.key} from the bastion"
  referenced_security_group_id = aws_security_group.bastion.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = { Name = "${var.name}-${each.key}-from-bastion" }
}

resource "aws_vpc_security_group_ingress_rule" "database_from_jobs" {
  security_group_id            = aws_security_group.database.id
  description                  = "Queries to mysql from the jobs"
  referenced_security_group_id = aws_security_group.jobs.id
  ip_protocol                  = "tcp"
  from_port                    = var.database_ports.mysql
  to_port                      = var.database_ports.mysql

  tags = { Name = "${var.name}-mysql-from-jobs" }
}
