"""Records arrive in the lake: where AWS puts them, when it does, and each once."""

from __future__ import annotations

import base64
import gzip
import json
import re
import sqlite3
import time
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.local_cloud.delivery import recovery, report
from tests.conftest import Cloud
from tests.scripts.local_cloud.providers.firehose.conftest import Lab, unique
from tests.waiting import wait_for

LINES: dict[str, Any] = {"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord"}]}
FULL_BUFFER = {"SizeInMBs": 1, "IntervalInSeconds": 900}
NAME = r"{name}-1-\d{4}(-\d\d){5}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def test_records_put_into_the_stream_arrive_under_the_prefix(lab: Lab) -> None:
    stream = lab.stream()
    lab.put(stream, b"put before there was a delivery stream")
    name = lab.deliver(
        stream,
        Prefix="events/year=!{timestamp:yyyy}/month=!{timestamp:MM}/",
        ErrorOutputPrefix="errors/!{firehose:error-output-type}/",
        CompressionFormat="GZIP",
        ProcessingConfiguration=LINES,
    )
    lab.put(stream, b"first", b"second", key="one shard")
    (key,) = wait_for(lab.objects)
    now = datetime.now(UTC)
    assert re.fullmatch(
        rf"events/year={now.year}/month={now.month:02d}/" + NAME.replace("{name}", name) + r"\.gz", key
    )
    assert lab.content() == b"first\nsecond\n"


def test_a_shard_that_another_reader_uses_up_is_read_later_and_that_is_no_failure(
    cloud: Cloud, lab: Lab
) -> None:
    stream = lab.stream()
    lab.deliver(stream, Prefix="late/")
    greedy = cloud.session.client("kinesis", config=Config(retries={"total_max_attempts": 1}))
    iterator = greedy.get_shard_iterator(
        StreamName=stream, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    lab.put(stream, b"patience")
    delivery = wait_for(lambda: report.running(cloud.settings))
    refused = 0
    while refused < 300:
        try:
            greedy.get_records(ShardIterator=iterator)
        except greedy.exceptions.ProvisionedThroughputExceededException:
            refused += 1
        assert delivery.failures() == []
    wait_for(lambda: lab.objects("late/"))
    assert lab.content("late/") == b"patience"


def test_a_bucket_that_refuses_plain_http_gets_its_records_too(lab: Lab) -> None:
    arn = f"arn:aws:s3:::{lab.bucket}"
    plain = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [plain]})
    lab.client("s3").put_bucket_policy(Bucket=lab.bucket, Policy=policy)
    try:
        name = lab.deliver(Prefix="secure/")
        lab.client("firehose").put_record(DeliveryStreamName=name, Record={"Data": b"one"})
        wait_for(lambda: lab.objects("secure/"))
    finally:
        lab.client("s3").delete_bucket_policy(Bucket=lab.bucket)


def test_records_put_directly_are_joined_as_they_are_under_the_hour(lab: Lab) -> None:
    # Delivered when they are enough: an interval may be over between two of them.
    name = lab.deliver(Prefix="raw-", BufferingHints=FULL_BUFFER)
    firehose, rest = lab.client("firehose"), [b"x" * 600_000, b"y" * 600_000]
    answer = firehose.put_record(DeliveryStreamName=name, Record={"Data": b"a"})
    assert len(answer["RecordId"]) > 100
    batch = firehose.put_record_batch(
        DeliveryStreamName=name, Records=[{"Data": each} for each in (b"b", b"c", *rest)]
    )
    assert (batch["FailedPutCount"], len(batch["RequestResponses"])) == (0, 4)
    (key,) = wait_for(lab.objects)
    assert re.fullmatch(r"raw-\d{4}/\d\d/\d\d/\d\d/" + NAME.replace("{name}", name), key)
    assert lab.content() == b"".join([b"abc", *rest])


def test_a_full_buffer_is_delivered_before_the_interval(lab: Lab) -> None:
    name = lab.deliver(BufferingHints=FULL_BUFFER, CompressionFormat="ZIP")
    put = lab.client("firehose").put_record_batch
    records = [{"Data": b"x" * 500_000}, {"Data": b"y" * 500_000}, {"Data": b"z" * 500_000}]
    put(DeliveryStreamName=name, Records=[*records, {"Data": b"waits"}])
    (key,) = wait_for(lab.objects)
    archive = zipfile.ZipFile(BytesIO(lab.client("s3").get_object(Bucket=lab.bucket, Key=key)["Body"].read()))
    (entry,) = archive.namelist()
    assert archive.read(entry) == b"x" * 500_000 + b"y" * 500_000 + b"z" * 500_000


