from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

from scripts.local_cloud.databases.journal import Entry, Journal
from scripts.local_cloud.databases.model import Address, ServerSpec
from scripts.local_cloud.processes import Process

ENTRY = Entry(
    spec=ServerSpec("db-A", "shop", "mysql", "8.0", 3306, "admin", None, {"a": "1"}, 1 << 31, ("x.y",)),
    epoch="1",
    address=Address("127.20.0.2", 3306),
    server="MariaDB 10.11.14",
    admin_password="secret",
    state="ready",
    process=Process(12, "3@boot"),
    unsupported={"b": "unknown"},
    pending_reboot=("c",),
)


def test_an_entry_is_read_as_it_was_written_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(ENTRY)
    assert journal.read("db-A") == ENTRY
    assert stat.S_IMODE(journal.file("db-A").stat().st_mode) == 0o600
    assert "secret" not in repr(ENTRY)


def test_entries_are_listed_by_identifier_and_forgotten_when_removed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    second = replace(ENTRY, spec=replace(ENTRY.spec, resource_id="db-0", identifier="zoo"))
    journal.write(second)
    journal.write(ENTRY)
    assert journal.entries() == [ENTRY, second]
    journal.remove("db-A")
    journal.remove("db-A")
    assert journal.entries() == [second]


def test_a_torn_or_strange_entry_is_damaged_and_no_reason_to_lose_the_others(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(ENTRY)
    whole = journal.file("db-A").read_text()
    for name, text in (("torn", whole[:100]), ("empty", ""), ("list", "[]"), ("other", '{"spec": 1}')):
        journal.file(name).write_text(text)
    journal.file("bad-port").write_text(whole.replace("3306", "33"))
    (tmp_path / ".db-B.json.x1").write_text("what a killed writer left")
    assert journal.entries() == [ENTRY]
    assert journal.damaged() == ["bad-port", "empty", "list", "other", "torn"]


def test_what_a_newer_version_adds_is_ignored(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(ENTRY)
    file = journal.file("db-A")
    file.write_text(file.read_text().replace('"epoch"', '"colour": "blue", "epoch"'))
    assert journal.read("db-A") == ENTRY
