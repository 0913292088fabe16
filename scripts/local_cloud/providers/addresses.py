"""The one allocator of addresses: private ones inside a subnet, and public ones that look public.

Pure: what is taken comes in as an argument, so an address is free again as soon as its holder is gone.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

#: Where public addresses come from: a block that AWS publishes for EC2 in us-east-1 (ip-ranges.json), so that
#: it is global (never loopback, private, shared, benchmark or documentation space) and is read as "an EC2
#: address" by people and by programs. The addresses are only names in records: nothing of the lab listens on,
#: connects to or resolves one.
PUBLIC_POOL = IPv4Network("54.144.0.0/14")

#: Odd, hence coprime to the pool's size: stepping by it meets every address once, scattered as AWS's are.
_PUBLIC_STEP = 105_701

#: AWS keeps the network address, router, DNS server, one for the future, and the last address of every subnet
#: (VPC guide, "Subnet CIDR reservations"; the same five in an IPv6 block).
_RESERVED_FIRST = 4
_RESERVED_LAST = 1


class AddressError(Exception):
    """No such address can be given.

    Attributes
    ----------
    code
        AWS's code of the error.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def capacity(subnet: IPv4Network | IPv6Network) -> int:
    """How many addresses of a subnet may be held by interfaces."""
    return max(0, subnet.num_addresses - _RESERVED_FIRST - _RESERVED_LAST)


def is_reserved(address: IPv4Address | IPv6Address, subnet: IPv4Network | IPv6Network) -> bool:
    """Whether AWS keeps this address of the subnet for itself."""
    offset = int(address) - int(subnet.network_address)
    return offset < _RESERVED_FIRST or offset >= subnet.num_addresses - _RESERVED_LAST


def private_address(
    subnet: IPv4Network | IPv6Network,
    taken: Container[str],
    requested: str | None = None,
    set_aside: Iterable[IPv4Network | IPv6Network] = (),
) -> str:
    """An address of the subnet that nobody holds: the requested one, or else the lowest.

    Parameters
    ----------
    subnet
        The subnet's IPv4 block, or its IPv6 block.
    taken
        Every address of the subnet that is held, in canonical text.
    requested
        The address that the caller wants.
    set_aside
        Blocks of which an address is given only when it is requested (AWS's CIDR reservations).

    Raises
    ------
    AddressError
        ``InsufficientFreeAddressesInSubnet``; for a requested address ``InvalidParameterValue`` (outside the
        subnet, reserved, or no address) or ``InvalidIPAddress.InUse``.
    """
    if requested is not None:
        return _requested_address(subnet, taken, requested)
    blocks = [block for block in set_aside if block.version == subnet.version]
    number = int(subnet.network_address) + _RESERVED_FIRST
    end = number + capacity(subnet)
    while number < end:
        address = IPv4Address(number) if subnet.version == 4 else IPv6Address(number)
        block = next((each for each in blocks if address in each), None)
        if block is not None:
            number = int(block.broadcast_address)
        elif str(address) not in taken:
            return str(address)
        number += 1
    raise AddressError(
        "InsufficientFreeAddressesInSubnet",
        f"The specified subnet {subnet} does not have enough free addresses to satisfy the request.",
    )


def _requested_address(subnet: IPv4Network | IPv6Network, taken: Container[str], requested: str) -> str:
    try:
        address = IPv4Address(requested) if subnet.version == 4 else IPv6Address(requested)
    except ValueError:
        raise AddressError(
            "InvalidParameterValue",
            f"Value ({requested}) for parameter address is invalid. Invalid IP address.",
        ) from None
    if address not in subnet:
        raise AddressError(
            "InvalidParameterValue",
            f"Address {requested} does not fall within the subnet's address range {subnet}.",
        )
    if is_reserved(address, subnet):
        raise AddressError(
            "InvalidParameterValue", f"Address {requested} is in subnet's reserved address range."
        )
    if str(address) in taken:
        raise AddressError("InvalidIPAddress.InUse", f"Address {requested} is in use.")
    return str(address)


def public_address(taken: Container[str]) -> str:
    """A public IPv4 address that nobody holds.

    Parameters
    ----------
    taken
        Every public address held in any account and region.

    Raises
    ------
    AddressError
        ``InsufficientAddressCapacity`` when the pool is empty.
    """
    size = PUBLIC_POOL.num_addresses
    base = int(PUBLIC_POOL.network_address)
    number = 0
    for _ in range(size):
        number = (number + _PUBLIC_STEP) % size
        address = IPv4Address(base + number)
        if int(address) & 0xFF not in (0, 0xFF) and str(address) not in taken:
            return str(address)
    raise AddressError("InsufficientAddressCapacity", "Insufficient capacity to allocate a public address.")
