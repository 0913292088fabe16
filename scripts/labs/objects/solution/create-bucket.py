import boto3


def create_bucket(bucket_name):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket_name)
    s3.put_bucket_versioning(Bucket=bucket_name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(
        Bucket=bucket_name, Tagging={"TagSet": [{"Key": "Course", "Value": "source-systems"}]}
    )
