"""Kinesis records a second: boto3 in threads, against one client in a loop and against the handler alone.

The handler alone is our provider's function for PutRecords, called in a loop in a process of its own: no
HTTP, no signature, no parsing. What lies between it and a client is LocalStack's gateway and boto3.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from scripts.config import LOCAL_ACCOUNT, LOCAL_REGION
from tests.bench.fresh_process import in_fresh_process
from tests.bench.measure import Baseline, Figure, seconds_of

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

    from tests.bench.workplace import Workplace

#: So many shards that none is full, whoever puts.
STREAM, SHARDS = "bench", 96
#: Records of one request: as many as AWS takes.
BATCH = 500
THREADS = 8


def entries(first: int) -> list[dict[str, Any]]:
    """The records of one request, such as the streaming lab's: about 200 bytes each."""
    return [
        {
            "Data": json.dumps({"session_id": number, "browse": "S18_1749," * 18}).encode(),
            "PartitionKey": f"{number}",
        }
        for number in range(first, first + BATCH)
    ]


def handler_alone(requests: int) -> float:
    """Records a second of the provider's PutRecords, called in this process."""
    from localstack.aws.api import RequestContext  # noqa: PLC0415 - two seconds, in the process that needs it
    from localstack.http import Request  # noqa: PLC0415

    from scripts.local_cloud.providers import kinesis  # noqa: PLC0415

    context = RequestContext(Request())
    context.account_id, context.region = LOCAL_ACCOUNT, LOCAL_REGION
    table = kinesis.build().skeleton.dispatch_table
    table["CreateStream"](context, {"StreamName": STREAM, "ShardCount": SHARDS})
    batches = [{"StreamName": STREAM, "Records": entries(number * BATCH)} for number in range(requests)]

    def loop() -> None:
        for batch in batches:
            table["PutRecords"](context, batch)

    return requests * BATCH / seconds_of(loop)


def run(at: Workplace) -> list[Figure]:
    """Records of 200 bytes, 500 a request."""
    requests = max(1, at.sizes.records // BATCH)
    at.say("kinesis: the handler alone")
    handler = Baseline("the handler alone", in_fresh_process(handler_alone, requests).result)
    client: KinesisClient = at.cloud[1].client("kinesis", config=Config(max_pool_connections=THREADS))
    client.create_stream(StreamName=STREAM, ShardCount=SHARDS)
    client.get_waiter("stream_exists").wait(StreamName=STREAM)
    at.say("kinesis: one client, then threads")
    one = requests * BATCH / seconds_of(lambda: _put(client, requests, 1))
    threads = requests * BATCH / seconds_of(lambda: _put(client, requests, THREADS))
    return [
        Figure("one boto3 client in a loop", one, "records/s", handler),
        Figure(f"boto3 in {THREADS} threads", threads, "records/s", Baseline("one client in a loop", one)),
        Figure(f"boto3 in {THREADS} threads", threads, "records/s", handler),
    ]


def _put(client: KinesisClient, requests: int, threads: int) -> None:
    def put(number: int) -> None:
        answer = client.put_records(StreamName=STREAM, Records=entries(number * BATCH))  # type: ignore[arg-type]
        if answer["FailedRecordCount"]:
            raise RuntimeError(f"{answer['FailedRecordCount']} records were refused")

    work: Callable[[int], None] = put
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(requests)))
