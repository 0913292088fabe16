resource "aws_security_group_rule" "app_to_db" {
  type                     = "egress"
  description              = "Queries"
  security_group_id        = aws_security_group.app.id
  source_security_group_id = aws_security_group.db.id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
}

resource "aws_security_group_rule" "db_from_app" {
  type                     = "ingress"
  description              = "Queries"
  security_group_id        = aws_security_group.db.id
  source_security_group_id = aws_security_group.app.id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
}

resource "aws_security_group_rule" "db_self" {
  type              = "ingress"
  security_group_id = aws_security_group.db.id
  self              = true
  protocol          = "all"
  from_port         = 0
  to_port           = 65535
}

resource "aws_security_group_rule" "app_many" {
  count = 2

  type              = "ingress"
  description       = "Port range ${count.index}"
  security_group_id = aws_security_group.app.id
  protocol          = count.index == 0 ? "tcp" : "udp"
  from_port         = 8000
  to_port           = 8099
  cidr_blocks       = ["10.60.0.0/20", "10.60.16.0/20"]
  ipv6_cidr_blocks  = [aws_vpc.this.ipv6_cidr_block]
}

resource "aws_security_group_rule" "app_prefix_list" {
  type              = "ingress"
  security_group_id = aws_security_group.app.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_ids   = [aws_ec2_managed_prefix_list.offices.id]
}

resource "aws_security_group_rule" "app_icmpv6" {
  type              = "ingress"
  security_group_id = aws_security_group.app.id
  protocol          = "icmpv6"
  from_port         = -1
  to_port           = -1
  ipv6_cidr_blocks  = ["::/0"]
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.60.1.0/24"
}

resource "aws_network_interface" "this" {
  subnet_id       = aws_subnet.this.id
  security_groups = [aws_security_group.app.id]

  lifecycle {
    ignore_changes = [security_groups]
  }
}

resource "aws_network_interface_sg_attachment" "this" {
  security_group_id    = aws_security_group.db.id
  network_interface_id = aws_network_interface.this.id
}
