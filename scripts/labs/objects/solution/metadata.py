import boto3


def annotate(bucket_name, key, name, value):
    s3 = boto3.client("s3")
    known = s3.head_object(Bucket=bucket_name, Key=key)
    answer = s3.copy_object(
        Bucket=bucket_name,
        Key=key,
        CopySource={"Bucket": bucket_name, "Key": key},
        MetadataDirective="REPLACE",
        Metadata={**known["Metadata"], name: value},
        ContentType=known["ContentType"],
    )
    return answer["VersionId"]
