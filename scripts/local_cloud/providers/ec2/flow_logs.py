"""Flow logs."""

from __future__ import annotations

from scripts.local_cloud.providers.ec2.listing import Listing, from_moto
from scripts.local_cloud.providers.ec2.operations import operations

Listing(
    "DescribeFlowLogs",
    "FlowLogs",
    ids="FlowLogIds",
    id_field="FlowLogId",
    not_found=("InvalidFlowLogId.NotFound", "These flow log ids in the input list are not found: {}"),
    filters={
        "deliver-log-status": "DeliverLogsStatus",
        "flow-log-id": "FlowLogId",
        "log-destination-type": "LogDestinationType",
        "log-group-name": "LogGroupName",
        "resource-id": "ResourceId",
        "traffic-type": "TrafficType",
    },
).register(lambda context: from_moto(context, "FlowLogs"))

operations.passed_on("CreateFlowLogs", "DeleteFlowLogs")
