"""Each service refuses in its own words, and lets in whoever may."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.scripts.local_cloud.authorization.conftest import (
    ACCOUNT,
    Credentials,
    People,
    allow,
    deny,
    document,
    refused,
)

DENIED = ("AccessDenied", 403)
DENIED_JSON = ("AccessDeniedException", 400)

REFUSALS: list[tuple[str, str, dict[str, Any], tuple[str, int]]] = [
    ("athena", "list_work_groups", {}, DENIED_JSON),
    ("cloudwatch", "list_metrics", {}, DENIED),
    ("dynamodb", "get_item", {"TableName": "t", "Key": {"Id": {"N": "1"}}}, DENIED_JSON),
    ("ec2", "describe_instances", {}, ("UnauthorizedOperation", 403)),
    ("firehose", "list_delivery_streams", {}, DENIED_JSON),
    ("glue", "get_databases", {}, DENIED_JSON),
    ("iam", "list_users", {}, DENIED),
    ("kinesis", "list_streams", {}, DENIED_JSON),
    ("kms", "list_keys", {}, DENIED_JSON),
    ("logs", "describe_log_groups", {}, DENIED_JSON),
    ("rds", "describe_db_instances", {}, DENIED),
    ("s3", "list_buckets", {}, DENIED),
    ("secretsmanager", "get_secret_value", {"SecretId": "s"}, DENIED_JSON),
    ("sns", "list_topics", {}, ("AuthorizationError", 403)),
    ("sqs", "list_queues", {}, DENIED),
    ("sts", "assume_role", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/none", "RoleSessionName": "me"}, DENIED),
    ("events", "list_rules", {}, DENIED_JSON),
]


@pytest.fixture(scope="module")
def nobody(people: People) -> Credentials:
    """A user without rights."""
    return people.user()


@pytest.mark.parametrize(
    ("service", "call", "parameters", "expected"), REFUSALS, ids=[each[0] for each in REFUSALS]
)
def test_a_service_refuses_in_its_own_words(
    people: People,
    nobody: Credentials,
    service: str,
    call: str,
    parameters: dict[str, Any],
    expected: tuple[str, int],
) -> None:
    code, status, message = refused(getattr(people.client(service, nobody), call), **parameters)
    assert (code, status) == expected
    action = "".join(part.capitalize() for part in call.split("_"))
    said = re.search(
        rf"User: {nobody.arn} is not authorized to perform: {service}:{action} on resource: .* "
        rf"because no [a-z -]*policy allows the {service}:{action} action",
        message,
        re.IGNORECASE,
    )
    assert said or call in ("list_buckets", "describe_db_instances"), message


def test_a_queue_lets_in_whom_its_policy_names(people: People, client: Callable[[str], Any]) -> None:
    user, sqs = people.user(), client("sqs")
    url = sqs.create_queue(QueueName=f"{people.prefix}-named")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    as_user = people.client("sqs", user)
    assert refused(as_user.send_message, QueueUrl=url, MessageBody="x")[0] == "AccessDenied"
    policy = document(allow("sqs:SendMessage", arn, Principal={"AWS": user.arn}))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    assert as_user.send_message(QueueUrl=url, MessageBody="x")["MessageId"]
    assert refused(as_user.receive_message, QueueUrl=url)[0] == "AccessDenied"


def test_the_partition_key_decides_who_reads_which_item(people: People, client: Callable[[str], Any]) -> None:
    table = f"{people.prefix}-scores"
    client("dynamodb").create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "Who", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Who", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}
    no_scan = deny("dynamodb:Scan")
    user = people.user(allow("dynamodb:*", Condition=own), no_scan)
    dynamodb = people.client("dynamodb", user)
    mine, theirs = {"Who": {"S": user.name}}, {"Who": {"S": "another"}}
    assert dynamodb.put_item(TableName=table, Item=mine)
    assert dynamodb.get_item(TableName=table, Key=mine)["Item"] == mine
    key = {"KeyConditionExpression": "#w = :w", "ExpressionAttributeNames": {"#w": "Who"}}
    found = dynamodb.query(TableName=table, ExpressionAttributeValues={":w": mine["Who"]}, **key)
    assert found["Items"] == [mine]
    for call, parameters in (
        (dynamodb.get_item, {"Key": theirs}),
        (dynamodb.put_item, {"Item": theirs}),
        (dynamodb.query, {"ExpressionAttributeValues": {":w": theirs["Who"]}, **key}),
        (dynamodb.scan, {}),
    ):
        assert refused(call, TableName=table, **parameters)[0] == "AccessDeniedException"
    both = {table: [{"PutRequest": {"Item": item}} for item in (mine, theirs)]}
    assert refused(dynamodb.batch_write_item, RequestItems=both)[0] == "AccessDeniedException"
    client("dynamodb").delete_table(TableName=table)


def test_a_transaction_needs_each_of_its_parts(people: People, client: Callable[[str], Any]) -> None:
    table = f"{people.prefix}-orders"
    client("dynamodb").create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    user = people.user(allow("dynamodb:PutItem"))
    put = {"Put": {"TableName": table, "Item": {"Id": {"N": "1"}}}}
    delete = {"Delete": {"TableName": table, "Key": {"Id": {"N": "2"}}}}
    dynamodb = people.client("dynamodb", user)
    assert dynamodb.transact_write_items(TransactItems=[put])
    assert "dynamodb:DeleteItem" in refused(dynamodb.transact_write_items, TransactItems=[put, delete])[2]
    client("dynamodb").delete_table(TableName=table)


def test_a_secret_is_the_same_by_its_name_and_by_its_arn(
    people: People, client: Callable[[str], Any]
) -> None:
    name = f"{people.prefix}/password"
    arn = client("secretsmanager").create_secret(Name=name, SecretString="x")["ARN"]
    pattern = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:{name}-??????"
    user = people.user(allow("secretsmanager:GetSecretValue", pattern))
    secrets = people.client("secretsmanager", user)
    for each in (name, arn, arn[:-7]):
        assert secrets.get_secret_value(SecretId=each)["SecretString"] == "x"
    assert refused(secrets.get_secret_value, SecretId="another")[0] == "AccessDeniedException"
    client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def test_a_tag_of_the_vpc_decides_who_deletes_it(people: People, client: Callable[[str], Any]) -> None:
    ec2 = client("ec2")
    vpcs = {}
    for team in ("blue", "red"):
        tags = [{"ResourceType": "vpc", "Tags": [{"Key": "team", "Value": team}]}]
        made = ec2.create_vpc(CidrBlock="10.77.0.0/16", TagSpecifications=tags)
        vpcs[team] = made["Vpc"]["VpcId"]
    own = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    user = people.user(allow("ec2:DeleteVpc", Condition=own), Tags=[{"Key": "team", "Value": "blue"}])
    as_user = people.client("ec2", user)
    assert refused(as_user.delete_vpc, VpcId=vpcs["red"])[0] == "UnauthorizedOperation"
    assert as_user.delete_vpc(VpcId=vpcs["blue"])
    ec2.delete_vpc(VpcId=vpcs["red"])


def test_what_is_made_with_tags_needs_the_right_to_tag(people: People) -> None:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "team", "Value": "blue"}]}]
    user = people.user(allow("ec2:CreateVpc"))
    create = people.client("ec2", user).create_vpc
    _, _, message = refused(create, CidrBlock="10.78.0.0/16", TagSpecifications=tags)
    assert "ec2:CreateTags" in message


def test_a_role_is_passed_only_by_whom_may_and_to_whom_it_may(people: People) -> None:
    role = people.role({"Service": "glue.amazonaws.com"})
    to = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    user = people.user(allow("glue:*"), allow("iam:PassRole", role, Condition=to))
    create = people.client("glue", user).create_job
    job = {"Name": people.prefix, "Role": role, "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/k"}}
    assert "iam:PassRole" in refused(create, **job)[2]
    to["StringEquals"]["iam:PassedToService"] = "glue.amazonaws.com"
    people.may(user, allow("glue:*"), allow("iam:PassRole", role, Condition=to))
    assert create(**job)["Name"] == people.prefix
    people.client("glue", user).delete_job(JobName=people.prefix)


@pytest.fixture
def key(client: Callable[[str], Any]) -> Iterator[str]:
    kms = client("kms")
    made = kms.create_key()["KeyMetadata"]["Arn"]
    yield made
    kms.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)


def test_a_key_is_named_by_the_ciphertext_and_asks_for_its_context(people: People, key: str) -> None:
    of_lab = {"StringEquals": {"kms:EncryptionContext:of": "lab"}}
    user = people.user(allow(["kms:Encrypt", "kms:Decrypt"], key, Condition=of_lab))
    kms = people.client("kms", user)
    secret = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"of": "lab"})["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=secret, EncryptionContext={"of": "lab"})["Plaintext"] == b"x"
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x")[0] == "AccessDeniedException"
    assert refused(people.client("kms", people.user()).decrypt, CiphertextBlob=secret)[0] == (
        "AccessDeniedException"
    )


def test_a_service_whose_calls_nobody_reads_is_only_for_whom_may_all_of_it(people: People) -> None:
    user = people.user(allow("events:ListRules"))
    events = people.client("events", user)
    assert refused(events.list_rules)[0] == "AccessDeniedException"
    people.may(user, allow("events:*"))
    assert "Rules" in events.list_rules()
    people.may(user, allow("*"), deny("events:List*", "arn:aws:events:*:*:rule/payroll"))
    assert "cannot judge" in refused(events.list_rules)[2]


def test_a_service_whose_calls_nobody_reads_is_handed_a_role_only_by_whom_may(people: People) -> None:
    role = people.role({"Service": "events.amazonaws.com"})
    put = people.client("events", people.user(allow("events:*"))).put_rule
    refusal = refused(put, Name=people.prefix, ScheduleExpression="rate(1 day)", RoleArn=role)
    assert "iam:PassRole" in refusal[2]


def test_a_launch_template_hands_a_role_over_only_for_whom_may(
    people: People, client: Callable[[str], Any]
) -> None:
    role = people.role({"Service": "ec2.amazonaws.com"}).rpartition("/")[2]
    profile, template = f"{people.prefix}-profile", f"{people.prefix}-template"
    iam, ec2 = client("iam"), client("ec2")
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role)
    image = ec2.describe_images()["Images"][0]["ImageId"]
    data = {"ImageId": image, "InstanceType": "t3.micro", "IamInstanceProfile": {"Name": profile}}
    ec2.create_launch_template(LaunchTemplateName=template, LaunchTemplateData=data)
    launch = {
        "LaunchTemplate": {"LaunchTemplateName": template},
        "MinCount": 1,
        "MaxCount": 1,
        "DryRun": True,
    }
    run = people.client("ec2", people.user(allow("ec2:*"))).run_instances
    assert "iam:PassRole" in refused(run, **launch)[2]
    small = {"StringNotEquals": {"ec2:InstanceType": "t3.nano"}}
    run = people.client("ec2", people.user(allow(["ec2:*", "iam:PassRole"]), deny("ec2:*", Condition=small)))
    assert "explicit deny" in refused(run.run_instances, **launch)[2]
    missing = launch | {"LaunchTemplate": {"LaunchTemplateName": f"{template}-none"}, "DryRun": False}
    run = people.client("ec2", people.user(allow(["ec2:*", "iam:PassRole"])))
    assert refused(run.run_instances, **missing)[0].startswith("InvalidLaunchTemplate")
    ec2.delete_launch_template(LaunchTemplateName=template)
    iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=role)
    iam.delete_instance_profile(InstanceProfileName=profile)


def test_secrets_that_a_filter_may_find_are_each_asked_for(
    people: People, client: Callable[[str], Any]
) -> None:
    secrets = client("secretsmanager")
    for name in ("open", "closed"):
        secrets.create_secret(Name=f"{people.prefix}-{name}", SecretString=name)
    where = "arn:aws:secretsmanager:*:*:secret:"
    user = people.user(
        allow("secretsmanager:BatchGetSecretValue"),
        allow("secretsmanager:GetSecretValue", f"{where}{people.prefix}-open*"),
    )
    read = people.client("secretsmanager", user).batch_get_secret_value
    found = {"Filters": [{"Key": "name", "Values": [people.prefix]}]}
    assert "secretsmanager:GetSecretValue" in refused(read, **found)[2]
    (one,) = read(SecretIdList=[f"{people.prefix}-open"])["SecretValues"]
    assert one["SecretString"] == "open"
    for name in ("open", "closed"):
        secrets.delete_secret(SecretId=f"{people.prefix}-{name}", ForceDeleteWithoutRecovery=True)


def test_another_users_key_is_not_removed_by_leaving_out_the_name(people: People) -> None:
    other = people.user()
    mine = people.user(allow("iam:DeleteAccessKey", "arn:aws:iam::*:user/${aws:username}"))
    remove = people.client("iam", mine).delete_access_key
    assert refused(remove, AccessKeyId=other.key_id)[0] == "AccessDenied"
    remove(AccessKeyId=mine.key_id)


def test_what_a_policy_cannot_be_judged_by_never_allows(people: People) -> None:
    unheard = {"StringEquals": {"ec2:RootDeviceType": "ebs"}}
    user = people.user(allow("ec2:StartInstances", Condition=unheard))
    _, _, message = refused(people.client("ec2", user).start_instances, InstanceIds=["i-0123456789abcdef0"])
    assert "cannot judge it: condition StringEquals ec2:RootDeviceType ebs depends on" in message
    assert "statement 1 of inline policy inline" in message


def test_a_topic_delivers_to_a_queue_whose_policy_lets_it_in(
    people: People, client: Callable[[str], Any]
) -> None:
    """Nobody gave the topic any keys; whether it may send is the queue's word, not the publisher's."""
    sns, sqs = client("sns"), client("sqs")
    topic, other = (sns.create_topic(Name=f"{people.prefix}-{name}")["TopicArn"] for name in ("news", "ads"))
    url = sqs.create_queue(QueueName=f"{people.prefix}-readers")["QueueUrl"]
    dead = sqs.create_queue(QueueName=f"{people.prefix}-undelivered")["QueueUrl"]

    def arn_of(queue: str) -> str:
        found: str = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        return found

    def let_in(queue: str, sender: str) -> None:
        policy = document(
            allow(
                "sqs:SendMessage",
                arn_of(queue),
                Principal={"Service": "sns.amazonaws.com"},
                Condition={"ArnEquals": {"aws:SourceArn": sender}},
            )
        )
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})

    def received(queue: str) -> list[str]:
        found = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
        for each in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
        return [each["Body"] for each in found]

    let_in(dead, topic)
    redrive = json.dumps({"deadLetterTargetArn": arn_of(dead)})
    attributes = {"RawMessageDelivery": "true", "RedrivePolicy": redrive}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(url), Attributes=attributes)
    user = people.user(allow("sns:Publish", topic))

    def publish(text: str) -> None:
        people.client("sns", user).publish(TopicArn=topic, Message=text)

    publish("no policy")
    assert received(dead) == ["no policy"]
    let_in(url, other)
    publish("of another topic")
    assert received(dead) == ["of another topic"]
    let_in(url, topic)
    publish("hello")
    assert received(url) == ["hello"]


def test_a_rule_publishes_to_a_topic_whose_policy_lets_it_in(
    people: People, client: Callable[[str], Any]
) -> None:
    sns, sqs, events = client("sns"), client("sqs"), client("events")
    topic = sns.create_topic(Name=f"{people.prefix}-alarms")["TopicArn"]
    queue = sqs.create_queue(QueueName=f"{people.prefix}-listener")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{people.prefix}-listener"
    hear = allow("sqs:SendMessage", arn, Principal={"Service": "sns.amazonaws.com"})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": document(hear)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    pattern = json.dumps({"source": [people.prefix]})
    rule = events.put_rule(Name=f"{people.prefix}-rule", EventPattern=pattern)["RuleArn"]
    events.put_targets(
        Rule=f"{people.prefix}-rule", Targets=[{"Id": "topic", "Arn": topic, "InputPath": "$.detail"}]
    )

    def let_in(source: str) -> None:
        source_is = {"ArnEquals": {"aws:SourceArn": source}}
        by_rule = allow(
            "sns:Publish", topic, Principal={"Service": "events.amazonaws.com"}, Condition=source_is
        )
        plain = {"Bool": {"aws:SecureTransport": "false"}}
        by_nobody = deny("sns:Publish", topic, Principal="*", Condition=plain)
        sns.set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=document(by_rule, by_nobody)
        )

    def happen(word: str) -> None:
        event = {"Source": people.prefix, "DetailType": "it", "Detail": json.dumps({"word": word})}
        events.put_events(Entries=[event])

    happen("no policy")
    let_in(f"{rule}-other")
    happen("of another rule")
    let_in(rule)
    happen("hello")
    (heard,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(heard["Body"]) == {"word": "hello"}
    events.remove_targets(Rule=f"{people.prefix}-rule", Ids=["topic"])
    events.delete_rule(Name=f"{people.prefix}-rule")
