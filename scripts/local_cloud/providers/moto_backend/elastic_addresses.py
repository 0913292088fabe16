"""Elastic IP addresses and what they are associated with."""

from __future__ import annotations

from typing import Any

from moto.ec2.utils import random_eip_association_id

from scripts.local_cloud.providers.moto_backend.core import ec2, tags_of


def describe_all(account_id: str, region: str) -> list[dict[str, Any]]:
    """Every elastic address, as ``DescribeAddresses`` shows it."""
    return [_describe(account_id, region, held) for held in ec2(account_id, region).addresses]


def _describe(account_id: str, region: str, held: Any) -> dict[str, Any]:
    shown = {
        "PublicIp": held.public_ip,
        "AllocationId": held.allocation_id,
        "Domain": "vpc",
        "PublicIpv4Pool": "amazon",
        "NetworkBorderGroup": region,
        "Tags": tags_of(account_id, region, held.allocation_id),
    }
    if held.eni is not None:
        shown |= {
            "AssociationId": held.association_id,
            "NetworkInterfaceId": held.eni.id,
            "NetworkInterfaceOwnerId": account_id,
            "PrivateIpAddress": held.eni.private_ip_address,
        }
        if held.eni.instance is not None:
            shown["InstanceId"] = held.eni.instance.id
    return shown


def allocate(account_id: str, region: str, address: str, tags: dict[str, str]) -> str:
    """Hold a public address; returns its allocation id."""
    held = ec2(account_id, region).allocate_address("vpc", address=address, tags=tags)
    return str(held.allocation_id)


def associate(account_id: str, region: str, allocation_id: str, interface_id: str) -> str:
    """Give the address to an interface, which gives up any other; returns the association id."""
    disassociate(account_id, region, allocation_id)
    backend = ec2(account_id, region)
    interface = backend.enis[interface_id]
    for other in backend.addresses:
        if other.eni is interface:
            disassociate(account_id, region, other.allocation_id)
    held = _held(account_id, region, allocation_id)
    held.eni, held.instance = interface, interface.instance
    held.association_id = random_eip_association_id()
    interface.public_ip = held.public_ip
    interface.lent_public_ip = None
    return str(held.association_id)


def disassociate(account_id: str, region: str, allocation_id: str) -> None:
    """Take the address from its interface, if it has one."""
    held = _held(account_id, region, allocation_id)
    if held.eni is not None:
        held.eni.public_ip = None
    held.eni = held.instance = held.association_id = None


def release(account_id: str, region: str, allocation_id: str) -> None:
    """Give up an address that nothing has."""
    ec2(account_id, region).addresses.remove(_held(account_id, region, allocation_id))


def _held(account_id: str, region: str, allocation_id: str) -> Any:
    return next(each for each in ec2(account_id, region).addresses if each.allocation_id == allocation_id)
