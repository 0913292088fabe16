"""Killed in the middle of work: a clear message, and the documented next command brings everything back.

Told in order, on an environment of its own.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

from scripts import leftovers
from scripts.local_cloud.lifecycle import LocalCloud
from tests.conftest import own_settings
from tests.e2e.conftest import Environment, Running

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("survival")]

#: Seconds until a stack's slowest part has been begun, on a machine that is busy with other tests.
PATIENCE = 1200


@pytest.fixture(scope="module")
def fragile() -> Iterator[Environment]:
    with own_settings() as settings:
        made = Environment(settings)
        try:
            yield made
        finally:
            made.remove()


def _terraform_of(lab: Running) -> psutil.Process:
    """The Terraform that a command works with, as soon as there is one."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for each in psutil.Process(lab.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                # `terraform version` is asked before the command holds its lock.
                if any(part.startswith("-chdir=") for part in each.cmdline()):
                    return each
        assert lab.process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _kill_in_the_middle(environment: Environment, command: str, midway: Callable[[], bool]) -> None:
    """Kill Terraform alone when ``midway`` is true; `lab` must say so with the exit code for it."""
    lab = environment.start(command)
    deadline = time.monotonic() + PATIENCE
    while not midway():
        assert lab.process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)
    _terraform_of(lab).kill()
    lab.end(expect=4)


def _tear(environment: Environment, offset: int) -> None:
    """End the state after so many bytes: there Terraform may be killed while it writes it."""
    state = environment.settings.state_file
    assert state.stat().st_size > offset
    os.truncate(state, offset)


def _lose_the_copies(environment: Environment) -> None:
    for copy in environment.settings.terraform_dir.glob("terraform.tfstate.*"):
        copy.unlink()


def _db_instances(environment: Environment) -> int:
    if not LocalCloud(environment.settings).localstack.answers():
        return 0
    return len(environment.session.client("rds").describe_db_instances()["DBInstances"])


def test_after_terraform_was_killed_while_applying_apply_finishes_the_work(fragile: Environment) -> None:
    _kill_in_the_middle(fragile, "apply", lambda: _db_instances(fragile) == 2)
    # The worst that can be: all that Terraform knew is gone.
    _tear(fragile, 4_096)
    _lose_the_copies(fragile)
    told = fragile.lab("inspect", expect=4)
    assert "is cut off: Terraform was killed while it wrote it" in told.stderr
    told = fragile.lab("apply")
    assert "ends after 4,096 bytes" in told.stderr
    for orphan in ("DB instance sourcelab-mysql", "VPC vpc-", "key ", "bucket sourcelab-raw-"):
        assert f"  {orphan}" in told.stderr
    fragile.lab("status")
    fragile.lab("plan")


def test_a_torn_state_is_mended_by_every_command_that_needs_it(fragile: Environment) -> None:
    whole = fragile.settings.state_file.read_bytes()
    _tear(fragile, 131_072)
    told = fragile.lab("snapshot", "save", "torn", expect=4)
    assert "is cut off" in told.stderr
    told = fragile.lab("up")
    assert "is put in its place" in told.stderr
    assert fragile.settings.state_file.read_bytes() == whole
    _tear(fragile, 0)
    told = fragile.lab("plan")
    assert "No changes." in told.stderr


def test_two_commands_that_change_the_environment_do_not_run_at_once(fragile: Environment) -> None:
    first = fragile.start("plan")
    halted = _terraform_of(first)
    halted.suspend()
    try:
        told = fragile.lab("apply", expect=3)
    finally:
        halted.resume()
    assert "Another `lab` or `make` command" in told.stderr
    first.end(expect=0)


def test_after_terraform_was_killed_while_destroying_destroy_finishes_the_work(fragile: Environment) -> None:
    s3 = fragile.session.client("s3")
    _kill_in_the_middle(fragile, "destroy", lambda: not s3.list_buckets()["Buckets"])
    _tear(fragile, 0)
    told = fragile.lab("destroy")
    assert "ends after 0 bytes" in told.stderr
    assert leftovers.find(fragile.session, "sourcelab") == []
    assert LocalCloud(fragile.settings).servers() == ()


def test_after_a_reboot_nothing_is_taken_for_running_and_up_starts_a_clean_life(fragile: Environment) -> None:
    cloud = LocalCloud(fragile.settings)
    fragile.session.client("rds").create_db_instance(
        DBInstanceIdentifier="old", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="labadmin", MasterUserPassword="correct-horse",
    )  # fmt: skip
    fragile.session.client("rds").get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="old", WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )
    (server,) = cloud.servers()
    process = cloud.process()
    assert process is not None
    assert server.pid is not None
    for pid in (process.pid, server.pid):
        os.kill(pid, signal.SIGKILL)
    told = fragile.lab("status", expect=1)
    assert "make apply" in told.stdout
    fragile.lab("up")
    fragile.lab("status")
    assert cloud.servers() == ()
    assert not server.data_dir.exists()
