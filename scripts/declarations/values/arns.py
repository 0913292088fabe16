"""Attributes that follow from a resource's own name, its account and region, before AWS has said them.

Source: Service Authorization Reference, "Resource types defined by ..." of each service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scripts.declarations.values.unknown import UNKNOWN, Partly, text_of

#: ARNs; braces hold the place, or an argument of the resource. ``?`` is a part that only AWS makes up.
_ARNS = {
    "aws_athena_workgroup": "arn:{partition}:athena:{region}:{account}:workgroup/{name}",
    "aws_cloudwatch_log_group": "arn:{partition}:logs:{region}:{account}:log-group:{name}",
    "aws_db_instance": "arn:{partition}:rds:{region}:{account}:db:{identifier}",
    "aws_dynamodb_table": "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
    "aws_glue_catalog_database": "arn:{partition}:glue:{region}:{account}:database/{name}",
    "aws_glue_connection": "arn:{partition}:glue:{region}:{account}:connection/{name}",
    "aws_glue_crawler": "arn:{partition}:glue:{region}:{account}:crawler/{name}",
    "aws_glue_job": "arn:{partition}:glue:{region}:{account}:job/{name}",
    "aws_iam_group": "arn:{partition}:iam::{account}:group{path}{name}",
    "aws_iam_instance_profile": "arn:{partition}:iam::{account}:instance-profile{path}{name}",
    "aws_iam_policy": "arn:{partition}:iam::{account}:policy{path}{name}",
    "aws_iam_role": "arn:{partition}:iam::{account}:role{path}{name}",
    "aws_iam_user": "arn:{partition}:iam::{account}:user{path}{name}",
    "aws_kinesis_firehose_delivery_stream": (
        "arn:{partition}:firehose:{region}:{account}:deliverystream/{name}"
    ),
    "aws_kinesis_stream": "arn:{partition}:kinesis:{region}:{account}:stream/{name}",
    "aws_kms_key": "arn:{partition}:kms:{region}:{account}:key/?",
    "aws_s3_bucket": "arn:{partition}:s3:::{bucket}",
    "aws_secretsmanager_secret": "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-?",
    "aws_sfn_state_machine": "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
    "aws_sns_topic": "arn:{partition}:sns:{region}:{account}:{name}",
    "aws_sqs_queue": "arn:{partition}:sqs:{region}:{account}:{name}",
}
_URL = "https://sqs.{region}.amazonaws.com/{account}/{name}"
#: Which attribute ``id`` repeats.
_IDS = {
    "aws_cloudwatch_log_group": "name",
    "aws_dynamodb_table": "name",
    "aws_iam_group": "name",
    "aws_iam_policy": "arn",
    "aws_iam_role": "name",
    "aws_iam_user": "name",
    "aws_kinesis_stream": "arn",
    "aws_s3_bucket": "bucket",
    "aws_secretsmanager_secret": "arn",
    "aws_sns_topic": "arn",
    "aws_sqs_queue": "url",
}
#: The secret that RDS makes for a master password.
_MASTER_SECRET = "arn:{partition}:secretsmanager:{region}:{account}:secret:rds!db-?"  # noqa: S105


@dataclass(frozen=True)
class Place:
    """Where a plan will be applied."""

    account: str
    region: str
    partition: str = "aws"


def derived(kind: str, name: str, place: Place, argument: Callable[[str], Any]) -> Any:
    """An attribute of a resource, worked out.

    Parameters
    ----------
    kind, name
        Resource type and attribute: ``aws_s3_bucket``, ``arn``.
    place
        Where it will be.
    argument
        Value of another attribute of the same resource.
    """
    if name == "arn" and kind in _ARNS:
        return _filled(_ARNS[kind], place, argument)
    if name == "url" and kind == "aws_sqs_queue":
        return _filled(_URL, place, argument)
    if name == "id" and kind in _IDS:
        return argument(_IDS[kind])
    if name == "output" and kind == "terraform_data":
        return argument("input")
    if name == "master_user_secret" and kind == "aws_db_instance":
        managed = argument("manage_master_user_password")
        secret = {"secret_arn": _filled(_MASTER_SECRET, place, argument)}
        return [secret] if managed is True else UNKNOWN
    return UNKNOWN


def _filled(template: str, place: Place, argument: Callable[[str], Any]) -> Any:
    known = {"account": place.account, "region": place.region, "partition": place.partition}
    pieces: list[Any] = []
    for number, part in enumerate(template.replace("}", "{").split("{")):
        if number % 2:
            value = known.get(part) or argument(part)
            pieces.append(value if value != "" else UNKNOWN)
        elif part.endswith("?"):
            pieces += [part.removesuffix("?"), Partly((None,))]
        else:
            pieces.append(part)
    return text_of(pieces)
