# Gateway endpoints cost nothing and keep the traffic off the NAT gateway. The public subnets go without: a bucket
# policy that names the bastion's public address (aws:SourceIp) would not see it through an endpoint.
resource "aws_vpc_endpoint" "gateway" {
  for_each = toset(["s3", "dynamodb"])

  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for table in aws_route_table.application : table.id]

  tags = { Name = "${var.name}-${each.key}" }
}
