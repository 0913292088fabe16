from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.errors import BadInputError, MissingError
from scripts.local_cloud.databases import binaries

MYSQL = "mysqld  Ver 8.0.40 for Linux on x86_64 (MySQL Community Server - GPL)"
MARIADB = "mariadbd  Ver 11.4.3-MariaDB for linux-systemd on x86_64"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no server but those that a test puts into this folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "_FOLDERS", ())
    return tmp_path


def _program(path: Path, said: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{said}'\n")
    path.chmod(0o755)
    return path


def test_the_servers_of_this_machine_are_found_in_their_real_folders() -> None:
    postgres = binaries.require("postgres")
    assert not postgres.server.is_symlink()
    assert postgres.tool("initdb").exists()
    assert postgres.series == postgres.major[:1]
    said = subprocess.check_output([binaries.require("mariadb").server, "--version"], text=True)
    assert binaries.require("mariadb").product in said


def test_mysql_is_preferred_for_mysql_and_mariadb_for_mariadb(path: Path) -> None:
    _program(path / "mysqld", MYSQL)
    _program(path / "mariadbd", MARIADB)
    assert str(binaries.require("mysql")) == "MySQL 8.0.40"
    assert str(binaries.require("mariadb")) == "MariaDB 11.4.3"
    assert binaries.require("mariadb").series == (11, 4)


def test_a_mysqld_that_is_a_mariadb_is_called_by_its_name(path: Path) -> None:
    (path / "mysqld").symlink_to(_program(path / "elsewhere" / "mariadbd", MARIADB))
    assert binaries.require("mysql") == binaries.Installation(
        path / "elsewhere" / "mariadbd", "MariaDB", "11.4.3"
    )


def test_the_newest_postgresql_is_taken_and_one_that_is_too_old_is_not(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("9.6.24", "15.18", "17.2"):
        folder = path / version.split(".")[0] / "bin"
        _program(folder / "postgres", f"postgres (PostgreSQL) {version} (Debian {version})")
    monkeypatch.setattr(binaries, "_FOLDERS", (str(path / "*" / "bin"),))
    assert [item.version for item in binaries.installations("postgres")] == ["17.2", "15.18"]


def test_what_is_missing_is_named_with_its_packages(path: Path) -> None:
    _program(path / "postgres", "something else altogether")
    for engine, package in (("mysql", "mariadb-server-core"), ("postgres", "postgresql")):
        assert binaries.find(engine) is None
        with pytest.raises(MissingError) as caught:
            binaries.require(engine)
        for word in ("apt", package, "dnf", "brew"):
            assert word in caught.value.hint
        assert caught.value.exit_code == 3


def test_an_unknown_engine_is_bad_input() -> None:
    with pytest.raises(BadInputError, match="oracle"):
        binaries.find("oracle")
