import boto3


def as_it_was(bucket_name, key, back):
    s3 = boto3.client("s3")
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket_name, Prefix=key)
    versions = [each for page in pages for each in page.get("Versions", []) if each["Key"] == key]
    if back >= len(versions):
        return None
    answer = s3.get_object(Bucket=bucket_name, Key=key, VersionId=versions[back]["VersionId"])
    return answer["Body"].read()
