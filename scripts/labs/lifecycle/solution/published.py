import json
from decimal import Decimal

import boto3


def published(bucket, prefix):
    s3 = boto3.client("s3")
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=f"{prefix}/_manifest.json")["Body"].read())
    files = {}
    for name, table in manifest["tables"].items():
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=f"{prefix}/{table['location']}"
        )
        keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
        files[name] = sum(key.endswith(".parquet") for key in keys)
    return {
        "run": manifest["run"],
        "lines": manifest["order_lines"],
        "amount": Decimal(manifest["order_amount"]),
        "files": files,
    }
