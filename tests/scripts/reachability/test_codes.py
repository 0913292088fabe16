"""For every explanation code a network that earns it; what the engine then proposes opens the path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from scripts.reachability.answer import Question
from scripts.reachability.engine import ask
from scripts.reachability.explanation.codes import NOT_HERE, SENTENCES, sentence
from scripts.reachability.model import Network
from tests.scripts.reachability import networks as make
from tests.scripts.reachability.classroom import (
    OTHER,
    OTHER_ROUTES,
    PRIVATE_ROUTES,
    PUBLIC_ROUTES,
    balanced,
    classroom,
    guarded,
    listed,
    private_only,
    routed,
    ruled,
    stopped,
    without,
)

README = Path(__file__).parents[3] / "scripts" / "reachability" / "README.md"


@dataclass(frozen=True)
class Case:
    """A question to a network, the code that it earns, the component that is blamed."""

    code: str
    component: str
    network: Callable[[], Network]
    source: str
    destination: str
    port: int | None = None
    protocol: str = "tcp"
    version: int | None = None
    repairable: bool = True


def _balancer(**changes: object) -> Network:
    where = balanced()
    return where.having(replace(where.load_balancers["lb"], **changes))  # type: ignore[arg-type]


def _nat_of_the_other_vpc() -> Network:
    where = routed("rtb-private", PRIVATE_ROUTES | {"0.0.0.0/0": "nat-2"})
    return where.having(*make.nat("nat-2", OTHER, "10.1.1.5", "3.0.0.2"))


def _overlapping() -> Network:
    where = classroom()
    twin = make.subnet("subnet-twin", "vpc-3", "10.0.1.0/24")
    return where.having(
        make.vpc("vpc-3", "10.0.0.0/16"),
        twin,
        make.table("rtb-twin", "vpc-3", {"10.0.0.0/16": "local"}),
        make.acl("acl-twin", "vpc-3"),
        make.group("sg-twin", "vpc-3", ["all 0.0.0.0/0"]),
        *make.instance("twin", twin, "10.0.1.11", "sg-twin"),
    )


def _unpeered() -> Network:
    where = routed("rtb-public", without(PUBLIC_ROUTES, "10.1.0.0/16"))
    where = routed("rtb-other", without(OTHER_ROUTES, "10.0.0.0/16"), where)
    return replace(where, peerings={})


def _prefix_list_route() -> Network:
    """The right route is one to a list, and a range as long as the list's leads elsewhere."""
    routes = without(PUBLIC_ROUTES, "0.0.0.0/0") | {"52.216.0.0/15": "pcx-1", "pl-s3": "igw-1"}
    return routed("rtb-public", routes)


def _shared_range() -> Network:
    where = classroom()
    other = replace(OTHER, cidr=IPv4Network("100.64.1.0/24"))
    return routed(
        "rtb-public",
        without(PUBLIC_ROUTES, "10.1.0.0/16") | {"100.64.0.0/16": "igw-1"},
        routed(
            "rtb-other",
            without(OTHER_ROUTES, "10.1.0.0/16") | {"100.64.0.0/16": "local"},
            where.having(
                make.vpc("vpc-2", "100.64.0.0/16"),
                other,
                *make.instance("colleague", other, "100.64.1.10", "sg-other"),
            ),
        ),
    )


def _without_nat() -> Network:
    where = routed("rtb-private", without(PRIVATE_ROUTES, "0.0.0.0/0"))
    return replace(where, nat_gateways={})


