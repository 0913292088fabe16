"""Every kind of end and of path, open and blocked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from scripts.reachability.answer import Question
from scripts.reachability.engine import ask
from scripts.reachability.model import Endpoint, GroupPeer, Network, Target
from scripts.reachability.repairs import AddAclEntry, AddGroupRule, CreateNatGateway, ReplaceRoute
from tests.scripts.reachability import networks as make
from tests.scripts.reachability.classroom import (
    PRIVATE,
    PRIVATE_ROUTES,
    PUBLIC_ROUTES,
    balanced,
    classroom,
    guarded,
    listed,
    routed,
    ruled,
    without,
)


def _endpoint_interface() -> Network:
    """An interface endpoint: an interface like others."""
    face = make.interface("eni-secrets", PRIVATE, "10.0.2.60", "sg-secrets", owner="vpce-secrets")
    endpoint = Endpoint(
        id="vpce-secrets", vpc="vpc-1", service="secretsmanager", gateway=False, interfaces=("eni-secrets",)
    )
    return classroom().having(face, endpoint, make.group("sg-secrets", "vpc-1", ["tcp 443 10.0.1.0/24"]))


def _facing() -> Network:
    where = balanced("10.0.1.40")
    where = where.having(replace(where.interfaces["eni-lb-0"], public_ip=IPv4Address("3.0.0.40")))
    where = where.having(make.target_group("i-bastion", port=22))
    return ruled("sg-lb", ["tcp 80 0.0.0.0/0"], ["tcp 22 sg-bastion"], where)


def _healthy_elsewhere() -> Network:
    return balanced().having(make.target_group("i-app", health=9000))


#: Source, destination, port, protocol, version.
Asked = tuple[str, str, int | None, str, int | None]

KINDS: list[tuple[str, Callable[[], Network], Asked, str]] = [
    ("an instance", classroom, ("bastion", "app", 8080, "tcp", None), ""),
    ("an instance", classroom, ("app", "bastion", 8080, "tcp", None), "ENI_SG_RULES_MISMATCH"),
    ("an interface", classroom, ("eni-app", "eni-db", None, "tcp", None), ""),
    ("an interface", classroom, ("eni-db", "eni-app", 8080, "tcp", None), "SG_HAS_NO_RULES"),
    ("a DB instance", classroom, ("i-bastion", "db", None, "tcp", None), ""),
    ("a DB instance", classroom, ("i-bastion", "db", 3306, "tcp", None), "ENI_SG_RULES_MISMATCH"),
    ("a load balancer", balanced, ("i-bastion", "lb", None, "tcp", None), ""),
    ("a load balancer's target", _healthy_elsewhere, ("i-bastion", "lb", None, "tcp", None),
     "ENI_SG_RULES_MISMATCH"),
    ("a load balancer that asks", balanced, ("lb", "i-app", None, "tcp", None), ""),
    ("a load balancer that asks", balanced, ("lb", "db", None, "tcp", None), "ENI_SG_RULES_MISMATCH"),
    ("a load balancer on the internet", _facing, ("internet", "lb", None, "tcp", None), ""),
    ("an internal load balancer", balanced, ("internet", "lb", None, "tcp", None),
     "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"),
    ("a NAT gateway", classroom, ("nat-1", "internet", None, "tcp", None), ""),
    ("a NAT gateway", classroom, ("i-bastion", "nat-1", 80, "tcp", None), "NO_PATH"),
    ("the internet", classroom, ("i-bastion", "internet", None, "tcp", None), ""),
    ("the internet over a NAT gateway", classroom, ("i-app", "internet", None, "tcp", None), ""),
    ("the internet", lambda: routed("rtb-public", without(PUBLIC_ROUTES, "0.0.0.0/0")),
     ("i-bastion", "internet", None, "tcp", None), "NO_ROUTE_TO_DESTINATION"),
    ("from the internet", classroom, ("internet", "i-bastion", 22, "tcp", None), ""),
    ("from the internet", classroom, ("internet", "i-app", 8080, "tcp", None), "NO_ROUTE_TO_DESTINATION"),
    ("IPv6 out only", classroom, ("i-app", "internet", None, "tcp", 6), ""),
    ("IPv6 out only", classroom, ("internet", "i-app", 8080, "tcp", 6), "NO_ROUTE_TO_DESTINATION"),
    ("IPv6 in", classroom, ("internet", "i-bastion", 22, "tcp", 6), ""),
    ("a private address", classroom, ("10.0.1.10", "10.0.2.20", 5432, "tcp", None), ""),
    ("a public address", classroom, ("9.9.9.9", "3.0.0.10", 22, "tcp", None), ""),
    ("a public address", classroom, ("9.9.9.9", "3.0.0.10", 23, "tcp", None), "ENI_SG_RULES_MISMATCH"),
    ("S3 by its endpoint", classroom, ("i-app", "s3", None, "tcp", None), ""),
    ("S3 over the internet gateway", classroom, ("i-bastion", "s3", None, "tcp", None), ""),
    ("S3 by its endpoint", lambda: listed("acl-private", ["100 out allow all 0.0.0.0/0"]),
     ("i-app", "s3", None, "tcp", None), "SUBNET_ACL_RESTRICTION"),
    ("DynamoDB without an endpoint", classroom, ("i-app", "dynamodb", None, "tcp", None), ""),
    ("an interface endpoint", _endpoint_interface, ("i-bastion", "vpce-secrets", 443, "tcp", None), ""),
    ("an interface endpoint", _endpoint_interface, ("i-app", "vpce-secrets", 443, "tcp", None),
     "ENI_SG_RULES_MISMATCH"),
    ("a peering", classroom, ("i-bastion", "i-colleague", 22, "tcp", None), ""),
    ("a peering", lambda: routed("rtb-other", {"10.1.0.0/16": "local"}),
     ("i-bastion", "i-colleague", 22, "tcp", None), "NO_ROUTE_TO_DESTINATION"),
    ("a middlebox", guarded, ("i-bastion", "db", None, "tcp", None), ""),
    ("a middlebox", lambda: ruled("sg-box", ["tcp 443 0.0.0.0/0"], ["all 0.0.0.0/0"], guarded()),
     ("i-bastion", "db", None, "tcp", None), "ENI_SG_RULES_MISMATCH"),
    ("an echo", classroom, ("i-bastion", "i-app", None, "icmp", None), ""),
    ("an echo", classroom, ("i-app", "i-bastion", None, "icmp", None), "ENI_SG_RULES_MISMATCH"),
    ("udp", classroom, ("i-app", "internet", 53, "udp", None), ""),
    ("udp", classroom, ("i-app", "db", 53, "udp", None), "ENI_SG_RULES_MISMATCH"),
    ("every protocol", lambda: ruled("sg-app", ["all sg-bastion"], []),
     ("i-bastion", "i-app", None, "any", None), ""),
    ("every protocol", classroom, ("i-bastion", "i-app", None, "any", None), "ENI_SG_RULES_MISMATCH"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "network", "question", "code"),
    KINDS,
    ids=[f"{each[0]} {'blocked' if each[3] else 'reachable'} {number}" for number, each in enumerate(KINDS)],
)
def test_each_kind_of_path_is_open_or_says_why_not(
    what: str,
    network: Callable[[], Network],
    question: Asked,
    code: str,
) -> None:
    answer = make.asked(network(), *question)
    codes = [each.code for each in answer.blockers]
    assert answer.reachable == (not code), codes
    if code:
        assert code in codes


def test_the_other_end_is_admitted_by_its_security_group_and_ranges_are_mentioned() -> None:
    (blocker,) = make.asked(ruled("sg-db", [], []), "i-bastion", "db").blockers
    assert blocker.repair == AddGroupRule("sg-db", make.rule("tcp 5432 sg-bastion", egress=False))
    assert blocker.alternatives == (
        AddGroupRule("sg-db", make.rule("tcp 5432 10.0.1.10/32", egress=False)),
        AddGroupRule("sg-db", make.rule("tcp 5432 10.0.1.0/24", egress=False)),
    )


def test_the_whole_internet_is_proposed_only_where_it_was_asked_for() -> None:
    closed = ruled("sg-bastion", [], [])
    (all_of_it,) = make.asked(closed, "internet", "i-bastion", 22).blockers
    assert all_of_it.repair == AddGroupRule("sg-bastion", make.rule("tcp 22 0.0.0.0/0", egress=False))
    (one,) = make.asked(closed, "9.9.9.9", "i-bastion", 22).blockers
    assert one.repair == AddGroupRule("sg-bastion", make.rule("tcp 22 9.9.9.9/32", egress=False))


def test_a_rule_for_some_of_the_asked_ports_is_not_enough() -> None:
    where = ruled("sg-app", ["tcp 1-50 sg-bastion", "tcp 52-99 sg-bastion"], [])
    assert not ask(where, Question("i-bastion", "i-app", ports=(1, 99))).reachable
    both = ruled("sg-app", ["tcp 1-50 sg-bastion", "tcp 51-99 sg-bastion"], [])
    assert ask(both, Question("i-bastion", "i-app", ports=(1, 99))).reachable


def test_answers_need_every_ephemeral_port() -> None:
    high = "100 out allow tcp 32768-65535 0.0.0.0/0"
    where = listed("acl-private", ["100 in allow all 0.0.0.0/0", high])
    (blocker,) = make.asked(where, "i-bastion", "db").blockers
    assert blocker.direction == "return"
    assert blocker.repair == AddAclEntry(
        "acl-private", make.entry("200 out allow tcp 1024-65535 10.0.1.0/24")
    )
    linux = Question("i-bastion", "db", ephemeral=(32768, 60999))
    assert ask(where, linux).reachable


def test_an_entry_is_added_before_the_one_that_denies() -> None:
    where = listed("acl-private", ["90 in deny tcp 5432 0.0.0.0/0", *make.EVERYTHING])
    (blocker,) = make.asked(where, "i-bastion", "db").blockers
    assert blocker.repair == AddAclEntry("acl-private", make.entry("80 in allow tcp 5432 10.0.1.0/24"))
    assert [type(each).__name__ for each in blocker.alternatives] == ["AddAclEntry", "DeleteAclEntry"]


def test_both_directions_and_all_layers_are_named_at_once() -> None:
    where = ruled("sg-db", ["tcp 22 sg-bastion"], [])
    where = listed("acl-private", [], routed("rtb-public", PUBLIC_ROUTES, where))
    where = where.having(replace(where.db_instances["db"], status="stopped"))
    answer = make.asked(where, "i-bastion", "db")
    assert [(each.code, str(each.direction)) for each in answer.blockers] == [
        ("SUBNET_ACL_RESTRICTION", "forward"),
        ("ENI_SG_RULES_MISMATCH", "forward"),
        ("BAD_STATE", "forward"),
        ("SUBNET_ACL_RESTRICTION", "return"),
    ]
    assert make.asked(make.mended(where, answer), "i-bastion", "db").reachable


def test_an_assumed_kind_of_path_is_named_with_the_reason() -> None:
    where = routed("rtb-private", without(PRIVATE_ROUTES, "0.0.0.0/0"))
    (path,) = make.asked(where, "i-app", "internet").paths
    assert path.kind == "nat gateway"
    assert "no public address" in path.assumption
    assert "nat-1" in path.assumption


def test_a_nat_gateway_is_made_in_the_public_subnet_where_there_is_none() -> None:
    where = replace(routed("rtb-private", without(PRIVATE_ROUTES, "0.0.0.0/0")), nat_gateways={})
    answer = make.asked(where, "i-app", "internet")
    made = [each.repair for each in answer.blockers if isinstance(each.repair, CreateNatGateway)]
    assert [each.component for each in made] == ["subnet-public"]


def test_what_came_in_by_the_internet_gateway_may_not_leave_by_a_nat_gateway() -> None:
    face, machine = make.instance("web", PRIVATE, "10.0.2.70", "sg-bastion", public="3.0.0.70")
    answer = make.asked(classroom().having(face, machine), "internet", "i-web", 22)
    (blocker,) = answer.blockers
    assert (blocker.code, blocker.direction) == ("NO_ROUTE_TO_DESTINATION", "return")
    assert isinstance(blocker.repair, ReplaceRoute)
    assert "did not see begin" in blocker.because


def test_every_node_of_a_load_balancer_reaches_every_target() -> None:
    where = balanced().having(make.target_group("i-app", "i-bastion"))
    answer = make.asked(where, "i-colleague", "lb", 80)
    nodes = [(path.source.id, path.destination.id) for path in answer.paths]
    assert nodes == [
        ("i-colleague", "lb"), ("i-colleague", "lb"),
        ("lb", "i-app"), ("lb", "i-app"), ("lb", "i-bastion"), ("lb", "i-bastion"),
    ]  # fmt: skip
    closed = {path.destination.id for path in answer.paths if not path.open}
    assert closed == {"i-bastion"}


def test_a_rule_for_the_clients_group_does_not_admit_a_load_balancer() -> None:
    where = ruled("sg-app", ["tcp 8080 sg-bastion"], [], balanced())
    answer = make.asked(where, "i-bastion", "lb")
    assert {each.repair for each in answer.blockers} == {
        AddGroupRule("sg-app", make.rule("tcp 8080 sg-lb", egress=False))
    }


def test_addresses_are_registered_as_targets_too() -> None:
    where = balanced().having(make.target_group("10.0.2.30"))
    assert make.asked(where, "i-bastion", "lb").reachable
    assert where.target_groups["tg"].targets == (Target("10.0.2.30", 8080),)


def test_a_db_instance_that_may_come_to_lie_in_several_subnets_must_be_reached_in_each() -> None:
    where = classroom()
    elsewhere = make.interface(
        "eni-db-2", make.subnet("subnet-public", "vpc-1", "10.0.1.0/24"), "10.0.1.20", "sg-db"
    )
    where = where.having(
        replace(elsewhere, owner="db", assumed=True),
        replace(where.db_instances["db"], interfaces=("eni-db", "eni-db-2")),
    )
    assert len(make.asked(where, "i-app", "db").paths) == 2
    assert make.asked(where, "i-app", "db").reachable
    one_closed = listed("acl-public", ["100 in allow all 10.0.9.0/24"], where)
    assert [path.open for path in make.asked(one_closed, "i-app", "db").paths] == [True, False]


def test_a_groups_peers_are_told_apart_by_group_not_by_address() -> None:
    where = ruled("sg-db", ["tcp 5432 sg-app"], [])
    assert make.asked(where, "i-app", "db").reachable
    (blocker,) = make.asked(where, "i-bastion", "db").blockers
    assert isinstance(blocker.repair, AddGroupRule)
    assert blocker.repair.rule.peer == GroupPeer("sg-bastion")


def test_what_is_not_known_of_a_network_load_balancer_is_said() -> None:
    where = balanced()
    where = where.having(replace(where.load_balancers["lb"], type="network"))
    (note,) = make.asked(where, "i-bastion", "lb").notes
    assert "preserve the client's address" in note


def test_a_blackhole_route_whose_target_is_there_is_made_active_again() -> None:
    where = routed("rtb-private", PRIVATE_ROUTES | {"0.0.0.0/0": "nat-1 blackhole"})
    (blocker,) = make.asked(where, "i-app", "internet").blockers
    good, bad = make.route("0.0.0.0/0", "nat-1"), make.route("0.0.0.0/0", "nat-1 blackhole")
    assert blocker.repair == ReplaceRoute("rtb-private", good, bad)


def test_a_repair_that_closes_another_way_is_not_proposed() -> None:
    """The NAT gateway's subnet sends S3 to an endpoint, as its own machine without public address needs."""
    where = routed("rtb-private", without(PRIVATE_ROUTES, "pl-s3"))
    where = routed("rtb-public", PUBLIC_ROUTES | {"pl-s3": "vpce-s3"}, where)
    where = ruled("sg-lb", [], ["all 0.0.0.0/0"], balanced().having(*where.route_tables.values()))
    answer = make.asked(where, "lb", "s3")
    assert [path.open for path in answer.paths] == [True, False]
    assert not answer.repairable