@pytest.mark.parametrize("kinesis", [True, False], ids=["of a Kinesis stream", "put directly"])
def test_limits_of_putting_records_are_those_of_aws(lab: Lab, kinesis: bool) -> None:
    firehose = lab.client("firehose")
    name = lab.deliver(lab.stream() if kinesis else None)
    if kinesis:
        with pytest.raises(firehose.exceptions.InvalidArgumentException, match="not permitted"):
            firehose.put_record(DeliveryStreamName=name, Record={"Data": b"x"})
        return
    with pytest.raises(ClientError, match="ValidationException"):
        firehose.put_record(DeliveryStreamName=name, Record={"Data": b"x" * (1000 * 1024 + 1)})
    with pytest.raises(ClientError, match="ValidationException"):
        firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"x"}] * 501)
    with pytest.raises(firehose.exceptions.InvalidArgumentException, match="4 MB"):
        firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"x" * 1_000_000}] * 5)
    with pytest.raises(firehose.exceptions.ResourceNotFoundException):
        firehose.put_record(DeliveryStreamName="nobody", Record={"Data": b"x"})


def test_records_that_cannot_be_processed_go_to_the_error_prefix_and_are_logged(lab: Lab) -> None:
    logs, group = lab.client("logs"), unique("/aws/kinesisfirehose/test")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="DestinationDelivery")
    name = lab.deliver(
        Prefix="good/",
        ErrorOutputPrefix="bad/!{firehose:error-output-type}/",
        ProcessingConfiguration={
            "Enabled": True,
            "Processors": [{"Type": "Decompression"}, *LINES["Processors"]],
        },
        S3BackupMode="Enabled",
        S3BackupConfiguration={**lab.destination(), "Prefix": "backup/"},
        CloudWatchLoggingOptions={
            "Enabled": True,
            "LogGroupName": group,
            "LogStreamName": "DestinationDelivery",
        },
    )
    good, bad = gzip.compress(b"good"), b"not compressed"
    lab.client("firehose").put_record_batch(DeliveryStreamName=name, Records=[{"Data": good}, {"Data": bad}])
    (line,) = wait_for(lambda: lab.lines("bad/decompression-failed/"))
    failed = json.loads(line)
    assert base64.b64decode(failed["rawData"]) == bad
    assert failed["errorCode"] == "Decompression.InvalidData"
    assert lab.content("good/") == b"good\n"
    assert lab.content("backup/") == good + bad
    (event,) = wait_for(
        lambda: logs.get_log_events(logGroupName=group, logStreamName="DestinationDelivery")["events"]
    )
    logged = json.loads(event["message"])
    assert logged["errorCode"] == "Decompression.InvalidData"
    assert logged["deliveryStreamARN"].endswith(name)


def test_a_missing_bucket_is_logged_and_tried_again_until_it_is_there(lab: Lab) -> None:
    logs, group, bucket = lab.client("logs"), unique("/aws/kinesisfirehose/test"), unique("late")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="errors")
    logging = {"Enabled": True, "LogGroupName": group, "LogStreamName": "errors"}
    stream = lab.stream()
    lab.deliver(stream, BucketARN=f"arn:aws:s3:::{bucket}", CloudWatchLoggingOptions=logging)
    lab.put(stream, b"patient")
    event = wait_for(lambda: logs.get_log_events(logGroupName=group, logStreamName="errors")["events"])[0]
    logged = json.loads(event["message"])
    assert logged["errorCode"] == "S3.NoSuchBucket"
    assert logged["destination"] == f"arn:aws:s3:::{bucket}"
    lab.client("s3").create_bucket(Bucket=bucket)
    lab.bucket = bucket
    wait_for(lab.objects)
    assert lab.content() == b"patient"


def test_records_that_wait_go_where_an_update_sends_them(lab: Lab) -> None:
    firehose = lab.client("firehose")
    name = lab.deliver(BucketARN=f"arn:aws:s3:::{unique('nowhere')}", Prefix="old/")
    firehose.put_record(DeliveryStreamName=name, Record={"Data": b"x"})
    # An attempt has failed by now, or is about to: both ways end in the same place.
    time.sleep(1.2)
    firehose.update_destination(
        DeliveryStreamName=name,
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"BucketARN": f"arn:aws:s3:::{lab.bucket}", "Prefix": "new/"},
    )
    (key,) = wait_for(lab.objects)
    assert key.startswith("new/")
    assert f"/{name}-2-" in key
    assert lab.content() == b"x"


