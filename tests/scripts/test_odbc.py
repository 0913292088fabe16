from __future__ import annotations

from pathlib import Path

import pytest

from scripts import odbc, system_packages
from scripts.errors import MissingError


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no driver but those that a test puts into this folder."""
    monkeypatch.setattr(odbc, "_FOLDERS", (f"{tmp_path}/usr/lib/*/odbc", f"{tmp_path}/lib64"))
    monkeypatch.setattr(odbc, "_REGISTERS", (f"{tmp_path}/etc",))
    for name in ("ODBCSYSINI", "ODBCINSTINI"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _file(path: Path, content: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_what_debian_installs_is_found_by_its_file_for_the_register_names_no_folder(machine: Path) -> None:
    _file(machine / "etc/odbcinst.ini", "[MariaDB Unicode]\nDriver=libmaodbc.so\nThreading=0\n")
    maria = _file(machine / "usr/lib/x86_64-linux-gnu/odbc/libmaodbc.so")
    _file(machine / "usr/lib/x86_64-linux-gnu/odbc/psqlodbca.so")
    unicode = _file(machine / "usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so")
    assert odbc.find("mysql") == odbc.Driver("mysql", maria)
    assert odbc.find("postgres") == odbc.Driver("postgres", unicode)


def test_a_registered_driver_goes_before_one_that_only_lies_there(machine: Path) -> None:
    own = _file(machine / "opt/own/libmaodbc.so")
    _file(machine / "lib64/libmaodbc.so")
    _file(machine / "etc/odbcinst.ini", f"[mine]\nDescription=%s\nDriver = {own}\n")
    assert odbc.find("mysql") == odbc.Driver("mysql", own)


def test_fedoras_entry_for_64_bits_counts_and_a_driver_that_is_gone_does_not(machine: Path) -> None:
    there = _file(machine / "there/psqlodbcw.so")
    gone = machine / "gone/libmaodbc.so"
    _file(
        machine / "etc/odbcinst.ini",
        f"[PostgreSQL]\nDriver=/usr/lib/psqlodbcw.so.none\nDriver64={there}\n[MariaDB]\nDriver={gone}\n",
    )
    assert odbc.find("postgres") == odbc.Driver("postgres", there)
    assert odbc.find("mysql") is None


def test_a_register_of_ones_own_is_read_too(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = _file(machine / "mine/psqlodbcw.so")
    _file(machine / "mine/odbcinst.ini", f"[PostgreSQL]\nDriver={driver}\n")
    monkeypatch.setenv("ODBCSYSINI", str(machine / "mine"))
    assert odbc.find("postgres") == odbc.Driver("postgres", driver)


def test_a_register_that_cannot_be_read_names_nothing(machine: Path) -> None:
    _file(machine / "etc/odbcinst.ini", "no section\n\xff")
    assert odbc.find("mysql") is None


def test_what_is_missing_is_told_with_the_packages_of_each_system(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_packages, "can_install", lambda: False)
    with pytest.raises(MissingError, match="The ODBC driver for PostgreSQL is missing") as caught:
        odbc.require("postgres")
    assert caught.value.exit_code == 3
    for word in ("apt: odbc-postgresql", "dnf: postgresql-odbc", "brew: psqlodbc"):
        assert word in caught.value.hint
    with pytest.raises(MissingError) as caught:
        system_packages.prepare(odbc.REQUIREMENTS, pytest.fail)
    assert "odbc-mariadb" in caught.value.hint
