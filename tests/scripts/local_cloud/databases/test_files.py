from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from scripts.errors import MissingError
from scripts.local_cloud.databases import files
from scripts.local_cloud.databases.files import UnsafeFolderError, secure_folder, write_atomic
from scripts.local_cloud.databases.launcher import User, servers_user
from scripts.local_cloud.databases.places import Place
from scripts.local_cloud.databases.servers import DatabaseServers

OURSELVES = User(os.geteuid(), os.getegid(), "us", switch=False)


def test_a_folder_that_another_could_change_or_planted_is_not_used(tmp_path: Path) -> None:
    assert stat.S_IMODE(secure_folder(tmp_path / "new").stat().st_mode) == 0o700
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "new")
    (tmp_path / "file").touch()
    for name in ("open", "link", "file"):
        with pytest.raises(UnsafeFolderError):
            secure_folder(tmp_path / name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else")
def test_a_folder_of_another_user_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", *servers_user().owner)
    with pytest.raises(UnsafeFolderError):
        secure_folder(tmp_path / "theirs")


def test_a_file_is_replaced_as_a_whole_and_a_failed_write_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomic(path, "new \ud800")
    assert path.read_text() == "old"
    write_atomic(path, "new", 0o640)
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_a_log_is_never_opened_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic"):
        files.open_log(tmp_path / "log", (os.geteuid(), os.getegid()))
    assert not (tmp_path / "victim").exists()


def test_a_full_disk_and_a_folder_that_cannot_be_made_are_told_plainly() -> None:
    with pytest.raises(MissingError, match="No space is left"), files.clear_errors():
        Path("/dev/full").write_text("a byte too many")
    with pytest.raises(MissingError, match="/proc/lab"):
        DatabaseServers(Path("/proc/lab"), "epoch")


def test_sockets_fit_into_107_bytes_however_long_the_local_folder_is(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    place = Place(secure_folder(deep / "databases"), OURSELVES)
    try:
        socket_path = place.folder("db-" + "X" * 60).sockets / ".s.PGSQL.65535.lock"
        assert len(os.fsencode(socket_path)) <= 107
        assert (place.root / "owner").read_text().strip() == str(deep / "databases")
        assert Place(deep / "databases", OURSELVES).root == place.root
    finally:
        files.remove_tree(place.root)


def test_an_ordinary_users_files_lie_in_the_local_folder_where_the_path_is_short() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        record = secure_folder(Path(folder) / "databases")
        assert Place(record, OURSELVES).root == record / "servers"
