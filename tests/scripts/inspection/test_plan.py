"""A plan tells what will be, and what becomes of what there is."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.errors import BadInputError
from scripts.inspection import inventory
from scripts.inspection.model import Bucket, Mark, Route, RouteTable, SecurityGroup, Subnet, Vpc
from scripts.inspection.plan import of_plan

ACTIONS = {
    "aws_vpc.this": ["no-op"],
    "aws_subnet.new": ["create"],
    "aws_subnet.moved": ["delete", "create"],
    "aws_internet_gateway.this": ["update"],
    "aws_route_table.this": ["no-op"],
    "aws_route.new": ["create"],
    "aws_security_group.this": ["no-op"],
    "aws_vpc_security_group_ingress_rule.new": ["create"],
    "aws_s3_bucket.old": ["delete"],
}
VALUES: dict[str, dict[str, Any]] = {
    "aws_vpc.this": {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "tags": {"Name": "lab"}},
    "aws_subnet.new": {"cidr_block": "10.0.0.0/24", "availability_zone": "us-east-1a", "vpc_id": "vpc-1"},
    "aws_subnet.moved": {"cidr_block": "10.0.1.0/24", "availability_zone": "us-east-1b", "vpc_id": "vpc-1"},
    "aws_internet_gateway.this": {"id": "igw-1", "vpc_id": "vpc-1"},
    "aws_route_table.this": {"id": "rtb-1", "vpc_id": "vpc-1"},
    "aws_route.new": {
        "destination_cidr_block": "0.0.0.0/0", "route_table_id": "rtb-1", "gateway_id": "igw-1",
    },
    "aws_security_group.this": {"id": "sg-1", "name": "web", "vpc_id": "vpc-1"},
    "aws_vpc_security_group_ingress_rule.new": {
        "security_group_id": "sg-1", "cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp",
        "from_port": 443, "to_port": 443,
    },
}  # fmt: skip


def shown(**changed: Any) -> dict[str, Any]:
    def split(address: str) -> dict[str, Any]:
        kind, _, name = address.partition(".")
        return {"address": address, "mode": "managed", "type": kind, "name": name}

    return {
        "variables": {"name": {"value": "lab"}},
        "configuration": {"root_module": {"resources": [split(address) for address in ACTIONS]}},
        "planned_values": {
            "root_module": {"resources": [split(a) | {"values": values} for a, values in VALUES.items()]}
        },
        "resource_changes": [
            split(address)
            | {
                "change": {
                    "actions": actions,
                    "before": {"id": "old", "bucket": "old"} if "delete" in actions else {},
                }
            }
            for address, actions in ACTIONS.items()
        ],
    } | changed


def test_every_action_is_a_mark() -> None:
    marks = {each.address: each.mark for each in of_plan(shown(), "x").resources if each.address}
    assert marks == {
        "aws_vpc.this": Mark.NONE,
        "aws_subnet.new": Mark.CREATE,
        "aws_subnet.moved": Mark.REPLACE,
        "aws_internet_gateway.this": Mark.CHANGE,
        "aws_route_table.this": Mark.CHANGE,
        "aws_security_group.this": Mark.CHANGE,
        "aws_s3_bucket.old": Mark.DESTROY,
    }


def test_a_group_and_a_table_change_with_their_rules_and_routes() -> None:
    env = of_plan(shown(), "x")
    (table,) = env.of(RouteTable)
    assert Route("0.0.0.0/0", "igw-1", mark=Mark.CREATE) in table.routes
    (group,) = env.of(SecurityGroup)
    assert [(rule.traffic, rule.peer, rule.mark) for rule in group.rules] == [
        ("tcp 443", "0.0.0.0/0", Mark.CREATE)
    ]


def test_what_is_to_go_is_shown_as_it_is() -> None:
    (bucket,) = of_plan(shown(), "x").of(Bucket)
    assert (bucket.id, bucket.name, bucket.where) == ("old", "old", "s3://old")


def test_the_plan_is_summed_up_and_has_the_environments_name() -> None:
    env = of_plan(shown(), "x")
    assert env.name == "lab"
    assert env.source == "a plan: 3 to create, 1 to change, 1 to replace, 1 to destroy"
    nothing = shown(resource_changes=[], planned_values={}, variables={})
    assert (of_plan(nothing, "x").name, of_plan(nothing, "x").source) == ("x", "a plan: no changes")


def test_ids_that_are_known_are_used_and_others_are_addresses() -> None:
    env = of_plan(shown(), "x")
    assert [each.id for each in env.of(Vpc)] == ["vpc-1"]
    assert {each.id for each in env.of(Subnet)} == {"aws_subnet.new", "aws_subnet.moved"}
    assert all(line.id == "" for line in inventory.lines(env) if line.kind == "subnet")


def test_a_subnet_whose_table_an_apply_will_tell_is_not_put_under_the_main_one() -> None:
    plan = shown()
    resources = plan["planned_values"]["root_module"]["resources"]
    resources += [
        {
            "address": f"aws_route_table_association.{name}", "mode": "managed", "name": name,
            "type": "aws_route_table_association", "values": values,
        }
        for name, values in (("undecided", {"subnet_id": "aws_subnet.new"}),)
    ]  # fmt: skip
    resources.append(
        {
            "address": "aws_main_route_table_association.it", "mode": "managed", "name": "it",
            "type": "aws_main_route_table_association", "values": {"route_table_id": "rtb-1"},
        }
    )  # fmt: skip
    tiers = {each.address: each.tier for each in of_plan(plan, "x").of(Subnet)}
    assert tiers == {"aws_subnet.new": "unknown", "aws_subnet.moved": "public"}


@pytest.mark.parametrize(
    "given", [{}, {"planned_values": {}}, {"resource_changes": 1}, {"configuration": []}]
)
def test_what_is_no_plan_is_refused_saying_how_to_make_one(given: dict[str, Any]) -> None:
    with pytest.raises(BadInputError, match="lab plan --json"):
        of_plan(given, "x")
