"""Accounts are as large as asked for, always the same, and nothing in them is unknown to the reader."""

from __future__ import annotations

import pytest

from scripts.reachability.model import GroupPeer
from scripts.reachability.readers import aws
from tests.bench import accounts


@pytest.mark.parametrize("interfaces", [100, 137, 1000])
def test_an_account_has_as_many_interfaces_as_asked_for_and_every_kind_of_part(interfaces: int) -> None:
    network = aws.network(accounts.documents(interfaces))
    assert len(network.interfaces) == interfaces
    assert network.unmodelled == ()
    assert min(len(network.vpcs), len(network.peerings), len(network.nat_gateways)) >= 1
    assert min(len(network.load_balancers), len(network.db_instances), len(network.endpoints)) >= 1
    assert all(each.targets for each in network.target_groups.values())
    peers = [rule.peer for group in network.groups.values() for rule in group.rules]
    assert sum(isinstance(peer, GroupPeer) for peer in peers) > len(network.groups)


def test_an_account_is_the_same_each_time() -> None:
    assert accounts.documents(200) == accounts.documents(200)


def test_an_account_too_small_for_its_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="100 are the least"):
        accounts.documents(99)
