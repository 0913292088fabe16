"""A plan's resources are those that there will be, and, as they were, those that go."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.declarations.declared import Change
from scripts.declarations.plan import of_plan


def shown(address: str, actions: list[str], values: dict[str, Any] | None = None) -> dict[str, Any]:
    """A plan of one resource."""
    kind, _, name = address.partition(".")
    resource = {"address": address, "mode": "managed", "type": kind, "name": name}
    there = [] if values is None else [resource | {"values": values}]
    return {
        "variables": {"name": {"value": "lab"}},
        "configuration": {"root_module": {"resources": [resource]}},
        "planned_values": {"root_module": {"resources": there}},
        "resource_changes": [resource | {"change": {"actions": actions, "before": {"id": "vpc-old"}}}],
    }


@pytest.mark.parametrize(
    ("actions", "change"),
    [
        (["no-op"], Change.NONE),
        (["create"], Change.CREATE),
        (["update"], Change.CHANGE),
        (["create", "delete"], Change.REPLACE),
    ],
)
def test_what_there_will_be_tells_what_becomes_of_it(actions: list[str], change: Change) -> None:
    (vpc,) = of_plan(shown("aws_vpc.this", actions, {"cidr_block": "10.0.0.0/16"})).resources
    assert (vpc.change, vpc.values) == (change, {"cidr_block": "10.0.0.0/16"})


def test_what_goes_is_there_as_it_was() -> None:
    (vpc,) = of_plan(shown("aws_vpc.this", ["delete"])).resources
    assert (vpc.change, vpc.id) == (Change.DESTROY, "vpc-old")


def test_the_variables_are_known() -> None:
    assert of_plan(shown("aws_vpc.this", ["delete"])).variables == {"name": "lab"}
