"""Buckets that a check makes for an exercise, and what is to be seen in them."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.labs.removal import empty_and_delete
from scripts.labs.work import Work

#: What is said of a bucket, an object or an upload that is not there; 404 where the answer has no body.
_GONE = {"NoSuchBucket", "NoSuchKey", "NoSuchVersion", "NoSuchUpload", "404"}


@dataclass(frozen=True)
class Version:
    """One version of an object, or a delete marker, which has no ``etag``."""

    id: str
    etag: str | None


@dataclass
class Bucket:
    """A bucket and its account's client."""

    work: Work
    name: str

    @cached_property
    def s3(self) -> Any:
        """The check's own client, which may do everything."""
        return self.work.session.client("s3")

    @cached_property
    def nobody(self) -> Any:
        """A client without an account: its requests bear no signature."""
        unsigned: Any = Config(signature_version=UNSIGNED, retries={"max_attempts": 0})
        return self.work.session.client("s3", config=unsigned)

    def put(self, key: str, body: bytes = b"x", **more: Any) -> Any:
        """Put an object; answers what S3 does."""
        return self.s3.put_object(Bucket=self.name, Key=key, Body=body, **more)

    def delete(self, key: str) -> str:
        """Delete an object of a bucket with versions; answers the delete marker's id."""
        answer = self.s3.delete_object(Bucket=self.name, Key=key)
        return str(answer["VersionId"])

    def head(self, key: str, **more: Any) -> Any:
        """What is known of an object; None where there is none."""
        return found(self.s3.head_object, Bucket=self.name, Key=key, **more)

    def body(self, key: str) -> bytes | None:
        """An object's bytes; None where there is none."""
        answer = found(self.s3.get_object, Bucket=self.name, Key=key)
        return None if answer is None else answer["Body"].read()

    def keys(self) -> list[str]:
        """Every key, in the order of a listing."""
        answer = self.s3.list_objects_v2(Bucket=self.name)
        return [each["Key"] for each in answer.get("Contents", ())]

    def history(self, key: str) -> list[Version]:
        """Versions of one key, the newest first, and then its delete markers."""
        answer = self.s3.list_object_versions(Bucket=self.name, Prefix=key)
        both = [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]
        return [Version(each["VersionId"], each.get("ETag")) for each in both if each["Key"] == key]

    def uploads(self) -> list[tuple[str, str]]:
        """Key and id of every upload that is neither completed nor aborted."""
        answer = self.s3.list_multipart_uploads(Bucket=self.name)
        return [(each["Key"], each["UploadId"]) for each in answer.get("Uploads", ())]


def make_bucket(work: Work, *, versions: bool = False) -> Bucket:
    """A bucket of the check's own; gone when the check is over."""
    bucket = own_bucket(work)
    region = work.session.region_name
    # S3's oldest region is the one that must not be named.
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    bucket.s3.create_bucket(Bucket=bucket.name, **place)
    if versions:
        bucket.s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    return bucket


def own_bucket(work: Work) -> Bucket:
    """A name for a bucket that the learner's code makes; what bears it is gone when the check is over."""
    bucket = Bucket(work, work.name("bucket"))
    remove_bucket(work, bucket.name)
    work.afterwards(lambda: remove_bucket(work, bucket.name))
    return bucket


def remove_bucket(work: Work, name: str) -> None:
    """Remove a bucket with all that is in it, if it is there."""
    found(lambda **given: empty_and_delete(work.session, **given), bucket=name)


def found(call: Any, **given: Any) -> Any:
    """What AWS answers; None where there is no such thing."""
    try:
        return call(**given)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        return None


def refusal(call: Any, **given: Any) -> str | None:
    """The code of the error that a request is answered with; None where it is done."""
    try:
        call(**given)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def folder_of(work: Work, files: Mapping[str, bytes]) -> Path:
    """A folder with these files; gone when the check is over."""
    folder = Path(tempfile.mkdtemp(prefix="lab-objects-"))
    work.afterwards(lambda: shutil.rmtree(folder, ignore_errors=True))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def large(size: int) -> bytes:
    """Bytes no two parts of which are alike."""
    return random.Random(size).randbytes(size)
