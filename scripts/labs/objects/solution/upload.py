from pathlib import Path

import boto3

KINDS = {
    ".csv": ("csv/", "text/csv"),
    ".json": ("json/", "application/json"),
    ".png": ("images/", "image/png"),
}


def upload(bucket_name, folder):
    s3 = boto3.client("s3")
    keys = []
    for file in sorted(Path(folder).iterdir()):
        prefix, content_type = KINDS[file.suffix]
        key = f"{prefix}{file.name}"
        s3.put_object(
            Bucket=bucket_name,
            Key=key,
            Body=file.read_bytes(),
            ContentType=content_type,
            Metadata={"source": file.name},
        )
        keys.append(key)
    return keys
