"""What waits for delivery goes with a state that is saved, and is there when it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.local_cloud.delivery.processing import Record
from scripts.local_cloud.localstack import EPOCH_VARIABLE
from scripts.local_cloud.providers.firehose import delivering, destinations, store
from scripts.local_cloud.providers.firehose.store import DeliveryStream
from tests.conftest import free_port


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """``life("a")``: LocalStack's process in the life of that epoch."""
    monkeypatch.setenv("LAB_LOCAL_DIR", str(tmp_path))
    # Nobody listens there: what is taken in can only wait.
    monkeypatch.setenv("LAB_GATEWAY_PORT", str(free_port()))

    def end() -> None:
        if delivering.supervisor.cache_info().currsize:
            delivering.supervisor().stop()
        delivering.supervisor.cache_clear()
        dict.clear(store.stores)

    def begin(epoch: str) -> None:
        end()
        monkeypatch.setenv(EPOCH_VARIABLE, epoch)

    yield begin
    end()


def test_records_that_wait_are_saved_and_loaded_into_a_new_life(life: Any) -> None:
    extended = destinations.described({"RoleARN": "r", "BucketARN": "arn:aws:s3:::lake"})
    description = {
        "DeliveryStreamName": "out",
        "DeliveryStreamARN": "arn:aws:firehose:us-east-1:000000000000:deliverystream/out",
        "DeliveryStreamStatus": "ACTIVE",
        "VersionId": "1",
        "Destinations": [destinations.shown(extended)],
    }
    stream = DeliveryStream("id-1", description)
    life("first")
    store.shared_store().streams["out"] = stream
    delivering.supervisor().spool.append("id-1", [Record(b"waits", 1.0)], 1.0, ("shard", "7"))
    delivering.keep()
    kept = store.shared_store().undelivered
    delivering.drop_kept()
    assert store.shared_store().undelivered == {}

    life("second")
    store.shared_store().streams["out"] = stream
    store.shared_store().undelivered = kept
    delivering.bring_back()
    spool = delivering.supervisor().spool
    assert [record.data for record in spool.records("id-1", 10)] == [b"waits"]
    assert spool.positions("id-1") == {"shard": "7"}
    assert store.shared_store().undelivered == {}
    assert delivering.supervisor().ensure() == {"streams": 1, "running": True}
