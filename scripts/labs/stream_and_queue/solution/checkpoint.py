import json

import boto3
from botocore.exceptions import ClientError


def consume(stream_name, totals_table, checkpoints_table):
    kinesis = boto3.client("kinesis")
    totals = boto3.resource("dynamodb").Table(totals_table)
    checkpoints = boto3.resource("dynamodb").Table(checkpoints_table)
    for shard in kinesis.list_shards(StreamName=stream_name)["Shards"]:
        shard_id = shard["ShardId"]
        iterator = begin(kinesis, stream_name, shard_id, checkpoints)
        while iterator:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=10)
            for record in answer["Records"]:
                add(totals, record)
            if answer["Records"]:
                last = answer["Records"][-1]["SequenceNumber"]
                checkpoints.put_item(Item={"shard_id": shard_id, "sequence_number": last})
            iterator = answer.get("NextShardIterator") if answer["MillisBehindLatest"] else None


def begin(kinesis, stream_name, shard_id, checkpoints):
    start = {"ShardIteratorType": "TRIM_HORIZON"}
    checkpoint = checkpoints.get_item(Key={"shard_id": shard_id}, ConsistentRead=True).get("Item")
    if checkpoint:
        start = {
            "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
            "StartingSequenceNumber": checkpoint["sequence_number"],
        }
    return kinesis.get_shard_iterator(StreamName=stream_name, ShardId=shard_id, **start)["ShardIterator"]


def add(totals, record):
    session = json.loads(record["Data"])
    quantity = sum(int(product["quantity"]) for product in session["browse_history"])
    try:
        totals.update_item(
            Key={"session_id": session["session_id"]},
            UpdateExpression="ADD product_quantity :quantity SET last_record = :this",
            ConditionExpression="attribute_not_exists(last_record) OR last_record < :this",
            ExpressionAttributeValues={":quantity": quantity, ":this": record["SequenceNumber"]},
        )
    except ClientError as error:
        # It was counted before the crash.
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
