"""A changed network answers as one that was made anew, and costs what was changed."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from scripts.reachability.model import Network
from tests.scripts.reachability import networks as make
from tests.scripts.reachability.classroom import PUBLIC, classroom


def _indexes(where: Network) -> tuple[object, ...]:
    return where.table_of, where.acl_of, where.interface_at, where.interface_of_public


def _anew(where: Network) -> Network:
    return replace(where)


def test_indexes_are_right_after_each_kind_of_change() -> None:
    where = classroom()
    _indexes(where)
    moved = replace(where.interfaces["eni-bastion"], public_ip=None, private_ips=(IPv4Address("10.0.1.77"),))
    changes = (
        (replace(where.route_tables["rtb-public"], routes=()),),
        (replace(where.route_tables["rtb-public"], subnets=()),),
        (replace(where.acls["acl-public"], entries=()),),
        (replace(where.acls["acl-public"], subnets=("subnet-private",)),),
        (moved,),
        make.instance("new", PUBLIC, "10.0.1.88", public="3.0.0.88"),
        (make.subnet("subnet-new", "vpc-1", "10.0.9.0/24"),),
        (
            make.table("rtb-new", "vpc-1", {}, "subnet-private"),
            make.acl("acl-new", "vpc-1", (), "subnet-private"),
        ),
    )
    for change in changes:
        changed = where.having(*change)
        assert _indexes(changed) == _indexes(_anew(changed))
        where = changed


def test_a_changed_route_leaves_the_indexes_of_interfaces_as_they_are() -> None:
    where = classroom()
    _indexes(where)
    changed = where.having(replace(where.route_tables["rtb-public"], routes=()))
    assert changed.interface_at is where.interface_at
    assert changed.table_of["subnet-public"].routes == ()
    assert where.table_of["subnet-public"].routes != ()
