import boto3


def undelete(bucket_name, key):
    s3 = boto3.client("s3")
    deleted = False
    while True:
        found = s3.list_object_versions(Bucket=bucket_name, Prefix=key)
        top = [each for each in found.get("DeleteMarkers", []) if each["Key"] == key and each["IsLatest"]]
        if not top:
            return deleted
        s3.delete_object(Bucket=bucket_name, Key=key, VersionId=top[0]["VersionId"])
        deleted = True
