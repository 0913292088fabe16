import boto3


def empty_and_delete(bucket_name):
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket_name):
        both = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if both:
            objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in both]
            s3.delete_objects(Bucket=bucket_name, Delete={"Objects": objects, "Quiet": True})
    s3.delete_bucket(Bucket=bucket_name)