def test_shards_that_split_and_merge_are_read_once_and_in_order(lab: Lab) -> None:
    kinesis, stream = lab.client("kinesis"), lab.stream()
    lab.deliver(stream, ProcessingConfiguration=LINES)

    def put(first: int, last: int) -> None:
        for key in ("a", "b"):
            lab.put(stream, *(f"{key}{number:04d}".encode() for number in range(first, last)), key=key)

    put(0, 300)
    kinesis.split_shard(
        StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127)
    )
    put(300, 600)
    kinesis.merge_shards(
        StreamName=stream,
        ShardToMerge="shardId-000000000001",
        AdjacentShardToMerge="shardId-000000000002",
    )
    put(600, 900)
    wait_for(lambda: len(lab.lines()) >= 1800)
    # Objects are listed by name, so by the second only: within each, and of each key, the order holds.
    s3 = lab.client("s3")
    for key in lab.objects():
        lines = s3.get_object(Bucket=lab.bucket, Key=key)["Body"].read().splitlines()
        for letter in (b"a", b"b"):
            of_key = [line for line in lines if line.startswith(letter)]
            assert of_key == sorted(of_key)
    assert sorted(lab.lines()) == sorted(
        f"{key}{number:04d}".encode() for key in "ab" for number in range(900)
    )


def test_a_source_that_is_deleted_and_made_anew_is_read_from_its_beginning(lab: Lab) -> None:
    kinesis, stream = lab.client("kinesis"), lab.stream()
    lab.deliver(stream, ProcessingConfiguration=LINES)
    lab.put(stream, b"first life")
    wait_for(lab.objects)
    kinesis.delete_stream(StreamName=stream)
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    lab.put(stream, b"second life")
    wait_for(lambda: len(lab.lines()) >= 2)
    assert sorted(lab.lines()) == [b"first life", b"second life"]


def test_a_deleted_delivery_stream_delivers_nothing_more(cloud: Cloud, lab: Lab) -> None:
    firehose, name = lab.client("firehose"), lab.deliver(BufferingHints=FULL_BUFFER)
    (spool,) = (cloud.local_dir / "firehose").glob("*.sqlite")
    late = uuid.uuid4().hex.encode()

    def kept() -> int:
        with closing(sqlite3.connect(spool)) as database:
            ((count,),) = database.execute("SELECT COUNT(*) FROM records WHERE data = ?", (late,))
        return int(count)

    firehose.put_record(DeliveryStreamName=name, Record={"Data": late})
    assert kept() == 1
    firehose.delete_delivery_stream(DeliveryStreamName=lab.made.pop())
    with pytest.raises(firehose.exceptions.ResourceNotFoundException):
        firehose.describe_delivery_stream(DeliveryStreamName=name)
    assert kept() == 0
    assert lab.objects() == []


def test_once_its_deletion_has_answered_no_object_of_a_delivery_stream_appears(lab: Lab) -> None:
    firehose, name = lab.client("firehose"), lab.deliver(Prefix="deleted/")
    for number in range(400):
        firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"%d" % number}] * 50)
        if lab.objects("deleted/"):
            break
    firehose.delete_delivery_stream(DeliveryStreamName=lab.made.pop())
    there = lab.objects("deleted/")
    # The same process has delivered another stream's record since.
    later = lab.deliver(Prefix="later/")
    firehose.put_record(DeliveryStreamName=later, Record={"Data": b"x"})
    wait_for(lambda: lab.objects("later/"))
    assert lab.objects("deleted/") == there


def test_a_delivery_stream_that_is_being_deleted_cannot_be_changed_nor_revived(lab: Lab) -> None:
    """Its deletion waits for what is just being put; meanwhile `lab up` may ask for all that there is."""
    firehose, name = lab.client("firehose"), lab.deliver()
    with ThreadPoolExecutor() as pool:
        deleting = pool.submit(firehose.delete_delivery_stream, DeliveryStreamName=lab.made.pop())
        while not deleting.done():
            recovery.ensure(int(firehose.meta.endpoint_url.rpartition(":")[2]))
            with suppress(ClientError):
                firehose.update_destination(
                    DeliveryStreamName=name,
                    CurrentDeliveryStreamVersionId="1",
                    DestinationId="destinationId-000000000001",
                    ExtendedS3DestinationUpdate={"Prefix": "revived/"},
                )
        deleting.result()
    assert name not in firehose.list_delivery_streams(Limit=10_000)["DeliveryStreamNames"]
