"""What Moto's DynamoDB and Glue still get wrong: where one of these fails, a handler of ours may go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

KEY = {"Id": {"S": "a"}}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    # The Moto that LocalStack uses is told to mock what LocalStack needs only.
    with mock_aws(config={"core": {"service_whitelist": None}}):
        yield boto3.Session("test", "test", region_name="us-east-1")


@pytest.fixture
def dynamodb(session: boto3.Session) -> Any:
    client = session.client("dynamodb")
    client.create_table(
        TableName="Forum",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return client


def increment() -> dict[str, Any]:
    values = {":one": {"N": "1"}}
    return {
        "TableName": "Forum",
        "Key": KEY,
        "UpdateExpression": "ADD N :one",
        "ExpressionAttributeValues": values,
    }


def records(session: boto3.Session) -> list[str]:
    streams = session.client("dynamodbstreams")
    arn = streams.list_streams(TableName="Forum")["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    found = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return [record["eventName"] for record in found]


def test_moto_says_that_every_read_consumes_a_half(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="Forum", Item=KEY | {"Text": {"S": "x" * 100_000}})
    answer = dynamodb.get_item(
        TableName="Forum", Key=KEY, ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
    )
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_moto_repeats_a_transaction_with_the_same_token(dynamodb: Any) -> None:
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[{"Update": increment()}], ClientRequestToken="once")
    assert dynamodb.get_item(TableName="Forum", Key=KEY)["Item"]["N"] == {"N": "2"}


def test_moto_records_two_insertions_for_an_update_that_creates_an_item(
    session: boto3.Session, dynamodb: Any
) -> None:
    dynamodb.update_item(**increment())
    assert records(session) == ["INSERT", "INSERT"]


def test_moto_records_a_write_that_changes_nothing(session: boto3.Session, dynamodb: Any) -> None:
    for _ in range(2):
        dynamodb.put_item(TableName="Forum", Item=KEY)
    assert records(session) == ["INSERT", "MODIFY"]


def test_moto_doubles_a_tag(dynamodb: Any) -> None:
    arn = dynamodb.describe_table(TableName="Forum")["Table"]["TableArn"]
    for value in ("1", "2"):
        dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": value}])
    assert len(dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]) == 2


def test_moto_forgets_encryption_that_is_switched_on_later(dynamodb: Any) -> None:
    dynamodb.update_table(TableName="Forum", SSESpecification={"Enabled": True})
    assert "SSEDescription" not in dynamodb.describe_table(TableName="Forum")["Table"]


def test_moto_takes_two_items_of_one_key_in_a_batch(dynamodb: Any) -> None:
    puts = [{"PutRequest": {"Item": KEY | {"N": {"N": number}}}} for number in ("1", "2")]
    assert dynamodb.batch_write_item(RequestItems={"Forum": puts})["UnprocessedItems"] == {}


def test_moto_looks_ahead_at_the_limit_of_a_scan(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="Forum", Item=KEY)
    assert "LastEvaluatedKey" not in dynamodb.scan(TableName="Forum", Limit=1)


def test_moto_does_not_fold_names_of_the_glue_catalog(session: boto3.Session) -> None:
    glue = session.client("glue")
    glue.create_database(DatabaseInput={"Name": "lake"})
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_database(Name="LAKE")


def test_moto_ignores_pages_and_segments_of_partitions(session: boto3.Session) -> None:
    glue = session.client("glue")
    glue.create_database(DatabaseInput={"Name": "lake"})
    glue.create_table(DatabaseName="lake", TableInput={"Name": "t"})
    parts = [{"Values": [str(number)]} for number in range(3)]
    glue.batch_create_partition(DatabaseName="lake", TableName="t", PartitionInputList=parts)
    where = {"DatabaseName": "lake", "TableName": "t"}
    assert len(glue.get_partitions(**where, MaxResults=1)["Partitions"]) == 3
    segment = {"SegmentNumber": 0, "TotalSegments": 3}
    assert len(glue.get_partitions(**where, Segment=segment)["Partitions"]) == 3


def test_moto_numbers_versions_of_tables_from_one_archives_all_and_guards_none(
    session: boto3.Session,
) -> None:
    glue = session.client("glue")
    glue.create_database(DatabaseInput={"Name": "lake"})
    glue.create_table(DatabaseName="lake", TableInput={"Name": "t"})
    glue.update_table(DatabaseName="lake", TableInput={"Name": "t"}, SkipArchive=True, VersionId="77")
    versions = glue.get_table_versions(DatabaseName="lake", TableName="t")["TableVersions"]
    assert [each["VersionId"] for each in versions] == ["1", "2"]


def test_moto_loses_a_partition_that_is_given_values_of_another(session: boto3.Session) -> None:
    glue = session.client("glue")
    glue.create_database(DatabaseInput={"Name": "lake"})
    glue.create_table(DatabaseName="lake", TableInput={"Name": "t"})
    where = {"DatabaseName": "lake", "TableName": "t"}
    for value in ("1", "2"):
        glue.create_partition(**where, PartitionInput={"Values": [value]})
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.update_partition(**where, PartitionValueList=["1"], PartitionInput={"Values": ["2"]})
    assert [each["Values"] for each in glue.get_partitions(**where)["Partitions"]] == [["2"]]
