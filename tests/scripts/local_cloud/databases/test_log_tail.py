"""A log is read once and whole, whatever happens to its file."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.local_cloud.databases import log_tail
from scripts.local_cloud.databases.log_tail import Position, read_on, skip
from tests.scripts.local_cloud.databases.test_log_entries import POSTGRES


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "postgresql.log"


def take(path: Path, position: Position, *, looks: int = 1) -> list[str]:
    """What so many looks at a log give."""
    found = []
    for _ in range(looks):
        for entries in read_on(path, "postgresql", position):
            for entry in entries:
                found.append(entry.message)
                position.offset += entry.size
    return found


def write(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_the_last_entry_waits_until_nothing_follows_it(log: Path) -> None:
    position = Position()
    write(log, "one\ntwo\n")
    assert take(log, position) == ["one"]
    write(log, "\tof two\nthree\n")
    assert take(log, position) == ["two\n\tof two"]
    assert take(log, position) == ["three"]
    assert take(log, position) == []


def test_a_log_that_is_not_there_yet_is_read_once_it_is(log: Path) -> None:
    position = Position()
    assert take(log, position) == []
    log.touch()
    assert take(log, position) == []
    write(log, "one\n")
    assert take(log, position, looks=2) == ["one"]


def test_a_log_that_was_put_aside_is_read_to_its_end_before_the_new_one(log: Path) -> None:
    position = Position()
    write(log, "one\ntwo\n")
    assert take(log, position) == ["one"]
    write(log, "three\n")
    log.rename(log.with_name(f"{log.name}.1"))
    write(log, "four\n")
    assert take(log, position, looks=2) == ["two", "three", "four"]


def test_a_log_that_was_put_aside_and_removed_is_followed_by_the_new_one(log: Path) -> None:
    position = Position()
    write(log, "one\n")
    assert take(log, position, looks=2) == ["one"]
    log.unlink()
    write(log, "another\n")
    assert take(log, position, looks=2) == ["another"]


def test_a_log_that_was_copied_and_cut_off_is_read_from_the_copy_and_anew(log: Path) -> None:
    position = Position()
    write(log, "one\n")
    assert take(log, position, looks=2) == ["one"]
    write(log, "two\n")
    shutil.copy(log, log.with_name(f"{log.name}.1"))
    log.write_text("three\n")
    assert take(log, position, looks=2) == ["two", "three"]


def test_a_log_that_was_copied_back_is_read_on(log: Path) -> None:
    position = Position()
    write(log, "one\n")
    assert take(log, position, looks=2) == ["one"]
    content = log.read_text()
    log.unlink()
    write(log, f"{content}two\n")
    assert take(log, position, looks=2) == ["two"]


def test_what_could_not_be_delivered_is_given_again(log: Path) -> None:
    position = Position()
    write(log, "one\ntwo\nthree\n")
    before = replace(position)
    assert [entry.message for entry in next(read_on(log, "postgresql", position))] == ["one", "two"]
    assert position.offset == before.offset
    assert take(log, position, looks=2) == ["one", "two", "three"]


def test_what_is_skipped_is_not_read_later(log: Path) -> None:
    position = Position()
    write(log, "one\ntwo\n")
    skip(log, position)
    write(log, "three\n")
    assert take(log, position, looks=2) == ["three"]


def test_a_link_in_a_logs_place_is_not_followed(log: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for you\n")
    log.symlink_to(secret)
    position = Position()
    assert take(log, position, looks=2) == []
    skip(log, position)
    assert position == Position()


def test_a_long_log_comes_in_portions(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_tail, "PORTION", 64)
    lines = [f"line {number} {'x' * (number % 200)}" for number in range(100)]
    write(log, "".join(f"{line}\n" for line in lines))
    position = Position()
    # An entry that is longer than a portion is cut; nothing of it is lost.
    assert "".join(take(log, position, looks=2)) == "".join(lines)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, len(POSTGRES)), max_size=6), st.booleans())
def test_nothing_is_lost_or_doubled_however_the_server_writes(cuts: list[int], rotates: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        log = Path(name) / "postgresql.log"
        position = Position()
        taken = []
        edges = sorted({0, *cuts, len(POSTGRES)})
        for start, end in itertools.pairwise(edges):
            with log.open("ab") as file:
                file.write(POSTGRES[start:end])
            taken += take(log, position)
        if rotates:
            log.rename(log.with_name("postgresql.log.1"))
        taken += take(log, position, looks=2)
        assert "\n".join(taken) == POSTGRES.decode().rstrip("\n")
