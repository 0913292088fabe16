resource "aws_vpc_security_group_ingress_rule" "bastion_from_people" {
  for_each = toset(var.ssh_cidrs)

  security_group_id = aws_security_group.bastion.id
  description       = "SSH from ${each.key}"
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22

  tags = { Name = "${var.name}-ssh-from-people" }
}

resource "aws_vpc_security_group_egress_rule" "bastion_to_database" {
  for_each = var.database_ports

  security_group_id            = aws_security_group.bastion.id
  description                  = "Queries to ${each.key}"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = { Name = "${var.name}-bastion-to-${each.key}" }
}

resource "aws_vpc_security_group_egress_rule" "bastion_to_internet" {
  security_group_id = aws_security_group.bastion.id
  description       = "HTTPS to AWS APIs and package repositories"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = { Name = "${var.name}-bastion-to-internet" }
}
