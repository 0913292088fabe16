resource "aws_network_acl" "public" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for each in aws_subnet.public : each.id]

  dynamic "ingress" {
    for_each = { 100 = "0.0.0.0/0", 101 = null }

    content {
      rule_no         = ingress.key
      action          = "allow"
      protocol        = "tcp"
      from_port       = 443
      to_port         = 443
      cidr_block      = ingress.value
      ipv6_cidr_block = ingress.value == null ? "::/0" : null
    }
  }

  ingress {
    rule_no         = 200
    action          = "deny"
    protocol        = "-1"
    from_port       = 0
    to_port         = 0
    ipv6_cidr_block = "2001:db8::/32"
  }

  egress {
    rule_no         = 100
    action          = "allow"
    protocol        = "58"
    icmp_type       = -1
    icmp_code       = -1
    from_port       = 0
    to_port         = 0
    ipv6_cidr_block = "::/0"
  }
}

resource "aws_network_acl_rule" "public_answers" {
  for_each = toset([for egress in [true, false] : tostring(egress)])

  network_acl_id  = aws_network_acl.private.id
  rule_number     = 300
  egress          = tobool(each.value)
  protocol        = "tcp"
  rule_action     = "allow"
  ipv6_cidr_block = "::/0"
  from_port       = 1024
  to_port         = 65535
}

resource "aws_network_acl" "private" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for each in aws_subnet.private : each.id]
}

resource "aws_security_group" "host" {
  name        = "dual-host"
  description = "Hosts"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "host" {
  for_each = { ssh = 22, web = 443 }

  security_group_id = aws_security_group.host.id
  description       = each.key
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv6         = aws_vpc.this.ipv6_cidr_block

  tags = { Name = each.key }
}

resource "aws_vpc_security_group_egress_rule" "host" {
  security_group_id = aws_security_group.host.id
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

resource "aws_network_interface" "host" {
  subnet_id          = aws_subnet.private["us-east-1a"].id
  security_groups    = [aws_security_group.host.id]
  ipv6_address_count = 2
}

resource "aws_network_interface" "only" {
  subnet_id       = aws_subnet.public["us-east-1b"].id
  security_groups = [aws_security_group.host.id]
  ipv6_addresses  = [cidrhost(aws_subnet.public["us-east-1b"].ipv6_cidr_block, 25)]
}
