"""Resources that the model does not know and that may decide about packets."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.declarations.declared import Declared
from scripts.reachability.model import Unmodelled
from scripts.reachability.readers.terraform.stack import Stack

_READ = {
    "aws_vpc", "aws_default_vpc", "aws_subnet", "aws_default_subnet", "aws_vpc_ipv4_cidr_block_association",
    "aws_vpc_ipv6_cidr_block_association", "aws_internet_gateway", "aws_internet_gateway_attachment",
    "aws_egress_only_internet_gateway", "aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter",
    "aws_ec2_managed_prefix_list", "aws_ec2_managed_prefix_list_entry", "aws_vpc_endpoint",
    "aws_vpc_endpoint_route_table_association", "aws_route_table", "aws_default_route_table", "aws_route",
    "aws_route_table_association", "aws_main_route_table_association", "aws_network_acl",
    "aws_default_network_acl", "aws_network_acl_rule", "aws_network_acl_association", "aws_security_group",
    "aws_default_security_group", "aws_security_group_rule", "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule", "aws_network_interface", "aws_network_interface_attachment",
    "aws_network_interface_sg_attachment", "aws_instance", "aws_ec2_instance_state", "aws_launch_template",
    "aws_eip", "aws_eip_association", "aws_nat_gateway", "aws_db_instance", "aws_db_subnet_group", "aws_lb",
    "aws_alb", "aws_lb_listener", "aws_alb_listener", "aws_lb_listener_rule", "aws_alb_listener_rule",
    "aws_lb_target_group", "aws_alb_target_group", "aws_lb_target_group_attachment",
    "aws_alb_target_group_attachment", "aws_elb", "aws_glue_connection",
}  # fmt: skip
#: They name a network and change nothing of it, or nothing that is judged here.
_HARMLESS = {
    "aws_flow_log", "aws_vpc_dhcp_options_association", "aws_default_vpc_dhcp_options",
    "aws_vpc_dhcp_options", "aws_ec2_subnet_cidr_reservation", "aws_vpc_endpoint_policy",
    "aws_vpc_endpoint_private_dns", "aws_vpc_peering_connection_options", "aws_ec2_tag",
    "aws_eip_domain_name", "aws_lb_listener_certificate", "aws_alb_listener_certificate",
    "aws_lb_trust_store", "aws_route53_zone", "aws_route53_zone_association",
    "aws_service_discovery_private_dns_namespace", "aws_network_acl_tags", "aws_ebs_volume",
    "aws_volume_attachment", "aws_route53_resolver_query_log_config_association",
    "aws_vpc_endpoint_connection_notification", "aws_db_snapshot", "aws_db_parameter_group",
    "aws_db_option_group",
}  # fmt: skip
_GATEWAYS = (
    "aws_ec2_transit_gateway", "aws_vpn_", "aws_dx_", "aws_networkfirewall_", "aws_ec2_client_vpn_",
    "aws_ec2_carrier_gateway", "aws_ec2_local_gateway", "aws_vpc_block_public_access", "aws_vpclattice_",
    "aws_networkmanager_", "aws_vpc_route_server", "aws_customer_gateway", "aws_vpc_encryption_control",
    "aws_globalaccelerator_", "aws_verifiedaccess_", "aws_vpc_endpoint_service", "aws_ec2_traffic_mirror_",
)  # fmt: skip
#: Attributes of what is put into a VPC.
_PLACED = (
    "subnet_id", "subnet_ids", "subnets", "subnet_mapping", "vpc_id", "vpc_config", "vpc_zone_identifier",
    "security_group_ids", "vpc_security_group_ids", "security_groups", "db_subnet_group_name",
    "subnet_group_name", "cluster_subnet_group_name", "network_configuration", "vpc_options",
    "route_table_id", "network_acl_id", "security_group_id", "vpc_subnet_ids", "replication_subnet_group_id",
)  # fmt: skip


def unread(stack: Stack) -> Iterator[Unmodelled]:
    """Reports on resources that nobody here reads."""
    for each in stack.resources:
        if each.type in _READ | _HARMLESS or not each.type.startswith("aws_"):
            continue
        if each.type.startswith(_GATEWAYS):
            yield Unmodelled(each.address, each.type, "traffic that it leads or stops is not judged")
        elif any(_is_placed(stack, each, attribute) for attribute in _PLACED):
            told = "it is in the network and is not known here: no question can be about it"
            yield Unmodelled(each.address, each.type, told)


def _is_placed(stack: Stack, each: Declared, attribute: str) -> bool:
    if attribute in each.values:
        return each.values[attribute] not in (None, "", [], {})
    return stack.refers_to_network(each, attribute)
