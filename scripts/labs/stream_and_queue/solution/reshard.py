import boto3


def reshard(stream_name, hot, cold):
    kinesis = boto3.client("kinesis")
    shards = {each["ShardId"]: each for each in kinesis.list_shards(StreamName=stream_name)["Shards"]}
    hash_keys = shards[hot]["HashKeyRange"]
    middle = (int(hash_keys["StartingHashKey"]) + int(hash_keys["EndingHashKey"]) + 1) // 2
    kinesis.split_shard(StreamName=stream_name, ShardToSplit=hot, NewStartingHashKey=str(middle))
    kinesis.get_waiter("stream_exists").wait(StreamName=stream_name)
    kinesis.merge_shards(StreamName=stream_name, ShardToMerge=cold[0], AdjacentShardToMerge=cold[1])
    kinesis.get_waiter("stream_exists").wait(StreamName=stream_name)
