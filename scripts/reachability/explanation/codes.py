"""AWS's explanation codes: what each says to a learner, and which can never be the answer here."""

from __future__ import annotations

from collections.abc import Mapping

#: Codes that the engine gives, with what each means.
SENTENCES: Mapping[str, str] = {
    "BAD_STATE": "Something on the way is stopped, pending or failed, so it neither sends nor forwards.",
    "BAD_STATE_ATTACHMENT": "A gateway is not attached to the VPC, or an interface to an instance.",
    "BAD_STATE_ROUTE": "The route is a black hole: what it leads to is gone, and packets with it.",
    "CANNOT_ROUTE": "A route leads where packets should go, but is for other destinations.",
    "DISCONNECTED_VPCS": "The two ends lie in VPCs that nothing connects.",
    "ELBV2_LISTENERS_MISMATCH": "The load balancer listens at none of the ports that are asked for.",
    "ELBV2_LISTENER_HAS_NO_TG": "The listener forwards to target groups in which nobody is registered.",
    "ELBV2_LISTENER_PORT_RESTRICTION": "The load balancer listens at some of the asked ports, not at all.",
    "ELBV2_NO_TARGETS_IN_AZ": "All targets lie in zones in which the load balancer has no subnet.",
    "ELB_INSTALLED_AZ_RESTRICTION": "A target lies in a zone in which the load balancer has no subnet.",
    "ELB_NOT_CROSSZONE": "A node has no target in its own zone, and may not send to those of other zones.",
    "ENI_ADDRESS_RESTRICTION": "The interface has no address of the kind that the packets need.",
    "ENI_SG_RULES_MISMATCH": "The security groups have rules, but none that lets these packets pass.",
    "ENI_SOURCE_DEST_CHECK_RESTRICTION": (
        "The interface should pass on packets of others, and its source/destination check drops them."
    ),
    "HIGHER_PRIORITY_ROUTE": "Of two equally specific routes the one that leads elsewhere comes first.",
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS": "Nothing on the internet has this private address.",
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS": "Nothing on the internet has this shared address.",
    "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS": "The interface has no public address to be reached by.",
    "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS": "The sender has no public address to be answered at.",
    "MORE_SPECIFIC_ROUTE": "A more specific route leads elsewhere, and the most specific one always wins.",
    "NGW_REQUIRES_SOURCE_IN_VPC": "A NAT gateway serves its own VPC only, and this is another one's.",
    "NO_PATH": "Nothing on the way could carry this: there is no such gateway, or packets go in circles.",
    "NO_ROUTE_TO_DESTINATION": "The route table has no route that leads there.",
    "NO_SOURCE_OR_DESTINATION": "A registered target does not exist.",
    "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR": "A peering carries only what goes to the VPC at its other side.",
    "PROTOCOL_RESTRICTION": "This part does not carry the protocol, or the version of IP.",
    "SG_HAS_NO_RULES": "The security groups have no rules for this direction, so they admit nothing.",
    "SG_REFERENCES_NOT_PRESERVED": (
        "A rule admits the other end's security group, but on this way nobody can see who sent the packets."
    ),
    "SUBNET_ACL_RESTRICTION": "The subnet's network ACL denies the packets; it has to allow answers too.",
    "UNASSOCIATED_COMPONENT": "Something belongs to nothing: no interface, no route table, no network ACL.",
    "UNKNOWN_PEERED_SGS": "A rule refers to a security group of a VPC that is not known here.",
    "UNSUPPORTED_COMPONENT": "The route leads to something whose behaviour is not known here.",
    "VPCE_GATEWAY_PROTOCOL_RESTRICTION": "A gateway endpoint carries TCP and ICMP echoes only.",
    "VPC_LOCAL_ROUTE_CIDR_RESTRICTION": "The local route delivers inside the VPC's own ranges only.",
}

_CLASSIC = "Classic Load Balancers are not modelled; readers report them."
_GATEWAY_LB = "Gateway Load Balancers are not modelled; readers report them."
_TRANSIT = "Transit gateways are not modelled; a route to one is UNSUPPORTED_COMPONENT."
_VPN = "VPN gateways are not modelled; a route to one is UNSUPPORTED_COMPONENT."
_BALANCER_ASKS = "A load balancer as source is asked for the way to an end, registered or not."
_FILTER = "A question has no filters: ends, protocol and ports are what it consists of."
_MIDDLEBOX = "Route tables of gateways are not modelled; readers report them."
_TRANSLATED = "Translation is followed in the packets' headers, hop by hop; it stops nothing by itself."

