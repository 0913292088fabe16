locals {
  # Rule number to what is let in: ICMP by type and code, and what answers come back on.
  inbound = {
    100 = { protocol = "tcp", from = 443, to = 443, cidr = "0.0.0.0/0" }
    110 = { protocol = "icmp", type = 8, code = 0, cidr = "10.50.0.0/16" }
    120 = { protocol = "icmp", type = 3, code = -1, cidr = "0.0.0.0/0" }
    130 = { protocol = "tcp", from = 1024, to = 65535, cidr = "0.0.0.0/0" }
    140 = { protocol = "udp", from = 53, to = 53, cidr = "100.64.0.0/16" }
    150 = { protocol = "47", cidr = "100.64.0.0/16" }
  }
}

resource "aws_network_acl" "edge" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [for name in ["edge-a", "edge-b"] : aws_subnet.main[name].id]

  tags = { Name = "edge" }
}

resource "aws_network_acl_rule" "inbound" {
  for_each = local.inbound

  network_acl_id = aws_network_acl.edge.id
  rule_number    = each.key
  protocol       = each.value.protocol
  rule_action    = "allow"
  cidr_block     = each.value.cidr
  from_port      = try(each.value.from, null)
  to_port        = try(each.value.to, null)
  icmp_type      = try(each.value.type, null)
  icmp_code      = try(each.value.code, null)
}

resource "aws_network_acl_rule" "outbound" {
  network_acl_id = aws_network_acl.edge.id
  rule_number    = 100
  egress         = true
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
  from_port      = 0
  to_port        = 0
}

resource "aws_network_acl" "core" {
  vpc_id = aws_vpc.main.id
}

resource "aws_network_acl_association" "core" {
  network_acl_id = aws_network_acl.core.id
  subnet_id      = aws_subnet.main["core-a"].id
}
