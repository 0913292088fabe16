resource "aws_vpc_peering_connection" "this" {
  vpc_id      = aws_vpc.this["spoke"].id
  peer_vpc_id = aws_vpc.this["hub"].id

  tags = { Name = "spoke-hub", Side = "Requester" }
}

resource "aws_vpc_peering_connection_accepter" "this" {
  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
  auto_accept               = true

  tags = { Name = "spoke-hub", Side = "Requester" }
}

resource "aws_vpc_peering_connection_options" "this" {
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.this.id

  accepter {
    allow_remote_vpc_dns_resolution = true
  }

  requester {
    allow_remote_vpc_dns_resolution = true
  }
}

resource "aws_route" "to_spoke" {
  for_each = toset(local.zones)

  route_table_id             = aws_route_table.private["hub ${each.key}"].id
  destination_prefix_list_id = aws_ec2_managed_prefix_list.spoke.id
  vpc_peering_connection_id  = aws_vpc_peering_connection_accepter.this.id
}

resource "aws_route" "to_hub" {
  for_each = toset(local.zones)

  route_table_id            = aws_route_table.private["spoke ${each.key}"].id
  destination_cidr_block    = local.blocks.hub
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.this.id
}

resource "aws_ec2_managed_prefix_list" "spoke" {
  name           = "spoke"
  address_family = "IPv4"
  max_entries    = 3
}

resource "aws_ec2_managed_prefix_list_entry" "spoke" {
  for_each = { for zone in local.zones : zone => aws_subnet.private["spoke ${zone}"].cidr_block }

  prefix_list_id = aws_ec2_managed_prefix_list.spoke.id
  cidr           = each.value
  description    = each.key
}

data "aws_vpc_peering_connection" "this" {
  cidr_block      = local.blocks.spoke
  peer_cidr_block = local.blocks.hub
  status          = "active"

  depends_on = [aws_vpc_peering_connection_accepter.this]
}