#: Codes of AWS's that are never the answer here, and why.
NOT_HERE: Mapping[str, str] = {
    "BAD_STATE_VPN": _VPN,
    "COMPONENT_FILTER_RESTRICTION": _FILTER,
    "COMPONENT_FILTER_RESTRICTION_REMOVED_COMPONENT": _FILTER,
    "ELBV2_LISTENER_REQUIRES_TG_ACCEPT": "Targets are asked one by one, each with its own blockers.",
    "ELBV2_SOURCE_ADDRESS_PRESERVATION": "Every load balancer ends the connection and begins one of its own.",
    "ELB_ACL_RESTRICTION": _CLASSIC,
    "ELB_LISTENERS_MISMATCH": _CLASSIC,
    "ELB_LISTENER_PORT_RESTRICTION": _CLASSIC,
    "FILTER_AT_DESTINATION_DESTINATION_ADDRESS": _FILTER,
    "FILTER_AT_DESTINATION_DESTINATION_PORT_RANGE": _FILTER,
    "FILTER_AT_DESTINATION_PROTOCOL": _FILTER,
    "FILTER_AT_DESTINATION_SOURCE_ADDRESS": _FILTER,
    "FILTER_AT_DESTINATION_SOURCE_PORT_RANGE": _FILTER,
    "FILTER_AT_SOURCE_DESTINATION_ADDRESS": _FILTER,
    "FILTER_AT_SOURCE_DESTINATION_PORT_RANGE": _FILTER,
    "FILTER_AT_SOURCE_PROTOCOL": _FILTER,
    "FILTER_AT_SOURCE_SOURCE_ADDRESS": _FILTER,
    "FILTER_AT_SOURCE_SOURCE_PORT_RANGE": _FILTER,
    "FIREWALL_RULES_RESTRICTION": "Network Firewall is not modelled.",
    "GATEWAY_REJECTS_SPOOFED_TRAFFIC": "Senders use their own addresses.",
    "GWLB_DESTINATION_PORT_RESTRICTION": _GATEWAY_LB,
    "GWLB_PROTOCOL_RESTRICTION": _GATEWAY_LB,
    "IGW_DESTINATION_ADDRESS_IN_VPC_CIDRS": "What comes in is for an interface of the VPC.",
    "IGW_EXPECTS_PUBLIC_ADDRESS": "A private address that nobody has is refused as an end.",
    "IGW_NAT_REFLECTION": "Paths over two internet gateways are followed whole.",
    "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS": "A private address that nobody has is refused as an end.",
    "IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS": "A shared address that nobody has is refused as an end.",
    "INGRESS_RTB_NO_PUBLIC_IP": _MIDDLEBOX,
    "INGRESS_RTB_TRAFFIC_REDIRECTION": _MIDDLEBOX,
    "NGW_DEST_ADDRESS_PRESERVATION": _TRANSLATED,
    "NGW_SOURCE_ADDRESS_REASSIGN": _TRANSLATED,
    "NO_POSSIBLE_DESTINATION": "Destinations are known before packets are followed.",
    "REGIONAL_NGW_ROUTE_AZ_RESTRICTION": "Regional NAT gateways are not modelled; readers report them.",
    "REMAP_EPHEMERAL_PORT": _TRANSLATED,
    "SG_REFERENCING_SUPPORT": _TRANSIT,
    "TARGET_ADDRESS_RESTRICTION": _BALANCER_ASKS,
    "TARGET_PORT_RESTRICTION": _BALANCER_ASKS,
    "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION": _TRANSIT,
    "TGW_ATTACH_VPC_AZ_RESTRICTION": _TRANSIT,
    "TGW_BAD_STATE_VPN": _TRANSIT,
    "TGW_ROUTE_AZ_RESTRICTION": _TRANSIT,
    "TGW_RTB_BAD_STATE_ROUTE": _TRANSIT,
    "TGW_RTB_CANNOT_ROUTE": _TRANSIT,
    "TGW_RTB_HIGHER_PRIORITY_ROUTE": _TRANSIT,
    "TGW_RTB_MORE_SPECIFIC_ROUTE": _TRANSIT,
    "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT": _TRANSIT,
    "TGW_RTB_ROUTES_ARE_UNKNOWN": _TRANSIT,
    "UNKNOWN_DESTINATION": "An end that is unknown is refused, with candidates.",
    "UNKNOWN_RESOURCE": "An end that is unknown is refused, with candidates.",
    "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS": _VPN,
    "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS": _VPN,
    "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION": "A service answers from its own addresses.",
    "VPCE_INTRA_VPC_TRAFFIC": "A gateway endpoint as source is refused: it begins no connections.",
    "VPCE_SERVICE_NOT_INSTALLED_IN_AZ": "Interface endpoints are the interfaces that they have.",
    "VPC_BLOCK_PUBLIC_ACCESS_ENABLED": "VPC Block Public Access is not modelled; readers report it.",
}


def sentence(code: str) -> str:
    """What a code means, for somebody who meets it for the first time."""
    return SENTENCES[code]
