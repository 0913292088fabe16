"""The spool: each step as a whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local_cloud.delivery.processing import Record
from scripts.local_cloud.delivery.spool import Batch, Spool, Waiting


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "spool.sqlite")
    yield made
    made.close()


def records(*data: bytes) -> list[Record]:
    return [Record(each, arrived=float(number)) for number, each in enumerate(data, start=1)]


def test_what_waits_is_known_at_once_and_by_what_came_since(spool: Spool) -> None:
    assert spool.waiting("s") == Waiting()
    spool.append("s", records(b"ab", b"c"), received=10.0)
    first = spool.waiting("s")
    assert (first.size, first.oldest) == (3, 10.0)
    spool.append("other", records(b"zzzz"), received=1.0)
    spool.append("s", records(b"defg"), received=20.0)
    assert spool.waiting("s", first) == spool.waiting("s")
    assert (spool.waiting("s").size, spool.waiting("s").oldest) == (7, 10.0)


def test_a_batch_ends_with_the_record_that_fills_it(spool: Spool) -> None:
    spool.append("s", records(b"aa", b"bb", b"cc"), received=1.0)
    cut = spool.cut("s", 3)
    assert cut is not None
    last, oldest = cut
    assert [record.data for record in spool.records("s", last)] == [b"aa", b"bb"]
    assert oldest == 1.0
    assert spool.cut("nothing", 3) is None


def test_a_delivered_batch_is_struck_off_with_its_records_alone(spool: Spool) -> None:
    spool.append("s", records(b"a", b"b"), received=1.0)
    last = spool.waiting("s").last
    spool.plan("s", Batch(last, {"version": "1"}))
    spool.append("s", records(b"later"), received=2.0)
    assert spool.batch("s") == Batch(last, {"version": "1"})
    spool.delivered("s", last)
    assert spool.batch("s") is None
    assert [record.data for record in spool.records("s", last + 10)] == [b"later"]


def test_positions_belong_to_one_life_of_the_source(spool: Spool) -> None:
    spool.begin_source("s", 100.0)
    spool.append("s", records(b"a"), 1.0, ("shard-1", "7"))
    assert (spool.source("s"), spool.positions("s")) == (100.0, {"shard-1": "7"})
    spool.begin_source("s", 200.0)
    assert (spool.source("s"), spool.positions("s")) == (200.0, {})
    assert spool.waiting("s").size == 1


def test_what_is_too_old_is_dropped_with_its_plan(spool: Spool) -> None:
    spool.append("s", records(b"old"), received=1.0)
    spool.plan("s", Batch(spool.waiting("s").last, {}))
    spool.append("s", records(b"new"), received=5.0)
    assert spool.expire("s", before=0.5) == 0
    assert spool.batch("s") is not None
    assert spool.expire("s", before=2.0) == 1
    assert spool.batch("s") is None
    assert spool.waiting("s").size == 3


def test_what_is_exported_is_there_again_in_another_file(spool: Spool, tmp_path: Path) -> None:
    spool.append("s", records(b"a", b"b"), 1.0, ("shard-1", "7"))
    spool.plan("s", Batch(1, {"version": "2"}))
    other = Spool(tmp_path / "other.sqlite")
    other.append("gone", records(b"x"), 1.0)
    other.restore(spool.export())
    assert other.export() == spool.export()
    assert other.waiting("gone") == Waiting()
    other.close()


def test_a_forgotten_stream_leaves_nothing(spool: Spool) -> None:
    spool.begin_source("s", 1.0)
    spool.append("s", records(b"a"), 1.0, ("shard-1", "7"))
    spool.plan("s", Batch(1, {}))
    spool.failed("s", "S3.NoSuchBucket", "gone")
    assert spool.failures() == {"s": ("S3.NoSuchBucket", "gone")}
    spool.forget("s")
    assert not any(spool.export().values())


_WRITER = """
import sys
from pathlib import Path
from scripts.local_cloud.delivery.processing import Record
from scripts.local_cloud.delivery.spool import Spool
spool = Spool(Path(sys.argv[1]))
for number in range(1_000_000):
    spool.append("s", [Record(b"x" * 500, 1.0)] * 40, 1.0, ("shard", str(number)))
    if number == 20:
        print("going", flush=True)
"""


def test_a_killed_writer_leaves_records_and_position_in_step(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    with writer.stdout:
        assert writer.stdout.readline() == b"going\n"
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
    spool = Spool(path)
    written = len(spool.records("s", spool.waiting("s").last))
    assert written == 40 * (int(spool.positions("s")["shard"]) + 1)
    assert written >= 40 * 21
    spool.close()
