"""The course's problem: a bucket that denies, then lets in one address for ``csv/*``."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Signer

from tests.scripts.local_cloud.authorization.conftest import (
    Credentials,
    People,
    allow,
    document,
    refused,
)

BASTION, OTHER = "127.0.0.2", "127.0.0.3"


def _get(people: People, who: Credentials, bucket: str, key: str, address: str) -> tuple[int, str]:
    """Status and text of a signed GET that is sent from an address of this machine."""
    url = f"{people.cloud.endpoint_url}/{bucket}/{key}"
    request = AWSRequest("GET", url, headers={"Host": url.split("/")[2]})
    S3SigV4Auth(Signer(who.key_id, who.secret), "s3", "us-east-1").add_auth(request)
    host, port = url.split("/")[2].split(":")
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            pytest.skip(f"This machine has no address {address} of its own.")
    with urllib3.HTTPConnectionPool(host, int(port), source_address=(address, 0)) as pool:
        # Whoever could write where a request comes from would have every policy for addresses in hand.
        headers = {**request.headers, "X-Forwarded-For": BASTION}
        answer = pool.request("GET", f"/{bucket}/{key}", headers=headers, retries=False)
    return answer.status, answer.data.decode()


@pytest.fixture
def user(people: People) -> Credentials:
    return people.user()


@pytest.fixture
def policy(client: Callable[[str], Any], bucket: str) -> Iterator[Callable[..., None]]:
    """``policy(statement...)`` puts the bucket's policy."""
    s3 = client("s3")

    def put(*statements: dict[str, Any]) -> None:
        s3.put_bucket_policy(Bucket=bucket, Policy=document(*statements))

    yield put
    s3.delete_bucket_policy(Bucket=bucket)


def _let_in(user: Credentials, bucket: str, address: str) -> dict[str, Any]:
    return allow(
        "s3:GetObject",
        f"arn:aws:s3:::{bucket}/csv/*",
        Sid="OnlyFromTheBastion",
        Principal={"AWS": user.arn},
        Condition={"IpAddress": {"aws:SourceIp": address}},
    )


def test_a_user_without_rights_gets_403_and_hears_which_permission_is_missing(
    people: People, user: Credentials, bucket: str
) -> None:
    s3 = people.client("s3", user)
    assert refused(s3.get_object, Bucket=bucket, Key="csv/ratings.csv") == (
        "AccessDenied",
        403,
        f"User: {user.arn} is not authorized to perform: s3:GetObject on resource: "
        f'"arn:aws:s3:::{bucket}/csv/ratings.csv" because no identity-based policy allows '
        "the s3:GetObject action",
    )


def test_head_object_is_forbidden_without_a_body(people: People, user: Credentials, bucket: str) -> None:
    s3 = people.client("s3", user)
    assert refused(s3.head_object, Bucket=bucket, Key="csv/ratings.csv") == ("403", 403, "Forbidden")


@pytest.mark.parametrize("address", [BASTION, f"{BASTION}/32"])
def test_a_bucket_policy_lets_one_address_in(
    people: People, user: Credentials, bucket: str, policy: Callable[..., None], address: str
) -> None:
    policy(_let_in(user, bucket, address))
    assert _get(people, user, bucket, "csv/ratings.csv", BASTION) == (200, "1,2,3\n")
    assert _get(people, user, bucket, "csv/ratings.csv", OTHER)[0] == 403
    assert _get(people, user, bucket, "images/one.png", BASTION)[0] == 403


def test_a_denying_bucket_policy_wins_and_its_statement_is_named(
    people: People, bucket: str, policy: Callable[..., None]
) -> None:
    user = people.user(allow("s3:*"))
    closed = {
        "Sid": "ClosedToAll",
        "Effect": "Deny",
        "Principal": {"AWS": user.arn},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy(_let_in(user, bucket, "0.0.0.0/0"), closed)
    code, status, message = refused(
        people.client("s3", user).get_object, Bucket=bucket, Key="csv/ratings.csv"
    )
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith(
        f"with an explicit deny in a resource-based policy: statement 2 (ClosedToAll) of bucket {bucket}"
    )


def test_a_changed_policy_holds_for_the_next_request(
    people: People, user: Credentials, bucket: str, policy: Callable[..., None]
) -> None:
    answers = []
    for address in (BASTION, OTHER, BASTION):
        policy(_let_in(user, bucket, address))
        answers.append(_get(people, user, bucket, "csv/ratings.csv", BASTION)[0])
    assert answers == [200, 403, 200]


def test_who_may_not_list_a_bucket_does_not_hear_what_is_not_in_it(people: People, bucket: str) -> None:
    objects, whole = f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}"
    blind = people.client("s3", people.user(allow("s3:GetObject", objects)))
    seeing = people.client("s3", people.user(allow("s3:GetObject", objects), allow("s3:ListBucket", whole)))
    code, _, message = refused(blind.get_object, Bucket=bucket, Key="csv/none.csv")
    assert code == "AccessDenied"
    assert "s3:ListBucket" in message
    assert refused(seeing.get_object, Bucket=bucket, Key="csv/none.csv")[0] == "NoSuchKey"


