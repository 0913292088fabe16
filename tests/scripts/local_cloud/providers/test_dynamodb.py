"""DynamoDB as on AWS; each test of a Moto defect says in its name what Moto would do."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

KEY = {"Id": {"S": "a"}, "Number": {"N": "1"}}


@pytest.fixture(scope="module")
def dynamodb(client: Callable[[str], Any]) -> Any:
    return client("dynamodb")


@pytest.fixture
def table(dynamodb: Any) -> Iterator[str]:
    name = f"table-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "Id", "KeyType": "HASH"},
            {"AttributeName": "Number", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "Id", "AttributeType": "S"},
            {"AttributeName": "Number", "AttributeType": "N"},
            {"AttributeName": "Colour", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-colour",
                "KeySchema": [{"AttributeName": "Colour", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    yield name
    dynamodb.delete_table(TableName=name)


def item(size: int = 0, number: int = 1, **more: str) -> dict[str, Any]:
    """An item with a text of that many characters."""
    return {
        "Id": {"S": "a"},
        "Number": {"N": str(number)},
        "Text": {"S": "x" * size},
        **{name: {"S": value} for name, value in more.items()},
    }


def units(answer: dict[str, Any]) -> float:
    consumed: float = answer["ConsumedCapacity"]["CapacityUnits"]
    return consumed


def increment(dynamodb: Any, table: str) -> None:
    dynamodb.update_item(
        TableName=table,
        Key=KEY,
        UpdateExpression="ADD Hits :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def hits(dynamodb: Any, table: str) -> str:
    found: str = dynamodb.get_item(TableName=table, Key=KEY)["Item"]["Hits"]["N"]
    return found


@pytest.mark.parametrize(
    ("size", "eventually", "consistently"),
    [(0, 0.5, 1.0), (4000, 0.5, 1.0), (4200, 1.0, 2.0), (100_000, 12.5, 25.0)],
)
def test_a_read_consumes_by_size_and_consistency_where_moto_says_a_half(
    dynamodb: Any, table: str, size: int, eventually: float, consistently: float
) -> None:
    dynamodb.put_item(TableName=table, Item=item(size))
    for consistent, expected in ((False, eventually), (True, consistently)):
        answer = dynamodb.get_item(
            TableName=table,
            Key=KEY,
            ConsistentRead=consistent,
            ProjectionExpression="Id",
            ReturnConsumedCapacity="TOTAL",
        )
        assert units(answer) == expected


def test_a_write_consumes_by_the_larger_item_and_by_the_indexes_it_touches(dynamodb: Any, table: str) -> None:
    def put(new: dict[str, Any]) -> dict[str, Any]:
        consumed: dict[str, Any] = dynamodb.put_item(
            TableName=table, Item=new, ReturnConsumedCapacity="INDEXES"
        )["ConsumedCapacity"]
        return consumed

    assert put(item(3000))["CapacityUnits"] == 3.0
    assert put(item(10))["CapacityUnits"] == 3.0
    assert put(item(10, Colour="red")) == {
        "TableName": table,
        "CapacityUnits": 2.0,
        "Table": {"CapacityUnits": 1.0},
        "GlobalSecondaryIndexes": {"by-colour": {"CapacityUnits": 1.0}},
    }
    # Another index key is a deletion and an insertion; a projection that stays the same is nothing.
    assert put(item(10, Colour="blue"))["CapacityUnits"] == 3.0
    assert put(item(20, Colour="blue"))["CapacityUnits"] == 1.0


def test_a_query_consumes_what_it_evaluates_not_what_it_returns(dynamodb: Any, table: str) -> None:
    for number in range(4):
        dynamodb.put_item(TableName=table, Item=item(3000, number))
    query = {
        "TableName": table,
        "KeyConditionExpression": "#id = :id",
        "ExpressionAttributeNames": {"#id": "Id"},
        "ExpressionAttributeValues": {":id": {"S": "a"}},
        "ReturnConsumedCapacity": "TOTAL",
    }
    assert units(dynamodb.query(**query)) == 1.5
    filtered = query | {
        "FilterExpression": "#no = :none",
        "ExpressionAttributeNames": {"#id": "Id", "#no": "Missing"},
        "ExpressionAttributeValues": {":id": {"S": "a"}, ":none": {"S": "x"}},
    }
    answer = dynamodb.query(**filtered)
    assert (answer["Count"], answer["ScannedCount"], units(answer)) == (0, 4, 1.5)
    assert units(dynamodb.query(**query, Limit=1)) == 0.5
    assert units(dynamodb.scan(TableName=table, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")) == 3.0


@pytest.mark.parametrize("index", [None, "by-colour"])
def test_a_query_that_stops_at_its_limit_says_where_even_at_the_last_item_where_moto_looks_ahead(
    dynamodb: Any, table: str, index: str | None
) -> None:
    dynamodb.put_item(TableName=table, Item=item(Colour="red"))
    scan = {"TableName": table, "Limit": 1} | ({"IndexName": index} if index else {})
    first = dynamodb.scan(**scan)
    assert first["LastEvaluatedKey"] == KEY | ({"Colour": {"S": "red"}} if index else {})
    second = dynamodb.scan(**scan, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert (second["Count"], "LastEvaluatedKey" in second) == (0, False)


@pytest.fixture
def indexed(dynamodb: Any) -> Iterator[str]:
    """A table with a local and a global index of keys alone, and four items of 3,000 bytes."""
    name = f"indexed-{uuid.uuid4().hex[:8]}"
    keys_only = {"ProjectionType": "KEYS_ONLY"}
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "Id", "KeyType": "HASH"},
            {"AttributeName": "Number", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "Id", "AttributeType": "S"},
            {"AttributeName": "Number", "AttributeType": "N"},
            {"AttributeName": "Colour", "AttributeType": "S"},
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "local",
                "KeySchema": [
                    {"AttributeName": "Id", "KeyType": "HASH"},
                    {"AttributeName": "Colour", "KeyType": "RANGE"},
                ],
                "Projection": keys_only,
            }
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "global",
                "KeySchema": [{"AttributeName": "Colour", "KeyType": "HASH"}],
                "Projection": keys_only,
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(4):
        dynamodb.put_item(TableName=name, Item=item(3000, number, Colour="red"))
    yield name
    dynamodb.delete_table(TableName=name)


def of_index(table: str, index: str, **more: Any) -> dict[str, Any]:
    condition, value = ("Id = :v", "a") if index == "local" else ("Colour = :v", "red")
    return {
        "TableName": table,
        "IndexName": index,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {":v": {"S": value}},
        "ReturnConsumedCapacity": "INDEXES",
        **more,
    }


@pytest.mark.parametrize("index", ["local", "global"])
def test_a_query_of_an_index_consumes_by_what_is_in_the_index(
    dynamodb: Any, indexed: str, index: str
) -> None:
    consumed = dynamodb.query(**of_index(indexed, index))["ConsumedCapacity"]
    assert consumed == {
        "TableName": indexed,
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.0},
        f"{index.title()}SecondaryIndexes": {index: {"CapacityUnits": 0.5}},
    }


@pytest.mark.parametrize(
    "more",
    [
        {"Select": "ALL_ATTRIBUTES"},
        {"ProjectionExpression": "#t", "ExpressionAttributeNames": {"#t": "Text"}},
    ],
    ids=["all attributes", "one that is not in the index"],
)
def test_a_local_index_fetches_what_it_does_not_hold_where_moto_leaves_it_out(
    dynamodb: Any, indexed: str, more: dict[str, Any]
) -> None:
    answer = dynamodb.query(**of_index(indexed, "local", **more))
    assert [len(each["Text"]["S"]) for each in answer["Items"]] == [3000] * 4
    # One read of the index for all, and one of the table for each of the four items.
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 0.5 + 4 * 0.5
    assert answer["ConsumedCapacity"]["Table"] == {"CapacityUnits": 2.0}


def test_a_global_index_refuses_what_it_does_not_hold_where_moto_leaves_it_out(
    dynamodb: Any, indexed: str
) -> None:
    for more, message in (
        ({"Select": "ALL_ATTRIBUTES"}, "projection type is not ALL"),
        ({"ProjectionExpression": "Id, Note.Inner"}, r"does not project \[Note\]"),
    ):
        with pytest.raises(ClientError, match=message):
            dynamodb.query(**of_index(indexed, "global", **more))
    with pytest.raises(ClientError, match="Consistent reads are not supported"):
        dynamodb.query(**of_index(indexed, "global", ConsistentRead=True))


def test_a_transaction_of_reads_consumes_twice_as_much_and_for_what_is_not_there(
    dynamodb: Any, indexed: str
) -> None:
    gets = [
        {"Get": {"TableName": indexed, "Key": {"Id": {"S": "a"}, "Number": {"N": number}}}}
        for number in ("0", "99")
    ]
    [consumed] = dynamodb.transact_get_items(TransactItems=gets, ReturnConsumedCapacity="INDEXES")[
        "ConsumedCapacity"
    ]
    assert consumed["ReadCapacityUnits"] == consumed["Table"]["ReadCapacityUnits"] == 4.0


def test_capacity_is_not_told_unless_asked_for(dynamodb: Any, table: str) -> None:
    assert "ConsumedCapacity" not in dynamodb.put_item(TableName=table, Item=item())
    answer = dynamodb.update_item(
        TableName=table, Key=KEY, UpdateExpression="SET A = :a", ExpressionAttributeValues={":a": {"S": "b"}}
    )
    assert not {"ConsumedCapacity", "Attributes"} & set(answer)


def test_a_transaction_with_the_same_token_happens_once_where_moto_counts_to_two(
    dynamodb: Any, table: str
) -> None:
    def transact(by: str) -> dict[str, Any]:
        answer: dict[str, Any] = dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": table,
                        "Key": KEY,
                        "UpdateExpression": "ADD Hits :by",
                        "ExpressionAttributeValues": {":by": {"N": by}},
                    }
                }
            ],
            ClientRequestToken="once-" + table,
            ReturnConsumedCapacity="TOTAL",
        )
        return answer

    first, second = transact("1")["ConsumedCapacity"][0], transact("1")["ConsumedCapacity"][0]
    assert hits(dynamodb, table) == "1"
    assert (first["WriteCapacityUnits"], second["ReadCapacityUnits"]) == (2.0, 2.0)
    with pytest.raises(dynamodb.exceptions.IdempotentParameterMismatchException):
        transact("2")


def test_increments_at_the_same_time_all_count_where_moto_loses_some(dynamodb: Any, table: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: increment(dynamodb, table), range(80)))
    assert hits(dynamodb, table) == "80"


def test_a_transaction_that_fails_changes_nothing_and_says_why(dynamodb: Any, table: str) -> None:
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as refused:
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": item(1, 7)}},
                {
                    "ConditionCheck": {
                        "TableName": table,
                        "Key": KEY,
                        "ConditionExpression": "attribute_exists(Id)",
                    }
                },
            ]
        )
    codes = [reason["Code"] for reason in refused.value.response["CancellationReasons"]]
    assert codes == ["None", "ConditionalCheckFailed"]
    assert dynamodb.scan(TableName=table)["Count"] == 0


@pytest.mark.parametrize(
    "items",
    [
        [item(1, number) for number in range(26)],
        [item(1, 5), item(2, 5)],
        [item(400 * 1024, 1)],
    ],
    ids=["26 items", "two items of one key", "an item of more than 400 KB"],
)
def test_a_batch_against_the_rules_is_refused_whole(
    dynamodb: Any, table: str, items: list[dict[str, Any]]
) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": each}} for each in items]})
    assert dynamodb.scan(TableName=table)["Count"] == 0


def test_a_batch_consumes_the_sum_of_its_parts(dynamodb: Any, table: str) -> None:
    writes = [{"PutRequest": {"Item": item(1500, number)}} for number in range(3)]
    answer = dynamodb.batch_write_item(RequestItems={table: writes}, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 6.0}]
    keys = [{"Id": {"S": "a"}, "Number": {"N": str(number)}} for number in range(4)]
    answer = dynamodb.batch_get_item(
        RequestItems={table: {"Keys": keys, "ConsistentRead": True}}, ReturnConsumedCapacity="TOTAL"
    )
    assert (len(answer["Responses"][table]), answer["ConsumedCapacity"][0]["CapacityUnits"]) == (3, 4.0)


def test_a_table_is_creating_then_active_then_deleting(dynamodb: Any) -> None:
    name = f"table-{uuid.uuid4().hex[:8]}"
    created = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 5},
        DeletionProtectionEnabled=True,
    )["TableDescription"]
    found = dynamodb.describe_table(TableName=name)["Table"]
    assert (created["TableStatus"], found["TableStatus"]) == ("CREATING", "ACTIVE")
    assert created["TableId"] == found["TableId"]
    with pytest.raises(ClientError, match="DeletionProtectionEnabled"):
        dynamodb.delete_table(TableName=name)
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    assert dynamodb.delete_table(TableName=name)["TableDescription"]["TableStatus"] == "DELETING"
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_table(TableName=name)


def test_encryption_can_be_changed_where_moto_forgets_it(
    dynamodb: Any, client: Callable[[str], Any], table: str
) -> None:
    key = client("kms").create_key()["KeyMetadata"]
    assert "SSEDescription" not in dynamodb.describe_table(TableName=table)["Table"]
    dynamodb.update_table(
        TableName=table, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["KeyId"]}
    )
    described = dynamodb.describe_table(TableName=table)["Table"]["SSEDescription"]
    assert (described["Status"], described["KMSMasterKeyArn"]) == ("ENABLED", key["Arn"])


def test_a_tag_set_twice_is_there_once_where_moto_doubles_it(dynamodb: Any, table: str) -> None:
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    for value in ("1", "2"):
        dynamodb.tag_resource(
            ResourceArn=arn, Tags=[{"Key": "a", "Value": value}, {"Key": "b", "Value": value}]
        )
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["b"])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "2"}]


def test_expiry_and_recovery_are_read_back(dynamodb: Any, table: str) -> None:
    specification = {"Enabled": True, "AttributeName": "ExpiresAt"}
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    found = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert found == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ExpiresAt"}
    with pytest.raises(ClientError, match="already enabled"):
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.fixture(scope="module")
def streams(client: Callable[[str], Any]) -> Any:
    return client("dynamodbstreams")


@pytest.fixture
def iterator(streams: Any, dynamodb: Any, table: str) -> str:
    arn = streams.list_streams(TableName=table)["Streams"][0]["StreamArn"]
    assert arn == dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start: str = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return start


def test_an_update_that_creates_an_item_is_one_insertion_where_moto_records_two(
    streams: Any, dynamodb: Any, table: str, iterator: str
) -> None:
    increment(dynamodb, table)
    (record,) = streams.get_records(ShardIterator=iterator)["Records"]
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"] == {**KEY, "Hits": {"N": "1"}}


def test_a_write_that_changes_nothing_leaves_no_record_where_moto_leaves_one(
    streams: Any, dynamodb: Any, table: str, iterator: str
) -> None:
    for _ in range(2):
        dynamodb.put_item(TableName=table, Item=item(5))
    assert len(streams.get_records(ShardIterator=iterator)["Records"]) == 1


def test_an_iterator_outlives_a_failed_transaction_where_moto_s_goes_blind(
    streams: Any, dynamodb: Any, table: str, iterator: str
) -> None:
    iterator = streams.get_records(ShardIterator=iterator)["NextShardIterator"]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": table,
                        "Item": item(),
                        "ConditionExpression": "attribute_exists(Id)",
                    }
                }
            ]
        )
    dynamodb.put_item(TableName=table, Item=item())
    dynamodb.delete_item(TableName=table, Key=KEY)
    records = streams.get_records(ShardIterator=iterator)["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "REMOVE"]
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
    assert numbers[1] == numbers[0] + 1
