"""Permissions and single rules: one can be had from the other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localstack.aws.api import CommonServiceException

from scripts.local_cloud.providers.ec2 import rules

GROUP, ACCOUNT = "sg-1", "000000000000"

PORTS = st.one_of(
    st.tuples(st.just("tcp"), st.integers(0, 1000), st.integers(1000, 65535)),
    st.tuples(st.just("udp"), st.integers(0, 1000), st.integers(1000, 65535)),
    st.tuples(st.just("icmp"), st.integers(-1, 20), st.integers(-1, 20)),
    st.just(("-1", -1, -1)),
    st.just(("50", -1, -1)),
)
PEERS = st.one_of(
    st.sampled_from(["10.0.0.0/8", "192.168.1.0/24"]).map(lambda cidr: {"CidrIpv4": cidr}),
    st.sampled_from(["::/0", "2600:1f18::/32"]).map(lambda cidr: {"CidrIpv6": cidr}),
    st.sampled_from(["pl-1", "pl-2"]).map(lambda name: {"PrefixListId": name}),
    st.sampled_from(["sg-1", "sg-2"]).map(
        lambda name: {"ReferencedGroupInfo": {"GroupId": name, "UserId": ACCOUNT}}
    ),
)


@st.composite
def single_rules(draw: st.DrawFn) -> dict[str, Any]:
    protocol, first, last = draw(PORTS)
    description = draw(st.none() | st.text(max_size=5))
    return {
        "GroupId": GROUP,
        "GroupOwnerId": ACCOUNT,
        "IsEgress": False,
        "IpProtocol": protocol,
        "FromPort": first,
        "ToPort": last,
        **draw(PEERS),
        **({} if description is None else {"Description": description}),
    }


def sortable(rule: dict[str, Any]) -> str:
    return repr(sorted(rule.items(), key=str))


@given(st.lists(single_rules(), max_size=12))
def test_rules_that_are_nested_and_expanded_again_are_the_same(given_rules: list[dict[str, Any]]) -> None:
    again = rules.expand(rules.group(given_rules), GROUP, ACCOUNT, egress=False)
    assert sorted(again, key=sortable) == sorted(given_rules, key=sortable)


@given(single_rules(), st.text(max_size=5))
def test_a_description_makes_no_other_rule(rule: dict[str, Any], description: str) -> None:
    assert rules.identity(rule) == rules.identity({**rule, "Description": description})


@pytest.mark.parametrize(
    ("given_cidr", "kept"), [("10.1.2.3/8", "10.0.0.0/8"), ("2600:1F18::1/32", "2600:1f18::/32")]
)
def test_a_block_is_kept_in_its_canonical_form(given_cidr: str, kept: str) -> None:
    assert rules.network(given_cidr) == kept


@pytest.mark.parametrize(
    ("asked", "name"),
    [("6", "tcp"), ("17", "udp"), ("1", "icmp"), ("58", "icmpv6"), ("TCP", "tcp"), ("all", "-1")],
)
def test_a_protocol_has_the_name_that_aws_shows(asked: str, name: str) -> None:
    permission = {"IpProtocol": asked, "FromPort": 1, "ToPort": 2}
    assert rules.ports(permission)[0] == name


@pytest.mark.parametrize(
    "permission",
    [
        {"IpProtocol": "tcp", "FromPort": 2, "ToPort": 1},
        {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 65536},
        {"IpProtocol": "256"},
        {},
    ],
)
def test_ports_and_protocols_that_cannot_be_are_refused(permission: dict[str, Any]) -> None:
    with pytest.raises(CommonServiceException) as refused:
        rules.ports(permission)
    assert refused.value.code == "InvalidParameterValue"
