"""VPCs and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from moto.ec2.models import vpcs as moto_vpcs
from moto.ec2.utils import random_ipv6_cidr

from scripts.local_cloud.providers.moto_backend import dhcp_options, gateways, network_acls, security_groups
from scripts.local_cloud.providers.moto_backend.core import ec2, forget_tags


def _amazons_block() -> str:
    """A block of Amazon's in canonical form, where Moto writes leading zeros.

    Clients compare it as text with the blocks of rules and routes, which are canonical.
    """
    return str(IPv6Network(random_ipv6_cidr()))


moto_vpcs.random_ipv6_cidr = _amazons_block


def exists(account_id: str, region: str, vpc_id: str) -> bool:
    """Whether there is such a VPC."""
    return vpc_id in ec2(account_id, region).vpcs


def ids(account_id: str, region: str) -> list[str]:
    """The ids of every VPC of an account and region."""
    return list(ec2(account_id, region).vpcs)


def ipv4_blocks(account_id: str, region: str, vpc_id: str) -> list[IPv4Network]:
    """A VPC's IPv4 blocks, the primary one first."""
    return [
        IPv4Network(each["cidr_block"], strict=False)
        for each in ec2(account_id, region).vpcs[vpc_id].get_cidr_block_association_set(ipv6=False)
        if each["cidr_block_state"]["state"] == "associated"
    ]


def ipv6_blocks(account_id: str, region: str, vpc_id: str) -> list[IPv6Network]:
    """A VPC's IPv6 blocks."""
    return [
        IPv6Network(each["cidr_block"], strict=False)
        for each in ec2(account_id, region).vpcs[vpc_id].get_cidr_block_association_set(ipv6=True)
        if each["cidr_block_state"]["state"] == "associated"
    ]


def block_of(
    account_id: str, region: str, association_id: str
) -> tuple[str, IPv4Network | IPv6Network] | None:
    """The VPC and the block of an association, or None when there is no such association."""
    for vpc in ec2(account_id, region).vpcs.values():
        for each in vpc._cidr_block_association_set.values():
            if each["association_id"] == association_id:
                return str(vpc.id), ip_network(each["cidr_block"], strict=False)
    return None


def has_dns_hostnames(account_id: str, region: str, vpc_id: str) -> bool:
    """Whether what is in the VPC gets names, and the VPC resolves them."""
    vpc = ec2(account_id, region).vpcs[vpc_id]
    return bool(vpc.enable_dns_hostnames and vpc.enable_dns_support)


def complete(account_id: str, region: str, vpc_id: str) -> None:
    """Give a VPC's default group and ACLs the rules that AWS gives them and Moto does not.

    The default group admits its own members, which Moto leaves out; its default ACL has no IPv6 entries
    (`network_acls.py:49`).
    """
    backend = ec2(account_id, region)
    if not getattr(backend.vpcs[vpc_id], "lab_completed", False):
        backend.vpcs[vpc_id].lab_completed = True
        dhcp_options.give_default(account_id, region, vpc_id)
        group_id = security_groups.default_group(account_id, region, vpc_id)
        security_groups.add_rule(
            account_id,
            region,
            {
                "GroupId": group_id,
                "IsEgress": False,
                "IpProtocol": "-1",
                "FromPort": -1,
                "ToPort": -1,
                "ReferencedGroupInfo": {"GroupId": group_id, "UserId": account_id},
            },
            {},
        )
    if ipv6_blocks(account_id, region, vpc_id):
        network_acls.add_ipv6_defaults(account_id, region, vpc_id)


def complete_default(account_id: str, region: str) -> None:
    """Complete the default VPC, which no call made: on AWS it reaches the internet."""
    vpc = ec2(account_id, region).get_default_vpc()
    if vpc is not None and not getattr(vpc, "lab_completed", False):
        complete(account_id, region, vpc.id)
        gateways.connect(account_id, region, vpc.id)


def main_table(account_id: str, region: str, vpc_id: str) -> str:
    """The id of a VPC's main route table."""
    tables = ec2(account_id, region).route_tables.values()
    return next(str(each.id) for each in tables if each.vpc_id == vpc_id and each.main_association_id)


def dependents(account_id: str, region: str, vpc_id: str) -> Iterator[str]:
    """The ids of what must go before the VPC can; what AWS made with it goes with it."""
    backend = ec2(account_id, region)
    yield from (subnet.id for subnet in backend.describe_subnets(filters={"vpc-id": [vpc_id]}))
    yield from (each.id for each in backend.enis.values() if each.subnet.vpc_id == vpc_id)
    yield from (
        each.id
        for each in backend.internet_gateways.values()
        if each.vpc is not None and each.vpc.id == vpc_id
    )
    yield from (each.id for each in backend.egress_only_internet_gateways.values() if each.vpc_id == vpc_id)
    yield from (
        each.id
        for each in backend.route_tables.values()
        if each.vpc_id == vpc_id and each.main_association_id is None
    )
    yield from (
        each.id for each in backend.network_acls.values() if each.vpc_id == vpc_id and not each.default
    )
    yield from (each.id for each in backend.groups[vpc_id].values() if not each.is_default)
    yield from (each.id for each in backend.vpc_end_points.values() if each.vpc_id == vpc_id)
    yield from (
        each.id
        for each in backend.vpc_pcxs.values()
        if vpc_id in (each.vpc.id, each.peer_vpc.id) and each._status.code in ("active", "pending-acceptance")
    )


def forget_leftovers(account_id: str, region: str, vpc_id: str) -> None:
    """Drop what Moto leaves of a VPC that is gone: its default ACL, and tags."""
    backend = ec2(account_id, region)
    for each in list(backend.network_acls.values()):
        if each.vpc_id == vpc_id:
            backend.network_acls.pop(each.id)
            forget_tags(account_id, region, each.id)
    backend.groups.pop(vpc_id, None)
    forget_tags(account_id, region, vpc_id)
