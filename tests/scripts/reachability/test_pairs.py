"""All pairs at once say what each question says by itself."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from itertools import permutations
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.errors import BadInputError
from scripts.reachability import engine, pairs
from scripts.reachability.answer import Question
from scripts.reachability.model import (
    TCP,
    AclEntry,
    Cidr,
    Component,
    GroupPeer,
    GroupRule,
    Instance,
    Interface,
    InternetGateway,
    Network,
    NetworkAcl,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    TargetKind,
    Traffic,
    Vpc,
)
from scripts.reachability.readers import aws
from tests.bench import accounts
from tests.scripts.reachability.topologies import Case, cases

PORTS = ((22, 22), (80, 80), (443, 443), (3306, 3306), (5432, 5432))
WORLD = IPv4Network("0.0.0.0/0")
TRAFFIC = st.sampled_from(
    [("tcp", (80, 80)), ("tcp", (5432, 5432)), ("tcp", (1000, 6000)), ("udp", (443, 443))]
    + [(protocol, (0, 65535)) for protocol in ("icmp", "any")]
)
quick = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def alone(network: Network, source: str, destination: str, protocol: str, ports: tuple[int, int]) -> bool:
    asked = ports if protocol in ("tcp", "udp") else None
    return engine.ask(network, Question(source, destination, protocol, asked)).reachable


@quick
@given(cases(), TRAFFIC, st.randoms(use_true_random=False))
def test_every_pair_of_interfaces_of_a_small_network_gets_the_verdict_of_its_own_question(
    case: Case, traffic: tuple[str, tuple[int, int]], random: Random
) -> None:
    protocol, ports = traffic
    found = pairs.matrix(case.network, protocol, [ports])
    asked = list(permutations(case.network.interfaces, 2))
    likely = [each for each in asked if found.reaches(*each, ports)]
    for source, destination in [*likely[:15], *random.sample(asked, min(len(asked), 25))]:
        verdict = found.reaches(source, destination, ports)
        assert verdict == alone(case.network, source, destination, protocol, ports), (source, destination)


@quick
@given(cases(), TRAFFIC, st.randoms(use_true_random=False))
def test_every_pair_of_names_of_a_small_network_gets_the_verdict_of_its_own_question(
    case: Case, traffic: tuple[str, tuple[int, int]], random: Random
) -> None:
    protocol, ports = traffic
    _compare_names(case.network, protocol, [ports], random, 30)


def test_names_of_an_account_get_the_verdict_of_their_own_question() -> None:
    network = aws.network(accounts.documents(100))
    _compare_names(network, "tcp", PORTS, Random(1), 250)


def _compare_names(
    network: Network,
    protocol: str,
    asked: list[tuple[int, int]] | tuple[tuple[int, int], ...],
    random: Random,
    count: int,
) -> None:
    found = pairs.table(network, protocol, asked)
    for ports, table in found.open.items():
        chosen = [pair for pair in permutations(range(len(found.ends)), 2) if _can_ask(found, *pair)]
        likely = [pair for pair in chosen if table[pair]]
        share = count // len(asked)
        for pair in [
            *random.sample(likely, min(len(likely), share)),
            *random.sample(chosen, min(len(chosen), share)),
        ]:
            source, destination = (found.ends[each].id for each in pair)
            verdict = bool(table[pair])
            assert verdict == alone(network, source, destination, protocol, ports), (
                source,
                destination,
                ports,
            )


def _can_ask(found: pairs.Table, source: int, destination: int) -> bool:
    one, other = found.ends[source], found.ends[destination]
    if (one.is_outside and other.is_outside) or not one.asks:
        assert not any(table[source, destination] for table in found.open.values())
        return False
    return True


def small(*further: Component, rules: tuple[GroupRule, ...] = (), count: int = 3) -> Network:
    """A VPC with two subnets, in the first of which instances have the group ``sg-1``; one in the other."""
    everybody = tuple(AclEntry(100, egress, True, Traffic(), WORLD) for egress in (True, False))
    out = GroupRule(True, Traffic(), WORLD)
    components: list[Component] = [
        Vpc(id="vpc-1", cidrs=(IPv4Network("10.0.0.0/16"),)),
        Subnet(id="subnet-1", vpc="vpc-1", cidr=IPv4Network("10.0.1.0/24")),
        Subnet(id="subnet-2", vpc="vpc-1", cidr=IPv4Network("10.0.2.0/24")),
        InternetGateway(id="igw-1", vpc="vpc-1"),
        RouteTable(
            id="rtb-1",
            vpc="vpc-1",
            main=True,
            routes=(Route(WORLD, TargetKind.INTERNET_GATEWAY, "igw-1"),),
        ),
        NetworkAcl(id="acl-1", vpc="vpc-1", default=True, entries=everybody),
        SecurityGroup(id="sg-1", vpc="vpc-1", rules=(out, *rules)),
        SecurityGroup(id="sg-2", vpc="vpc-1", rules=(out,)),
        *(member(f"a{number}", "subnet-1", f"10.0.1.{10 + number}") for number in range(count)),
        member("b", "subnet-2", "10.0.2.10", "sg-2"),
        *further,
    ]
    return Network.of(components)


def member(name: str, subnet: str, address: str, group: str = "sg-1") -> Interface:
    return Interface(
        id=f"eni-{name}", vpc="vpc-1", subnet=subnet, private_ips=(IPv4Address(address),), groups=(group,)
    )


def ingress(peer: Cidr | GroupPeer, first: int, last: int) -> GroupRule:
    return GroupRule(False, Traffic(TCP, first, last), peer)


def test_interfaces_that_no_rule_tells_apart_are_one_class() -> None:
    (several,) = [each for each in pairs.matrix(small()).classes if len(each.ends) > 1]
    assert several.ends == ("eni-a0", "eni-a1", "eni-a2")


def test_a_rule_for_one_address_tells_it_apart() -> None:
    network = small(rules=(ingress(IPv4Network("10.0.1.11/32"), 80, 80),))
    found = pairs.matrix(network, "tcp", [(80, 80)])
    assert ("eni-a0", "eni-a2") in [each.ends for each in found.classes]
    reached = {(a, b) for a, b in permutations(network.interfaces, 2) if found.reaches(a, b, (80, 80))}
    assert reached == {("eni-a1", "eni-a0"), ("eni-a1", "eni-a2")}


def test_members_of_a_class_reach_each_other_where_their_group_admits_itself() -> None:
    network = small(rules=(ingress(GroupPeer("sg-1"), 80, 80),))
    found = pairs.matrix(network, "tcp", [(80, 80), (81, 81)])
    assert found.reaches("eni-a0", "eni-a1", (80, 80))
    assert not found.reaches("eni-a0", "eni-a1", (81, 81))
    assert not found.reaches("eni-b", "eni-a1", (80, 80))


def test_a_range_of_ports_is_open_where_rules_together_admit_all_of_it() -> None:
    rules = (ingress(WORLD, 80, 90), ingress(GroupPeer("sg-2"), 91, 95), ingress(WORLD, 94, 100))
    found = pairs.matrix(small(rules=rules), "tcp", [(80, 100), (80, 90), (80, 101), (93, 100)])
    assert [found.reaches("eni-b", "eni-a0", each) for each in found.open] == [True, True, False, True]
    assert [found.reaches("eni-a1", "eni-a0", each) for each in found.open] == [False, True, False, False]


def test_a_network_acl_is_asked_between_subnets_and_not_within_one() -> None:
    acl = NetworkAcl(id="acl-1", vpc="vpc-1", default=True)
    network = small(acl, rules=(ingress(WORLD, 80, 80),))
    found = pairs.matrix(network, "tcp", [(80, 80)])
    assert found.reaches("eni-a0", "eni-a1", (80, 80))
    assert not found.reaches("eni-b", "eni-a1", (80, 80))


def test_groups_of_a_middlebox_judge_every_pair_that_passes_it() -> None:
    box = replace(member("box", "subnet-1", "10.0.1.99", "sg-box"), source_dest_check=False)
    table = RouteTable(
        id="rtb-2",
        vpc="vpc-1",
        subnets=("subnet-2",),
        routes=(Route(IPv4Network("10.0.1.0/24"), TargetKind.INTERFACE, box.id),),
    )
    one_only = IPv4Network("10.0.1.11/32")
    rules = (
        GroupRule(True, Traffic(), one_only),
        GroupRule(False, Traffic(), WORLD),
    )
    network = small(
        box, table, SecurityGroup(id="sg-box", vpc="vpc-1", rules=rules), rules=(ingress(WORLD, 80, 80),)
    )
    found = pairs.matrix(network, "tcp", [(80, 80)])
    assert [found.reaches("eni-b", f"eni-a{number}", (80, 80)) for number in range(3)] == [False, True, False]
    for source, destination in permutations(network.interfaces, 2):
        verdict = found.reaches(source, destination, (80, 80))
        assert verdict == alone(network, source, destination, "tcp", (80, 80))


def test_a_reference_to_a_group_is_lost_beyond_gateways_though_the_address_stays() -> None:
    """An IPv6 address is the same inside and outside: only the way tells where it came from."""
    everybody = IPv6Network("::/0")
    components: list[Component] = []
    for number in (1, 2):
        vpc, cidr = f"vpc-{number}", IPv6Network(f"2600:1f18:{number}::/56")
        route = Route(everybody, TargetKind.INTERNET_GATEWAY, f"igw-{number}")
        entries = tuple(AclEntry(100, egress, True, Traffic(), everybody) for egress in (True, False))
        peer = GroupPeer("sg-1")
        rules = (GroupRule(True, Traffic(), everybody), ingress(peer, 80, 80), ingress(everybody, 443, 443))
        components += [
            Vpc(id=vpc, ipv6_cidrs=(cidr,)),
            Subnet(id=f"subnet-{number}", vpc=vpc, ipv6_cidr=next(cidr.subnets(new_prefix=64))),
            InternetGateway(id=f"igw-{number}", vpc=vpc),
            RouteTable(id=f"rtb-{number}", vpc=vpc, main=True, routes=(route,)),
            NetworkAcl(id=f"acl-{number}", vpc=vpc, default=True, entries=entries),
            SecurityGroup(id=f"sg-{number}", vpc=vpc, rules=rules),
            *(
                Interface(
                    id=f"eni-{number}{name}",
                    vpc=vpc,
                    subnet=f"subnet-{number}",
                    ipv6_addresses=(cidr[host],),
                    groups=(f"sg-{number}",),
                )
                for host, name in enumerate("ab", 10)
            ),
        ]
    network = Network.of(components)
    found = pairs.matrix(network, "tcp", [(80, 80), (443, 443)])
    assert found.reaches("eni-1a", "eni-1b", (80, 80))
    assert not found.reaches("eni-1a", "eni-2a", (80, 80))
    assert found.reaches("eni-1a", "eni-2a", (443, 443))
    for source, destination in permutations(network.interfaces, 2):
        for ports, verdict in [(each, found.reaches(source, destination, each)) for each in found.open]:
            assert verdict == alone(network, source, destination, "tcp", ports), (source, destination, ports)


def test_an_outside_address_is_an_end_when_asked_for() -> None:
    foreign = ip_address("203.0.113.7")
    known = replace(member("c", "subnet-1", "10.0.1.50"), public_ip=IPv4Address("54.0.0.1"))
    network = small(known, rules=(ingress(IPv4Network("203.0.113.0/24"), 80, 80),))
    found = pairs.matrix(network, "tcp", [(80, 80)], outside=[foreign, ip_address("8.8.8.8")])
    assert found.reaches("203.0.113.7", "eni-c", (80, 80))
    assert not found.reaches("203.0.113.7", "eni-a0", (80, 80))
    assert not found.reaches("8.8.8.8", "eni-c", (80, 80))
    assert found.reaches("eni-c", "8.8.8.8", (80, 80))


def test_what_is_not_in_the_matrix_is_refused() -> None:
    found = pairs.matrix(small(), "tcp", [(80, 80)])
    with pytest.raises(BadInputError, match="eni-x is no end"):
        found.reaches("eni-x", "eni-b", (80, 80))
    with pytest.raises(BadInputError, match="eni-b reaches itself"):
        found.reaches("eni-b", "eni-b", (80, 80))
    with pytest.raises(BadInputError, match="81-81 were not asked about"):
        found.reaches("eni-a0", "eni-b", (81, 81))
    with pytest.raises(BadInputError, match="'sctp' is unknown"):
        pairs.matrix(small(), "sctp")
    with pytest.raises(BadInputError, match="90-80 is no range of ports"):
        pairs.matrix(small(), "tcp", [(90, 80)])
    with pytest.raises(BadInputError, match="without ports"):
        pairs.matrix(small(), "icmp", [(8, 8)])


def test_the_table_has_a_row_and_a_column_for_every_name() -> None:
    instances = [Instance(id=f"i-{each}", name=each, interfaces=(f"eni-{each}",)) for each in ("a0", "b")]
    network = small(*instances, rules=(ingress(GroupPeer("sg-2"), 80, 90),))
    found = pairs.table(network, "tcp", [(80, 80), (443, 443), (85, 90)])
    assert [(each.id, each.name, each.kind) for each in found.ends] == [
        ("i-a0", "a0", "instance"),
        ("i-b", "b", "instance"),
        *((each, each, "outside") for each in ("internet", "s3", "dynamodb")),
    ]
    reached = {ports: np.argwhere(table).tolist() for ports, table in found.open.items()}
    assert reached == {(80, 80): [[1, 0]], (443, 443): [], (85, 90): [[1, 0]]}


def test_an_empty_network_has_nobody_to_reach() -> None:
    found = pairs.table(Network(), "tcp", [(80, 80)])
    assert [each.name for each in found.ends] == ["internet", "s3", "dynamodb"]
    assert not found.open[80, 80].any()
