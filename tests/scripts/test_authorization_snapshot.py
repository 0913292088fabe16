"""Who may do what as the API tells it: read whole, kept and read again the same."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts import authorization_snapshot
from scripts.authorization import Account, Outcome
from scripts.authorization.readers.folder import read_documents, read_folder
from scripts.errors import BadInputError, RemoteError
from tests.conftest import Cloud

Client = Callable[[str], Any]
ANA = "arn:aws:iam::000000000000:user/can/can-ana"
BUCKET = "arn:aws:s3:::can-files"


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _allow(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.fixture(scope="module")
def made(client: Client) -> Iterator[dict[str, str]]:
    """A user in a group with a policy of AWS's own, and one of each resource that may have a policy."""
    iam, s3, sqs, sns = client("iam"), client("s3"), client("sqs"), client("sns")
    secrets, kms, dynamodb = client("secretsmanager"), client("kms"), client("dynamodb")
    iam.create_user(UserName="can-ana", Path="/can/")
    iam.create_group(GroupName="can-readers")
    iam.add_user_to_group(UserName="can-ana", GroupName="can-readers")
    queues = "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
    iam.attach_group_policy(GroupName="can-readers", PolicyArn=queues)
    own = _document(_allow("s3:GetObject", f"{BUCKET}/*", Sid="OwnFiles"))
    iam.put_user_policy(UserName="can-ana", PolicyName="own", PolicyDocument=own)
    s3.create_bucket(Bucket="can-files")
    refuse = {"Sid": "NotFromThere", "Effect": "Deny", "Principal": "*", "Action": "s3:*"}
    where = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    text = _document({**refuse, "Resource": f"{BUCKET}/*", "Condition": where})
    s3.put_bucket_policy(Bucket="can-files", Policy=text)
    block = {"RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket="can-files", PublicAccessBlockConfiguration=block)
    rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.create_bucket(Bucket="can-listed", ObjectOwnership="ObjectWriter")
    s3.put_bucket_ownership_controls(Bucket="can-listed", OwnershipControls=rules)
    s3.delete_public_access_block(Bucket="can-listed")
    s3.put_bucket_acl(Bucket="can-listed", ACL="public-read")
    queue = sqs.create_queue(QueueName="can-orders")["QueueUrl"]
    queue_arn = "arn:aws:sqs:us-east-1:000000000000:can-orders"
    send = _document({**_allow("sqs:SendMessage", queue_arn), "Principal": {"AWS": ANA}})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": send})
    topic = sns.create_topic(Name="can-alarms")["TopicArn"]
    secret = secrets.create_secret(Name="can-secret", SecretString="x")["ARN"]
    read = _document({**_allow("secretsmanager:GetSecretValue", "*"), "Principal": {"AWS": ANA}})
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=read)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    dynamodb.create_table(
        TableName="can-table",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield {"queue": queue_arn, "topic": topic, "secret": secret, "key": key}
    iam.remove_user_from_group(UserName="can-ana", GroupName="can-readers")
    iam.detach_group_policy(GroupName="can-readers", PolicyArn=queues)
    iam.delete_group(GroupName="can-readers")
    iam.delete_user_policy(UserName="can-ana", PolicyName="own")
    iam.delete_user(UserName="can-ana")
    for bucket in ("can-files", "can-listed"):
        s3.delete_bucket(Bucket=bucket)
    sqs.delete_queue(QueueUrl=queue)
    sns.delete_topic(TopicArn=topic)
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    dynamodb.delete_table(TableName="can-table")


@pytest.fixture(scope="module")
def answers(cloud: Cloud, made: dict[str, str]) -> dict[str, Any]:
    return authorization_snapshot.documents(cloud.session)


@pytest.fixture(scope="module")
def account(answers: dict[str, Any]) -> Account:
    return read_documents(answers)


def test_a_users_own_policy_and_the_buckets_are_weighed(account: Account) -> None:
    seen = {"aws:SourceIp": ("198.51.100.1",)}
    assert account.judge(ANA, "s3:GetObject", f"{BUCKET}/a", seen).allowed
    decision = account.judge(ANA, "s3:GetObject", f"{BUCKET}/a", {"aws:SourceIp": ("203.0.113.7",)})
    assert decision.outcome is Outcome.EXPLICIT_DENY
    assert decision.deciding is not None
    assert decision.deciding.statement is not None
    assert decision.deciding.statement.sid == "NotFromThere"
    assert account.public_access_blocks[BUCKET].restrict_public_buckets


def test_what_a_group_has_of_awss_own_policies_is_read(account: Account, made: dict[str, str]) -> None:
    assert account.judge(ANA, "sqs:GetQueueAttributes", made["queue"]).allowed
    assert not account.judge(ANA, "sqs:DeleteQueue", made["queue"]).allowed


@pytest.mark.parametrize(
    ("action", "resource", "kind"),
    [
        ("sqs:SendMessage", "queue", "resource-based policy"),
        ("secretsmanager:GetSecretValue", "secret", "resource-based policy"),
    ],
)
def test_policies_of_resources_allow(
    account: Account, made: dict[str, str], action: str, resource: str, kind: str
) -> None:
    decision = account.judge(ANA, action, made[resource])
    assert decision.allowed
    assert decision.deciding is not None
    assert decision.deciding.policy.kind.value == kind


def test_topics_and_keys_have_the_policies_that_aws_gives_them(
    account: Account, made: dict[str, str]
) -> None:
    assert {made["topic"], made["key"]} <= set(account.resource_policies)


def test_a_bucket_whose_list_lets_everybody_in_is_open(account: Account) -> None:
    decision = account.judge("*", "s3:ListBucket", "arn:aws:s3:::can-listed")
    assert decision.allowed
    assert decision.deciding is not None
    assert decision.deciding.policy.kind.value == "access control list"
    assert not account.judge("*", "s3:ListBucket", BUCKET).allowed
    assert account.judge(ANA, "s3:PutObject", "arn:aws:s3:::can-listed/a").outcome is Outcome.IMPLICIT_DENY


def test_what_there_is_can_be_called_by_its_name(account: Account) -> None:
    assert "arn:aws:dynamodb:us-east-1:000000000000:table/can-table" in account.resources
    assert {BUCKET, "arn:aws:s3:::can-listed"} <= set(account.resources)


def test_saved_answers_are_read_as_the_api_was(answers: dict[str, Any], tmp_path: Path) -> None:
    authorization_snapshot.save(answers, tmp_path / "saved")
    # As JSON says it: times are texts there.
    assert read_folder(tmp_path / "saved") == read_documents(json.loads(json.dumps(answers, default=str)))


def test_a_folder_that_cannot_be_written_to_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError, match="cannot be written to"):
        authorization_snapshot.save({}, tmp_path / "file")


@contextmanager
def _refusing(operation: str) -> Iterator[str]:
    """An endpoint that refuses one operation of AWS's query protocol, and knows of no users."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
            action = asked.partition("Action=")[2].partition("&")[0]
            error = (
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code></Error></ErrorResponse>"
            )
            member = "<Account>000000000000</Account>" if action == "GetCallerIdentity" else ""
            whole = f"<{action}Response><{action}Result>{member}</{action}Result></{action}Response>"
            body = (error if action == operation else whole).encode()
            self.send_response(403 if action == operation else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def test_a_missing_permission_is_named() -> None:
    with _refusing("GetAccountAuthorizationDetails") as endpoint:
        session = boto3.Session("test", "test", region_name="us-east-1")
        iam = session.client("iam", endpoint_url=endpoint)
        with pytest.raises(RemoteError, match="iam:GetAccountAuthorizationDetails is missing"):
            authorization_snapshot.identities(iam)
