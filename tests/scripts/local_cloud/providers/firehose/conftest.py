"""What every delivery stream needs: a role that Firehose may assume, a bucket, and a way to look into it."""

from __future__ import annotations

import gzip
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import boto3
import pytest

from tests.conftest import Cloud

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "firehose.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
#: What AWS asks for in the role of a delivery stream.
PERMISSIONS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "kinesis:DescribeStream",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
                "logs:PutLogEvents",
                "s3:GetObject",
                "s3:ListBucket",
                "s3:PutObject",
            ],
            "Resource": "*",
        }
    ],
}


T = TypeVar("T")


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


@dataclass
class Lab:
    """Delivery streams into a bucket of their own, delivering within a second.

    Attributes
    ----------
    role
        ARN of the role.
    bucket
        The lake.
    made
        Names of the delivery streams, removed in the end.
    """

    session: boto3.Session
    role: str
    bucket: str
    made: list[str] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return self.session.client(service)  # type: ignore[call-overload]

    def destination(self, **settings: Any) -> dict[str, Any]:
        return {
            "RoleARN": self.role,
            "BucketARN": f"arn:aws:s3:::{self.bucket}",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
            **settings,
        }

    def deliver(self, source: str | None = None, **settings: Any) -> str:
        """A new delivery stream of records put directly, or from the Kinesis stream of that name."""
        name = unique("delivery")
        request: dict[str, Any] = {}
        if source:
            request = {
                "DeliveryStreamType": "KinesisStreamAsSource",
                "KinesisStreamSourceConfiguration": {
                    "KinesisStreamARN": f"arn:aws:kinesis:us-east-1:000000000000:stream/{source}",
                    "RoleARN": self.role,
                },
            }
        self.client("firehose").create_delivery_stream(
            DeliveryStreamName=name,
            ExtendedS3DestinationConfiguration=self.destination(**settings),
            **request,
        )
        self.made.append(name)
        return name

    def stream(self, shards: int = 1) -> str:
        """A new Kinesis stream."""
        name = unique("source")
        self.client("kinesis").create_stream(StreamName=name, ShardCount=shards)
        return name

    def put(self, stream: str, *data: bytes, key: str | None = None) -> None:
        """Put records into a Kinesis stream."""
        left = [{"Data": each, "PartitionKey": key or str(hash(each))} for each in data]
        deadline = time.monotonic() + 240
        while left:
            now, later = left[:500], left[500:]
            answer = self.client("kinesis").put_records(StreamName=stream, Records=now)
            # A shard takes a second's worth of records; what it refuses is put again.
            results = zip(now, answer["Records"], strict=True)
            left = [record for record, result in results if "ErrorCode" in result] + later
            assert time.monotonic() < deadline, f"{len(left)} records were refused"

    def objects(self, prefix: str = "") -> list[str]:
        """Keys in the bucket, in their order."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def content(self, prefix: str = "") -> bytes:
        """What the bucket's objects hold, one after the other."""
        s3, parts = self.client("s3"), []
        for key in self.objects(prefix):
            body = s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
            parts.append(gzip.decompress(body) if key.endswith(".gz") else body)
        return b"".join(parts)

    def lines(self, prefix: str = "") -> list[bytes]:
        """The same, by lines."""
        return self.content(prefix).splitlines()


def make_role(session: boto3.Session) -> str:
    """A role that trusts Firehose, and may read streams and write objects and logs."""
    iam, name = session.client("iam"), unique("delivery")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=name, PolicyName="deliver", PolicyDocument=json.dumps(PERMISSIONS))
    return str(made["Role"]["Arn"])


@pytest.fixture(scope="session")
def role(cloud: Cloud) -> str:
    return make_role(cloud.session)


@pytest.fixture
def lab(cloud: Cloud, role: str) -> Iterator[Lab]:
    bucket = unique("lake")
    cloud.session.client("s3").create_bucket(Bucket=bucket)
    lab = Lab(cloud.session, role, bucket)
    yield lab
    for name in lab.made:
        lab.client("firehose").delete_delivery_stream(DeliveryStreamName=name)
