"""Subnets, and what is taken of them."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

from scripts.local_cloud.providers.moto_backend.core import ec2


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
