"""Delivery streams are kept as they are defined; nothing pretends to deliver."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/delivery"
DESTINATION = {
    "RoleARN": ROLE,
    "BucketARN": "arn:aws:s3:::lake",
    "Prefix": "events/",
    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
    "CompressionFormat": "GZIP",
}


@pytest.fixture(scope="module")
def firehose(client: Callable[[str], Any]) -> Any:
    return client("firehose")


@pytest.fixture
def stream(firehose: Any) -> Iterator[str]:
    name = f"delivery-{uuid.uuid4().hex[:8]}"
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration=DESTINATION,
        Tags=[{"Key": "a", "Value": "1"}],
    )
    yield name
    firehose.delete_delivery_stream(DeliveryStreamName=name)


def describe(firehose: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = firehose.describe_delivery_stream(DeliveryStreamName=name)[
        "DeliveryStreamDescription"
    ]
    return found


def test_a_delivery_stream_is_read_back_with_what_aws_adds(firehose: Any, stream: str) -> None:
    found = describe(firehose, stream)
    assert (found["DeliveryStreamStatus"], found["DeliveryStreamType"]) == ("ACTIVE", "DirectPut")
    assert found["DeliveryStreamEncryptionConfiguration"] == {"Status": "DISABLED"}
    extended = found["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert {key: extended[key] for key in DESTINATION} == DESTINATION
    assert extended["S3BackupMode"] == "Disabled"
    assert "S3BackupMode" not in found["Destinations"][0]["S3DestinationDescription"]


def test_an_update_keeps_what_it_does_not_name_and_counts_versions(firehose: Any, stream: str) -> None:
    update = {
        "DeliveryStreamName": stream,
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": "destinationId-000000000001",
        "ExtendedS3DestinationUpdate": {"Prefix": "other/"},
    }
    firehose.update_destination(**update)
    found = describe(firehose, stream)
    extended = found["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert (extended["Prefix"], extended["CompressionFormat"], found["VersionId"]) == ("other/", "GZIP", "2")
    with pytest.raises(firehose.exceptions.ConcurrentModificationException):
        firehose.update_destination(**update)


def test_encryption_is_switched_on_and_off(firehose: Any, stream: str) -> None:
    firehose.start_delivery_stream_encryption(DeliveryStreamName=stream)
    on = describe(firehose, stream)["DeliveryStreamEncryptionConfiguration"]
    assert on == {"Status": "ENABLED", "KeyType": "AWS_OWNED_CMK"}
    firehose.stop_delivery_stream_encryption(DeliveryStreamName=stream)
    assert describe(firehose, stream)["DeliveryStreamEncryptionConfiguration"] == {"Status": "DISABLED"}


def test_a_source_must_be_there(firehose: Any, client: Callable[[str], Any]) -> None:
    request = {
        "DeliveryStreamName": f"delivery-{uuid.uuid4().hex[:8]}",
        "DeliveryStreamType": "KinesisStreamAsSource",
        "ExtendedS3DestinationConfiguration": DESTINATION,
    }
    source = f"source-{uuid.uuid4().hex[:8]}"
    arn = f"arn:aws:kinesis:us-east-1:000000000000:stream/{source}"
    configuration = {"KinesisStreamARN": arn, "RoleARN": ROLE}
    with pytest.raises(firehose.exceptions.ResourceNotFoundException):
        firehose.create_delivery_stream(**request, KinesisStreamSourceConfiguration=configuration)
    client("kinesis").create_stream(StreamName=source, ShardCount=1)
    firehose.create_delivery_stream(**request, KinesisStreamSourceConfiguration=configuration)
    described = describe(firehose, request["DeliveryStreamName"])["Source"]["KinesisStreamSourceDescription"]
    assert described["KinesisStreamARN"] == arn
    firehose.delete_delivery_stream(DeliveryStreamName=request["DeliveryStreamName"])
    client("kinesis").delete_stream(StreamName=source)


def test_tags_are_kept(firehose: Any, stream: str) -> None:
    firehose.tag_delivery_stream(DeliveryStreamName=stream, Tags=[{"Key": "b", "Value": "2"}])
    firehose.untag_delivery_stream(DeliveryStreamName=stream, TagKeys=["a"])
    tags = firehose.list_tags_for_delivery_stream(DeliveryStreamName=stream)
    assert tags["Tags"] == [{"Key": "b", "Value": "2"}]


def test_a_record_is_refused_rather_than_lost(firehose: Any, stream: str) -> None:
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        firehose.put_record(DeliveryStreamName=stream, Record={"Data": b"x"})


def test_another_destination_is_refused(firehose: Any) -> None:
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        firehose.create_delivery_stream(
            DeliveryStreamName="splunk",
            SplunkDestinationConfiguration={
                "HECEndpoint": "https://h",
                "HECEndpointType": "Raw",
                "HECToken": "t",
                "S3Configuration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"},
            },
        )
