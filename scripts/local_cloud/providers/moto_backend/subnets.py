"""Subnets, and what is taken of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from scripts.local_cloud.providers import addresses
from scripts.local_cloud.providers.moto_backend.core import ec2, forget_tags, tags_of


def subnet_vpc(account_id: str, region: str, subnet_id: str) -> str | None:
    """The id of the VPC that a subnet belongs to, or None when there is no such subnet."""
    for zone in ec2(account_id, region).subnets.values():
        if subnet_id in zone:
            return str(zone[subnet_id].vpc_id)
    return None


def ids(account_id: str, region: str, vpc_id: str | None = None) -> list[str]:
    """The ids of every subnet, or of a VPC's."""
    by_zone = ec2(account_id, region).subnets.values()
    held = [each for in_zone in by_zone for each in in_zone.values()]
    return [str(each.id) for each in held if vpc_id in (None, each.vpc_id)]


def subnet_blocks(
    account_id: str, region: str, subnet_id: str
) -> tuple[IPv4Network | None, IPv6Network | None]:
    """A subnet's IPv4 block and its IPv6 block."""
    subnet = ec2(account_id, region).get_subnet(subnet_id)
    ipv6 = next(
        (
            IPv6Network(association["ipv6CidrBlock"])
            for association in subnet.ipv6_cidr_block_associations.values()
            if association["ipv6CidrBlockState"]["State"] == "associated"
        ),
        None,
    )
    return (IPv4Network(subnet.cidr_block, strict=False) if subnet.cidr_block else None), ipv6


def subnet_of_block(account_id: str, region: str, association_id: str) -> str | None:
    """The id of the subnet that an IPv6 block is associated with, or None."""
    held = ec2(account_id, region).get_subnet_from_ipv6_association(association_id)
    return str(held.id) if held is not None else None


def taken_private(account_id: str, region: str, subnet_id: str) -> set[str]:
    """Every address of a subnet that an interface holds."""
    taken: set[str] = set()
    for held in ec2(account_id, region).enis.values():
        if held.subnet.id == subnet_id:
            taken.update(item["PrivateIpAddress"] for item in held.private_ip_addresses)
            taken.update(held.ipv6_addresses)
    return taken


def reservations(account_id: str, region: str, subnet_id: str) -> list[dict[str, Any]]:
    """A subnet's CIDR reservations, in the API's shape.

    Moto's forget their description (`responses/subnets.py:100`) and set every single address aside, of which
    an IPv6 block has more than a machine can count, and for ever (`models/subnets.py:347`).
    """
    held: list[dict[str, Any]] = getattr(
        ec2(account_id, region).get_subnet(subnet_id), "lab_reservations", []
    )
    return [{**each, "Tags": tags_of(account_id, region, each["SubnetCidrReservationId"])} for each in held]


def set_reservations(account_id: str, region: str, subnet_id: str, held: Iterable[Mapping[str, Any]]) -> None:
    """Replace a subnet's CIDR reservations."""
    ec2(account_id, region).get_subnet(subnet_id).lab_reservations = [dict(each) for each in held]


def set_aside(account_id: str, region: str, subnet_id: str) -> list[IPv4Network | IPv6Network]:
    """The blocks of a subnet's CIDR reservations."""
    return [ip_network(each["Cidr"]) for each in reservations(account_id, region, subnet_id)]


def assigns_ipv6(account_id: str, region: str, subnet_id: str) -> bool:
    """Whether an interface in the subnet is given an IPv6 address unless it says otherwise."""
    subnet = ec2(account_id, region).get_subnet(subnet_id)
    return bool(subnet.assign_ipv6_address_on_creation) and bool(
        subnet_blocks(account_id, region, subnet_id)[1]
    )


def zone(account_id: str, region: str, subnet_id: str) -> str:
    """The name of a subnet's availability zone."""
    return str(ec2(account_id, region).get_subnet(subnet_id).availability_zone)


def zones(account_id: str, region: str) -> dict[str, str]:
    """Zone id to zone name of a region."""
    return {each.zone_id: each.name for each in ec2(account_id, region).describe_availability_zones()}


def default_subnet(account_id: str, region: str, zone_name: str | None) -> str | None:
    """The id of the default subnet of a zone, or of the first zone that has one; None when there is none."""
    defaults = ec2(account_id, region).get_default_subnets()
    if zone_name:
        return str(defaults[zone_name].id) if zone_name in defaults else None
    return str(defaults[min(defaults)].id) if defaults else None


def attributes(account_id: str, region: str, subnet_id: str) -> dict[str, Any]:
    """What ``DescribeSubnets`` shows beyond Moto's answer."""
    subnet = ec2(account_id, region).get_subnet(subnet_id)
    return {
        "AvailableIpAddressCount": _left(account_id, region, subnet_id),
        "EnableDns64": bool(getattr(subnet, "enable_dns64", False)),
        "PrivateDnsNameOptionsOnLaunch": dict(subnet.private_dns_name_options_on_launch),
    }


def _left(account_id: str, region: str, subnet_id: str) -> int:
    """How many IPv4 addresses are neither held nor of a prefix reservation; none where IPv6 is alone."""
    block, _ = subnet_blocks(account_id, region, subnet_id)
    if block is None:
        return 0
    prefixes = [
        ip_network(each["Cidr"])
        for each in reservations(account_id, region, subnet_id)
        if each["ReservationType"] == "prefix"
    ]
    taken = [address for address in taken_private(account_id, region, subnet_id) if ":" not in address]
    return (
        addresses.capacity(block)
        - len(taken)
        - sum(each.num_addresses for each in prefixes if each.version == 4)
    )


def maps_public_ip(account_id: str, region: str, subnet_id: str) -> bool:
    """Whether an instance launched in the subnet is lent a public address unless it says otherwise."""
    return bool(ec2(account_id, region).get_subnet(subnet_id).map_public_ip_on_launch)


def change(account_id: str, region: str, subnet_id: str, changes: Mapping[str, Any]) -> None:
    """Set attributes, by Moto's names, of a subnet; a dictionary is merged into the one that is there."""
    subnet = ec2(account_id, region).get_subnet(subnet_id)
    for name, value in changes.items():
        if isinstance(value, dict):
            getattr(subnet, name).update(value)
        else:
            setattr(subnet, name, value)


def forget_leftovers(account_id: str, region: str, subnet_id: str) -> None:
    """Drop what Moto leaves of a subnet that is gone: its associations with route table and ACL, and tags."""
    backend = ec2(account_id, region)
    for table in backend.route_tables.values():
        table.associations = {
            key: target for key, target in table.associations.items() if target != subnet_id
        }
    for acl in backend.network_acls.values():
        acl.associations = {
            key: each for key, each in acl.associations.items() if each.subnet_id != subnet_id
        }
    forget_tags(account_id, region, subnet_id)
