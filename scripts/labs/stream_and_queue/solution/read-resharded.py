import json

import boto3


def read_in_order(stream_name):
    kinesis = boto3.client("kinesis")
    waiting = {each["ShardId"]: each for each in kinesis.list_shards(StreamName=stream_name)["Shards"]}
    events = []
    while waiting:
        for shard_id, shard in list(waiting.items()):
            parents = {shard.get("ParentShardId"), shard.get("AdjacentParentShardId")}
            if not parents & waiting.keys():
                events.extend(read_shard(kinesis, stream_name, shard_id))
                del waiting[shard_id]
    return events


def read_shard(kinesis, stream_name, shard_id):
    iterator = kinesis.get_shard_iterator(
        StreamName=stream_name, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    while iterator:
        answer = kinesis.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            yield json.loads(record["Data"])
        iterator = answer.get("NextShardIterator") if answer["MillisBehindLatest"] else None
