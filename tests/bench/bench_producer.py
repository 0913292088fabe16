"""The producer of the lab `stream-and-queue`: records a second, with retry of those that fail.

The lab's reference solution, against a loop that puts the same records and asks nothing. They take turns, and
the best of each counts. Where the stream has many shards, none is ever full. Where it has four, it takes
4,000 records a second, and the producer has to put again what was refused: there the figure is held against
what those shards take.
"""

from __future__ import annotations

import json
import os
import runpy
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scripts.labs import manifest
from scripts.labs.stream_and_queue.sessions import sessions
from scripts.labs.work import learner_environment
from scripts.local_cloud.providers.kinesis.throughput import RECORDS_A_SECOND
from tests.bench.fresh_process import in_fresh_process
from tests.bench.measure import Aim, Baseline, Figure, seconds_of

if TYPE_CHECKING:
    from tests.bench.workplace import Workplace

LAB, EXERCISE = "stream-and-queue", "producer"
#: Shards of a stream that is never full, and of one that is.
MANY, FEW = 64, 4
BATCH = 500
TURNS = 3
LEAST = 3_000


@dataclass(frozen=True)
class Rates:
    """Records a second: of the loop, of the producer, and of the producer where shards are full."""

    loop: float
    producer: float
    full: float


def rates(environment: dict[str, str], count: int) -> Rates:
    """Measure in this process, which has these variables from now on."""
    os.environ.update(environment)
    import boto3  # noqa: PLC0415 - in the process that needs it

    kinesis: Any = boto3.client("kinesis")
    lab = manifest.find(LAB)
    send = runpy.run_path(str(lab.folder / "solution" / f"{EXERCISE}.py"))["send"]
    records = sessions(count)

    def stream(name: str, shards: int) -> str:
        kinesis.create_stream(StreamName=name, ShardCount=shards)
        kinesis.get_waiter("stream_exists").wait(StreamName=name)
        return name

    def loop(name: str) -> None:
        entries = [
            {"Data": json.dumps(each).encode(), "PartitionKey": each["session_id"]} for each in records
        ]
        for first in range(0, count, BATCH):
            kinesis.put_records(StreamName=name, Records=entries[first : first + BATCH])

    many = stream("bench-producer-many", MANY)
    bare, producer = 0.0, 0.0
    for _ in range(TURNS):
        bare = max(bare, count / seconds_of(lambda: loop(many)))
        # Shards that were used take as much as they can again.
        time.sleep(1.0)
        producer = max(producer, count / seconds_of(lambda: send(many, records)))
        time.sleep(1.0)
    few = stream("bench-producer-few", FEW)
    # What they take at once, as they are new, would flatter it.
    loop(few)
    return Rates(bare, producer, count / seconds_of(lambda: send(few, records)))


def run(at: Workplace) -> list[Figure]:
    """Sessions of 450 bytes, 500 a request, one process."""
    variables = learner_environment(at.cloud[0])
    at.say("producer: a loop, the producer, and the producer where shards are full")
    found = in_fresh_process(rates, variables, at.sizes.records // 2).result
    aim = Aim(least=LEAST)
    return [
        Figure(
            "with retry of failed records", found.producer, "records/s",
            Baseline("a bare loop of put_records", found.loop), aim,
        ),
        Figure(
            f"the same where {FEW} shards are full", found.full, "records/s",
            Baseline("what the shards take", FEW * RECORDS_A_SECOND), aim,
        ),
    ]  # fmt: skip
