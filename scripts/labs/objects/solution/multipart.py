from pathlib import Path

import boto3

PART = 6 * 1024 * 1024


def upload_large(bucket_name, key, file):
    s3 = boto3.client("s3")
    upload = s3.create_multipart_upload(Bucket=bucket_name, Key=key, ContentType="text/csv")["UploadId"]
    try:
        parts = []
        with Path(file).open("rb") as source:
            while piece := source.read(PART):
                number = len(parts) + 1
                answer = s3.upload_part(
                    Bucket=bucket_name, Key=key, UploadId=upload, PartNumber=number, Body=piece
                )
                parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        s3.complete_multipart_upload(
            Bucket=bucket_name, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
        )
    except BaseException:
        s3.abort_multipart_upload(Bucket=bucket_name, Key=key, UploadId=upload)
        raise
