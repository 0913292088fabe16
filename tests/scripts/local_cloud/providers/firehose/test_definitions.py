"""Delivery streams are kept as they are defined; what cannot be delivered is refused."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

DESTINATION = {
    "BucketARN": "arn:aws:s3:::lake",
    "Prefix": "events/",
    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
    "CompressionFormat": "GZIP",
}


@pytest.fixture(scope="module")
def firehose(client: Callable[[str], Any]) -> Any:
    return client("firehose")


@pytest.fixture
def stream(firehose: Any, role: str) -> Iterator[str]:
    name = f"delivery-{uuid.uuid4().hex[:8]}"
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration={**DESTINATION, "RoleARN": role},
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


def test_a_source_must_be_there(firehose: Any, client: Callable[[str], Any], role: str) -> None:
    request: dict[str, Any] = {
        "DeliveryStreamName": f"delivery-{uuid.uuid4().hex[:8]}",
        "DeliveryStreamType": "KinesisStreamAsSource",
        "ExtendedS3DestinationConfiguration": {**DESTINATION, "RoleARN": role},
    }
    source = f"source-{uuid.uuid4().hex[:8]}"
    arn = f"arn:aws:kinesis:us-east-1:000000000000:stream/{source}"
    configuration = {"KinesisStreamARN": arn, "RoleARN": role}
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


def test_another_destination_is_refused(firehose: Any, role: str) -> None:
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        firehose.create_delivery_stream(
            DeliveryStreamName="splunk",
            SplunkDestinationConfiguration={
                "HECEndpoint": "https://h",
                "HECEndpointType": "Raw",
                "HECToken": "t",
                "S3Configuration": {"RoleARN": role, "BucketARN": "arn:aws:s3:::lake"},
            },
        )


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        ({"BufferingHints": {"SizeInMBs": 129}}, "InvalidArgumentException", "from 1 to 128"),
        ({"BufferingHints": {"IntervalInSeconds": 901}}, "InvalidArgumentException", "from 0 to 900"),
        ({"Prefix": "!{timestamp:yyyy}/"}, "InvalidArgumentException", "ErrorOutputPrefix can't be null"),
        ({"CompressionFormat": "Snappy"}, "UnsupportedOperation", "Snappy"),
        ({"S3BackupMode": "Enabled"}, "InvalidArgumentException", "S3BackupConfiguration"),
        ({"CloudWatchLoggingOptions": {"Enabled": True}}, "InvalidArgumentException", "LogGroupName"),
        (
            {"ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "Lambda"}]}},
            "UnsupportedOperation",
            "Lambda",
        ),
        ({"DynamicPartitioningConfiguration": {"Enabled": True}}, "UnsupportedOperation", "dynamically"),
        ({"DataFormatConversionConfiguration": {"Enabled": True}}, "UnsupportedOperation", "Parquet"),
        (
            {"RoleARN": "arn:aws:iam::000000000000:role/nobody"},
            "InvalidArgumentException",
            "Firehose is unable to assume role",
        ),
    ],
)
def test_a_destination_that_cannot_be_is_refused_at_once(
    firehose: Any, role: str, stream: str, settings: dict[str, Any], code: str, message: str
) -> None:
    destination = {"RoleARN": role, "BucketARN": "arn:aws:s3:::lake", **settings}
    with pytest.raises(ClientError, match=code) as refused:
        firehose.create_delivery_stream(
            DeliveryStreamName="never", ExtendedS3DestinationConfiguration=destination
        )
    assert message in str(refused.value)
    with pytest.raises(ClientError, match=code):
        firehose.update_destination(
            DeliveryStreamName=stream,
            CurrentDeliveryStreamVersionId="1",
            DestinationId="destinationId-000000000001",
            ExtendedS3DestinationUpdate={
                ("S3BackupUpdate" if key == "S3BackupConfiguration" else key): value
                for key, value in settings.items()
            },
        )


def test_a_role_that_does_not_trust_firehose_is_refused(firehose: Any, client: Callable[[str], Any]) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = client("iam").create_role(
        RoleName=f"other-{uuid.uuid4().hex[:8]}",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
    )["Role"]["Arn"]
    with pytest.raises(firehose.exceptions.InvalidArgumentException, match="unable to assume role"):
        firehose.create_delivery_stream(
            DeliveryStreamName="never",
            ExtendedS3DestinationConfiguration={"RoleARN": arn, "BucketARN": "arn:aws:s3:::lake"},
        )


def test_moto_never_reads_the_kinesis_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # The Moto that LocalStack uses is told to mock what LocalStack needs only.
    with mock_aws(config={"core": {"service_whitelist": None}}):
        session = boto3.Session("test", "test", region_name="us-east-1")
        session.client("s3").create_bucket(Bucket="lake")
        kinesis = session.client("kinesis")
        kinesis.create_stream(StreamName="source", ShardCount=1)
        arn = kinesis.describe_stream_summary(StreamName="source")["StreamDescriptionSummary"]["StreamARN"]
        role = "arn:aws:iam::123456789012:role/delivery"
        session.client("firehose").create_delivery_stream(
            DeliveryStreamName="delivery",
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": role},
            ExtendedS3DestinationConfiguration={
                "RoleARN": role,
                "BucketARN": "arn:aws:s3:::lake",
                "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
            },
        )
        kinesis.put_record(StreamName="source", PartitionKey="a", Data=b"x" * 1_000_000)
        assert "Contents" not in session.client("s3").list_objects_v2(Bucket="lake")
