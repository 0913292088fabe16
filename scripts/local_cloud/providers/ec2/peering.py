"""VPC peering connections.

Moto accepts networks whose blocks overlap, and shows every connection whatever the filters.
"""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import peering, vpcs

_NOT_FOUND = (
    "InvalidVpcPeeringConnectionID.NotFound",
    "The vpcPeeringConnection ID '{}' does not exist",
)

LISTING = Listing(
    "DescribeVpcPeeringConnections",
    "VpcPeeringConnections",
    ids="VpcPeeringConnectionIds",
    id_field="VpcPeeringConnectionId",
    not_found=_NOT_FOUND,
    filters={
        "accepter-vpc-info.cidr-block": "AccepterVpcInfo.CidrBlock",
        "accepter-vpc-info.owner-id": "AccepterVpcInfo.OwnerId",
        "accepter-vpc-info.vpc-id": "AccepterVpcInfo.VpcId",
        "requester-vpc-info.cidr-block": "RequesterVpcInfo.CidrBlock",
        "requester-vpc-info.owner-id": "RequesterVpcInfo.OwnerId",
        "requester-vpc-info.vpc-id": "RequesterVpcInfo.VpcId",
        "status-code": "Status.Code",
        "status-message": "Status.Message",
        "vpc-peering-connection-id": "VpcPeeringConnectionId",
    },
)
LISTING.register(lambda context: peering.describe_all(context.account_id, context.region))


@operations.simulated("CreateVpcPeeringConnection")
def create(context: RequestContext, request: Request) -> Response:
    """Ask for a connection; it fails, as on AWS, when blocks of the two networks overlap."""
    where = context.account_id, context.region
    peer = request.get("PeerOwnerId") or context.account_id, request.get("PeerRegion") or context.region
    ours, theirs = request["VpcId"], request.get("PeerVpcId") or ""
    for place, vpc_id in ((where, ours), (peer, theirs)):
        if not vpcs.exists(*place, vpc_id):
            raise error("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
    for shown in peering.describe_all(*where):
        ends = {shown["RequesterVpcInfo"]["VpcId"], shown["AccepterVpcInfo"]["VpcId"]}
        if ends == {ours, theirs} and shown["Status"]["Code"] in ("active", "pending-acceptance"):
            raise error(
                "VpcPeeringConnectionAlreadyExists",
                f"The VPC peering connection {shown['VpcPeeringConnectionId']} already exists between them.",
            )
    overlap = any(
        mine.overlaps(other)
        for mine in vpcs.ipv4_blocks(*where, ours)
        for other in vpcs.ipv4_blocks(*peer, theirs)
    )
    connection_id = pass_on(context, request)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    if overlap:
        peering.fail(
            *where,
            connection_id,
            "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
        )
    return {"VpcPeeringConnection": _shown(context, connection_id)}


def _shown(context: RequestContext, connection_id: str) -> dict[str, object]:
    for shown in peering.describe_all(context.account_id, context.region):
        if shown["VpcPeeringConnectionId"] == connection_id:
            return shown
    raise error(_NOT_FOUND[0], _NOT_FOUND[1].format(connection_id))


@operations.simulated("AcceptVpcPeeringConnection")
def accept(context: RequestContext, request: Request) -> Response:
    """Make a pending connection active."""
    _shown(context, request["VpcPeeringConnectionId"])
    pass_on(context, request)
    return {"VpcPeeringConnection": _shown(context, request["VpcPeeringConnectionId"])}


operations.passed_on(
    "RejectVpcPeeringConnection", "DeleteVpcPeeringConnection", "ModifyVpcPeeringConnectionOptions"
)
