from pathlib import Path

import boto3


def resume(bucket_name, key, upload_id, file, part_size):
    s3 = boto3.client("s3")
    upload = {"Bucket": bucket_name, "Key": key, "UploadId": upload_id}
    pages = s3.get_paginator("list_parts").paginate(**upload)
    there = {part["PartNumber"]: part["ETag"] for page in pages for part in page.get("Parts", [])}
    count = -(-Path(file).stat().st_size // part_size)
    sent = [number for number in range(1, count + 1) if number not in there]
    with Path(file).open("rb") as source:
        for number in sent:
            source.seek((number - 1) * part_size)
            answer = s3.upload_part(**upload, PartNumber=number, Body=source.read(part_size))
            there[number] = answer["ETag"]
    parts = [{"PartNumber": number, "ETag": there[number]} for number in sorted(there)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    return sent
