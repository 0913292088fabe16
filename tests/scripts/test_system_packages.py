from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import system_packages
from scripts.errors import MissingError
from scripts.system_packages import NoServices, Requirement


def _requirement(name: str, found: str | None) -> Requirement:
    return Requirement(
        f"A {name}", lambda: found, (f"lib{name}",), f"apt: lib{name} · dnf: {name} · brew: {name}"
    )


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
    for word in ("apt: libkettle", "dnf: pot", "brew"):
        assert word in caught.value.hint


def test_what_is_missing_is_installed_at_once_where_that_can_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(system_packages, "can_install", lambda: True)
    monkeypatch.setattr(system_packages, "install", installed.extend)
    pot = Requirement("A pot", lambda: "Pot 3" if installed else None, ("libpot", "pot-tools"), "apt: libpot")
    said: list[str] = []
    assert system_packages.prepare([pot, _requirement("cup", "Cup 2")], said.append) == ["Pot 3", "Cup 2"]
    assert installed == ["libpot", "pot-tools"]
    assert "libpot" in said[0]


def test_what_is_only_wished_for_is_installed_or_told_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(system_packages, "install", installed.extend)
    pot = Requirement("A pot", lambda: "Pot 3" if installed else None, ("libpot",), "apt: libpot")
    said: list[str] = []
    monkeypatch.setattr(system_packages, "can_install", lambda: False)
    wished = [pot, _requirement("spoon", "Spoon 1")]
    assert system_packages.prepare([_requirement("cup", "Cup 2")], said.append, wished=wished) == [
        "Cup 2",
        "Spoon 1",
    ]
    assert said == ["A pot is missing; not everything needs it. apt: libpot"]
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
