"""The stack's plan as a network, whole before anything is applied: on the plans that the cases have made."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.declarations.plan import of_plan
from scripts.reachability import assertions
from scripts.reachability.model import Network
from scripts.reachability.readers import terraform
from tests.infrastructure.cases import CASES, INFRASTRUCTURE, load
from tests.infrastructure.conftest import _planner

pytestmark = pytest.mark.xdist_group("plans")


def planned(request: pytest.FixtureRequest, case: str) -> Network:
    outcome = _planner(request.config, request.session).outcome(load(CASES / "root" / f"{case}.yaml"))
    assert outcome.plan is not None, outcome.errors
    plan: dict[str, Any] = outcome.plan._raw
    return terraform.network(of_plan(plan, INFRASTRUCTURE))


def test_everything_of_the_plan_stands_somewhere_and_nothing_dangles(request: pytest.FixtureRequest) -> None:
    network = planned(request, "local")
    assert {each.what for each in network.unmodelled} == {"cidr_blocks", "network_acl_id"}
    names = {each.id: each.name.removeprefix("sourcelab-") for each in network.subnets.values()}

    def places(interfaces: tuple[str, ...]) -> set[str]:
        return {names[network.interfaces[each].subnet] for each in interfaces}

    assert {each.name: places(each.interfaces) for each in network.instances.values()} == {
        "sourcelab-application": {"application-us-east-1a"},
        "sourcelab-bastion": {"public-us-east-1a"},
    }
    databases = {"database-us-east-1a", "database-us-east-1b"}
    assert {each.id: (each.port, places(each.interfaces)) for each in network.db_instances.values()} == {
        "sourcelab-mysql": (3306, databases),
        "sourcelab-postgres": (5432, databases),
    }
    assert {each.id: places(each.interfaces) for each in network.glue_connections.values()} == {
        "sourcelab-source": {"application-us-east-1a"},
    }
    (balancer,) = network.load_balancers.values()
    assert places(balancer.interfaces) == {"public-us-east-1a", "public-us-east-1b"}
    assert [len(each.targets) for each in network.target_groups.values()] == [1]
    assert all(len(each.entries) > 3 for each in network.acls.values() if not each.default)
    assert {each.id for each in network.interfaces.values() if each.public_ip is None} == {
        each
        for one in (*network.db_instances.values(), *network.glue_connections.values())
        for each in one.interfaces
    } | {each for one in network.instances.values() if "application" in one.name for each in one.interfaces}


@pytest.mark.parametrize("case", ["local", "aws"])
def test_everybody_will_reach_whom_they_must_and_nobody_else(
    request: pytest.FixtureRequest, case: str
) -> None:
    verdicts = assertions.check(planned(request, case), INFRASTRUCTURE / "reachability.yaml")
    assert [str(each.connection) for each in verdicts if not each.holds or each.skipped] == []
