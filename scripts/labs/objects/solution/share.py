import boto3


def share(bucket_name, key, seconds):
    return boto3.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": bucket_name, "Key": key}, ExpiresIn=seconds
    )
