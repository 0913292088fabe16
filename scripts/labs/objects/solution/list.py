import boto3


def browse(bucket_name, prefix):
    s3 = boto3.client("s3")
    folders, objects = [], []
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket_name, Prefix=prefix, Delimiter="/")
    for page in pages:
        folders += [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        objects += [each["Key"] for each in page.get("Contents", []) if each["Key"] != prefix]
    return {"folders": folders, "objects": objects}
