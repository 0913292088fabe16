from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from filelock import FileLock

from scripts.errors import BadInputError, MissingError
from scripts.local_cloud.snapshots.safety import check_ours
from scripts.local_cloud.snapshots.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "snapshots")


def put(shelf: Shelf, name: str, content: str, *, replace: bool = False) -> None:
    with shelf.lock(), shelf.new(name, replace=replace) as folder:
        (folder / "file").write_text(content)


def test_a_snapshot_appears_is_replaced_and_goes_as_a_whole(shelf: Shelf) -> None:
    put(shelf, "one", "first")
    put(shelf, "two", "second")
    put(shelf, "one", "third", replace=True)
    assert shelf.names() == ["one", "two"]
    assert (shelf.find("one") / "file").read_text() == "third"
    with shelf.lock():
        shelf.delete("one")
    assert shelf.names() == ["two"]
    assert sorted(path.name for path in shelf.find("two").parent.iterdir()) == [".lock", "two"]


def test_a_name_that_is_taken_is_refused_and_what_has_it_stays(shelf: Shelf) -> None:
    put(shelf, "one", "first")
    with pytest.raises(BadInputError, match="already"):
        put(shelf, "one", "second")
    assert (shelf.find("one") / "file").read_text() == "first"


@pytest.mark.parametrize("name", ["", ".hidden", "../up", "a/b", "a b", "-dash", "x" * 64, "ä", "a\n"])
def test_a_name_that_could_be_a_path_or_an_option_is_refused(shelf: Shelf, name: str) -> None:
    with pytest.raises(BadInputError, match="cannot name"):
        put(shelf, name, "")
    with pytest.raises(BadInputError, match="cannot name"):
        shelf.find(name)


def test_a_failed_save_leaves_nothing_and_the_old_snapshot_as_it_was(shelf: Shelf) -> None:
    put(shelf, "one", "first")

    def fail_half_way() -> None:
        with shelf.lock(), shelf.new("one", replace=True) as folder:
            (folder / "file").write_text("half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "file")

    with pytest.raises(MissingError, match="No space is left for file"):
        fail_half_way()
    assert (shelf.find("one") / "file").read_text() == "first"
    assert not list(shelf.find("one").parent.glob(".new-*"))


def test_what_a_killed_command_left_is_cleared_away_or_finished(shelf: Shelf, tmp_path: Path) -> None:
    put(shelf, "one", "first")
    folder = tmp_path / "snapshots"
    # Killed while writing; between giving way and taking the place; before the old one was removed.
    (folder / ".new-abc").mkdir()
    (folder / "one").rename(folder / ".old-one")
    put(shelf, "two", "second")
    (folder / ".old-two").mkdir()
    (folder / ".gone-abc").mkdir()
    with shelf.lock():
        pass
    assert shelf.names() == ["one", "two"]
    assert (shelf.find("one") / "file").read_text() == "first"
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "one", "two"]


def test_one_command_at_a_time(shelf: Shelf, tmp_path: Path) -> None:
    with shelf.lock():
        pass
    with (
        FileLock(tmp_path / "snapshots" / ".lock"),
        pytest.raises(MissingError, match="Another command"),
        shelf.lock(),
    ):
        pass


def test_an_unknown_name_is_told_with_those_that_there_are(shelf: Shelf) -> None:
    with pytest.raises(BadInputError, match="There are: none"):
        shelf.find("one")
    put(shelf, "two", "")
    with pytest.raises(BadInputError, match="There are: two"):
        shelf.find("one")


def test_what_others_could_have_written_is_not_trusted(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir(mode=0o700)
    file = folder / "records"
    file.touch(mode=0o600)
    assert check_ours(folder) == folder
    file.chmod(0o622)
    with pytest.raises(MissingError, match="nobody else can write"):
        check_ours(folder)
    file.unlink()
    file.symlink_to("/etc/hostname")
    with pytest.raises(MissingError, match="nobody else can write"):
        check_ours(folder)
    file.unlink()
    tmp_path.chmod(0o777)
    with pytest.raises(MissingError, match="nobody else can write"):
        check_ours(folder)
