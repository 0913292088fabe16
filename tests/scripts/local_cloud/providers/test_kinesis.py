"""Data streams as on AWS; each test of a Moto defect says in its name what Moto would do."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import Cloud


@pytest.fixture(scope="module")
def kinesis(client: Callable[[str], Any]) -> Any:
    return client("kinesis")


@pytest.fixture
def stream(kinesis: Any) -> Iterator[str]:
    name = f"stream-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=2)
    yield name
    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)


def shards_of(kinesis: Any, stream: str) -> list[dict[str, Any]]:
    shards: list[dict[str, Any]] = kinesis.list_shards(StreamName=stream)["Shards"]
    return shards


def read(kinesis: Any, stream: str, shard_id: str, **start: Any) -> list[dict[str, Any]]:
    """Everything from a place in a shard on, until its end or the tip."""
    wanted = start or {"ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard_id, **wanted)["ShardIterator"]
    records: list[dict[str, Any]] = []
    while iterator:
        answer = kinesis.get_records(ShardIterator=iterator, Limit=100)
        records += answer["Records"]
        if answer["MillisBehindLatest"] == 0:
            break
        iterator = answer.get("NextShardIterator")
    return records


def put(kinesis: Any, stream: str, count: int) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = kinesis.put_records(
        StreamName=stream,
        Records=[{"Data": f"{number}".encode(), "PartitionKey": f"key-{number}"} for number in range(count)],
    )["Records"]
    return answers


def test_shards_share_the_hash_keys_evenly_up_to_the_last_one_where_moto_goes_one_too_far(
    kinesis: Any, stream: str
) -> None:
    ranges = [each["HashKeyRange"] for each in shards_of(kinesis, stream)]
    assert ranges == [
        {"StartingHashKey": "0", "EndingHashKey": str(2**127 - 1)},
        {"StartingHashKey": str(2**127), "EndingHashKey": str(2**128 - 1)},
    ]


def test_sequence_numbers_grow_through_the_whole_stream_where_moto_starts_each_shard_at_one(
    kinesis: Any, stream: str
) -> None:
    numbers = [int(each["SequenceNumber"]) for each in put(kinesis, stream, 50)]
    assert numbers == sorted(set(numbers))
    assert len(str(numbers[0])) == 56


def test_records_put_at_the_same_time_are_all_kept_where_moto_can_overwrite_one(
    kinesis: Any, stream: str
) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: put(kinesis, stream, 50), range(8)))
    found = [
        record for each in shards_of(kinesis, stream) for record in read(kinesis, stream, each["ShardId"])
    ]
    assert len({record["SequenceNumber"] for record in found}) == 400


def test_after_a_split_new_records_go_to_the_children_and_old_ones_stay_where_moto_moves_them(
    kinesis: Any, stream: str
) -> None:
    put(kinesis, stream, 100)
    parent = shards_of(kinesis, stream)[0]
    before = len(read(kinesis, stream, parent["ShardId"]))
    kinesis.split_shard(StreamName=stream, ShardToSplit=parent["ShardId"], NewStartingHashKey=str(2**126))
    put(kinesis, stream, 100)
    shards = shards_of(kinesis, stream)
    assert len(read(kinesis, stream, parent["ShardId"])) == before
    children = [each for each in shards if each.get("ParentShardId") == parent["ShardId"]]
    assert sum(len(read(kinesis, stream, each["ShardId"])) for each in children) == before
    assert "EndingSequenceNumber" in shards[0]["SequenceNumberRange"]


def test_the_iterator_of_a_closed_shard_ends_and_names_the_children(kinesis: Any, stream: str) -> None:
    first, second = (each["ShardId"] for each in shards_of(kinesis, stream))
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=first, ShardIteratorType="TRIM_HORIZON")
    kinesis.merge_shards(StreamName=stream, ShardToMerge=first, AdjacentShardToMerge=second)
    answer = kinesis.get_records(ShardIterator=iterator["ShardIterator"])
    assert "NextShardIterator" not in answer
    assert [each["ParentShards"] for each in answer["ChildShards"]] == [[first, second]]
    open_shards = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    assert len(open_shards) == 1


@pytest.mark.parametrize("target", [3, 4, 1])
def test_scaling_leaves_as_many_open_shards_of_even_size(kinesis: Any, stream: str, target: int) -> None:
    kinesis.update_shard_count(StreamName=stream, TargetShardCount=target, ScalingType="UNIFORM_SCALING")
    found = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    starts = sorted(int(each["HashKeyRange"]["StartingHashKey"]) for each in found)
    assert starts == [2**128 * number // target for number in range(target)]
    summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == target


def test_more_than_twice_as_many_shards_at_once_are_refused(cloud: Cloud, stream: str) -> None:
    # boto3 would try again, as for every limit.
    kinesis = cloud.session.client("kinesis", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(kinesis.exceptions.LimitExceededException):
        kinesis.update_shard_count(StreamName=stream, TargetShardCount=5, ScalingType="UNIFORM_SCALING")


def test_each_type_of_iterator_starts_where_it_says(kinesis: Any, stream: str) -> None:
    shard = shards_of(kinesis, stream)[0]["ShardId"]

    def put_one(text: str) -> str:
        answer = kinesis.put_record(
            StreamName=stream, Data=text.encode(), PartitionKey="k", ExplicitHashKey="0"
        )
        number: str = answer["SequenceNumber"]
        return number

    def texts(**start: Any) -> list[str]:
        return [record["Data"].decode() for record in read(kinesis, stream, shard, **start)]

    first = put_one("a")
    # boto3 sends whole seconds.
    time.sleep(1.0 - time.time() % 1.0)
    moment = datetime.now(UTC)
    put_one("b")
    assert texts() == ["a", "b"]
    assert texts(ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber=first) == ["a", "b"]
    assert texts(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=first) == ["b"]
    assert texts(ShardIteratorType="AT_TIMESTAMP", Timestamp=moment) == ["b"]
    assert texts(ShardIteratorType="LATEST") == []


def test_an_iterator_of_a_moment_before_all_records_starts_at_the_first_and_of_the_future_is_refused(
    kinesis: Any, stream: str
) -> None:
    shard = shards_of(kinesis, stream)[0]["ShardId"]
    kinesis.put_record(StreamName=stream, Data=b"x", PartitionKey="k", ExplicitHashKey="0")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert len(read(kinesis, stream, shard, ShardIteratorType="AT_TIMESTAMP", Timestamp=long_ago)) == 1
    with pytest.raises(kinesis.exceptions.InvalidArgumentException):
        kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard, ShardIteratorType="AT_TIMESTAMP",
            Timestamp=datetime.now(UTC) + timedelta(hours=1),
        )  # fmt: skip


def test_an_iterator_taken_by_arn_can_be_read_where_moto_forgets_the_name(kinesis: Any, stream: str) -> None:
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    shard = shards_of(kinesis, stream)[0]["ShardId"]
    kinesis.put_record(StreamARN=arn, Data=b"x", PartitionKey="k", ExplicitHashKey="0")
    iterator = kinesis.get_shard_iterator(StreamARN=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    assert len(kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]) == 1


def test_a_reader_that_is_behind_is_told_so(kinesis: Any, stream: str) -> None:
    shard = shards_of(kinesis, stream)[0]["ShardId"]
    for _ in range(3):
        kinesis.put_record(StreamName=stream, Data=b"x", PartitionKey="k", ExplicitHashKey="0")
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    first = kinesis.get_records(ShardIterator=iterator["ShardIterator"], Limit=1)
    assert first["MillisBehindLatest"] > 0
    rest = kinesis.get_records(ShardIterator=first["NextShardIterator"])
    assert (len(rest["Records"]), rest["MillisBehindLatest"]) == (2, 0)


@pytest.mark.parametrize(
    "records",
    [
        [{"Data": b"", "PartitionKey": "k"}] * 501,
        [{"Data": b"x" * 1024 * 1024, "PartitionKey": "k"}],
        [{"Data": b"x" * 1000 * 1024, "PartitionKey": "k"}] * 6,
        [{"Data": b"", "PartitionKey": "k", "ExplicitHashKey": str(2**128)}],
    ],
    ids=["too many", "one too large", "too large together", "no such hash key"],
)
def test_a_put_beyond_the_limits_is_refused_whole(
    kinesis: Any, stream: str, records: list[dict[str, Any]]
) -> None:
    with pytest.raises(ClientError, match=r"ValidationException|InvalidArgumentException"):
        kinesis.put_records(StreamName=stream, Records=records)
    assert all(read(kinesis, stream, each["ShardId"]) == [] for each in shards_of(kinesis, stream))


def test_settings_are_read_back(kinesis: Any, stream: str) -> None:
    kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=48)
    kinesis.start_stream_encryption(StreamName=stream, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    kinesis.enable_enhanced_monitoring(StreamName=stream, ShardLevelMetrics=["ALL"])
    kinesis.disable_enhanced_monitoring(StreamName=stream, ShardLevelMetrics=["IncomingBytes"])
    kinesis.add_tags_to_stream(StreamName=stream, Tags={"a": "1", "b": "2"})
    kinesis.remove_tags_from_stream(StreamName=stream, TagKeys=["b"])
    found = kinesis.describe_stream(StreamName=stream)["StreamDescription"]
    assert (found["RetentionPeriodHours"], found["EncryptionType"]) == (48, "KMS")
    assert found["KeyId"] == "alias/aws/kinesis"
    assert len(found["EnhancedMonitoring"][0]["ShardLevelMetrics"]) == 6
    assert kinesis.list_tags_for_stream(StreamName=stream)["Tags"] == [{"Key": "a", "Value": "1"}]
    with pytest.raises(kinesis.exceptions.InvalidArgumentException):
        kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=24)


def test_a_consumer_is_deregistered_by_name_where_moto_keeps_it_and_drops_the_others(
    kinesis: Any, stream: str
) -> None:
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    for name in ("one", "two"):
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name)
    kinesis.deregister_stream_consumer(StreamARN=arn, ConsumerName="one")
    assert [each["ConsumerName"] for each in kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]] == [
        "two"
    ]
    with pytest.raises(kinesis.exceptions.ResourceInUseException):
        kinesis.delete_stream(StreamName=stream)


def test_a_stream_that_is_gone_is_not_found(kinesis: Any) -> None:
    with pytest.raises(kinesis.exceptions.ResourceNotFoundException):
        kinesis.describe_stream(StreamName="never-made")


def test_what_a_shard_does_not_take_in_a_second_fails_record_by_record_and_is_taken_later(
    kinesis: Any, stream: str
) -> None:
    """Two megabytes at once, as AWS takes one a second: those that fail are told, and can be put again."""
    shard = shards_of(kinesis, stream)[0]["ShardId"]
    left = [
        {"Data": bytes([number]) + b"x" * 19_999, "PartitionKey": "k", "ExplicitHashKey": "0"}
        for number in range(100)
    ]
    failures, given_up = 0, time.monotonic() + 120
    while left and time.monotonic() < given_up:
        answer = kinesis.put_records(StreamName=stream, Records=left)
        failed = [
            (each, said) for each, said in zip(left, answer["Records"], strict=True) if said.get("ErrorCode")
        ]
        assert answer["FailedRecordCount"] == len(failed)
        for _, said in failed:
            assert said["ErrorCode"] == "ProvisionedThroughputExceededException"
            assert said["ErrorMessage"] == (
                f"Rate exceeded for shard {shard} in stream {stream} under account 000000000000."
            )
            assert "SequenceNumber" not in said
        failures += len(failed)
        left = [each for each, _ in failed]
    assert failures
    assert sorted(record["Data"][0] for record in read(kinesis, stream, shard)) == list(range(100))


def test_another_shard_takes_records_while_one_is_full(kinesis: Any, stream: str) -> None:
    large = {"Data": b"x" * 600 * 1024, "PartitionKey": "k"}
    answer = kinesis.put_records(
        StreamName=stream,
        Records=[{**large, "ExplicitHashKey": hash_key} for hash_key in ("0", "0", str(2**128 - 1))],
    )
    assert [each.get("ErrorCode") for each in answer["Records"]] == [
        None, "ProvisionedThroughputExceededException", None,
    ]  # fmt: skip


def test_a_single_record_that_its_shard_does_not_take_is_an_error(cloud: Cloud, stream: str) -> None:
    # boto3 would try again until it is taken.
    kinesis = cloud.session.client("kinesis", config=Config(retries={"total_max_attempts": 1}))
    record = {"Data": b"x" * 1000 * 1024, "PartitionKey": "k", "ExplicitHashKey": "0"}

    def overfill() -> None:
        # Each takes what the time between has brought, so that some time there is too little.
        for _ in range(200):
            kinesis.put_record(StreamName=stream, **record)

    with pytest.raises(kinesis.exceptions.ProvisionedThroughputExceededException, match="Rate exceeded"):
        overfill()


def test_a_shard_serves_so_many_reads_a_second_to_all_readers(
    cloud: Cloud, kinesis: Any, stream: str
) -> None:
    # boto3 would try again until it is served.
    impatient = cloud.session.client("kinesis", config=Config(retries={"total_max_attempts": 1}))
    put(kinesis, stream, 20)
    first, second = (each["ShardId"] for each in shards_of(kinesis, stream))
    start = {"StreamName": stream, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(ShardId=first, **start)["ShardIterator"]

    def overtax() -> None:
        # Each is served by what the time between has brought, so that some time there is too little.
        for _ in range(200):
            impatient.get_records(ShardIterator=iterator)

    with pytest.raises(kinesis.exceptions.ProvisionedThroughputExceededException) as refused:
        overtax()
    assert refused.value.response["Error"]["Message"] == (
        f"Rate exceeded for shard {first} in stream {stream} under account 000000000000."
    )
    # The other shard serves as before, and this one whoever waits.
    other = kinesis.get_shard_iterator(ShardId=second, **start)["ShardIterator"]
    found = impatient.get_records(ShardIterator=other)["Records"]
    found += kinesis.get_records(ShardIterator=iterator)["Records"]
    assert len(found) == 20


def test_after_a_large_read_a_shard_serves_no_other_for_some_time(cloud: Cloud, kinesis: Any) -> None:
    impatient = cloud.session.client("kinesis", config=Config(retries={"total_max_attempts": 1}))
    name = f"stream-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    (shard,) = shards_of(kinesis, name)
    for _ in range(3):
        kinesis.put_record(StreamName=name, Data=b"x" * 1000 * 1024, PartitionKey="k")
    iterator = kinesis.get_shard_iterator(
        StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert len(impatient.get_records(ShardIterator=iterator)["Records"]) == 3
    with pytest.raises(kinesis.exceptions.ProvisionedThroughputExceededException):
        impatient.get_records(ShardIterator=iterator, Limit=1)
    kinesis.delete_stream(StreamName=name)


def test_a_shard_gives_so_many_iterators_a_second(cloud: Cloud, kinesis: Any, stream: str) -> None:
    impatient = cloud.session.client("kinesis", config=Config(retries={"total_max_attempts": 1}))
    shard = shards_of(kinesis, stream)[0]["ShardId"]
    asked = {"StreamName": stream, "ShardId": shard, "ShardIteratorType": "LATEST"}

    def overtax() -> None:
        for _ in range(200):
            impatient.get_shard_iterator(**asked)

    with pytest.raises(kinesis.exceptions.ProvisionedThroughputExceededException, match=f"{shard} in stream"):
        overtax()
    assert kinesis.get_shard_iterator(**asked)["ShardIterator"]
