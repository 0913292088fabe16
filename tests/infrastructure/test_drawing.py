"""The stack's plan as it is drawn: on the plans that the cases have made anyway."""

from __future__ import annotations

import pytest

from scripts.config import ROOT, Settings
from scripts.documentation import example, pages
from scripts.inspection import inspector
from scripts.inspection.drawing import compose
from scripts.inspection.model import (
    CatalogDatabase,
    DbInstance,
    DeliveryStream,
    Environment,
    GlueConnection,
    GlueJob,
    Instance,
    LoadBalancer,
    Mark,
    NatGateway,
    NetworkAcl,
    RouteTable,
    Rule,
    StateMachine,
    Subnet,
    WorkGroup,
)
from scripts.inspection.plan import of_plan
from tests.infrastructure.cases import CASES, load
from tests.infrastructure.conftest import _planner
from tests.scripts.inspection import geometry

pytestmark = pytest.mark.xdist_group("plans")


def shown(request: pytest.FixtureRequest, case: str) -> dict[str, object]:
    outcome = _planner(request.config, request.session).outcome(load(CASES / "root" / f"{case}.yaml"))
    assert outcome.plan is not None, outcome.errors
    plan: dict[str, object] = outcome.plan._raw
    return plan


def planned(request: pytest.FixtureRequest, case: str) -> Environment:
    return inspector.of_plan(Settings(), shown(request, case))


def test_the_drawing_of_the_readme_is_that_of_the_plan(request: pytest.FixtureRequest) -> None:
    drawing = example.drawing(shown(request, "local"), Settings())
    assert drawing == (ROOT / pages.DRAWING).read_text(), "stale: run `make docs` and commit what it wrote"


def test_the_plan_tells_where_everything_will_stand(request: pytest.FixtureRequest) -> None:
    env = planned(request, "local")
    names = {each.id: each.name for each in env.resources}

    def named(*ids: str) -> list[str]:
        return sorted(names[each].removeprefix("sourcelab-") for each in ids)

    assert {each.name: named(*each.subnets) for each in env.of(Instance)} == {
        "sourcelab-application": ["application-us-east-1a"],
        "sourcelab-bastion": ["public-us-east-1a"],
    }
    assert {each.name: named(*each.groups) for each in env.of(Instance)} == {
        "sourcelab-application": ["application"],
        "sourcelab-bastion": ["bastion"],
    }
    assert {each.name: named(*each.subnets) for each in env.of(NetworkAcl)} == {
        f"sourcelab-{tier}": [f"{tier}-us-east-1a", f"{tier}-us-east-1b"]
        for tier in ("public", "application", "database")
    }
    (balancer,) = env.of(LoadBalancer)
    assert named(*balancer.subnets) == ["public-us-east-1a", "public-us-east-1b"]
    assert [named(target.id) for target in balancer.listeners[0].targets] == [["application"]]
    assert all(len(each.subnets) == 2 and each.zone == "" for each in env.of(DbInstance))
    (connection,) = env.of(GlueConnection)
    assert named(*connection.subnets) == ["application-us-east-1a"]
    assert named(*connection.groups) == ["jobs"]
    assert named(connection.database) == ["mysql"]
    (job,), (catalog,), (group,) = env.of(GlueJob), env.of(CatalogDatabase), env.of(WorkGroup)
    lake = 'object_storage["lake"]'
    assert named(*job.connections) == ["source"]
    assert named(*job.buckets, catalog.bucket, group.bucket) == [lake] * 3
    assert job.catalogs == (catalog.id,)
    (machine,), (schedule, untold) = env.of(StateMachine), env.of(Rule)
    assert named(*machine.jobs, *machine.crawlers) == ["gold", "star-schema"]
    assert (machine.work_groups, schedule.targets) == ((group.id,), (machine.id,))
    assert (untold.hears, untold.topics) == ((machine.id,), machine.topics)
    (delivery,) = env.of(DeliveryStream)
    assert (names[delivery.source], names[delivery.bucket]) == (
        "sourcelab-browse-events",
        'object_storage["lake"]',
    )
    assert {each.mark for each in env.resources if each.address} == {Mark.CREATE}


def test_three_zones_with_a_gateway_each_are_drawn_readably(request: pytest.FixtureRequest) -> None:
    env = planned(request, "three_zones")
    zones = {each.zone for each in env.of(Subnet)}
    assert len(zones) == 3
    drawing = compose.draw(env)
    assert geometry.overlapping_texts(drawing.shapes) == []
    assert geometry.crossed_texts(drawing.shapes) == []
    assert geometry.beyond_the_page(drawing) == []


def test_without_the_sources_nothing_is_claimed_that_the_plan_does_not_tell(
    request: pytest.FixtureRequest,
) -> None:
    exact = planned(request, "local")
    coarse = of_plan(shown(request, "local"), "sourcelab")
    assert [each.id for each in coarse.resources] == [each.id for each in exact.resources]
    for less, more in zip(coarse.of(Instance), exact.of(Instance), strict=True):
        assert set(more.subnets) < set(less.subnets)
        assert set(more.groups) < set(less.groups)
    gateways = {each.id for each in coarse.of(NatGateway)}
    for table, same in zip(coarse.of(RouteTable), exact.of(RouteTable), strict=True):
        assert table == same
        assert all(
            route.target in gateways
            for route in table.routes
            if route.destination == "0.0.0.0/0" and "application" in table.name
        )
