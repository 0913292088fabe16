import json

import boto3


def replay(stream_name, shard_id, first, last):
    kinesis = boto3.client("kinesis")
    sessions = []
    iterator = kinesis.get_shard_iterator(
        StreamName=stream_name,
        ShardId=shard_id,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=first,
    )["ShardIterator"]
    while iterator:
        answer = kinesis.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            if int(record["SequenceNumber"]) > int(last):
                return sessions
            sessions.append(json.loads(record["Data"]))
        iterator = answer.get("NextShardIterator") if answer["MillisBehindLatest"] else None
    return sessions
