"""Terraform that was not written for us applies, stays without a difference, and goes without a trace."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scripts import network_snapshot
from scripts.declarations import declared, plan
from scripts.reachability.readers import aws, terraform
from scripts.terraform_program import environment
from tests.conftest import Cloud
from tests.infrastructure.cases import INFRASTRUCTURE
from tests.infrastructure.foreign.inventory import inventory
from tests.infrastructure.foreign.life import LOCK_FILE, PLAN_FILE, Step, Terraform
from tests.infrastructure.foreign.networks import compared, documents_of

HERE = Path(__file__).parent

#: The slowest first: nearly all of the time is the provider waiting.
MODULES = (
    "web_and_data",
    "dual_stack",
    "secondary_ranges",
    "looked_up",
    "counted_network",
    "old_style_rules",
    "adopted_defaults",
    "connected_networks",
)
#: Those whose networks are wholly their own, in the region of the local cloud.
NETWORKS = ("dual_stack", "secondary_ranges", "counted_network", "old_style_rules", "connected_networks")
#: A Terraform with its provider holds some 600 MB.
AT_ONCE = 5

pytestmark = pytest.mark.xdist_group("foreign")


@dataclass(frozen=True)
class Lives:
    """What became of each module, its copy and its network; and what there was before any of them."""

    of: dict[str, Future[list[Step]]]
    copies: dict[str, Path]
    seen: dict[str, tuple[dict[str, Any], dict[str, Any]]]
    before: set[str]


@pytest.fixture(scope="module")
def lives(
    cloud: Cloud, client: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lives]:
    """All modules, living at the same time."""
    life = Terraform(
        tmp_path_factory.mktemp("foreign"), environment(cloud.settings), INFRASTRUCTURE / LOCK_FILE
    )
    copies = {name: life.copy(HERE / name) for name in MODULES}
    installed = life.install(copies[MODULES[0]])
    assert installed.code == 0, installed.said
    before = inventory(cloud.session)

    def end_databases() -> None:
        # The provider waits for 80 s when it deletes an instance; one that is gone already it just forgets.
        rds = client("rds")
        named = {"DBInstanceIdentifier": "shop-db"}
        with suppress(rds.exceptions.DBInstanceNotFoundFault):
            rds.delete_db_instance(**named, SkipFinalSnapshot=True)
            waiter = rds.get_waiter("db_instance_deleted")
            waiter.wait(**named, WaiterConfig={"Delay": 1, "MaxAttempts": 300})

    seen: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}

    def end(name: str) -> None:
        if name == "web_and_data":
            end_databases()
        elif name in NETWORKS:
            state = json.loads((copies[name] / "terraform.tfstate").read_text())
            seen[name] = state, network_snapshot.documents(cloud.session)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = {
            name: pool.submit(life.live, copies[name], partial(end, name), keep_plan=name in NETWORKS)
            for name in MODULES
        }
        yield Lives(futures, copies, seen, before)


@pytest.mark.parametrize("module", MODULES)
def test_a_foreign_module_applies_differs_in_nothing_and_is_destroyed(lives: Lives, module: str) -> None:
    steps = lives.of[module].result()
    for step in steps:
        assert step.code == 0, f"{module}: terraform {step.command} exited {step.code}\n{step.said}"
    assert [step.command for step in steps[-3:]] == ["apply", "plan", "destroy"]


@pytest.mark.parametrize("module", NETWORKS)
def test_the_network_is_the_same_from_aws_and_from_the_state(lives: Lives, module: str) -> None:
    lives.of[module].result()
    state, documents = lives.seen[module]
    declared_ = terraform.network(declared.of_state(state), source="the state")
    found = aws.network(documents_of(documents, set(declared_.vpcs)))
    assert [each for each in found.unmodelled if each.component not in aws.COMMANDS] == []
    assert compared(declared_, declared_) == compared(found, declared_)


@pytest.mark.parametrize("module", NETWORKS)
def test_nothing_of_the_network_dangles_before_it_is_applied(lives: Lives, module: str) -> None:
    lives.of[module].result()
    shown = json.loads((lives.copies[module] / PLAN_FILE).read_text())
    network = terraform.network(plan.of_plan(shown, HERE / module))
    unknown = {each for each in network.unmodelled if "left out" in each.consequence}
    # It looks its own endpoint's list up, which nobody can before there is one.
    looked_up = {each for each in unknown if each.component == "aws_vpc_security_group_egress_rule.s3"}
    assert unknown - looked_up == set()
    assert {each.what for each in network.unmodelled} & {"not declared here"} == set()


def test_nothing_is_left_of_any_of_them(lives: Lives, cloud: Cloud) -> None:
    for life in lives.of.values():
        life.result()
    assert sorted(inventory(cloud.session) - lives.before) == []


def test_every_module_of_the_folder_is_tried() -> None:
    assert {path.parent.name for path in HERE.glob("*/main.tf")} == set(MODULES)


def test_the_modules_are_formatted_as_terraform_wants_them(cloud: Cloud) -> None:
    checked = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", str(HERE)],
        env=environment(cloud.settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "")
