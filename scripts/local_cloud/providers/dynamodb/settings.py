"""What is set beside a table: tags, expiry, recovery to a point in time."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.dynamodb.service import answers, ask_moto, invalid, operations, table
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import dynamodb as moto

MOST_TAGS = 50

operations.passed_on("DescribeContinuousBackups", "DescribeTimeToLive")


def _tags(context: RequestContext, arn: str) -> dict[str, str]:
    name = table(context, arn)["TableName"]
    return moto.tags(context.account_id, context.region, name)


@answers("TagResource")
def _tag(context: RequestContext, request: Request) -> Response:
    """Moto appends: a tag set twice is there twice."""
    arn = request["ResourceArn"]
    tags = _tags(context, arn) | {each["Key"]: each["Value"] for each in request["Tags"]}
    if len(tags) > MOST_TAGS:
        raise invalid(f"One or more parameter values were invalid: more than {MOST_TAGS} tags")
    moto.set_tags(context.account_id, context.region, arn, tags)
    return {}


@answers("UntagResource")
def _untag(context: RequestContext, request: Request) -> Response:
    arn = request["ResourceArn"]
    tags = {key: value for key, value in _tags(context, arn).items() if key not in request["TagKeys"]}
    moto.set_tags(context.account_id, context.region, arn, tags)
    return {}


@answers("ListTagsOfResource")
def _list_tags(context: RequestContext, request: Request) -> Response:
    tags = _tags(context, request["ResourceArn"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


@answers("UpdateTimeToLive")
def _update_time_to_live(context: RequestContext, request: Request) -> Response:
    """Moto accepts what AWS refuses: to switch on what is on, or off what is off."""
    table(context, request["TableName"])
    now = moto.time_to_live(context.account_id, context.region, request["TableName"])
    wanted = request["TimeToLiveSpecification"]
    is_on = now.get("TimeToLiveStatus") == "ENABLED"
    if is_on == wanted["Enabled"]:
        raise invalid(f"TimeToLive is already {'enabled' if is_on else 'disabled'}")
    if is_on and wanted["AttributeName"] != now.get("AttributeName"):
        raise invalid(
            "TimeToLive is active on a different AttributeName: "
            f"current AttributeName is {now['AttributeName']}"
        )
    return ask_moto(context)


@answers("UpdateContinuousBackups")
def _update_continuous_backups(context: RequestContext, request: Request) -> Response:
    if request["PointInTimeRecoverySpecification"].get("RecoveryPeriodInDays", 35) != 35:
        raise error("UnsupportedOperation", "The local cloud keeps the recovery period at 35 days.")
    return ask_moto(context)
