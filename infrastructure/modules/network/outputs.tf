output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Addresses of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Public subnets by zone."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }

  # AWS refuses an internet-facing load balancer in a VPC without an internet gateway, and what boots before routes and
  # rules exist installs nothing. Whoever asks for a subnet gets one whose traffic flows; destroy goes the other way.
  depends_on = [
    aws_route.public_internet,
    aws_route_table_association.public,
    aws_network_acl_rule.this,
  ]
}

output "application_subnet_ids" {
  description = "Application subnets by zone."
  value       = { for zone, subnet in aws_subnet.application : zone => subnet.id }

  depends_on = [
    aws_route.application_internet,
    aws_route_table_association.application,
    aws_network_acl_rule.this,
    # A gateway endpoint that arrives later cuts the connections that are open to its service.
    aws_vpc_endpoint.gateway,
  ]
}

output "database_subnet_ids" {
  description = "Database subnets by zone."
  value       = { for zone, subnet in aws_subnet.database : zone => subnet.id }

  depends_on = [
    aws_route_table_association.database,
    aws_network_acl_rule.this,
  ]
}

output "subnet_cidrs" {
  description = "Addresses by tier and zone."
  value       = local.subnet_cidrs
}

output "home_zone" {
  description = "The zone that holds what exists once."
  value       = local.home_zone
}

output "nat_gateway_ids" {
  description = "NAT gateways by zone."
  value       = { for zone, gateway in aws_nat_gateway.this : zone => gateway.id }
}

output "nat_gateway_count" {
  description = "How many NAT gateways there are; known before they are made."
  value       = length(local.nat_zones)
}

output "flow_log_group_name" {
  description = "Log group of the VPC's flow logs."
  value       = aws_cloudwatch_log_group.flow_logs.name
}
