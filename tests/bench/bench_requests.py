"""Requests a second that one LocalStack of ours answers, against requests that touch no service."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import boto3
import urllib3
from botocore.config import Config

from scripts.local_cloud.localstack import EPOCH_PATH
from tests.bench.measure import Baseline, Figure, seconds_of
from tests.bench.workplace import Workplace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

THREADS = 16
BODY = b"x" * 4096
Request = Callable[[int], object]


def run(at: Workplace) -> list[Figure]:
    """Each kind of request by itself, one after another and, for S3, from several threads."""
    settings, session = at.cloud
    at.say("requests to S3, DynamoDB and SQS")
    count = at.sizes.requests
    bare = Baseline("bare gateway requests, one connection", _bare(f"{settings.endpoint_url}", count))
    put, batch, send = _put(session), _batch_write(session), _send(session)
    return [
        Figure("S3 put_object of 4 KiB", _rate(put, count), "requests/s", bare),
        Figure(f"the same from {THREADS} threads", _rate(put, count, THREADS), "requests/s", bare),
        Figure("DynamoDB batch_write_item of 25", _rate(batch, count // 4), "requests/s", bare),
        Figure("SQS send_message_batch of 10", _rate(send, count // 4), "requests/s", bare),
    ]


def _rate(request: Request, count: int, threads: int = 1) -> float:
    request(0)  # loads the service, and opens the connection

    def all_of_them() -> None:
        if threads == 1:
            for number in range(count):
                request(number)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(request, range(count)))

    return count / seconds_of(all_of_them)


def _bare(endpoint: str, count: int) -> float:
    pool = urllib3.HTTPConnectionPool(
        endpoint.removeprefix("http://").split(":")[0], int(endpoint.split(":")[2])
    )
    return _rate(lambda _: pool.request("GET", EPOCH_PATH).data, count)


def _put(session: boto3.Session) -> Request:
    s3: S3Client = session.client("s3", config=Config(max_pool_connections=THREADS))
    s3.create_bucket(Bucket="bench")
    return lambda number: s3.put_object(Bucket="bench", Key=f"objects/{number}", Body=BODY)


def _batch_write(session: boto3.Session) -> Request:
    dynamodb: DynamoDBClient = session.client("dynamodb")
    dynamodb.create_table(
        TableName="bench",
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    numbers = itertools.count()

    def write(_: int) -> object:
        puts = [
            {"PutRequest": {"Item": {"Id": {"N": str(number)}, "Title": {"S": "x" * 100}}}}
            for number in itertools.islice(numbers, 25)
        ]
        return dynamodb.batch_write_item(RequestItems={"bench": puts})  # type: ignore[dict-item]

    return write


def _send(session: boto3.Session) -> Request:
    sqs: SQSClient = session.client("sqs")
    queue = sqs.create_queue(QueueName="bench")["QueueUrl"]
    entries = [{"Id": str(number), "MessageBody": "x" * 100} for number in range(10)]
    return lambda _: sqs.send_message_batch(QueueUrl=queue, Entries=entries)  # type: ignore[arg-type]
