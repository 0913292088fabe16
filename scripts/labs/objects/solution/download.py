from pathlib import Path

import boto3


def download(bucket_name, key, file):
    s3 = boto3.client("s3")
    try:
        answer = s3.get_object(Bucket=bucket_name, Key=key)
    except s3.exceptions.NoSuchKey:
        return None
    Path(file).write_bytes(answer["Body"].read())
    return {"content_type": answer["ContentType"], "metadata": answer["Metadata"]}
