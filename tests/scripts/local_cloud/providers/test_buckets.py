"""What LocalStack's S3 does otherwise than AWS's, put right; each test names the defect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_a_new_bucket_has_no_tags_of_a_deleted_one_of_its_name(client: Callable[[str], Any]) -> None:
    s3 = client("s3")
    name = "tagged-and-deleted"
    for _ in range(2):
        s3.create_bucket(Bucket=name)
        with pytest.raises(ClientError, match="NoSuchTagSet"):
            s3.get_bucket_tagging(Bucket=name)
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "Course", "Value": "s3"}]})
        s3.delete_bucket(Bucket=name)


def test_an_older_version_can_be_copied_onto_its_own_key(client: Callable[[str], Any]) -> None:
    s3 = client("s3")
    name, key = "copied-onto-itself", "csv/ratings.csv"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=name, Key=key, Body=b"1", Metadata={"n": "1"})["VersionId"]
    s3.put_object(Bucket=name, Key=key, Body=b"2")
    source = {"Bucket": name, "Key": key}
    made = s3.copy_object(Bucket=name, Key=key, CopySource={**source, "VersionId": first})
    found = s3.get_object(**source)
    assert (found["Body"].read(), found["Metadata"]) == (b"1", {"n": "1"})
    assert made["VersionId"] == found["VersionId"] != first
    with pytest.raises(ClientError, match="copy an object to itself"):
        s3.copy_object(Bucket=name, Key=key, CopySource=source)
    for each in s3.list_object_versions(Bucket=name)["Versions"]:
        s3.delete_object(**source, VersionId=each["VersionId"])
    s3.delete_bucket(Bucket=name)
