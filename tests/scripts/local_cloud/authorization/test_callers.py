"""Who signed: users, groups, roles, sessions; and keys, secrets, tokens and dates that are not good."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Signer

from tests.scripts.local_cloud.authorization.conftest import (
    ACCOUNT,
    Credentials,
    People,
    allow,
    deny,
    document,
    refused,
)

#: A call that needs no parameters, of a service of each way to word refusals.
CALLS = {"s3": "list_buckets", "sqs": "list_queues", "dynamodb": "list_tables", "ec2": "describe_vpcs"}


def _ask(people: People, service: str, who: Credentials) -> tuple[str, int]:
    code, status, _ = refused(getattr(people.client(service, who), CALLS[service]))
    return code, status


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("s3", ("InvalidAccessKeyId", 403)),
        ("sqs", ("InvalidClientTokenId", 403)),
        ("dynamodb", ("UnrecognizedClientException", 400)),
        ("ec2", ("AuthFailure", 401)),
    ],
)
def test_a_key_that_nobody_has_is_unknown(people: People, service: str, expected: tuple[str, int]) -> None:
    assert _ask(people, service, Credentials("LKIAQAAAAAAANOSUCHKEY", "x")) == expected


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("s3", ("SignatureDoesNotMatch", 403)),
        ("sqs", ("SignatureDoesNotMatch", 403)),
        ("dynamodb", ("InvalidSignatureException", 400)),
        ("ec2", ("AuthFailure", 401)),
    ],
)
def test_a_wrong_secret_makes_a_wrong_signature(
    people: People, service: str, expected: tuple[str, int]
) -> None:
    user = people.user(allow("*"))
    assert _ask(people, service, Credentials(user.key_id, "wrong")) == expected


def test_a_deactivated_key_is_unknown_until_it_is_active_again(people: People) -> None:
    user = people.user(allow("sqs:*"))
    sqs = people.client("sqs", user)
    statuses = ("Active", "Inactive", "Active")
    answers = []
    for status in statuses:
        people.iam.update_access_key(UserName=user.name, AccessKeyId=user.key_id, Status=status)
        answers.append("refused" if status == "Inactive" else sqs.list_queues()["ResponseMetadata"])
        if status == "Inactive":
            assert refused(sqs.list_queues)[0] == "InvalidClientTokenId"
    assert len(answers) == len(statuses)


def test_a_deleted_key_is_unknown(people: People) -> None:
    user = people.user(allow("sqs:*"))
    assert people.client("sqs", user).list_queues()
    people.iam.delete_access_key(UserName=user.name, AccessKeyId=user.key_id)
    assert _ask(people, "sqs", user) == ("InvalidClientTokenId", 403)


def test_a_group_gives_its_users_what_it_may(people: People) -> None:
    user = people.user()
    sqs = people.client("sqs", user)
    group = f"{user.name}-readers"
    people.iam.create_group(GroupName=group)
    people.iam.put_group_policy(
        GroupName=group, PolicyName="list", PolicyDocument=document(allow("sqs:ListQueues"))
    )
    assert refused(sqs.list_queues)[0] == "AccessDenied"
    people.iam.add_user_to_group(GroupName=group, UserName=user.name)
    assert sqs.list_queues()
    people.iam.remove_user_from_group(GroupName=group, UserName=user.name)
    assert refused(sqs.list_queues)[0] == "AccessDenied"
    people.iam.delete_group_policy(GroupName=group, PolicyName="list")
    people.iam.delete_group(GroupName=group)


def test_a_boundary_limits_and_a_managed_policy_allows_by_its_default_version(people: People) -> None:
    iam = people.iam
    boundary = iam.create_policy(
        PolicyName=f"{people.prefix}-boundary", PolicyDocument=document(allow("sqs:*"))
    )["Policy"]["Arn"]
    managed = iam.create_policy(
        PolicyName=f"{people.prefix}-managed", PolicyDocument=document(allow("sns:*"))
    )["Policy"]["Arn"]
    user = people.user(PermissionsBoundary=boundary)
    iam.attach_user_policy(UserName=user.name, PolicyArn=managed)
    assert "no permissions boundary allows" in refused(people.client("sns", user).list_topics)[2]
    assert "no identity-based policy allows" in refused(people.client("sqs", user).list_queues)[2]
    iam.create_policy_version(PolicyArn=managed, PolicyDocument=document(allow("sqs:*")), SetAsDefault=True)
    assert people.client("sqs", user).list_queues()
    iam.detach_user_policy(UserName=user.name, PolicyArn=managed)
    iam.delete_policy_version(PolicyArn=managed, VersionId="v1")
    iam.delete_policy(PolicyArn=managed)


def test_an_aws_managed_policy_counts(people: People) -> None:
    user = people.user()
    arn = "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
    people.iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    try:
        assert people.client("sqs", user).list_queues()
        assert refused(people.client("sns", user).list_topics)[0] == "AuthorizationError"
    finally:
        people.iam.detach_user_policy(UserName=user.name, PolicyArn=arn)


@pytest.fixture(scope="module")
def over(people: People) -> Credentials:
    """A session that has ended: the local cloud gives shorter ones than AWS."""
    user = people.user(allow("sts:AssumeRole"))
    role = people.role({"AWS": user.arn}, allow("*"))
    sts = people.client("sts", user, config={"parameter_validation": False})
    given = sts.assume_role(RoleArn=role, RoleSessionName="short", DurationSeconds=1)["Credentials"]
    while datetime.now(UTC) < given["Expiration"]:
        time.sleep(0.05)
    return Credentials.of(given)


class TestRoles:
    def test_a_role_is_taken_by_whom_it_trusts_and_may_what_it_may(self, people: People) -> None:
        trusted, other = people.user(), people.user(allow("sts:AssumeRole"))
        role = people.role({"AWS": trusted.arn}, allow("sqs:ListQueues"))
        sts = people.client("sts", trusted)
        session = Credentials.of(sts.assume_role(RoleArn=role, RoleSessionName="work")["Credentials"])
        name = role.rpartition("/")[2]
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/work"
        assert people.client("sts", session).get_caller_identity()["Arn"] == arn
        assert people.client("sqs", session).list_queues()
        assert arn in refused(people.client("sns", session).list_topics)[2]
        code, status, message = refused(
            people.client("sts", other).assume_role, RoleArn=role, RoleSessionName="work"
        )
        assert (code, status) == ("AccessDenied", 403)
        assert "no role trust policy allows the sts:AssumeRole action" in message

    def test_the_policy_of_a_session_limits_it(self, people: People) -> None:
        user = people.user(allow("sts:AssumeRole"))
        role = people.role({"AWS": user.arn}, allow(["sqs:*", "sns:*"]))
        given = people.client("sts", user).assume_role(
            RoleArn=role, RoleSessionName="less", Policy=document(allow("sqs:*"))
        )
        session = Credentials.of(given["Credentials"])
        assert people.client("sqs", session).list_queues()
        assert "no session policy allows" in refused(people.client("sns", session).list_topics)[2]

    def test_a_tag_of_the_session_counts_as_one_of_the_principal(self, people: People) -> None:
        user = people.user(allow(["sts:AssumeRole", "sts:TagSession"]))
        blue = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
        role = people.role({"AWS": user.arn}, allow("sqs:*", Condition=blue))
        sts = people.client("sts", user)
        for team, may in (("blue", True), ("red", False)):
            given = sts.assume_role(
                RoleArn=role, RoleSessionName="tagged", Tags=[{"Key": "team", "Value": team}]
            )
            sqs = people.client("sqs", Credentials.of(given["Credentials"]))
            if may:
                assert sqs.list_queues()
            else:
                assert refused(sqs.list_queues)[0] == "AccessDenied"

    @pytest.mark.parametrize(
        ("service", "expected"),
        [
            ("s3", ("ExpiredToken", 400)),
            ("sqs", ("ExpiredToken", 403)),
            ("dynamodb", ("ExpiredTokenException", 400)),
            ("ec2", ("RequestExpired", 400)),
        ],
    )
    def test_an_expired_session_says_so(
        self, people: People, over: Credentials, service: str, expected: tuple[str, int]
    ) -> None:
        assert _ask(people, service, over) == expected

    def test_a_session_needs_its_own_token(self, people: People, client: Callable[[str], Any]) -> None:
        role = people.role({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, allow("sqs:*"))
        given = client("sts").assume_role(RoleArn=role, RoleSessionName="byroot")["Credentials"]
        session = Credentials.of(given)
        assert people.client("sqs", session).list_queues()
        for token in (None, "another"):
            without = Credentials(session.key_id, session.secret, token)
            assert _ask(people, "sqs", without) == ("InvalidClientTokenId", 403)
            assert _ask(people, "s3", without) == ("InvalidToken", 400)


class TestSessionTokens:
    def test_a_users_session_is_the_user_and_may_not_ask_iam(self, people: People) -> None:
        user = people.user(allow("*"))
        session = Credentials.of(people.client("sts", user).get_session_token()["Credentials"])
        assert people.client("sts", session).get_caller_identity()["Arn"] == user.arn
        assert people.client("sqs", session).list_queues()
        assert refused(people.client("iam", session).list_users)[0] == "AccessDenied"
        without_mfa = deny("sqs:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
        people.may(user, without_mfa, policy="second-factor")
        assert "explicit deny" in refused(people.client("sqs", session).list_queues)[2]
        assert people.client("sqs", user).list_queues()

    def test_a_user_is_found_by_the_key_that_asks(self, people: People) -> None:
        user = people.user(allow("iam:GetUser"))
        assert people.client("iam", user).get_user()["User"]["UserName"] == user.name
        used = people.iam.get_access_key_last_used(AccessKeyId=user.key_id)["AccessKeyLastUsed"]
        assert used["ServiceName"] == "iam"

    def test_a_federated_user_may_what_the_user_and_the_session_may(self, people: People) -> None:
        user = people.user(allow(["sqs:*", "sts:GetFederationToken"]))
        given = people.client("sts", user).get_federation_token(
            Name="guest", Policy=document(allow(["sqs:ListQueues", "sns:*"]))
        )
        guest = Credentials.of(given["Credentials"])
        arn = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
        assert given["FederatedUser"]["Arn"] == arn
        assert people.client("sts", guest).get_caller_identity()["Arn"] == arn
        assert people.client("sqs", guest).list_queues()
        assert refused(people.client("sns", guest).list_topics)[0] == "AuthorizationError"

    def test_the_word_of_an_identity_provider_is_not_taken(self, people: People) -> None:
        role = people.role({"Federated": "accounts.google.com"}, allow("*"))
        sts = people.client("sts", people.user())
        code, _, _ = refused(
            sts.assume_role_with_web_identity,
            RoleArn=role,
            RoleSessionName="me",
            WebIdentityToken="a.b.c",
        )
        assert code == "InvalidIdentityToken"


def _send(people: People, who: Credentials, body: bytes, date: datetime, sent: bytes | None = None) -> int:
    """Status of a request to DynamoDB, signed at a date; ``sent`` is another body than the signed one."""
    url = people.cloud.endpoint_url
    headers = {
        "Host": url.split("//")[1],
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
        "X-Amz-Date": date.strftime("%Y%m%dT%H%M%SZ"),
    }
    request = AWSRequest("POST", f"{url}/", data=body, headers=headers)
    signer = SigV4Auth(Signer(who.key_id, who.secret), "dynamodb", "us-east-1")
    request.context["timestamp"] = headers["X-Amz-Date"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    names = signer.signed_headers(signer.headers_to_sign(request))
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, "
        f"Signature={signer.signature(text, request)}"
    )
    answer = urllib3.request("POST", f"{url}/", body=sent or body, headers=headers)
    assert answer.status == 200 or b"InvalidSignatureException" in answer.data
    return answer.status


def test_a_request_holds_for_some_minutes_and_only_as_it_was_signed(people: People) -> None:
    user = people.user(allow("dynamodb:*"))
    now = datetime.now(UTC)
    assert _send(people, user, b"{}", now) == 200
    assert _send(people, user, b"{}", now - timedelta(minutes=20)) == 400
    assert _send(people, user, b"{}", now + timedelta(minutes=20)) == 400
    assert _send(people, user, b"{}", now, sent=b'{"Limit": 1}') == 400


def test_who_does_not_sign_asks_nothing_of_most_services(people: People) -> None:
    answer = urllib3.request(
        "POST",
        people.cloud.endpoint_url,
        body=b"{}",
        headers={
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "DynamoDB_20120810.ListTables",
        },
    )
    assert answer.status == 400
    assert b"MissingAuthenticationToken" in answer.data


def test_a_request_cannot_say_that_it_comes_from_within(people: People, bucket: str) -> None:
    url = f"{people.cloud.endpoint_url}/{bucket}/csv/ratings.csv"
    for headers in ({"x-localstack-data": "{}"}, {"X-Lab-Inside": "x"}, {"X-Lab-Inside": ""}):
        assert urllib3.request("GET", url, headers=headers).status == 403


def test_the_root_keys_are_not_judged(people: People, client: Callable[[str], Any], bucket: str) -> None:
    closed = {
        "Effect": "Deny",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "s3:GetObject",
    }
    root = client("s3")
    root.put_bucket_policy(Bucket=bucket, Policy=document(closed | {"Resource": f"arn:aws:s3:::{bucket}/*"}))
    try:
        assert root.get_object(Bucket=bucket, Key="csv/ratings.csv")["ContentLength"] == 6
        number = people.client("s3", Credentials(ACCOUNT, "test"))
        assert number.get_object(Bucket=bucket, Key="csv/ratings.csv")["ContentLength"] == 6
    finally:
        root.delete_bucket_policy(Bucket=bucket)
