"""One address of every part of the public space that rules tell apart."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network

from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.reachability.model import (
    AclEntry,
    Cidr,
    GroupRule,
    Interface,
    Network,
    NetworkAcl,
    PrefixList,
    Route,
    RouteTable,
    SecurityGroup,
    TargetKind,
    Traffic,
    Vpc,
)
from scripts.reachability.public_space import representatives

END = Interface(id="eni-1", vpc="vpc-1", subnet="subnet-1", groups=("sg-1",))
#: Few bits, so that ranges lie within each other, beside each other, and at the edges of private ones.
EDGES = ["9.255.255.0", "10.0.0.0", "11.0.0.0", "172.15.255.0", "172.32.0.0", "203.0.113.0", "223.255.255.0"]


@st.composite
def ranges(draw: st.DrawFn) -> IPv4Network:
    address = int(IPv4Address(draw(st.sampled_from(EDGES)))) + draw(st.integers(0, 255))
    return IPv4Network((address, draw(st.sampled_from([0, 4, 8, 12, 22, 24, 25, 28, 31, 32]))), strict=False)


def network(cidrs: list[IPv4Network]) -> Network:
    """A network whose groups, ACL, routes and lists share the ranges between them."""
    rules = [GroupRule(False, Traffic(), each) for each in cidrs[0::4]]
    entries = [AclEntry(number, False, True, Traffic(), each) for number, each in enumerate(cidrs[1::4])]
    routes = [Route(each, TargetKind.INTERNET_GATEWAY, "igw-1") for each in cidrs[2::4]]
    return Network.of([
        Vpc(id="vpc-1", cidrs=(IPv4Network("10.0.0.0/16"),)),
        SecurityGroup(id="sg-1", vpc="vpc-1", rules=tuple(rules)),
        NetworkAcl(id="acl-1", vpc="vpc-1", default=True, entries=tuple(entries)),
        RouteTable(id="rtb-1", vpc="vpc-1", main=True, routes=tuple(routes)),
        PrefixList(id="pl-1", cidrs=tuple(cidrs[3::4])),
        END,
    ])  # fmt: skip


def membership(cidrs: list[IPv4Network], address: object) -> frozenset[IPv4Network]:
    return frozenset(each for each in cidrs if address in each)


@settings(max_examples=100, deadline=None)
@given(st.lists(ranges(), max_size=9), st.data())
def test_every_public_address_is_like_one_of_the_representatives(
    cidrs: list[IPv4Network], data: st.DataObject
) -> None:
    found = representatives(network(cidrs), [END])
    near = st.sampled_from([each[place] for each in cidrs for place in (0, -1)] or [IPv4Address("8.8.8.8")])
    number = int(data.draw(near | st.ip_addresses(v=4))) + data.draw(st.sampled_from([-1, 0, 1]))
    address = IPv4Address(min(max(number, 0), 2**32 - 1))
    if address.is_global and not address.is_multicast:
        assert membership(cidrs, address) in {membership(cidrs, each) for each in found}


@settings(max_examples=100, deadline=None)
@given(st.lists(ranges(), max_size=9))
def test_representatives_are_public_and_each_tells_of_another_part(cidrs: list[IPv4Network]) -> None:
    found = representatives(network(cidrs), [END])
    documentation = [IPv4Network(each) for each in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
    for each in found:
        assert each.is_global or any(each in range_ for range_ in documentation)
        assert not each.is_multicast
    assert len(found) <= len(set(cidrs)) + 1


def test_the_typical_one_comes_first_though_no_range_leaves_anybody_to_the_whole() -> None:
    halves = [IPv4Network("0.0.0.0/1"), IPv4Network("1.0.0.0/24"), IPv4Network("128.0.0.0/1")]
    first, *others = representatives(network(halves), [END])
    assert first not in halves[1]
    assert {each in halves[1] for each in others} == {True, False}


def test_an_address_that_somebody_in_the_network_has_is_not_the_internets() -> None:
    rule = GroupRule(False, Traffic(), IPv4Network("54.0.0.1/32"))
    group = SecurityGroup(id="sg-1", vpc="vpc-1", rules=(rule,))
    other = Interface(id="eni-2", vpc="vpc-1", subnet="subnet-1", public_ip=IPv4Address("54.0.0.1"))
    assert IPv4Address("54.0.0.1") in representatives(Network.of([group, END]), [END])
    assert IPv4Address("54.0.0.1") not in representatives(Network.of([group, END, other]), [END])


def test_rules_of_a_middlebox_divide_the_space_too() -> None:
    foreign = IPv4Network("203.0.113.0/24")
    group = SecurityGroup(id="sg-box", vpc="vpc-1", rules=(GroupRule(False, Traffic(), foreign),))
    box = Interface(id="eni-box", vpc="vpc-1", subnet="subnet-1", groups=(group.id,))
    route = Route(IPv4Network("0.0.0.0/0"), TargetKind.INTERFACE, box.id)
    table = RouteTable(id="rtb-1", vpc="vpc-1", main=True, routes=(route,))
    found = representatives(Network.of([group, box, table, END]), [END])
    assert {each in foreign for each in found} == {True, False}


def test_version_6_has_its_own_space() -> None:
    own, foreign = IPv6Network("2600:1f18::/56"), IPv6Network("2001:4860::/32")
    peers: list[Cidr] = [IPv6Network("::/0"), foreign, IPv6Network("fd00::/8"), IPv4Network("0.0.0.0/0")]
    rules = tuple(GroupRule(False, Traffic(), each) for each in peers)
    components = [Vpc(id="vpc-1", ipv6_cidrs=(own,)), SecurityGroup(id="sg-1", vpc="vpc-1", rules=rules), END]
    found = representatives(Network.of(components), [END], version=6)
    assert {each in foreign for each in found} == {True, False}
    assert len(found) == 2
    assert not any(each in own for each in found)
