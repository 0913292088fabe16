"""One local cloud of ours, shared by every test of a process that needs the AWS API but not the stack."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import hypothesis
import pytest
from xdist.workermanage import NodeManager

from scripts import aws
from scripts.config import Settings
from scripts.local_cloud.databases.servers import DatabaseServers
from scripts.local_cloud.localstack import LocalStack

# How long an example takes says more of what else the machine does than of the code.
hypothesis.settings.register_profile("lab", deadline=None)
hypothesis.settings.load_profile("lab")


@dataclass(frozen=True)
class Cloud:
    """A running local cloud.

    Attributes
    ----------
    settings
        Its own run-time folder and port.
    endpoint_url, local_dir
        The same, as they are used most.
    session
        boto3 session that talks to it.
    log
        What LocalStack printed.
    """

    settings: Settings
    endpoint_url: str
    local_dir: Path
    session: boto3.Session
    log: Path


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def own_settings() -> Iterator[Settings]:
    """Settings of a local cloud of the test's own, in a folder that only its owner can read."""
    with tempfile.TemporaryDirectory(prefix="lab-") as name:
        yield Settings(
            local_dir=Path(name) / ".local", gateway_port=free_port(), snapshot_dir=Path(name) / "snapshots"
        )


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """A LocalStack of ours on a free port, with a run-time folder of its own."""
    with own_settings() as settings:
        localstack = LocalStack(settings)
        process = localstack.start()
        try:
            yield Cloud(
                settings=settings,
                endpoint_url=f"http://127.0.0.1:{process.port}",
                local_dir=settings.local_dir,
                session=aws.session(settings),
                log=localstack.log,
            )
        finally:
            localstack.stop()
            DatabaseServers(settings.local_dir, process.epoch).delete_all()


@pytest.fixture(scope="session")
def client(cloud: Cloud) -> Callable[[str], Any]:
    """``client("ec2")``: a boto3 client of the shared local cloud, one for each service."""

    @cache
    def make(service: str) -> Any:
        return cloud.session.client(service)

    return make


#: Tests that share what is dear, by folder: the first that holds a test names its group.
_GROUPS = (
    "glue_jobs",
    "scripts/local_cloud/athena",
    "scripts/local_cloud/databases",
    "scripts/local_cloud",
    "scripts/seed",
    "scripts/labs",
    "scripts",
    "infrastructure",
    "e2e",
)


#: Groups that take longest, which are begun first.
_LONG = ("environment", "survival", "labs: answers", "scripts/labs", "scripts/local_cloud", "at work")

#: Seconds for a test that applies the stack: minutes of waiting, and many more on a machine that is busy.
_APPLY_LIMIT = 2400


def pytest_configure() -> None:
    """After Ctrl-C, give workers the time that a busy machine takes to stop the servers that they started."""
    # Those that have not ended by then are killed, and leave what they started.
    NodeManager.EXIT_TIMEOUT = 300


# Before pytest-xdist's own hook, which writes the groups into the tests' ids.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each group on one worker, so that its servers and plans are made once; be patient with applies."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).as_posix()
        if folder.startswith(("e2e/", "infrastructure/")):
            item.add_marker(pytest.mark.timeout(_APPLY_LIMIT))
        if item.get_closest_marker("xdist_group") is None:
            group = next((name for name in _GROUPS if folder.startswith(f"{name}/")), "rest")
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    marker = item.get_closest_marker("xdist_group")
    group = marker.args[0] if marker else ""
    return _LONG.index(group) if group in _LONG else len(_LONG)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to run where pytest-xdist lost the groups: every worker would make every server and plan."""
    is_worker = hasattr(session.config, "workerinput")
    if is_worker and session.config.getvalue("loadgroup"):
        lost = [item.nodeid for item in session.items if "@" not in item.nodeid.rpartition("]")[2]]
        if lost:
            raise pytest.UsageError(
                f"pytest-xdist does not see the group of {lost[0]} and {len(lost) - 1} more"
            )
