import hashlib

import boto3


def shards_of(stream_name, partition_keys):
    pages = boto3.client("kinesis").get_paginator("list_shards").paginate(StreamName=stream_name)
    ranges = [
        (
            int(shard["HashKeyRange"]["StartingHashKey"]),
            int(shard["HashKeyRange"]["EndingHashKey"]),
            shard["ShardId"],
        )
        for page in pages
        for shard in page["Shards"]
        if "EndingSequenceNumber" not in shard["SequenceNumberRange"]
    ]
    found = {}
    for key in partition_keys:
        hash_key = int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16)
        found[key] = next(shard for first, last, shard in ranges if first <= hash_key <= last)
    return found