def test_a_prefix_limits_what_may_be_listed(people: People, bucket: str) -> None:
    only = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition={"StringLike": {"s3:prefix": "csv/*"}})
    s3 = people.client("s3", people.user(only))
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="csv/")["Contents"]
    assert [each["Key"] for each in listed] == ["csv/ratings.csv"]
    assert refused(s3.list_objects_v2, Bucket=bucket, Prefix="images/")[0] == "AccessDenied"
    assert refused(s3.list_objects_v2, Bucket=bucket)[0] == "AccessDenied"


def test_one_version_of_an_object_is_an_action_of_its_own(
    people: People, client: Callable[[str], Any], bucket: str
) -> None:
    root = client("s3")
    root.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = root.put_object(Bucket=bucket, Key="csv/versions.csv", Body=b"1")["VersionId"]
    s3 = people.client("s3", people.user(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")))
    try:
        assert s3.get_object(Bucket=bucket, Key="csv/versions.csv")["VersionId"] == version
        _, _, message = refused(s3.get_object, Bucket=bucket, Key="csv/versions.csv", VersionId=version)
        assert "s3:GetObjectVersion" in message
    finally:
        root.delete_object(Bucket=bucket, Key="csv/versions.csv", VersionId=version)


def test_a_copy_needs_to_read_the_source_and_to_write_the_target(people: People, bucket: str) -> None:
    writer = people.user(allow("s3:PutObject", f"arn:aws:s3:::{bucket}/copies/*"))
    s3 = people.client("s3", writer)
    copy = {"Bucket": bucket, "Key": "copies/a.csv", "CopySource": f"{bucket}/csv/ratings.csv"}
    assert "s3:GetObject " in refused(s3.copy_object, **copy)[2]
    both = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/csv/*")
    people.may(writer, both)
    assert "s3:PutObject " in refused(s3.copy_object, **copy)[2]
    people.may(writer, both, allow("s3:PutObject", f"arn:aws:s3:::{bucket}/copies/*"))
    assert s3.copy_object(**copy)["CopyObjectResult"]["ETag"]


def test_of_many_objects_only_those_are_deleted_that_may_be(people: People, bucket: str) -> None:
    everything = people.client("s3", people.user(allow("s3:*")))
    for key in ("gone/a", "gone/b", "kept/c"):
        everything.put_object(Bucket=bucket, Key=key, Body=b"x")
    user = people.user(allow("s3:DeleteObject", f"arn:aws:s3:::{bucket}/gone/*"))
    answer = people.client("s3", user).delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": key} for key in ("gone/a", "kept/c", "gone/b")]}
    )
    assert [each["Key"] for each in answer["Deleted"]] == ["gone/a", "gone/b"]
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [("kept/c", "AccessDenied")]
    assert [each["Key"] for each in everything.list_objects_v2(Bucket=bucket, Prefix="kept")["Contents"]]


def test_a_tag_of_the_object_decides(people: People, client: Callable[[str], Any], bucket: str) -> None:
    root = client("s3")
    for key, level in (("tagged/open", "open"), ("tagged/closed", "closed")):
        root.put_object(Bucket=bucket, Key=key, Body=b"x", Tagging=f"level={level}")
    open_only = {"StringEquals": {"s3:ExistingObjectTag/level": "open"}}
    s3 = people.client(
        "s3", people.user(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Condition=open_only))
    )
    assert s3.get_object(Bucket=bucket, Key="tagged/open")["ContentLength"] == 1
    assert refused(s3.get_object, Bucket=bucket, Key="tagged/closed")[0] == "AccessDenied"


def test_objects_are_public_only_by_policy_and_only_where_the_block_allows_it(
    people: People, client: Callable[[str], Any], bucket: str, policy: Callable[..., None]
) -> None:
    root = client("s3")
    public = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/images/*", Principal="*", Sid="Everybody")
    url = f"{people.cloud.endpoint_url}/{bucket}"
    assert urllib3.request("GET", f"{url}/images/one.png").status == 403
    code, _, message = refused(root.put_bucket_policy, Bucket=bucket, Policy=document(public))
    assert code == "AccessDenied"
    assert "BlockPublicPolicy" in message
    root.delete_public_access_block(Bucket=bucket)
    policy(public)
    assert urllib3.request("GET", f"{url}/images/one.png").status == 200
    answer = urllib3.request("GET", f"{url}/csv/ratings.csv")
    assert answer.status == 403
    assert "<Code>AccessDenied</Code>" in answer.data.decode()
    root.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    assert urllib3.request("GET", f"{url}/images/one.png").status == 403
