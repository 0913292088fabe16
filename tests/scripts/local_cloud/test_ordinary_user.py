"""An ordinary user, who may install nothing and write only what is theirs, is told what to do.

Where the tests run as root, a user namespace makes an ordinary user of it: root's rights stay outside, and
folders of other users stay closed.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.config import ROOT
from scripts.errors import ExitCode
from scripts.local_cloud.databases import binaries
from tests.conftest import free_port

Lab = Callable[..., subprocess.CompletedProcess[str]]

LAB = Path(sys.executable).with_name("lab")

ORDINARY = ["unshare", "--user", "--map-user=1000"]
#: Root of a namespace with mounts of its own, which can hide files from what it starts.
HIDING = ["unshare", "--user", "--map-root-user", "--mount"]


def _works(prefix: list[str]) -> bool:
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(
    not _works(HIDING) or not _works(ORDINARY), reason="this system gives no user namespaces"
)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Run a shell command with `lab` as an ordinary user."""

    def run(command: str, prefix: list[str] = ORDINARY, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ, "LAB_LOCAL_DIR": str(tmp_path / ".local"), "LAB_GATEWAY_PORT": str(free_port()),
        }  # fmt: skip
        done = subprocess.run(
            [*prefix, "sh", "-c", command.replace("lab ", f"{shlex.quote(str(LAB))} ", 1)],
            cwd=ROOT, env=environment | variables, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done

    return run


def test_without_database_servers_the_packages_are_named(lab: Lab) -> None:
    engines = ("mysql", "postgres")
    servers = {str(found.server) for engine in engines for found in binaries.installations(engine)}
    hide = "; ".join(f"mount --bind /dev/null {shlex.quote(server)}" for server in servers)
    done = lab(f"{hide}; exec {shlex.join(ORDINARY)} lab setup", HIDING)
    assert done.returncode == ExitCode.MISSING, done.stderr
    assert "A MySQL or MariaDB server is missing. A PostgreSQL server is missing." in done.stderr
    assert "apt: mariadb-server-core mariadb-client-core postgresql\n" in done.stderr
    assert "brew: mariadb postgresql" in done.stderr


def test_terraform_and_the_packages_are_named_at_once(lab: Lab, tmp_path: Path) -> None:
    servers = {str(found.server) for found in binaries.installations("mysql")}
    hide = "; ".join(f"mount --bind /dev/null {shlex.quote(server)}" for server in servers)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("mount", "unshare", "sh"):
        (tools / name).symlink_to(shutil.which(name) or name)
    done = lab(f"{hide}; exec {shlex.join(ORDINARY)} lab apply", HIDING, PATH=str(tools))
    assert done.returncode == ExitCode.MISSING, done.stderr
    assert "Terraform is not on PATH. A MySQL or MariaDB server is missing." in done.stderr
    assert "developer.hashicorp.com/terraform/install" in done.stderr
    assert "apt: mariadb-server-core mariadb-client-core" in done.stderr


@pytest.mark.parametrize("command", ["up", "snapshot save one", "clean"])
def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(
    lab: Lab, tmp_path: Path, command: str
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    done = lab(f"lab {command}", LAB_LOCAL_DIR=str(closed / ".local"))
    assert done.returncode == ExitCode.MISSING, done.stderr
    assert f"{closed}/.local cannot be written: Permission denied" in done.stderr
    assert "LAB_LOCAL_DIR" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
@pytest.mark.parametrize(("mode", "command"), [(0o755, "up"), (0o755, "clean"), (0o700, "status")])
def test_a_folder_of_another_user_is_left_alone(lab: Lab, tmp_path: Path, mode: int, command: str) -> None:
    theirs = tmp_path / ".local"
    theirs.mkdir()
    (theirs / "notes").write_text("theirs")
    theirs.chmod(mode)
    os.chown(theirs, 1234, 1234)
    done = lab(f"lab {command}")
    assert done.returncode == ExitCode.MISSING, done.stderr
    assert str(theirs) in done.stderr
    assert "Permission denied" in done.stderr
    assert [path.name for path in theirs.iterdir()] == ["notes"]