CASES = [
    Case("BAD_STATE", "i-bastion", lambda: stopped("i-bastion"), "i-bastion", "db"),
    Case(
        "BAD_STATE_ATTACHMENT", "igw-1",
        lambda: classroom().having(replace(classroom().internet_gateways["igw-1"], vpc=None)),
        "internet", "i-bastion", 22,
    ),
    Case(
        "BAD_STATE_ROUTE", "rtb-private",
        lambda: routed("rtb-private", PRIVATE_ROUTES | {"0.0.0.0/0": "nat-gone blackhole"}),
        "i-app", "internet",
    ),
    Case(
        "CANNOT_ROUTE", "rtb-public",
        lambda: routed(
            "rtb-public",
            without(PUBLIC_ROUTES, "10.1.0.0/16", "0.0.0.0/0") | {"10.1.9.0/24": "pcx-1"},
        ),
        "i-bastion", "i-colleague", 22,
    ),
    Case("DISCONNECTED_VPCS", "vpc-1", _unpeered, "i-bastion", "i-colleague", 22),
    Case("DISCONNECTED_VPCS", "vpc-1", _overlapping, "i-bastion", "i-twin", 22, repairable=False),
    Case("ELBV2_LISTENERS_MISMATCH", "lb", balanced, "i-bastion", "lb", 443),
    Case(
        "ELBV2_LISTENER_HAS_NO_TG", "tg", lambda: balanced().having(make.target_group()),
        "i-bastion", "lb", repairable=False,
    ),
    Case(
        "ELBV2_NO_TARGETS_IN_AZ", "lb", lambda: balanced("10.0.1.40"), "i-bastion", "lb",
    ),
    Case(
        "ELB_INSTALLED_AZ_RESTRICTION", "lb",
        lambda: balanced("10.0.1.40").having(make.target_group("i-app", "i-bastion")),
        "i-bastion", "lb",
    ),
    Case("ELB_NOT_CROSSZONE", "lb", lambda: _balancer(cross_zone=False), "i-bastion", "lb"),
    Case(
        "ENI_ADDRESS_RESTRICTION", "eni-db", classroom, "i-bastion", "db", version=6,
    ),
    Case("ENI_SG_RULES_MISMATCH", "sg-app", classroom, "i-bastion", "i-app", 22),
    Case("ENI_SOURCE_DEST_CHECK_RESTRICTION", "eni-box", lambda: guarded(check=True), "i-bastion", "db"),
    Case(
        "HIGHER_PRIORITY_ROUTE", "rtb-public", _prefix_list_route, "i-bastion", "s3",
    ),
    Case(
        "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "rtb-public",
        lambda: routed("rtb-public", PUBLIC_ROUTES | {"10.1.0.0/16": "igw-1"}),
        "i-bastion", "i-colleague", 22,
    ),
    Case(
        "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS", "rtb-public", _shared_range,
        "i-bastion", "i-colleague", 22,
    ),
    Case(
        "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "eni-bastion", lambda: private_only("eni-bastion"),
        "internet", "i-bastion", 22,
    ),
    Case(
        "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "eni-bastion", lambda: private_only("eni-bastion"),
        "i-bastion", "internet",
    ),
    Case(
        "MORE_SPECIFIC_ROUTE", "rtb-public",
        lambda: routed("rtb-public", PUBLIC_ROUTES | {"8.8.0.0/16": "pcx-1"}), "i-bastion", "8.8.8.8",
    ),
    Case("NGW_REQUIRES_SOURCE_IN_VPC", "rtb-private", _nat_of_the_other_vpc, "i-app", "internet"),
    Case("NO_PATH", "nat-1", classroom, "internet", "nat-1", 80, repairable=False),
    Case(
        "NO_PATH", "eni-box",
        lambda: routed("rtb-private", PRIVATE_ROUTES | {"10.0.2.0/24": "eni-box"}, guarded()),
        "i-bastion", "db",
    ),
    Case("NO_PATH", "subnet-public", _without_nat, "i-app", "internet"),
    Case(
        "NO_ROUTE_TO_DESTINATION", "rtb-private",
        lambda: routed("rtb-private", without(PRIVATE_ROUTES, "0.0.0.0/0")), "i-app", "internet",
    ),
    Case(
        "NO_SOURCE_OR_DESTINATION", "tg", lambda: balanced().having(make.target_group("i-gone")),
        "i-bastion", "lb", repairable=False,
    ),
    Case(
        "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "rtb-private",
        lambda: routed("rtb-private", PRIVATE_ROUTES | {"0.0.0.0/0": "pcx-1"}), "i-app", "internet",
    ),
    Case("PROTOCOL_RESTRICTION", "nat-1", classroom, "i-app", "internet", protocol="any", repairable=False),
    Case("SG_HAS_NO_RULES", "sg-db", lambda: ruled("sg-db", [], []), "i-bastion", "db"),
    Case(
        "SG_REFERENCES_NOT_PRESERVED", "sg-db",
        lambda: ruled("sg-db", ["tcp 5432 sg-bastion"], [], guarded()), "i-bastion", "db",
    ),
    Case(
        "SUBNET_ACL_RESTRICTION", "acl-private",
        lambda: listed("acl-private", ["100 in allow tcp 5432 10.0.1.0/24"]), "i-bastion", "db",
    ),
    Case(
        "UNASSOCIATED_COMPONENT", "i-bastion",
        lambda: classroom().having(replace(classroom().instances["i-bastion"], interfaces=())),
        "i-bastion", "db", repairable=False,
    ),
    Case(
        "UNKNOWN_PEERED_SGS", "sg-other", lambda: ruled("sg-other", ["tcp 22 sg-of-others"], []),
        "i-bastion", "i-colleague", 22,
    ),
    Case(
        "UNSUPPORTED_COMPONENT", "rtb-private",
        lambda: routed("rtb-private", PRIVATE_ROUTES | {"0.0.0.0/0": "tgw-1"}), "i-app", "internet",
        repairable=False,
    ),
    Case(
        "VPCE_GATEWAY_PROTOCOL_RESTRICTION", "vpce-s3", classroom, "i-app", "s3", 443, "udp", repairable=False
    ),
    Case(
        "VPC_LOCAL_ROUTE_CIDR_RESTRICTION", "rtb-public",
        lambda: routed("rtb-public", PUBLIC_ROUTES | {"10.1.0.0/16": "local"}),
        "i-bastion", "i-colleague", 22,
    ),
]  # fmt: skip


