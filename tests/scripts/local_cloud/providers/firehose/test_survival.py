"""Whatever is killed: nothing lost, nothing twice, no process left."""

from __future__ import annotations

import json
import os
import signal
import threading
import time

import psutil

from scripts import aws
from scripts.config import Settings
from scripts.local_cloud import status
from scripts.local_cloud.delivery import recovery, report
from scripts.local_cloud.lifecycle import LocalCloud
from scripts.local_cloud.localstack import LocalStack
from tests.conftest import Cloud, own_settings
from tests.scripts.local_cloud.providers.firehose.conftest import Lab, make_role, unique
from tests.waiting import wait_for

RECORDS = 20_000


def alive(settings: Settings) -> report.Running | None:
    found = report.running(settings)
    return found if found and found.alive else None


def kill(settings: Settings) -> int:
    """Kill the delivery process as soon as there is one; its pid."""
    process = wait_for(lambda: alive(settings))
    os.kill(process.pid, signal.SIGKILL)
    return process.pid


def test_20000_records_arrive_once_each_though_the_process_is_killed_again_and_again(
    cloud: Cloud, lab: Lab
) -> None:
    stream = lab.stream(shards=2)
    name = lab.deliver(
        stream,
        CompressionFormat="GZIP",
        ProcessingConfiguration={"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord"}]},
    )
    direct = lab.deliver(
        Prefix="direct/",
        ProcessingConfiguration={"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord"}]},
    )
    padding = "x" * 150
    records = [json.dumps({"n": number, "padding": padding}).encode() for number in range(RECORDS)]
    enough = threading.Event()

    def produce() -> None:
        for first in range(0, RECORDS, 1000):
            lab.put(stream, *records[first : first + 1000])
            lab.client("firehose").put_record_batch(
                DeliveryStreamName=direct,
                Records=[{"Data": b"%d" % number} for number in range(first, first + 400)],
            )
            # Slow enough for the kills to fall into every step of it, and the last step to see one.
            enough.wait(0.2 if first + 1000 < RECORDS - 1000 else None)

    producer = threading.Thread(target=produce)
    producer.start()
    killed = set()
    while producer.is_alive():
        killed.add(kill(cloud.settings))
        if len(killed) >= 3:
            enough.set()
        # A process needs about a second until it delivers: some of them live to do so, others do not.
        time.sleep(0.6 + 0.5 * (len(killed) % 4))
    producer.join()
    assert len(killed) >= 3
    wait_for(lambda: len(lab.lines("2")) >= RECORDS)
    wait_for(lambda: len(lab.lines("direct/")) >= 20 * 400)
    # Whatever would come twice has had the time to.
    time.sleep(1.5)
    assert sorted(json.loads(line)["n"] for line in lab.lines("2")) == list(range(RECORDS))
    expected = [number for first in range(0, RECORDS, 1000) for number in range(first, first + 400)]
    assert sorted(map(int, lab.lines("direct/"))) == expected
    assert all(f"{name}-1-" in key for key in lab.objects("2"))


def test_a_halted_process_is_replaced_when_it_is_asked_for(cloud: Cloud, lab: Lab) -> None:
    lab.deliver()
    halted = wait_for(lambda: alive(cloud.settings))
    os.kill(halted.pid, signal.SIGSTOP)
    wait_for(lambda: not halted.alive)
    assert recovery.ensure(cloud.settings.gateway_port)
    replaced = wait_for(lambda: alive(cloud.settings))
    assert replaced.pid != halted.pid
    assert not psutil.pid_exists(halted.pid)


def test_status_shows_the_process_and_what_keeps_it_from_delivering(cloud: Cloud, lab: Lab) -> None:
    def line() -> status.Part | None:
        shown = {part.name: part for part in status.parts(LocalCloud(cloud.settings))}
        return shown.get("firehose: delivery")

    name = lab.deliver(BucketARN=f"arn:aws:s3:::{unique('nowhere')}")
    lab.client("firehose").put_record(DeliveryStreamName=name, Record={"Data": b"x"})
    found = wait_for(lambda: part if (part := line()) and "S3.NoSuchBucket" in part.health else None)
    assert (found.kind, found.down) == ("real", False)
    assert found.memory_bytes
    lab.client("firehose").delete_delivery_stream(DeliveryStreamName=lab.made.pop())
    wait_for(lambda: line() is None)


def deliver_nowhere(settings: Settings) -> report.Running:
    """Have a local cloud of the test's own deliver; the process that does."""
    session = aws.session(settings)
    lab = Lab(session, make_role(session), "no-such-bucket")
    lab.client("firehose").put_record(DeliveryStreamName=lab.deliver(), Record={"Data": b"x"})
    return wait_for(lambda: alive(settings))


def test_the_process_ends_with_localstack_stopped_or_killed_and_the_next_life_begins_without_it() -> None:
    with own_settings() as settings:
        localstack = LocalStack(settings)
        spools = settings.local_dir / "firehose"
        try:
            localstack.start()
            process = deliver_nowhere(settings)
            localstack.stop()
            assert not psutil.pid_exists(process.pid)

            running = localstack.start()
            assert recovery.ensure(settings.gateway_port)
            assert (
                aws.session(settings).client("firehose").list_delivery_streams()["DeliveryStreamNames"] == []
            )
            process = deliver_nowhere(settings)
            assert [path.stem for path in spools.glob("*.sqlite")] == [running.epoch]
            os.kill(running.pid, signal.SIGKILL)
            wait_for(lambda: not psutil.pid_exists(process.pid))
        finally:
            localstack.stop()
