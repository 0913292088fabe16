"""The one factory of network interfaces: instances, databases, load balancers, NAT gateways and endpoints.

Whoever makes an interface deletes it; nothing else makes or removes one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from scripts.local_cloud.providers import addresses
from scripts.local_cloud.providers.framework import error
from scripts.local_cloud.providers.moto_backend import interfaces, security_groups, subnets
from scripts.local_cloud.providers.moto_backend.core import LOCK

#: Whose machine an interface hangs on where its requester is not a service by name (NAT gateway, endpoint).
_AMAZON = "amazon-aws"


def create(
    account_id: str,
    region: str,
    *,
    subnet_id: str,
    group_ids: Sequence[str] | None,
    description: str,
    interface_type: str = "interface",
    requester_id: str = "",
    requester_managed: bool = True,
    private_ip: str | None = None,
    secondary_ips: Sequence[str | None] = (),
    ipv6: Sequence[str | None] = (),
    public: bool = False,
    tags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Make an interface.

    Parameters
    ----------
    subnet_id
        Where; its address is the lowest free one of the subnet, or ``private_ip``.
    group_ids
        Its security groups; None means the default group of the VPC, an empty list none at all.
    interface_type
        ``interface``, ``nat_gateway``, ``vpc_endpoint``, ``network_load_balancer`` ...
    requester_id
        The service that asks (``amazon-rds``, ``amazon-elb``); the interface hangs on its machine.
    requester_managed
        False for a customer's own interface, which is born ``available``.
    secondary_ips, ipv6
        Further addresses; a None among them stands for any free one.
    public
        Lend it a public address.
    tags
        Key to value.

    Returns
    -------
    dict
        As in ``DescribeNetworkInterfaces``.

    Raises
    ------
    CommonServiceException
        ``InvalidSubnetID.NotFound``, ``InvalidGroup.NotFound``, ``InsufficientFreeAddressesInSubnet``,
        ``InvalidParameterValue``, ``InvalidIPAddress.InUse``.
    """
    with LOCK:
        vpc_id = subnets.subnet_vpc(account_id, region, subnet_id)
        if vpc_id is None:
            raise error("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")
        if group_ids is None:
            group_ids = [security_groups.default_group(account_id, region, vpc_id)]
        _check_groups(account_id, region, group_ids, vpc_id)
        ipv4_block, ipv6_block = subnets.subnet_blocks(account_id, region, subnet_id)
        taken = subnets.taken_private(account_id, region, subnet_id)
        aside = subnets.set_aside(account_id, region, subnet_id)
        if not ipv6 and not requester_managed and subnets.assigns_ipv6(account_id, region, subnet_id):
            ipv6 = [None]
        interface_id = interfaces.new(
            account_id,
            region,
            subnet_id=subnet_id,
            private_ips=_allocate(ipv4_block, taken, aside, [private_ip, *secondary_ips])
            if ipv4_block
            else [],
            ipv6_addresses=_allocate(ipv6_block, taken, aside, ipv6),
            group_ids=group_ids,
            mac_address=_mac_address(),
            description=description,
            interface_type=interface_type,
            source_dest_check=interface_type != "nat_gateway",
            tags=tags or {},
        )
        owner = requester_id if requester_id.startswith("amazon-") else _AMAZON
        if requester_managed:
            interfaces.hang(account_id, region, interface_id, owner, requester_id or account_id)
        if public:
            lender = owner if requester_managed and owner != _AMAZON else "amazon"
            lend_public_address(account_id, region, interface_id, lender)
        return describe(account_id, region, interface_id)


def describe(account_id: str, region: str, interface_id: str) -> dict[str, Any]:
    """The interface as in ``DescribeNetworkInterfaces``.

    Raises
    ------
    CommonServiceException
        ``InvalidNetworkInterfaceID.NotFound``.
    """
    with LOCK:
        shown = interfaces.describe(account_id, region, interface_id)
    if shown is None:
        raise error(
            "InvalidNetworkInterfaceID.NotFound", f"The networkInterface ID '{interface_id}' does not exist"
        )
    return shown


def describe_all(account_id: str, region: str) -> list[dict[str, Any]]:
    """Every interface of the account and region."""
    with LOCK:
        return [describe(account_id, region, held) for held in interfaces.ids(account_id, region)]


def set_groups(account_id: str, region: str, interface_id: str, group_ids: Sequence[str]) -> None:
    """Replace the interface's security groups.

    Raises
    ------
    CommonServiceException
        ``InvalidNetworkInterfaceID.NotFound``, ``InvalidGroup.NotFound``; ``InvalidParameterValue`` for a
        group of another VPC.
    """
    with LOCK:
        vpc_id = describe(account_id, region, interface_id)["VpcId"]
        _check_groups(account_id, region, group_ids, vpc_id)
        interfaces.set_groups(account_id, region, interface_id, group_ids)


def assign(
    account_id: str, region: str, interface_id: str, wanted: Sequence[str | None], *, version: int
) -> list[str]:
    """Add addresses of the interface's subnet; a None stands for any free one.

    Returns
    -------
    list of str
        The addresses that were given, in the order asked for.
    """
    with LOCK:
        subnet_id = describe(account_id, region, interface_id)["SubnetId"]
        blocks = subnets.subnet_blocks(account_id, region, subnet_id)
        taken = subnets.taken_private(account_id, region, subnet_id)
        aside = subnets.set_aside(account_id, region, subnet_id)
        given = _allocate(blocks[0] if version == 4 else blocks[1], taken, aside, wanted)
        interfaces.assign(account_id, region, interface_id, given, version=version)
        return given


def lend_public_address(account_id: str, region: str, interface_id: str, lender: str = "amazon") -> None:
    """Lend the interface a public address that nobody holds; it goes with the interface."""
    with LOCK:
        try:
            address = addresses.public_address(interfaces.taken_public())
        except addresses.AddressError as problem:
            raise error(problem.code, str(problem)) from problem
        interfaces.lend_public_ip(account_id, region, interface_id, address, lender)


def delete(account_id: str, region: str, interface_id: str) -> None:
    """Remove the interface and free its addresses; nothing happens when it is gone already."""
    with LOCK:
        if interface_id in interfaces.ids(account_id, region):
            interfaces.remove(account_id, region, interface_id)


def _allocate(
    block: IPv4Network | IPv6Network | None,
    taken: set[str],
    aside: Sequence[IPv4Network | IPv6Network],
    requested: Sequence[str | None],
) -> list[str]:
    if not requested:
        return []
    if block is None:
        raise error("InvalidParameterValue", "The subnet has no IPv6 CIDR block to assign an address from.")
    given = []
    try:
        for wanted in requested:
            address = addresses.private_address(block, taken, wanted, aside)
            taken.add(address)
            given.append(address)
    except addresses.AddressError as problem:
        raise error(problem.code, str(problem)) from problem
    return given


def _check_groups(account_id: str, region: str, group_ids: Sequence[str], vpc_id: str) -> None:
    for group_id in group_ids:
        owner = security_groups.group_vpc(account_id, region, group_id)
        if owner is None:
            raise error("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if owner != vpc_id:
            raise error(
                "InvalidParameterValue",
                f"You have specified two resources that belong to different networks: "
                f"security group {group_id} is in {owner}, the interface in {vpc_id}.",
            )


def _mac_address() -> str:
    """A locally administered unicast address, as AWS's are."""
    return ":".join(f"{byte:02x}" for byte in (0x0A, *secrets.token_bytes(5)))
