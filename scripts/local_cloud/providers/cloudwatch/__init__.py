"""CloudWatch, in front of LocalStack's own provider: `backend` and `alarms` put its metrics and alarms right.

It also drops the tags that an alarm is made with, and the state of one that is changed.
"""

from __future__ import annotations

from localstack.aws.api import RequestContext
from localstack.aws.api.cloudwatch import InvalidParameterValueException
from localstack.aws.skeleton import create_dispatch_table
from localstack.services.plugins import Service

from scripts.local_cloud.providers.cloudwatch.backend import Provider
from scripts.local_cloud.providers.framework import Operations, Request, Response, error

PROVIDER = Provider()
_STATE = (
    *("StateValue", "StateReason", "StateReasonData"),
    *("StateUpdatedTimestamp", "StateTransitionedTimestamp"),
)
operations = Operations("cloudwatch", fallback=create_dispatch_table(PROVIDER))

operations.passed_on(
    "DeleteDashboards",
    "DescribeAlarmHistory",
    "DescribeAlarms",
    "DescribeAlarmsForMetric",
    "DisableAlarmActions",
    "EnableAlarmActions",
    "GetMetricStatistics",
    "ListDashboards",
    "ListMetrics",
    "ListTagsForResource",
    "PutDashboard",
    "SetAlarmState",
    "TagResource",
    "UntagResource",
)


@operations.simulated("GetDashboard")
def get_dashboard(context: RequestContext, request: Request) -> Response | None:
    """LocalStack calls the name of one that is gone a wrong parameter, by which Terraform cannot tell it."""
    try:
        return operations.fallback("GetDashboard")(context, request)
    except InvalidParameterValueException as problem:
        name = request["DashboardName"]
        raise error("ResourceNotFound", f"Dashboard {name} does not exist", status=404) from problem


@operations.simulated("PutMetricData")
def put_metric_data(context: RequestContext, request: Request) -> Response | None:
    """LocalStack fails without plain metric data."""
    if not request.get("MetricData"):
        raise error("MissingParameter", "The parameter MetricData is required.")
    return operations.fallback("PutMetricData")(context, request)


@operations.simulated("GetMetricData")
def get_metric_data(context: RequestContext, request: Request) -> Response | None:
    """LocalStack fails on a query that is an expression, which AWS would compute."""
    for query in request["MetricDataQueries"]:
        if query.get("Expression"):
            raise error(
                "UnsupportedOperation", "The local cloud has no metric math: query the metrics themselves."
            )
        if not query.get("MetricStat"):
            raise error(
                "ValidationError", f"The query {query.get('Id')} must have a MetricStat or an Expression."
            )
    return operations.fallback("GetMetricData")(context, request)


@operations.real("PutMetricAlarm")
def put_metric_alarm(context: RequestContext, request: Request) -> None:
    """As LocalStack, with the tags: AWS takes them from the call that makes the alarm, no later one."""
    _put(context, request, "PutMetricAlarm")


@operations.simulated("PutCompositeAlarm")
def put_composite_alarm(context: RequestContext, request: Request) -> None:
    """As `put_metric_alarm`."""
    _put(context, request, "PutCompositeAlarm")


@operations.simulated("DeleteAlarms")
def delete_alarms(context: RequestContext, request: Request) -> None:
    """As LocalStack; the next alarm of the same name starts without this one's tags."""
    arns = [_arn(context, name) for name in request["AlarmNames"]]
    operations.fallback("DeleteAlarms")(context, request)
    tags = PROVIDER.get_store(context.account_id, context.region).TAGS
    for arn in arns:
        tags.del_resource(arn)


def build() -> Service:
    """The service."""
    return operations.build(lifecycle_hook=PROVIDER)


def _put(context: RequestContext, request: Request, operation: str) -> None:
    arn = _arn(context, request["AlarmName"])
    store = PROVIDER.get_store(context.account_id, context.region)
    before = store.alarms.get(arn)
    operations.fallback(operation)(context, request)
    if before is not None:
        # A change leaves the state as it is, until the next evaluation.
        kept = {name: before.alarm[name] for name in _STATE if name in before.alarm}
        store.alarms[arn].alarm.update(kept)
    elif request.get("Tags"):
        store.TAGS.tag_resource(arn, request["Tags"])


def _arn(context: RequestContext, name: str) -> str:
    return f"arn:{context.partition}:cloudwatch:{context.region}:{context.account_id}:alarm:{name}"
