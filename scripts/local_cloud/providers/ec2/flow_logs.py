"""Flow logs."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2.listing import Listing, from_moto
from scripts.local_cloud.providers.ec2.operations import operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response
from scripts.local_cloud.providers.moto_backend import core

Listing(
    "DescribeFlowLogs",
    "FlowLogs",
    ids="FlowLogIds",
    id_field="FlowLogId",
    # AWS lists those that there are; Terraform, which knows one that is gone, has no other way to see it.
    not_found=None,
    filters={
        "deliver-log-status": "DeliverLogsStatus",
        "flow-log-id": "FlowLogId",
        "log-destination-type": "LogDestinationType",
        "log-group-name": "LogGroupName",
        "resource-id": "ResourceId",
        "traffic-type": "TrafficType",
    },
).register(lambda context: from_moto(context, "FlowLogs"))

operations.passed_on("CreateFlowLogs")


@operations.simulated("DeleteFlowLogs")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove flow logs."""
    answer = pass_on(context, request)
    for flow_log_id in request["FlowLogIds"]:
        core.forget_tags(context.account_id, context.region, flow_log_id)
    return {"Unsuccessful": [], **answer}
