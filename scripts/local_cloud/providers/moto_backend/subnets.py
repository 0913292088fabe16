"""Subnets, and what is taken of them."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from scripts.local_cloud.providers.moto_backend.core import ec2, forget_tags


def subnet_vpc(account_id: str, region: str, subnet_id: str) -> str | None:
    """The id of the VPC that a subnet belongs to, or None when there is no such subnet."""
    for zone in ec2(account_id, region).subnets.values():
        if subnet_id in zone:
            return str(zone[subnet_id].vpc_id)
    return None


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


def taken_private(account_id: str, region: str, subnet_id: str) -> set[str]:
    """Every address of a subnet that an interface holds or a CIDR reservation sets aside."""
    backend = ec2(account_id, region)
    taken = {str(address) for address in backend.get_subnet(subnet_id)._reserved_ips}
    for held in backend.enis.values():
        if held.subnet.id == subnet_id:
            taken.update(item["PrivateIpAddress"] for item in held.private_ip_addresses)
            taken.update(held.ipv6_addresses)
    return taken


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
        "EnableDns64": bool(getattr(subnet, "enable_dns64", False)),
        "PrivateDnsNameOptionsOnLaunch": dict(subnet.private_dns_name_options_on_launch),
    }


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
