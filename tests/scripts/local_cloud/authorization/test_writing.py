"""Malformed policies are refused when they are written, with the error of the service, by root too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.scripts.local_cloud.authorization.conftest import allow, document, refused

NO_ACTION = document({"Effect": "Allow", "Resource": "*"})
WITH_PRINCIPAL = document(allow("s3:GetObject", Principal="*"))


@pytest.mark.parametrize("text", ["{", "[]", NO_ACTION, WITH_PRINCIPAL, document(allow("GetObject"))])
def test_iam_refuses_a_managed_policy(client: Callable[[str], Any], text: str) -> None:
    code, status, _ = refused(client("iam").create_policy, PolicyName="malformed", PolicyDocument=text)
    assert (code, status) == ("MalformedPolicyDocument", 400)


def test_iam_refuses_a_trust_policy_with_a_resource(client: Callable[[str], Any]) -> None:
    trust = document(allow("sts:AssumeRole", Principal={"AWS": "*"}))
    code, _, message = refused(
        client("iam").create_role, RoleName="malformed", AssumeRolePolicyDocument=trust
    )
    assert code == "MalformedPolicyDocument"
    assert "Resource" in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x", "first byte must be '{'"),
        (document(allow("s3:GetObject")), "Missing required field Principal"),
        (document(allow("s3:GetObject", "arn:aws:s3:::other/*", Principal="*")), "invalid resource"),
        (document(allow("s3:Fetch", "arn:aws:s3:::policies/*", Principal="*")), "invalid action"),
    ],
)
def test_s3_refuses_a_bucket_policy(client: Callable[[str], Any], text: str, says: str) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="policies")
    try:
        code, status, message = refused(s3.put_bucket_policy, Bucket="policies", Policy=text)
        assert (code, status) == ("MalformedPolicy", 400)
        assert says in message
    finally:
        s3.delete_bucket(Bucket="policies")


def test_sqs_sns_secrets_manager_and_kms_refuse_in_their_own_words(client: Callable[[str], Any]) -> None:
    sqs, sns, kms = client("sqs"), client("sns"), client("kms")
    secrets = client("secretsmanager")
    topic = sns.create_topic(Name="malformed")["TopicArn"]
    secret = secrets.create_secret(Name="malformed", SecretString="x")["ARN"]
    codes = [
        refused(sqs.create_queue, QueueName="malformed", Attributes={"Policy": NO_ACTION})[0],
        refused(sns.set_topic_attributes, TopicArn=topic, AttributeName="Policy", AttributeValue=NO_ACTION)[
            0
        ],
        refused(secrets.put_resource_policy, SecretId=secret, ResourcePolicy=NO_ACTION)[0],
        refused(kms.create_key, Policy=NO_ACTION)[0],
    ]
    sns.delete_topic(TopicArn=topic)
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    assert codes == [
        "InvalidAttributeValue",
        "InvalidParameter",
        "MalformedPolicyDocumentException",
        "MalformedPolicyDocumentException",
    ]
