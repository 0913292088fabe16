import json

import boto3


def read_all(stream_name, limit):
    kinesis = boto3.client("kinesis")
    sessions = []
    for shard in kinesis.list_shards(StreamName=stream_name)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream_name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=limit)
            sessions.extend(json.loads(record["Data"]) for record in answer["Records"])
            iterator = answer.get("NextShardIterator") if answer["MillisBehindLatest"] else None
    return sessions