def _named(case: Case) -> str:
    return f"{case.code} of {case.component}"


@pytest.mark.parametrize("case", CASES, ids=_named)
def test_a_network_earns_its_code_and_what_is_proposed_opens_it_with_nothing_to_spare(case: Case) -> None:
    where = case.network()
    answer = make.asked(where, case.source, case.destination, case.port, case.protocol, case.version)
    found = [(each.code, each.component.id) for each in answer.blockers]
    assert not answer.reachable
    assert (case.code, case.component) in found
    assert answer.repairable == case.repairable
    if case.repairable:
        again = (case.source, case.destination, case.port, case.protocol, case.version)
        assert make.asked(make.mended(where, answer), *again).reachable
        for repair in {each.repair for each in answer.blockers}:
            assert not make.asked(make.mended(where, answer, but=repair), *again).reachable


def test_a_load_balancer_that_listens_at_some_of_the_asked_ports_says_at_which() -> None:
    answer = ask(balanced(), Question("i-bastion", "lb", ports=(80, 90)))
    blocker = answer.blockers[0]
    assert (blocker.code, blocker.repair) == ("ELBV2_LISTENER_PORT_RESTRICTION", None)
    assert "it listens at 80" in blocker.because


def test_every_code_that_has_a_sentence_has_a_network_that_earns_it() -> None:
    assert {each.code for each in CASES} | {"ELBV2_LISTENER_PORT_RESTRICTION"} == set(SENTENCES)


def test_the_readme_lists_every_code_and_says_why_the_others_cannot_be() -> None:
    text = README.read_text()
    for code in SENTENCES:
        assert f"| `{code}` | {sentence(code)} |" in text
    for code, why in NOT_HERE.items():
        assert f"| `{code}` | {why} |" in text


def test_every_blocker_says_in_a_sentence_what_is_wrong() -> None:
    for case in CASES:
        answer = make.asked(
            case.network(), case.source, case.destination, case.port, case.protocol, case.version
        )
        for blocker in answer.blockers:
            assert blocker.because.endswith("."), blocker.because
            assert len(blocker.because.split()) >= 5


def test_an_open_classroom_needs_nothing() -> None:
    where = classroom()
    for source, destination, port in (
        ("i-bastion", "db", None),
        ("i-app", "db", None),
        ("i-app", "s3", None),
        ("i-app", "internet", None),
        ("i-bastion", "internet", None),
        ("internet", "i-bastion", 22),
        ("i-bastion", "i-colleague", 22),
    ):
        assert make.asked(where, source, destination, port).reachable, (source, destination)
