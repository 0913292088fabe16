"""Puts the objects of a batch into S3, each where none is yet, and says in AWS's words why that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.errors import RemoteError
from scripts.local_cloud.delivery.access import Access

INTERNAL = "InternalError"
ACCESS_DENIED = "S3.AccessDenied"

#: Firehose's error codes and messages, by S3's error code.
#: Source: developer guide, "Amazon S3 data delivery errors".
_CODES = {
    "NoSuchBucket": "S3.NoSuchBucket",
    "AccessDenied": ACCESS_DENIED,
    "403": ACCESS_DENIED,
    "MethodNotAllowed": "S3.MethodNotAllowed",
    "AllAccessDisabled": "S3.AllAccessDisabled",
    "AccountProblem": "S3.AccountProblem",
    "NotFoundException": "S3.KMS.NotFoundException",
    "KMS.NotFoundException": "S3.KMS.NotFoundException",
    "KMS.DisabledException": "S3.KMS.KeyDisabled",
    "KMS.KMSInvalidStateException": "S3.KMS.InvalidStateException",
}
_MESSAGES = {
    "S3.NoSuchBucket": "The specified bucket does not exist. Create the bucket or use a different bucket "
    "that does exist.",
    ACCESS_DENIED: "Access was denied. Ensure that the trust policy for the provided IAM role allows Kinesis "
    "Firehose to assume the role, and the access policy allows access to the S3 bucket.",
    "S3.MethodNotAllowed": "The specified method is not allowed against this resource. Modify the bucket's "
    "policy to allow the correct Amazon S3 operation permissions.",
    "S3.AllAccessDisabled": "Access to the account provided has been disabled. Contact AWS Support.",
    "S3.AccountProblem": "There is a problem with your AWS account that prevents the operation from "
    "completing successfully. Contact AWS Support.",
    "S3.KMS.NotFoundException": "The provided AWS KMS key was not found. If you are using what you believe "
    "to be a valid AWS KMS key with the correct role, check if there is a problem with the account to which "
    "the AWS KMS key is attached.",
    "S3.KMS.KeyDisabled": "The provided KMS key is disabled. Enable the key or use a different key.",
    "S3.KMS.InvalidStateException": "The provided KMS key is in an invalid state. Use a different key.",
}


class DeliveryError(RemoteError):
    """An object could not be put; `code` is Firehose's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def put(access: Access, region: str, destination: Mapping[str, Any], key: str, content: bytes) -> None:
    """Put one object; nothing to do when one of this key, which is nobody else's, is there.

    Raises
    ------
    DeliveryError
        S3 refused, or did not answer.
    """
    request: dict[str, Any] = {
        "Bucket": bucket(destination),
        "Key": key,
        "Body": content,
        "ContentType": "application/octet-stream",
        "IfNoneMatch": "*",
    }
    encryption = (destination.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig")
    if encryption:
        request |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": encryption["AWSKMSKeyARN"]}
    try:
        access.client("s3", region, destination["RoleARN"]).put_object(**request)
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "PreconditionFailed":
            raise _error(refused) from refused
    except BotoCoreError as unreachable:
        raise DeliveryError(INTERNAL, _internal(str(unreachable))) from unreachable


def exists(access: Access, region: str, destination: Mapping[str, Any], key: str) -> bool:
    """Whether the object is there.

    Raises
    ------
    DeliveryError
        That cannot be found out.
    """
    try:
        access.client("s3", region, destination["RoleARN"]).head_object(Bucket=bucket(destination), Key=key)
    except ClientError as refused:
        if refused.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise _error(refused) from refused
    except BotoCoreError as unreachable:
        raise DeliveryError(INTERNAL, _internal(str(unreachable))) from unreachable
    return True


def bucket(destination: Mapping[str, Any]) -> str:
    """The bucket's name."""
    return str(destination["BucketARN"]).rpartition(":")[2]


def _error(refused: ClientError) -> DeliveryError:
    fault = refused.response["Error"]
    code = _CODES.get(fault["Code"], INTERNAL)
    return DeliveryError(code, _MESSAGES.get(code) or _internal(fault["Message"]))


def _internal(reason: str) -> str:
    return (
        f"An internal error occurred while attempting to deliver data. Delivery will be retried. ({reason})"
    )
