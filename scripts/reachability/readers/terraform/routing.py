"""VPCs, subnets and gateways from Terraform's resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from scripts.declarations.declared import Declared
from scripts.reachability.model import (
    Cidr,
    EgressOnlyGateway,
    InternetGateway,
    Peering,
    PrefixList,
    Subnet,
    Vpc,
)
from scripts.reachability.readers.assembly import Found
from scripts.reachability.readers.terraform.places import Places, free_ipv6_subnets
from scripts.reachability.readers.terraform.stack import SUBNET, VPC, Stack, blocks, common, identifier

_ONLY_AN_APPLY = "only an apply will tell"
#: Amazon VPC User Guide, "Default VPC components".
_DEFAULT_VPC = IPv4Network("172.31.0.0/16")


def vpcs(stack: Stack, places: Places) -> list[Vpc]:
    """VPCs with all their blocks."""
    further: dict[str, list[Cidr]] = defaultdict(list)
    for each in stack.of("aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association"):
        known = each.values.get("cidr_block") or each.values.get("ipv6_cidr_block")
        if known:
            further[stack.vpc(each)].append(ip_network(known))
        elif each.type == "aws_vpc_ipv6_cidr_block_association":
            further[stack.vpc(each)].append(places.ipv6_block())
        else:
            stack.report(each, "cidr_block", _ONLY_AN_APPLY)
    found = []
    for each in stack.of(*VPC):
        own = further[identifier(each)]
        if each.values.get("cidr_block"):
            own.insert(0, IPv4Network(each.values["cidr_block"]))
        elif each.type == "aws_default_vpc":
            own.insert(0, _DEFAULT_VPC)
        else:
            stack.report(each, "cidr_block", _ONLY_AN_APPLY)
        if each.values.get("ipv6_cidr_block"):
            own.append(IPv6Network(each.values["ipv6_cidr_block"]))
        elif each.values.get("assign_generated_ipv6_cidr_block"):
            own.append(places.ipv6_block())
        found.append(
            Vpc(
                **common(each),
                cidrs=tuple(dict.fromkeys(one for one in own if isinstance(one, IPv4Network))),
                ipv6_cidrs=tuple(dict.fromkeys(one for one in own if isinstance(one, IPv6Network))),
            )
        )
    return found


def subnets(stack: Stack, vpcs_: Sequence[Vpc]) -> list[Subnet]:
    """Subnets; those whose IPv6 block is not known have a possible one."""
    by_id = {each.id: each for each in vpcs_}
    known = [
        IPv6Network(each.values["ipv6_cidr_block"])
        for each in stack.of(*SUBNET)
        if each.values.get("ipv6_cidr_block")
    ]
    free = {each.id: free_ipv6_subnets(block, known) for each in vpcs_ for block in each.ipv6_cidrs[:1]}
    found = []
    for each in stack.of(*SUBNET):
        values = each.values
        vpc = stack.vpc(each) or _around(vpcs_, values.get("cidr_block")) or _default(stack, each)
        cidr = IPv4Network(values["cidr_block"]) if values.get("cidr_block") else None
        if cidr is None and each.type == "aws_default_subnet":
            cidr = _default_block(stack, each)
        ipv6 = IPv6Network(values["ipv6_cidr_block"]) if values.get("ipv6_cidr_block") else None
        # A block that is known to be none stands there as null; one that an apply will tell is not there.
        if ipv6 is None and "ipv6_cidr_block" not in values and values.get("assign_ipv6_address_on_creation"):
            ipv6 = next(free[vpc]) if vpc in free else None
        if cidr is None and not values.get("ipv6_native"):
            stack.report(each, "cidr_block", f"{_ONLY_AN_APPLY}: nobody in it has an IPv4 address")
        if not vpc:
            stack.report(each, "vpc_id", f"{_ONLY_AN_APPLY}: the subnet is left out")
            continue
        found.append(
            Subnet(
                **common(each),
                vpc=vpc,
                zone=values.get("availability_zone") or "",
                cidr=cidr,
                ipv6_cidr=ipv6 if vpc in by_id else None,
                map_public_ip=bool(values.get("map_public_ip_on_launch", each.type == "aws_default_subnet")),
            )
        )
        for attribute in ("outpost_arn", "customer_owned_ipv4_pool"):
            if values.get(attribute):
                stack.report(each, attribute, "further gateways decide on an Outpost")
    return found


def _around(vpcs_: Sequence[Vpc], cidr: str | None) -> str:
    """The VPC in whose addresses a subnet's lie, if it is only one."""
    if not cidr:
        return ""
    holding = {vpc.id for vpc in vpcs_ for each in vpc.cidrs if IPv4Network(cidr).subnet_of(each)}
    return holding.pop() if len(holding) == 1 else ""


