import json
from datetime import UTC, datetime

import boto3


def route(stream_name, usa_stream, international_stream):
    kinesis = boto3.client("kinesis")
    usa, international = [], []
    for session in read(kinesis, stream_name):
        products = session["browse_history"]
        in_cart = [product for product in products if product["in_shopping_cart"]]
        session["processing_timestamp"] = datetime.now(UTC).isoformat()
        session["overall_product_quantity"] = sum(int(product["quantity"]) for product in products)
        session["overall_in_shopping_cart"] = sum(int(product["quantity"]) for product in in_cart)
        session["total_different_products"] = len({product["product_code"] for product in products})
        entry = {"Data": json.dumps(session).encode(), "PartitionKey": session["session_id"]}
        (usa if session["country"] == "USA" else international).append(entry)
    put(kinesis, usa_stream, usa)
    put(kinesis, international_stream, international)


def read(kinesis, stream_name):
    for shard in kinesis.list_shards(StreamName=stream_name)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream_name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            answer = kinesis.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                yield json.loads(record["Data"])
            iterator = answer.get("NextShardIterator") if answer["MillisBehindLatest"] else None


def put(kinesis, stream_name, entries):
    while entries:
        answer = kinesis.put_records(StreamName=stream_name, Records=entries[:500])
        results = zip(entries[:500], answer["Records"], strict=True)
        entries = [entry for entry, result in results if "ErrorCode" in result] + entries[500:]
