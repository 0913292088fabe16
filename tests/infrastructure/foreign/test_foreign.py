"""Terraform that was not written for us applies, stays without a difference, and goes without a trace."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.terraform import environment
from tests.conftest import Cloud
from tests.infrastructure.cases import INFRASTRUCTURE
from tests.infrastructure.foreign.inventory import inventory
from tests.infrastructure.foreign.life import LOCK_FILE, Step, Terraform

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
#: A Terraform with its provider holds some 600 MB.
AT_ONCE = 5

pytestmark = pytest.mark.xdist_group("foreign")


@dataclass(frozen=True)
class Lives:
    """What became of each module, and what there was before any of them."""

    of: dict[str, Future[list[Step]]]
    before: set[str]


@pytest.fixture(scope="module")
def lives(
    cloud: Cloud, client: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lives]:
    """All modules, living at the same time."""
    terraform = Terraform(
        tmp_path_factory.mktemp("foreign"), environment(cloud.settings), INFRASTRUCTURE / LOCK_FILE
    )
    copies = {name: terraform.copy(HERE / name) for name in MODULES}
    installed = terraform.install(copies[MODULES[0]])
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

    def nothing() -> None:
        pass

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield Lives(
            {
                name: pool.submit(
                    terraform.live, copies[name], end_databases if name == "web_and_data" else nothing
                )
                for name in MODULES
            },
            before,
        )


@pytest.mark.parametrize("module", MODULES)
def test_a_foreign_module_applies_differs_in_nothing_and_is_destroyed(lives: Lives, module: str) -> None:
    steps = lives.of[module].result()
    for step in steps:
        assert step.code == 0, f"{module}: terraform {step.command} exited {step.code}\n{step.said}"
    assert [step.command for step in steps] == ["apply", "plan", "destroy"]


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
