"""Subscription filters deliver what matches, and nothing else."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

from tests.scripts.local_cloud.providers.logs.conftest import put, refused


def test_matching_events_arrive_in_the_stream_compressed(
    client: Callable[[str], Any], logs: Any, group: str
) -> None:
    """LocalStack services/logs/provider.py: all events are sent, the second subscriber gets the first's."""
    kinesis, name = client("kinesis"), group.rpartition("/")[2]
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    for filter_name, pattern in (("errors", "ERROR"), ("all", "")):
        logs.put_subscription_filter(
            logGroupName=group, filterName=filter_name, filterPattern=pattern, destinationArn=arn
        )
    put(logs, group, "a", "ERROR 1", "INFO 2", start=int(time.time() * 1000))
    shard = kinesis.describe_stream(StreamName=name)["StreamDescription"]["Shards"][0]["ShardId"]
    place = kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = kinesis.get_records(ShardIterator=place["ShardIterator"])["Records"]
    contents = [json.loads(gzip.decompress(record["Data"])) for record in records]
    assert {
        content["subscriptionFilters"][0]: [event["message"] for event in content["logEvents"]]
        for content in contents
    } == {"errors": ["ERROR 1"], "all": ["ERROR 1", "INFO 2"]}
    assert contents[0]["logGroup"] == group
    kinesis.delete_stream(StreamName=name)


def test_a_subscription_that_nobody_can_receive_is_refused(logs: Any, group: str) -> None:
    wanted = {"logGroupName": group, "filterName": "x", "filterPattern": ""}
    for arn in (
        "arn:aws:kinesis:us-east-1:000000000000:stream/none",
        "arn:aws:lambda:us-east-1:000000000000:function:none",
    ):
        code, _ = refused(logs.put_subscription_filter, **wanted, destinationArn=arn)
        assert code == "InvalidParameterException"
    assert logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"] == []
