"""From calls to actions and resources, as the Service Authorization Reference has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from scripts.authorization.catalogue import find_action
from scripts.local_cloud.authorization import rules
from scripts.local_cloud.authorization.asked import Call, Unjudgeable
from scripts.local_cloud.authorization.rules.tables import SERVICES

ACCOUNT, REGION = "123456789012", "eu-west-1"
ME = f"arn:aws:iam::{ACCOUNT}:user/me"

ALL = (*SERVICES, "s3", "ec2", "iam", "sts")


def _asked(service: str, operation: str, request: dict[str, Any]) -> list[tuple[str, str]]:
    call = Call(service, operation, request, ACCOUNT, REGION)
    return [(each.action, each.resource) for each in rules.asked(call, ME)]


def _here(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def _iam(resource: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{resource}"


TABLE = _here("dynamodb", "table/Forum")
CASES: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
    ("s3", "ListBuckets", {}, [("s3:ListAllMyBuckets", "arn:aws:s3:::*")]),
    ("s3", "HeadBucket", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
    ("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "x"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
    ("s3", "HeadObject", {"Bucket": "b", "Key": "k/l"}, [("s3:GetObject", "arn:aws:s3:::b/k/l")]),
    (
        "s3",
        "GetObject",
        {"Bucket": "b", "Key": "k", "VersionId": "v"},
        [("s3:GetObjectVersion", "arn:aws:s3:::b/k")],
    ),
    (
        "s3",
        "PutObject",
        {"Bucket": "b", "Key": "k", "Tagging": "a=b"},
        [("s3:PutObject", "arn:aws:s3:::b/k"), ("s3:PutObjectTagging", "arn:aws:s3:::b/k")],
    ),
    (
        "s3",
        "UploadPartCopy",
        {"Bucket": "b", "Key": "k", "CopySource": "/other/a%20b?versionId=7"},
        [("s3:GetObjectVersion", "arn:aws:s3:::other/a b"), ("s3:PutObject", "arn:aws:s3:::b/k")],
    ),
    (
        "s3",
        "CopyObject",
        {"Bucket": "b", "Key": "k", "CopySource": "other/secret?x=1&versionId=7#open"},
        [("s3:GetObjectVersion", "arn:aws:s3:::other/secret"), ("s3:PutObject", "arn:aws:s3:::b/k")],
    ),
    (
        "sqs",
        "ReceiveMessage",
        {"QueueUrl": "http://sqs.us-west-2.localhost:4566/999999999999/jobs?x=/999999999999/open"},
        [("sqs:ReceiveMessage", "arn:aws:sqs:us-west-2:999999999999:jobs")],
    ),
    ("s3", "DeleteBucketLifecycle", {"Bucket": "b"}, [("s3:PutLifecycleConfiguration", "arn:aws:s3:::b")]),
    (
        "s3",
        "DeleteObjects",
        {"Bucket": "b", "Delete": {"Objects": [{"Key": "1"}, {"Key": "2", "VersionId": "v"}]}},
        [("s3:DeleteObject", "arn:aws:s3:::b/1"), ("s3:DeleteObjectVersion", "arn:aws:s3:::b/2")],
    ),
    ("dynamodb", "GetItem", {"TableName": "Forum", "Key": {}}, [("dynamodb:GetItem", TABLE)]),
    ("dynamodb", "ListTables", {}, [("dynamodb:ListTables", "*")]),
    (
        "dynamodb",
        "Query",
        {"TableName": "Forum", "IndexName": "ByDate"},
        [("dynamodb:Query", f"{TABLE}/index/ByDate")],
    ),
    (
        "dynamodb",
        "BatchGetItem",
        {"RequestItems": {"Forum": {"Keys": []}, "Reply": {"Keys": []}}},
        [("dynamodb:BatchGetItem", TABLE), ("dynamodb:BatchGetItem", _here("dynamodb", "table/Reply"))],
    ),
    (
        "dynamodb",
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "Forum"}}, {"ConditionCheck": {"TableName": "Reply"}}]},
        [("dynamodb:PutItem", TABLE), ("dynamodb:ConditionCheckItem", _here("dynamodb", "table/Reply"))],
    ),
    (
        "dynamodb",
        "CreateTable",
        {"TableName": "Forum", "Tags": [{"Key": "a", "Value": "b"}]},
        [("dynamodb:CreateTable", TABLE), ("dynamodb:TagResource", TABLE)],
    ),
    (
        "kinesis",
        "PutRecords",
        {"StreamName": "clicks"},
        [("kinesis:PutRecords", _here("kinesis", "stream/clicks"))],
    ),
    (
        "kinesis",
        "GetRecords",
        {"ShardIterator": "WyJjbGlja3MiXQ=="},
        [("kinesis:GetRecords", _here("kinesis", "stream/clicks"))],
    ),
    (
        "firehose",
        "CreateDeliveryStream",
        {
            "DeliveryStreamName": "d",
            "ExtendedS3DestinationConfiguration": {"RoleARN": _iam("role/deliver"), "BucketARN": "x"},
        },
        [
            ("firehose:CreateDeliveryStream", _here("firehose", "deliverystream/d")),
            ("iam:PassRole", _iam("role/deliver")),
        ],
    ),
    (
        "sqs",
        "SendMessageBatch",
        {"QueueUrl": "http://sqs.eu-west-1.localhost:4566/999999999999/jobs"},
        [("sqs:SendMessage", f"arn:aws:sqs:{REGION}:999999999999:jobs")],
    ),
    ("sqs", "CreateQueue", {"QueueName": "jobs"}, [("sqs:CreateQueue", _here("sqs", "jobs"))]),
    ("sns", "Publish", {"TopicArn": _here("sns", "news")}, [("sns:Publish", _here("sns", "news"))]),
    ("sns", "Publish", {"PhoneNumber": "+1"}, [("sns:Publish", _here("sns", "*"))]),
    (
        "secretsmanager",
        "CreateSecret",
        {"Name": "db"},
        [("secretsmanager:CreateSecret", _here("secretsmanager", "secret:db-??????"))],
    ),
    ("sts", "AssumeRole", {"RoleArn": _iam("role/r")}, [("sts:AssumeRole", _iam("role/r"))]),
    ("sts", "GetCallerIdentity", {}, []),
    ("iam", "GetUser", {}, [("iam:GetUser", ME)]),
    ("iam", "CreateUser", {"UserName": "u", "Path": "/a/"}, [("iam:CreateUser", _iam("user/a/u"))]),
    (
        "iam",
        "AttachRolePolicy",
        {"RoleName": "r", "PolicyArn": _iam("policy/p")},
        [("iam:AttachRolePolicy", _iam("role/r"))],
    ),
    (
        "iam",
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "i", "RoleName": "r"},
        [
            ("iam:AddRoleToInstanceProfile", _iam("instance-profile/i")),
            ("iam:PassRole", _iam("role/r")),
        ],
    ),
    (
        "glue",
        "GetTable",
        {"DatabaseName": "gold", "Name": "sales"},
        [
            ("glue:GetTable", _here("glue", "database/gold")),
            ("glue:GetTable", _here("glue", "table/gold/sales")),
            ("glue:GetTable", _here("glue", "catalog")),
        ],
    ),
    (
        "glue",
        "CreateJob",
        {"Name": "etl", "Role": "worker"},
        [("glue:CreateJob", _here("glue", "job/etl")), ("iam:PassRole", _iam("role/worker"))],
    ),
    (
        "athena",
        "StartQueryExecution",
        {"QueryString": "SELECT 1"},
        [("athena:StartQueryExecution", _here("athena", "workgroup/primary"))],
    ),
    ("rds", "DescribeDBInstances", {}, [("rds:DescribeDBInstances", _here("rds", "db:*"))]),
    (
        "rds",
        "CreateDBInstance",
        {"DBInstanceIdentifier": "d", "DBSubnetGroupName": "s", "MonitoringRoleArn": _iam("role/m")},
        [
            ("rds:CreateDBInstance", _here("rds", "db:d")),
            ("rds:CreateDBInstance", _here("rds", "subgrp:s")),
            ("iam:PassRole", _iam("role/m")),
        ],
    ),
    ("ec2", "DescribeInstances", {}, [("ec2:DescribeInstances", "*")]),
    (
        "ec2",
        "TerminateInstances",
        {"InstanceIds": ["i-0123456789abcdef0"]},
        [("ec2:TerminateInstances", _here("ec2", "instance/i-0123456789abcdef0"))],
    ),
    (
        "ec2",
        "CreateSubnet",
        {
            "VpcId": "vpc-0123456789abcdef0",
            "TagSpecifications": [{"ResourceType": "subnet", "Tags": [{"Key": "a", "Value": "b"}]}],
        },
        [
            ("ec2:CreateSubnet", _here("ec2", "vpc/vpc-0123456789abcdef0")),
            ("ec2:CreateSubnet", _here("ec2", "subnet/*")),
            ("ec2:CreateTags", _here("ec2", "subnet/*")),
        ],
    ),
    (
        "ec2",
        "RunInstances",
        {"ImageId": "ami-01234567", "SubnetId": "subnet-01234567", "KeyName": "mine"},
        [
            ("ec2:RunInstances", f"arn:aws:ec2:{REGION}::image/ami-01234567"),
            ("ec2:RunInstances", _here("ec2", "subnet/subnet-01234567")),
            ("ec2:RunInstances", _here("ec2", "key-pair/mine")),
            ("ec2:RunInstances", _here("ec2", "instance/*")),
            ("ec2:RunInstances", _here("ec2", "network-interface/*")),
            ("ec2:RunInstances", _here("ec2", "volume/*")),
        ],
    ),
    (
        "logs",
        "PutLogEvents",
        {"logGroupName": "/lab/app", "logStreamName": "one"},
        [("logs:PutLogEvents", _here("logs", "log-group:/lab/app:log-stream:one"))],
    ),
    (
        "logs",
        "CreateLogGroup",
        {"logGroupName": "/lab/app"},
        [("logs:CreateLogGroup", _here("logs", "log-group:/lab/app:log-stream:"))],
    ),
    (
        "cloudwatch",
        "PutMetricAlarm",
        {"AlarmName": "a"},
        [("cloudwatch:PutMetricAlarm", _here("cloudwatch", "alarm:a"))],
    ),
    ("cloudwatch", "PutMetricData", {"Namespace": "n"}, [("cloudwatch:PutMetricData", "*")]),
    ("kms", "Encrypt", {"KeyId": "k"}, [("kms:Encrypt", _here("kms", "key/k"))]),
]


@pytest.mark.parametrize(
    ("service", "operation", "request_", "expected"),
    CASES,
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_call_asks_for(
    service: str, operation: str, request_: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert _asked(service, operation, request_) == expected


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        ("dynamodb", "ExecuteStatement", {"Statement": "SELECT * FROM Forum"}),
        ("kinesis", "GetRecords", {"ShardIterator": "AAAA"}),
        ("kms", "Decrypt", {"CiphertextBlob": b"x"}),
        ("ec2", "DeleteSecurityGroup", {"GroupName": "web"}),
        ("sqs", "CancelMessageMoveTask", {"TaskHandle": "x"}),
    ],
)
def test_what_does_not_say_whom_it_is_about_is_not_guessed(
    service: str, operation: str, request_: dict[str, Any]
) -> None:
    with pytest.raises(Unjudgeable):
        _asked(service, operation, request_)


def _operations() -> Iterator[Any]:
    session = botocore.session.get_session()
    for service in ALL:
        model = session.get_service_model(service)
        yield from ((service, model.operation_model(name)) for name in model.operation_names)


def _filled(shape: Any, depth: int = 0) -> Any:
    """A value of a shape with every member filled."""
    if shape.type_name == "structure":
        return {name: _filled(each, depth + 1) for name, each in shape.members.items()} if depth < 4 else {}
    if shape.type_name == "list":
        return [_filled(shape.member, depth + 1)] if depth < 4 else []
    if shape.type_name == "map":
        return {"name": _filled(shape.value, depth + 1)} if depth < 4 else {}
    return {"string": "name", "blob": b"x", "boolean": True}.get(shape.type_name, 1)


def test_every_operation_asks_for_actions_that_iam_has_or_is_not_judged() -> None:
    judged = 0
    for service, operation in _operations():
        shape = operation.input_shape
        for request in ({}, _filled(shape) if shape else {}):
            try:
                found = _asked(service, operation.name, request)
            except Unjudgeable:
                continue
            judged += bool(request)
            for action, resource in found:
                assert find_action(action), f"{service} {operation.name}: {action}"
                assert resource, f"{service} {operation.name}"
    assert judged > 900


def test_of_many_tables_each_is_asked_for() -> None:
    found = _asked("glue", "BatchDeleteTable", {"DatabaseName": "d", "TablesToDelete": ["open", "secret"]})
    tables = {_here("glue", "table/d/open"), _here("glue", "table/d/secret")}
    assert tables <= {resource for _, resource in found}


def test_the_tags_that_are_set_on_what_ec2_has_are_told() -> None:
    request = {"Resources": ["vpc-0123456789abcdef0"], "Tags": [{"Key": "team", "Value": "data"}]}
    call = Call("ec2", "CreateTags", request, ACCOUNT, REGION)
    (asked,) = rules.asked(call, ME)
    assert asked.context["aws:RequestTag/team"] == ("data",)
    assert asked.context["aws:TagKeys"] == ("team",)


def test_a_key_that_is_nobodys_is_not_taken_for_ones_own() -> None:
    with pytest.raises(Unjudgeable):
        _asked("iam", "DeleteAccessKey", {"AccessKeyId": "AKIA0000000000000000"})


def test_a_function_passes_its_role_though_its_calls_are_not_read() -> None:
    call = Call("lambda", "CreateFunction", {"Role": _iam("role/admin")}, ACCOUNT, REGION)
    assert [(each.action, each.resource) for each in rules.passed(call)] == [
        ("iam:PassRole", _iam("role/admin"))
    ]
