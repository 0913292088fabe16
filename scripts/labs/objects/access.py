"""Judges the exercises about who may read, by asking without an account."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

import urllib3

from scripts.labs.objects.buckets import Bucket, make_bucket, refusal
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

_IMAGE, _DRAFT, _CSV = "images/logo.png", "images-draft/logo.png", "csv/ratings.csv"
#: What the address that is to end is asked for, and what is waited beyond it, in seconds.
_SHORT, _PATIENCE = 1, 4.0


def _filled(work: Work) -> Bucket:
    bucket = make_bucket(work)
    for key in (_IMAGE, _DRAFT, _CSV):
        bucket.put(key, key.encode())
    return bucket


def _block(bucket: Bucket) -> dict[str, bool]:
    """The public access block; all false where there is none."""
    try:
        answer = bucket.s3.get_public_access_block(Bucket=bucket.name)["PublicAccessBlockConfiguration"]
    except bucket.s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchPublicAccessBlockConfiguration":
            raise
        return {}
    return {name: bool(value) for name, value in answer.items()}


def check_public_images(work: Work) -> None:
    bucket = _filled(work)
    work.call("publish_images", bucket.name)
    nobody, name = bucket.nobody, bucket.name
    refused = refusal(nobody.get_object, Bucket=name, Key=_IMAGE)
    require(
        refused is None,
        "Somebody without an account cannot read an image.",
        seen=f"{refused} for {_IMAGE}",
        expected="an answer with the image",
    )
    for key in (_CSV, _DRAFT):
        require(
            refusal(nobody.get_object, Bucket=name, Key=key) is not None,
            "Everybody can read what is no image.",
            seen=f"{key} was answered without a signature",
            expected="only keys that begin with the prefix, slash included",
        )
    require(
        refusal(nobody.list_objects_v2, Bucket=name) is not None,
        "Everybody can list the bucket.",
        expected="reading of single objects, and nothing else",
    )
    require(
        refusal(nobody.put_object, Bucket=name, Key="images/new.png", Body=b"x") is not None
        and refusal(nobody.delete_object, Bucket=name, Key=_IMAGE) is not None,
        "Everybody can change the images.",
        expected="reading of single objects, and nothing else",
    )
    block = _block(bucket)
    require(
        bool(block.get("BlockPublicAcls") and block.get("IgnorePublicAcls")),
        "Access lists (ACLs) are no longer blocked.",
        seen=", ".join(name for name, on in block.items() if on) or "no setting of the block is on",
        expected="a block that still holds for ACLs",
    )


def check_close(work: Work) -> None:
    bucket = _filled(work)
    s3, name = bucket.s3, bucket.name
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"{_arn(work)}:s3:::{name}/*",
    }
    s3.delete_public_access_block(Bucket=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    work.call("close", name)
    kept = _policy(bucket)
    require(
        kept == json.loads(policy),
        "The bucket's policy is not what it was.",
        seen="no policy" if kept is None else "another policy",
        expected="the policy as it was, which now counts for nothing",
    )
    require(
        bucket.keys() == sorted((_IMAGE, _DRAFT, _CSV)),
        "The objects are not what they were.",
        seen=", ".join(bucket.keys()) or "no object",
        expected="every object as it was",
    )
    block = _block(bucket)
    on = ", ".join(setting for setting, is_on in block.items() if is_on) or "none"
    require(
        refusal(bucket.nobody.get_object, Bucket=name, Key=_CSV) is not None,
        "Everybody can still read an object.",
        seen=f"settings that are on: {on}",
        expected="a block that also counts for the policy that is there",
    )
    require(
        len(block) == 4 and all(block.values()),
        "The bucket can be opened again by a policy or an ACL.",
        seen=f"settings that are on: {on}",
        expected="the whole block",
    )


def _arn(work: Work) -> str:
    return f"arn:{work.session.get_partition_for_region(work.session.region_name)}"


def _policy(bucket: Bucket) -> Any:
    try:
        return json.loads(bucket.s3.get_bucket_policy(Bucket=bucket.name)["Policy"])
    except bucket.s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return None


def check_share(work: Work) -> None:
    bucket = _filled(work)
    address = _address(work.call("share", bucket.name, _CSV, 600).result)
    require(
        refusal(bucket.nobody.get_object, Bucket=bucket.name, Key=_CSV) is not None,
        "The object can be read without the address: it has become public.",
        expected="a bucket that stays closed",
    )
    status, body = _fetch(address)
    require(
        status == 200,
        "The address does not lead to the object.",
        seen=f"HTTP status {status}{_code(body)}",
        expected="an answer to a GET without an account",
    )
    require(
        body == _CSV.encode(),
        "The address leads to something else.",
        seen=f"{len(body)} bytes",
        expected="this one object's content",
    )
    require(
        _fetch(address.replace(_CSV, _DRAFT))[0] != 200,
        "The address opens other objects too.",
        expected="an address that is good for one object",
    )
    address = _address(work.call("share", bucket.name, _CSV, _SHORT).result)
    until = time.monotonic() + _SHORT + _PATIENCE
    while (answer := _fetch(address))[0] == 200:
        require(
            time.monotonic() < until,
            "The address is good for longer than it was asked for.",
            seen=f"it still led to the object {_PATIENCE:.0f} seconds later",
            expected="an address that ends after as many seconds as the function was given",
        )
        time.sleep(0.1)
    require(
        b"xpired" in answer[1],
        "The address did not lead to the object at all, the second time.",
        seen=f"HTTP status {answer[0]}{_code(answer[1])}",
        expected="an answer until it ends, then a refusal",
    )


def _address(returned: Any) -> str:
    if not isinstance(returned, str) or urlsplit(returned).scheme not in ("http", "https"):
        raise NotYetError(
            "The function does not return an address.",
            seen=f"{returned!s:.60}",
            expected="a text that begins with http:// or https://",
        )
    require(
        "ignature=" in returned,
        "The address bears no signature.",
        seen=f"{returned:.80}",
        expected="an address with a signature and an end",
    )
    return returned


def _fetch(address: str) -> tuple[int, bytes]:
    answer = urllib3.request("GET", address, retries=False, timeout=30)
    return answer.status, answer.data


def _code(body: bytes) -> str:
    """S3's code for a refusal, as ``, AccessDenied``."""
    _, there, rest = body.decode(errors="replace").partition("<Code>")
    return f", {rest.partition('<')[0]}" if there else ""
