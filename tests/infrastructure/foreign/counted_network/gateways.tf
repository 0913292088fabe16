resource "aws_eip" "nat" {
  count = 1

  domain     = "vpc"
  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  count = 1

  allocation_id = element(aws_eip.nat[*].id, count.index)
  subnet_id     = element(aws_subnet.public[*].id, count.index)

  tags       = { Name = "counted" }
  depends_on = [aws_internet_gateway.this]
}

# A firewall appliance's leg: what is routed to it is not addressed to it.
resource "aws_network_interface" "appliance" {
  subnet_id         = aws_subnet.private[0].id
  private_ips       = [cidrhost(aws_subnet.private[0].cidr_block, 10), cidrhost(aws_subnet.private[0].cidr_block, 11)]
  source_dest_check = false
  description       = "Appliance"
}

# Route tables join an endpoint one by one, after it was made.
resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.this.id
  service_name = "com.amazonaws.${var.region}.s3"
}

resource "aws_vpc_endpoint_route_table_association" "private" {
  count = local.count_of_zones

  vpc_endpoint_id = aws_vpc_endpoint.s3.id
  route_table_id  = element(aws_route_table.private[*].id, count.index)
}

resource "aws_vpc_endpoint_route_table_association" "public" {
  vpc_endpoint_id = aws_vpc_endpoint.s3.id
  route_table_id  = aws_route_table.public.id
}
