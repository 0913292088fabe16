from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import system_packages
from scripts.errors import MissingError
from scripts.system_packages import NoServices, Packages, Requirement, offered


def _requirement(name: str, found: str | None) -> Requirement:
    return Requirement(f"A {name}", lambda: found, Packages((f"lib{name}",), (name,), (name,)))


def test_while_packages_are_installed_no_service_may_start_and_afterwards_all_is_as_before(
    tmp_path: Path,
) -> None:
    policy = tmp_path / "policy-rc.d"
    with NoServices(policy) as folder:
        assert subprocess.run([policy, "postgresql", "start"], check=False).returncode == 101
        assert subprocess.run([folder / "pg_createcluster", "15", "main"], check=False).returncode == 0
    assert not policy.exists()
    assert not folder.exists()
    policy.write_text("#!/bin/sh\nexit 0\n")
    with NoServices(policy):
        pass
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_nothing_is_installed_where_nothing_is_missing() -> None:
    assert system_packages.prepare([_requirement("kettle", "Kettle 1.0")], pytest.fail) == ["Kettle 1.0"]


def test_who_cannot_install_is_told_all_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    kettle, pot = _requirement("kettle", None), _requirement("pot", None)
    with pytest.raises(MissingError, match="A kettle is missing") as caught:
        system_packages.prepare([kettle, _requirement("cup", "Cup 2")], pytest.fail)
    assert caught.value.exit_code == 3
    with pytest.raises(MissingError, match=r"A kettle is missing\. A pot is missing"):
        system_packages.require([kettle, pot])
    with pytest.raises(MissingError, match=r"A kettle is missing\. A pot is missing") as caught:
        system_packages.prepare([kettle, pot], pytest.fail)
    # Each line is what a package manager takes.
    assert caught.value.hint.splitlines() == [
        "Install:", "  apt: libkettle libpot", "  dnf: kettle pot", "  brew: kettle pot",
    ]  # fmt: skip


def test_what_is_missing_is_installed_at_once_where_that_can_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(system_packages, "can_install", lambda: True)
    monkeypatch.setattr(system_packages, "install", installed.extend)
    pot = Requirement("A pot", lambda: "Pot 3" if installed else None, Packages(("libpot", "pot-tools")))
    said: list[str] = []
    assert system_packages.prepare([pot, _requirement("cup", "Cup 2")], said.append) == ["Pot 3", "Cup 2"]
    assert installed == ["libpot", "pot-tools"]
    assert "libpot" in said[0]


def test_what_is_only_wished_for_is_installed_or_told_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(system_packages, "install", installed.extend)
    pot = Requirement("A pot", lambda: "Pot 3" if installed else None, Packages(("libpot",)))
    said: list[str] = []
    monkeypatch.setattr(system_packages, "can_install", lambda: False)
    wished = [pot, _requirement("spoon", "Spoon 1")]
    assert system_packages.prepare([_requirement("cup", "Cup 2")], said.append, wished=wished) == [
        "Cup 2",
        "Spoon 1",
    ]
    assert said == ["A pot is missing. Not everything needs it. apt: libpot"]
    monkeypatch.setattr(system_packages, "can_install", lambda: True)
    assert system_packages.prepare([_requirement("cup", "Cup 2")], said.append, wished=[pot]) == [
        "Cup 2",
        "Pot 3",
    ]
    assert installed == ["libpot"]
    installed.clear()

    def fails(_packages: object) -> None:
        raise MissingError("apt-get install failed: no network")

    monkeypatch.setattr(system_packages, "install", fails)
    assert system_packages.prepare([], said.append, wished=[pot]) == []
    assert "apt-get install failed: no network" in said


def test_what_is_wished_for_is_told_before_what_is_missing_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system_packages, "can_install", lambda: False)
    said: list[str] = []
    with pytest.raises(MissingError, match="A kettle is missing"):
        system_packages.prepare(
            [_requirement("kettle", None)], said.append, wished=[_requirement("pot", None)]
        )
    assert "libpot" in said[0]


def test_what_is_there_and_does_not_fit_is_told() -> None:
    kettle = Requirement("A kettle", lambda: None, Packages(("libkettle",)), lambda: ["Kettle 0.1 (/kettle)"])
    assert kettle.missing().what == "A kettle is missing (of no use: Kettle 0.1 (/kettle))."


@pytest.mark.skipif(not shutil.which("apt-cache"), reason="this system has no apt")
def test_of_alternatives_the_first_that_the_release_has_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("no-such-jre-headless | dpkg | apt") == "dpkg"
    assert offered("no-such-jre-headless") == "no-such-jre-headless"
    monkeypatch.setenv("PATH", "")
    assert offered("libkettle-1 | libkettle-2") == "libkettle-1 or libkettle-2"


@pytest.mark.skipif(not system_packages.can_install(), reason="only root of a system with apt can install")
def test_an_archive_that_cannot_be_asked_is_told_with_what_was_not_found_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lists" / "partial").mkdir(parents=True)
    (tmp_path / "sources.list").write_text("deb http://127.0.0.1:9/debian stable main\n")
    (tmp_path / "apt.conf").write_text(
        f'Dir::State::lists "{tmp_path}/lists";\nDir::Etc::sourcelist "{tmp_path}/sources.list";\n'
        f'Dir::Etc::sourceparts "-";\nDir::Cache "{tmp_path}";\nAcquire::Retries "0";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    with pytest.raises(MissingError) as caught:
        system_packages.install(["no-such-kettle"])
    assert "apt-get update failed:" in caught.value.what
    assert "127.0.0.1" in caught.value.what
    assert "apt-get install failed:\nE: Unable to locate package no-such-kettle" in caught.value.what
