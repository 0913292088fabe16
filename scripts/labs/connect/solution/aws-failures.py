import boto3
from botocore.exceptions import ClientError

WORDS = {
    "InvalidClientTokenId": "unknown key",
    "SignatureDoesNotMatch": "wrong secret",
    "ExpiredToken": "expired",
    "AccessDenied": "not allowed",
}


def diagnose(keys):
    return [word(each) for each in keys]


def word(each):
    try:
        boto3.client("rds", **each).describe_db_instances()
    except ClientError as error:
        return WORDS[error.response["Error"]["Code"]]
    return "ok"
