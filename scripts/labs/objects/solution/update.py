import boto3
from botocore.exceptions import ClientError


def append_row(bucket_name, key, row, etag):
    s3 = boto3.client("s3")
    now = s3.get_object(Bucket=bucket_name, Key=key)
    body = now["Body"].read() + row.encode() + b"\n"
    try:
        answer = s3.put_object(
            Bucket=bucket_name, Key=key, Body=body, ContentType=now["ContentType"], IfMatch=etag
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "PreconditionFailed":
            return None
        raise
    return answer["VersionId"]
