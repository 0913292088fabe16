"""S3: whose operations and IAM's actions have different names more often than not.

Sources: Service Authorization Reference, "Amazon S3"; Amazon S3 User Guide, "Required permissions for Amazon
S3 API operations", "Bucket policy examples using condition keys".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from localstack.aws.api.s3 import InvalidArgument
from localstack.services.s3.utils import extract_bucket_key_version_id_from_copy_source

from scripts.authorization.catalogue import find_action
from scripts.local_cloud.authorization import resources
from scripts.local_cloud.authorization.asked import Asked, Call, Keys, Unjudgeable

_CONFIGURATIONS = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")

#: Operation to action, where the names differ.
_RENAMED = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListParts": "ListMultipartUploadParts",
    "PostObject": "PutObject",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "SelectObjectContent": "GetObject",
    "UploadPart": "PutObject",
    **{f"GetBucket{name}Configuration": f"Get{name}Configuration" for name in _CONFIGURATIONS},
    **{f"PutBucket{name}Configuration": f"Put{name}Configuration" for name in _CONFIGURATIONS},
    **{f"DeleteBucket{name}Configuration": f"Put{name}Configuration" for name in _CONFIGURATIONS},
    **{f"ListBucket{name}Configurations": f"Get{name}Configuration" for name in _CONFIGURATIONS},
}

#: The action when one version of the object is named.
_OF_VERSION = {
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
}

#: Condition keys that are headers of the same name.
_HEADERS = (
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
    "if-match",
    "if-none-match",
)
#: Condition keys that are headers, or parameters of the address, of another name.
_OTHER_HEADERS = {
    "x-amz-object-lock-legal-hold": "s3:object-lock-legal-hold",
    "x-amz-object-lock-mode": "s3:object-lock-mode",
    "x-amz-object-lock-retain-until-date": "s3:object-lock-retain-until-date",
}
_LISTING = {"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys"}

#: What S3 would know of the object or the bucket; found out only where a policy asks.
_LATER = frozenset({"s3:ExistingObjectTag/*", "s3:BucketTag/*", "aws:ResourceTag/*"})

_CREATES = ("PutObject", "CreateMultipartUpload", "CopyObject", "PostObject")


def asked(call: Call) -> Iterator[Asked]:
    """What a call of S3 asks for."""
    operation = call.operation
    bucket, key = call.text("Bucket"), call.text("Key")
    keys = _keys(call)
    if operation == "DeleteObjects":
        delete: Any = call.request.get("Delete") or {}
        for each in delete.get("Objects") or ():
            yield deleted(bucket, each, keys)
        return
    if operation in ("CopyObject", "UploadPartCopy"):
        yield _of_source(call, keys)
        yield _one("PutObject", bucket, key, keys)
    else:
        name = _RENAMED.get(operation, operation)
        version = call.text("VersionId")
        yield _one(_OF_VERSION.get(name, name) if version else name, bucket, key, keys)
        if operation == "GetObjectAttributes":
            yield _one("GetObjectVersion" if version else "GetObject", bucket, key, keys)
    if operation in _CREATES:
        yield from _with_object(call, bucket, key, keys)
    if operation == "CreateBucket":
        yield from _with_bucket(call, bucket, keys)
    if operation in ("DeleteObject",) and call.headers.get("x-amz-bypass-governance-retention") == "true":
        yield _one("BypassGovernanceRetention", bucket, key, keys)


def deleted(bucket: str, each: Mapping[str, Any], keys: Mapping[str, tuple[str, ...]]) -> Asked:
    """What removing one of many objects asks for."""
    version = each.get("VersionId")
    more = dict(keys) | ({"s3:versionid": (str(version),)} if version else {})
    return _one("DeleteObjectVersion" if version else "DeleteObject", bucket, each.get("Key", ""), more)


def listing(asked_for: Asked) -> Asked:
    """What must be allowed beside reading an object to hear that there is none of that key."""
    bucket = asked_for.resource.partition(":::")[2].partition("/")[0]
    return _one("ListBucket", bucket, "", {})


def _one(name: str, bucket: str, key: str, keys: Mapping[str, tuple[str, ...]]) -> Asked:
    action = find_action(f"s3:{name}")
    if action is None:
        raise Unjudgeable(f"no action of IAM is known for S3's {name}")
    if not action.resource_types:
        return Asked(action.name, action.default_resource, "", keys)
    if "object" in action.resource_types:
        return Asked(action.name, f"arn:aws:s3:::{bucket}/{key}", _owner(bucket), keys, _LATER)
    if "bucket" in action.resource_types:
        return Asked(action.name, f"arn:aws:s3:::{bucket}", _owner(bucket), keys, _LATER)
    raise Unjudgeable(f"{action.name} is neither of a bucket nor of an object")


def _owner(bucket: str) -> str:
    found = resources.bucket(bucket)
    return str(found.bucket_account_id) if found else ""


def _of_source(call: Call, keys: Mapping[str, tuple[str, ...]]) -> Asked:
    # Read by the service's own reader: what is judged must be what is copied.
    try:
        bucket, key, version = extract_bucket_key_version_id_from_copy_source(call.text("CopySource"))
    except InvalidArgument as wrong:
        raise Unjudgeable("its copy source names no object") from wrong
    more = {"s3:versionid": (version,)} if version else {}
    own = {name: values for name, values in keys.items() if not name.startswith("s3:x-amz-")}
    return _one("GetObjectVersion" if version else "GetObject", bucket, key, own | more)


def _with_object(call: Call, bucket: str, key: str, keys: Mapping[str, tuple[str, ...]]) -> Iterator[Asked]:
    """What an object is made with has actions of its own."""
    if any(name in keys for name in ("s3:x-amz-acl", "s3:x-amz-grant-full-control", "s3:x-amz-grant-read")):
        yield _one("PutObjectAcl", bucket, key, keys)
    if call.text("Tagging"):
        yield _one("PutObjectTagging", bucket, key, keys)
    if call.text("ObjectLockMode"):
        yield _one("PutObjectRetention", bucket, key, keys)
    if call.text("ObjectLockLegalHoldStatus"):
        yield _one("PutObjectLegalHold", bucket, key, keys)


def _with_bucket(call: Call, bucket: str, keys: Mapping[str, tuple[str, ...]]) -> Iterator[Asked]:
    if any(name in keys for name in ("s3:x-amz-acl", "s3:x-amz-grant-full-control", "s3:x-amz-grant-read")):
        yield _one("PutBucketAcl", bucket, "", keys)
    if call.request.get("ObjectLockEnabledForBucket"):
        yield _one("PutBucketObjectLockConfiguration", bucket, "", keys)
        yield _one("PutBucketVersioning", bucket, "", keys)
    if call.text("ObjectOwnership"):
        yield _one("PutBucketOwnershipControls", bucket, "", keys)


def _keys(call: Call) -> Keys:
    """S3's condition keys of the call."""
    keys: Keys = {f"s3:{name}": (call.headers[name],) for name in _HEADERS if name in call.headers}
    keys |= {key: (call.headers[name],) for name, key in _OTHER_HEADERS.items() if name in call.headers}
    if call.operation.startswith("List"):
        keys |= {key: (call.query[name],) for name, key in _LISTING.items() if name in call.query}
    if version := call.text("VersionId"):
        keys["s3:versionid"] = (version,)
    if call.operation == "CreateBucket":
        configuration: Any = call.request.get("CreateBucketConfiguration") or {}
        keys["s3:locationconstraint"] = (configuration.get("LocationConstraint") or "us-east-1",)
    if tags := _object_tags(call):
        keys |= {f"s3:RequestObjectTag/{name}": (value,) for name, value in tags.items()}
        keys["s3:RequestObjectTagKeys"] = tuple(tags)
    if call.operation in _CREATES:
        keys["s3:ObjectCreationOperation"] = ("true",)
    return keys


def _object_tags(call: Call) -> dict[str, str]:
    tagging: Any = call.request.get("Tagging")
    if isinstance(tagging, str):
        return {name: values[0] for name, values in parse_qs(tagging, keep_blank_values=True).items()}
    if call.operation == "PutObjectTagging" and tagging:
        return {each["Key"]: each["Value"] for each in tagging.get("TagSet") or ()}
    return {}
