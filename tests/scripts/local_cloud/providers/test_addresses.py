"""The allocator against an oracle that knows the rule and nothing of how the allocator goes about it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.local_cloud.providers.addresses import (
    AddressError,
    capacity,
    is_reserved,
    private_address,
    public_address,
)

NETWORKS = st.builds(
    lambda number, prefix: IPv4Network((number, prefix), strict=False),
    st.integers(0, 2**32 - 1),
    st.integers(24, 28),
)


def usable(subnet: IPv4Network) -> list[str]:
    """All that AWS lets an interface hold: everything but the first four addresses and the last."""
    return [str(address) for address in list(subnet)[4:-1]]


@given(NETWORKS, st.data())
def test_the_lowest_free_address_that_is_not_reserved_is_given(
    subnet: IPv4Network, data: st.DataObject
) -> None:
    free = usable(subnet)
    taken = set(data.draw(st.lists(st.sampled_from(free), unique=True, max_size=len(free) - 1)))
    assert private_address(subnet, taken) == min(set(free) - taken, key=ip_address)


@given(NETWORKS)
def test_a_subnet_gives_every_usable_address_once_and_then_none(subnet: IPv4Network) -> None:
    taken: set[str] = set()
    for _ in range(capacity(subnet)):
        taken.add(private_address(subnet, taken))
    assert sorted(taken) == sorted(usable(subnet))
    with pytest.raises(AddressError) as full:
        private_address(subnet, taken)
    assert full.value.code == "InsufficientFreeAddressesInSubnet"


@given(NETWORKS, st.data())
def test_an_address_that_is_given_back_can_be_given_again(subnet: IPv4Network, data: st.DataObject) -> None:
    taken = set(usable(subnet))
    freed = data.draw(st.sampled_from(sorted(taken)))
    assert private_address(subnet, taken - {freed}) == freed


@given(NETWORKS, st.data())
def test_a_requested_address_is_given_exactly_when_it_is_inside_usable_and_free(
    subnet: IPv4Network, data: st.DataObject
) -> None:
    around = st.integers(max(0, int(subnet[0]) - 3), min(2**32 - 1, int(subnet[-1]) + 3))
    wanted = str(IPv4Address(data.draw(around)))
    taken = set(data.draw(st.lists(st.sampled_from(usable(subnet)), unique=True, max_size=5)))
    if wanted in usable(subnet) and wanted not in taken:
        assert private_address(subnet, taken, wanted) == wanted
    else:
        with pytest.raises(AddressError) as refused:
            private_address(subnet, taken, wanted)
        expected = "InvalidIPAddress.InUse" if wanted in taken else "InvalidParameterValue"
        assert refused.value.code == expected


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(AddressError, match="10\\.0\\.0\\.300"):
        private_address(IPv4Network("10.0.0.0/24"), set(), "10.0.0.300")


def test_an_ipv6_subnet_keeps_its_first_four_addresses_and_its_last() -> None:
    subnet = IPv6Network("2600:1f18::/64")
    assert private_address(subnet, set()) == "2600:1f18::4"
    assert private_address(subnet, {"2600:1f18::4"}) == "2600:1f18::5"
    assert is_reserved(subnet[-1], subnet)
    assert not is_reserved(subnet[-2], subnet)


@given(st.integers(1, 40))
def test_public_addresses_are_global_unique_and_never_look_like_a_network_or_broadcast(count: int) -> None:
    taken: set[str] = set()
    for _ in range(count):
        address = public_address(taken)
        assert address not in taken
        assert ip_address(address).is_global
        assert not ip_address(address).is_multicast
        assert ip_address(address) in ip_network("54.144.0.0/14")
        assert address.rsplit(".", 1)[1] not in ("0", "255")
        taken.add(address)
