"""Assertions judged: what holds, what fails and why, and what is taken for left out or for mistaken."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path

import pytest

from scripts.errors import BadInputError
from scripts.reachability import assertions
from scripts.reachability.model import (
    TCP,
    AclEntry,
    Cidr,
    Component,
    DbInstance,
    GroupPeer,
    GroupRule,
    Instance,
    Interface,
    InternetGateway,
    Listener,
    LoadBalancer,
    Network,
    NetworkAcl,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Target,
    TargetGroup,
    TargetKind,
    Traffic,
    Vpc,
)

FILE = """\
endpoints:
  internet: {internet: true}
  web: {instance: "{name}-web"}
  database: {database: "{name}-db"}
  balancer: {load_balancer: "{name}"}
  s3: {service: s3}
must:
  - {from: internet, to: balancer, port: 80, because: Browsers come to it.}
  - {from: web, to: database, port: 5432, because: The application queries it.}
  - {from: web, to: [internet, s3], port: 443, because: It installs packages.}
must_not:
  - {from: internet, to: [web, database], port: [22, 5432], because: Nobody comes from outside.}
  - {from: database, to: web, port: 80, because: A database calls nobody.}
"""
WORLD = IPv4Network("0.0.0.0/0")
WORLD_6 = IPv6Network("::/0")


def allow(*ports: int, peer: Cidr | GroupPeer = WORLD, egress: bool = False) -> tuple[GroupRule, ...]:
    return tuple(GroupRule(egress, Traffic(TCP, port, port), peer) for port in ports)


def interface(name: str, host: int, *, public: bool = False) -> Interface:
    return Interface(
        id=f"eni-{name}",
        vpc="vpc-1",
        subnet="subnet-1",
        private_ips=(IPv4Address(f"10.0.0.{host}"),),
        ipv6_addresses=(IPv6Address(f"2600:1f18::{host}"),),
        public_ip=IPv4Address(f"54.0.0.{host}") if public else None,
        groups=(f"sg-{name}",),
        owner={"web": "i-web", "db": "lab-db", "lb": "arn:lab"}[name],
    )


PARTS: dict[str, Component] = {
    each.id: each
    for each in (
        Vpc(id="vpc-1", cidrs=(IPv4Network("10.0.0.0/16"),), ipv6_cidrs=(IPv6Network("2600:1f18::/56"),)),
        Subnet(id="subnet-1", vpc="vpc-1", zone="a", cidr=IPv4Network("10.0.0.0/24")),
        InternetGateway(id="igw-1", vpc="vpc-1"),
        RouteTable(
            id="rtb-1",
            vpc="vpc-1",
            main=True,
            routes=tuple(Route(each, TargetKind.INTERNET_GATEWAY, "igw-1") for each in (WORLD, WORLD_6)),
        ),
        NetworkAcl(
            id="acl-1",
            vpc="vpc-1",
            default=True,
            entries=tuple(
                AclEntry(100 + number, egress, True, Traffic(), cidr)
                for egress in (True, False)
                for number, cidr in enumerate((WORLD, WORLD_6))
            ),
        ),
        SecurityGroup(
            id="sg-web",
            vpc="vpc-1",
            rules=(*allow(443, 5432, egress=True), *allow(80, peer=GroupPeer("sg-lb"))),
        ),
        SecurityGroup(id="sg-db", vpc="vpc-1", rules=allow(5432, peer=GroupPeer("sg-web"))),
        SecurityGroup(id="sg-lb", vpc="vpc-1", rules=(*allow(80), *allow(80, egress=True))),
        interface("web", 4, public=True),
        interface("db", 5, public=True),
        interface("lb", 6, public=True),
        Instance(id="i-web", name="lab-web", interfaces=("eni-web",)),
        DbInstance(id="lab-db", engine="postgres", port=5432, interfaces=("eni-db",)),
        LoadBalancer(
            id="arn:lab",
            name="lab",
            vpc="vpc-1",
            subnets=("subnet-1",),
            interfaces=("eni-lb",),
            listeners=(Listener(id="listener-1", port=80, target_groups=("tg-1",)),),
        ),
        TargetGroup(id="tg-1", vpc="vpc-1", targets=(Target("i-web", 80),)),
    )
}


def network(*changed: Component, without: tuple[str, ...] = ()) -> Network:
    """The network that the file holds in, but for some parts."""
    parts = {name: each for name, each in PARTS.items() if name not in without}
    return Network.of([*(parts | {each.id: each for each in changed}).values()])


def group(name: str, *further: GroupRule) -> SecurityGroup:
    found = PARTS[name]
    assert isinstance(found, SecurityGroup)
    return replace(found, rules=(*found.rules, *further))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reachability.yaml"
    path.write_text(FILE)
    return path


def failed(of: Network, file: Path) -> list[assertions.Verdict]:
    return [each for each in assertions.check(of, file, prefix="lab") if not each.holds]


def test_a_file_holds_where_everybody_reaches_whom_they_must_and_nobody_else(file: Path) -> None:
    found = assertions.check(network(), file, prefix="lab")
    assert len(found) == 9
    assert [str(each) for each in found if not each.holds or each.skipped] == []


def test_a_must_that_fails_names_what_blocks_it_and_why_it_matters(file: Path) -> None:
    closed = replace(group("sg-db"), rules=())
    (verdict,) = failed(network(closed), file)
    assert str(verdict) == "web must reach database on port 5432: FAILS. The application queries it."
    assert [(each.code, each.component.id) for each in verdict.blockers] == [("SG_HAS_NO_RULES", "sg-db")]
    assert verdict.ways == ()


def test_a_must_from_the_internet_is_not_kept_where_a_part_of_it_is_shut_out(file: Path) -> None:
    deny = AclEntry(50, False, False, Traffic(TCP, 80, 80), ip_network("198.51.100.0/24"))
    acl = PARTS["acl-1"]
    assert isinstance(acl, NetworkAcl)
    (verdict,) = failed(network(replace(acl, entries=(deny, *acl.entries))), file)
    assert str(verdict.connection) == "internet must reach balancer on port 80"
    assert [each.code for each in verdict.blockers] == ["SUBNET_ACL_RESTRICTION"]
    assert verdict.failures[0].question.source.startswith("198.51.100.")


def test_a_must_not_fails_where_a_single_network_gets_in_and_names_the_rule(file: Path) -> None:
    hole = GroupRule(False, Traffic(TCP, 22, 22), ip_network("203.0.113.0/24"))
    (verdict,) = failed(network(group("sg-web", hole)), file)
    assert str(verdict.connection) == "internet must not reach web on port 22"
    assert verdict.blockers == ()
    (way,) = verdict.ways
    decided = [hop.decided for hop in way.forward if hop.component.id == "sg-web"]
    assert len(decided) == 1
    assert "203.0.113.0/24" in decided[0]


def test_a_must_not_fails_where_only_version_6_gets_in(file: Path) -> None:
    hole = GroupRule(False, Traffic(TCP, 5432, 5432), WORLD_6)
    (verdict,) = failed(network(group("sg-db", hole)), file)
    assert str(verdict.connection) == "internet must not reach database on port 5432"
    assert {answer.question.version for answer in verdict.failures} == {6}


def test_a_must_not_fails_where_one_of_several_places_of_a_database_is_open(file: Path) -> None:
    """Before an apply nobody knows in which of its subnets a DB instance will be."""
    database, open_one = PARTS["lab-db"], PARTS["eni-db"]
    assert isinstance(database, DbInstance)
    assert isinstance(open_one, Interface)
    hidden = replace(open_one, id="eni-db-2", private_ips=(IPv4Address("10.0.0.7"),), public_ip=None)
    two = replace(database, interfaces=("eni-db", "eni-db-2"))
    (verdict,) = failed(network(two, hidden, group("sg-db", *allow(22))), file)
    assert str(verdict.connection) == "internet must not reach database on port 22"


def test_what_a_load_balancer_passes_on_is_no_way_of_who_does_not_come_to_it(file: Path) -> None:
    file.write_text(FILE + "  - {from: database, to: balancer, port: 80, because: It calls nobody.}\n")
    assert failed(network(), file) == []
    calling = group("sg-db", *allow(80, egress=True, peer=GroupPeer("sg-lb")))
    (verdict,) = failed(network(calling), file)
    assert {way.source.id for way in verdict.ways} == {"lab-db"}


def test_an_endpoint_whose_kind_the_stack_was_built_without_takes_its_connections_along(file: Path) -> None:
    foreign = DbInstance(id="label-db", engine="mysql", port=3306)
    for bare in (network(without=("lab-db", "eni-db")), network(foreign, without=("lab-db", "eni-db"))):
        found = assertions.check(bare, file, prefix="lab")
        skipped = [str(each.connection) for each in found if each.skipped]
        assert skipped == [
            "web must reach database on port 5432",
            "internet must not reach database on port 22",
            "internet must not reach database on port 5432",
            "database must not reach web on port 80",
        ]
        assert all("without the DB instance 'lab-db'" in each.skipped for each in found if each.skipped)


def test_an_endpoint_that_is_missing_beside_others_of_its_kind_is_mistaken(file: Path) -> None:
    file.write_text(FILE.replace("{name}-db", "{name}-bd"))
    with pytest.raises(
        BadInputError, match=r"line 4: endpoints\.database: there is no DB instance 'lab-bd'"
    ) as refused:
        assertions.check(network(), file, prefix="lab")
    assert "lab-db" in str(refused.value)


def test_an_endpoint_can_be_said_to_be_left_out(file: Path) -> None:
    file.write_text(FILE.replace("{name}-db", "{name}-bd"))
    found = assertions.check(network(), file, prefix="lab", without=["database"])
    assert sum(bool(each.skipped) for each in found) == 4
    with pytest.raises(BadInputError, match="no endpoint 'databse' to do without"):
        assertions.check(network(), file, prefix="lab", without=["databse"])
    file.write_text(FILE)
    for there, value in (("database", "lab-db"), ("internet", "internet")):
        with pytest.raises(BadInputError, match=f"the network has '{value}'"):
            assertions.check(network(), file, prefix="lab", without=[there])


def test_a_network_that_holds_nothing_of_the_file_is_refused(file: Path) -> None:
    with pytest.raises(BadInputError, match=r"Nothing that .* speaks of is in the network: other-web"):
        assertions.check(network(), file, prefix="other")
    with pytest.raises(BadInputError, match=r"Nothing that .* speaks of"):
        assertions.check(Network(), file, prefix="lab")


def test_a_name_that_two_have_is_refused_with_their_ids(file: Path) -> None:
    twin = Instance(id="i-twin", name="lab-web", interfaces=())
    with pytest.raises(BadInputError, match=r"2 instances are called 'lab-web'") as refused:
        assertions.check(network(twin), file, prefix="lab")
    assert "i-web, i-twin" in str(refused.value)
