import boto3


def abort_unfinished(bucket_name, prefix):
    s3 = boto3.client("s3")
    count = 0
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket_name, Prefix=prefix):
        for each in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket_name, Key=each["Key"], UploadId=each["UploadId"])
            count += 1
    return count