def _default(stack: Stack, subnet: Declared) -> str:
    """The default VPC, for a default subnet."""
    if subnet.type != "aws_default_subnet":
        return ""
    return next((identifier(each) for each in stack.of("aws_default_vpc")), "aws_default_vpc")


def _default_block(stack: Stack, subnet: Declared) -> IPv4Network:
    """A possible block: AWS gives every zone one of 4,096 addresses, in the zones' order."""
    zone = str(subnet.values.get("availability_zone") or "a")
    stack.report(subnet, "cidr_block", f"{_ONLY_AN_APPLY}: the usual block of a default subnet is assumed")
    return list(_DEFAULT_VPC.subnets(new_prefix=20))[(ord(zone[-1]) - ord("a")) % 16]


def gateways(stack: Stack) -> Iterator[Found]:
    """Internet gateways, egress-only ones, and peering connections."""
    attached = {
        stack.one(each, "internet_gateway_id", types=("aws_internet_gateway",)): stack.vpc(each)
        for each in stack.of("aws_internet_gateway_attachment")
    }
    for each in stack.of("aws_internet_gateway"):
        yield InternetGateway(**common(each), vpc=stack.vpc(each) or attached.get(identifier(each)) or None)
    for each in stack.of("aws_egress_only_internet_gateway"):
        yield EgressOnlyGateway(**common(each), vpc=stack.vpc(each) or None)
    accepted = {
        stack.one(each, "vpc_peering_connection_id", types=("aws_vpc_peering_connection",)): each
        for each in stack.of("aws_vpc_peering_connection_accepter")
    }
    for each in stack.of("aws_vpc_peering_connection"):
        accepter = accepted.get(identifier(each))
        sides = (stack.vpc(each), stack.one(each, "peer_vpc_id", types=VPC))
        if not all(sides):
            stack.report(each, "vpc_id or peer_vpc_id", f"{_ONLY_AN_APPLY}: the peering is left out")
            continue
        yield Peering(**common(each), requester=sides[0], accepter=sides[1], status=_status(each, accepter))


def _status(peering: Declared, accepter: Declared | None) -> str:
    known = [
        str(each.values["accept_status"])
        for each in (accepter, peering)
        if each and each.values.get("accept_status")
    ]
    automatic = any(each.values.get("auto_accept") for each in (peering, accepter) if each)
    if automatic:
        return "active"
    return known[0] if known else "pending-acceptance"


def prefix_lists(stack: Stack) -> Iterator[PrefixList]:
    """Customers' own lists."""
    further: dict[str, list[str]] = defaultdict(list)
    for each in stack.of("aws_ec2_managed_prefix_list_entry"):
        owner = stack.one(each, "prefix_list_id", types=("aws_ec2_managed_prefix_list",))
        if each.values.get("cidr"):
            further[owner].append(each.values["cidr"])
        else:
            stack.report(each, "cidr", _ONLY_AN_APPLY)
    for each in stack.of("aws_ec2_managed_prefix_list"):
        written = [entry.get("cidr") for entry in blocks(each, "entry")]
        if None in written:
            stack.report(each, "entry.cidr", _ONLY_AN_APPLY)
        cidrs = (*(one for one in written if one), *further[identifier(each)])
        yield PrefixList(**common(each, "name"), cidrs=tuple(dict.fromkeys(map(ip_network, cidrs))))
